"""`mollisol calibrate`: parameters from measurements, with their uncertainty."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.output import say, warn
from mollisol.cli.progress import progress_bar
from mollisol.units import InputError


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol calibrate calibrations/microbial.yaml --data measurements -o fit")
    def calibrate(
        configuration: Annotated[Path, typer.Argument(metavar="CONFIG", help="What to fit and how (YAML).")],
        data: Annotated[Path, typer.Option("--data", metavar="FOLDER", help="Folder with the measurements.")],
        output: Annotated[
            Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the chains and the parameter set.")
        ],
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    ) -> None:
        """Fit parameters to measurements; a run that was cut goes on where it ended.

        Studies are split into fit and test by a hash of their names; only the fit side is read. Writes the parameter
        set (best estimates, covariance, joint draws, diagnostics, hashes of data and code) as JSON, unless the chains
        have not converged.
        """
        from mollisol.evidence.configuration import read_configuration

        told = read_configuration(configuration)
        if not data.is_dir():
            raise InputError("is not a folder", file=str(data), remedy="give the folder with the measurements")
        from mollisol.evidence.calibrate import calibrate as run

        with progress_bar(quiet) as progress:

            def draws(share: float) -> None:
                if progress is not None:
                    progress("drawing", share)

            found = run(told, data, output, say=None if quiet else warn, progress=draws)
        say(f"{output / (told.name + '.json')}: {len(found['parameters'])} parameters, {found['about']}")
        for name, best, prior, unit in zip(
            found["parameters"], found["best"], found["prior"], found["units"], strict=True
        ):
            say(f"  {name}: {best:g} {unit} (before: {prior:g})")
        for one, other, correlation in found["indistinct"]:
            say(f"  the data cannot tell {one} and {other} apart (correlation {correlation:+.2f})")
        if found["uninformed"]:
            say(f"  the data say next to nothing of {', '.join(found['uninformed'])}")
