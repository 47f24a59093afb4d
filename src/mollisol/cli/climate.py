"""`mollisol climate`: look at a climate table before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json

app = typer.Typer(help="Check a climate table.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check a climate table."""


@app.command(epilog="Example:  mollisol climate check climate.csv")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Climate table (CSV or NetCDF).")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Say what a climate table holds: period, means, which evapotranspiration it allows, and warnings."""
    from mollisol.climate import describe, read_climate

    found = describe(read_climate(file))
    say(to_json(found) if as_json else _full(found))


def _full(found: dict[str, Any]) -> str:
    period = f", {found['start']} to {found['end']}" if found["start"] else ""
    lines = [
        f"{found['source']}: {found['resolution']}, {found['rows']} rows{period}",
        f"columns: {', '.join(found['columns'])}",
        f"mean temperature {found['mean_temperature']:g} degC "
        f"(months {found['coldest_month']:g} to {found['warmest_month']:g}), "
        f"precipitation {found['annual_precipitation']:g} mm/yr",
        f"potential evapotranspiration by: {found['pet_method']}",
        "",
        table(found["months"], {"temperature": "temperature degC", "precipitation": "precipitation mm"}),
    ]
    lines += [f"warning: {warning}" for warning in found["warnings"]]
    return "\n".join(lines)
