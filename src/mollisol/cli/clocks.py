"""`mollisol clocks`: how long the carbon of a study's soil stays, by depth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.output import say, table, to_json, warn
from mollisol.cli.progress import progress_bar

HEADINGS = {
    "depth_cm": "depth cm",
    "soc_mg_ha": "SOC Mg/ha",
    "turnover_yr": "SOC/input yr",
    "turnover_bnpp_yr": "SOC/BNPP yr",
    "published_median_yr": "cropland median yr",
    "mean_age_yr": "mean age yr",
    "carried_age_yr": "carried age yr",
    "respired_age_yr": "respired age yr",
    "delta14c_permil": "Delta14C permil",
    "median_transit_time_yr": "median transit yr",
    "left_10_yr": "left 10 yr",
    "left_50_yr": "left 50 yr",
    "left_100_yr": "left 100 yr",
    "left_500_yr": "left 500 yr",
}

LEGEND = """\
Present plan of the study, taken to hold for ever; best estimate.
SOC/input and SOC/BNPP: turnover times, no transit times; published median: cropland, SOC/BNPP (Sierra et al. 2024).
Mean age: of the soil organic carbon, by the effective operator and carried through the cycle; respired age: of its CO2.
Median transit and the shares left: of what enters in that interval, or on the surface, wherever it goes."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol clocks study.yaml -o clocks")
    def clocks(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
        output: Annotated[
            Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for clocks.csv and permanence.png.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
        allow_outside: Annotated[
            bool, typer.Option("--allow-outside", help="Let the study read files outside its folder.")
        ] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no warnings.")] = False,
    ) -> None:
        """Tell by depth how long carbon stays: turnover, ages, transit times, what is left after 10 to 500 years."""
        from mollisol.study import load_spec
        from mollisol.study.atomic import prepare_folder
        from mollisol.study.prepared import read_inputs

        spec = load_spec(study, allow_outside=allow_outside)
        read_inputs(spec)
        folder = None if output is None else prepare_folder(output)
        from mollisol.show.reference import cropland_turnover
        from mollisol.study.clocks import study_clocks

        with progress_bar(quiet) as progress:
            found = study_clocks(spec, progress)
            published = {f"{row.top_cm:g}-{row.bottom_cm:g}": row.median for row in cropland_turnover()}
            rows = [{**row, "published_median_yr": published.get(row["depth_cm"])} for row in found.table()]
        rows = [{key: row[key] for key in HEADINGS} for row in rows]
        if folder is not None:
            from mollisol.show.figure_permanence import write_permanence
            from mollisol.show.files import write_atomically

            write_atomically(folder / "clocks.csv", _csv(rows).encode())
            write_permanence(found, folder / "permanence.png")
        if as_json:
            say(to_json(rows))
        else:
            say(table(rows, HEADINGS))
            say(f"\n{LEGEND}")
        if not quiet:
            for warning in found.warnings:
                warn(warning)


def _csv(rows: list[dict[str, object]]) -> str:
    import csv
    import io

    from mollisol.cli.output import plain

    text = io.StringIO()
    writer = csv.DictWriter(text, list(HEADINGS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: "" if (cell := plain(value)) is None else cell for key, value in row.items()} for row in rows
    )
    return text.getvalue()
