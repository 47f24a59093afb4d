"""`mollisol figure1`: roots, productivity, carbon and turnover by depth to 2 m, from open data and from the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.output import say, table, to_json, warn
from mollisol.cli.progress import progress_bar

SHOWN = ("panel", "series", "quantity", "unit", "top_cm", "bottom_cm", "mean", "median", "low", "high", "count")

LEGEND = """\
low, high: quartiles of data, 5 and 95 % of the model's draws. Panel a: shares of 0-2 m; b: turnover = SOC / BNPP;
c: SOC against BNPP. Sources of every row: figure1.csv."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol figure1 -o figure1")
    def figure1(
        data: Annotated[
            Path | None,
            typer.Argument(metavar="[DATA]", help="Folder of measurements; without it, figures of the package."),
        ] = None,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for figure1.csv and figure1.png.")
        ] = None,
        draws: Annotated[int, typer.Option("--draws", min=1, max=5000, help="Draws of the model's parameters.")] = 100,
        parameter_set: Annotated[
            str | None,
            typer.Option("--parameter-set", metavar="SET", help="A parameter set, the path of one, or priors."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no notes.")] = False,
    ) -> None:
        """Rebuild the figure of carbon and its turnover by depth to 2 m, with the model's own profiles on top."""
        from mollisol.evidence.figure1 import measured, model_rows, shipped, to_csv
        from mollisol.models.parameter_sets import chosen_set
        from mollisol.units.files import prepare_folder, write_text

        chosen = chosen_set(parameter_set, "whole_profile", {})
        folder = None if output is None else prepare_folder(output)
        with progress_bar(quiet) as progress:
            if progress is not None:
                progress("data", 0.0)
            found = shipped() if data is None else measured(data)
            if progress is not None:
                progress("model", 0.4)
            model = model_rows(found.rows, draws, chosen)
        rows = [*found.rows, *model]
        if folder is not None:
            from mollisol.show.figure_framework import write

            write_text(folder / "figure1.csv", to_csv(rows))
            write(found, model, folder / "figure1.png")
        if as_json:
            say(to_json(rows))
            return
        say(table([{name: getattr(row, name) for name in SHOWN} for row in rows]))
        say(f"\n{LEGEND}")
        if not quiet:
            drawn = "priors" if chosen is None else f"the parameter set {chosen.name}"
            warn(f"The model's parameters are drawn from {drawn}.")
