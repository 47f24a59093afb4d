"""`mollisol validate`: compare the program with measurements from the world."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import mollisol
from mollisol.units import InputError


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol validate ../shared/data")
    def validate(
        data: Annotated[Path | None, typer.Argument(metavar="[DATA]", help="Folder with the measurements.")] = None,
        parameters: Annotated[
            str | None, typer.Option(help="Parameter set of the blind validation: its name, or the path of one.")
        ] = None,
        page: Annotated[
            Path | None, typer.Option(help="Write the blind validation alone into this page, figures into its images.")
        ] = None,
    ) -> None:
        """Compare the program with measurements (from a source checkout, which holds the comparisons)."""
        if data is not None and not data.is_dir():
            raise InputError("is not a folder", file=str(data), remedy="give the folder with the measurements")
        # The package lies in src/mollisol of a checkout, the comparisons beside src.
        root = Path(mollisol.__file__).resolve().parents[2]
        if not (root / "validation" / "__main__.py").is_file():
            raise InputError(
                "the comparisons with measurements are not part of an installed package",
                remedy="run this command from a source checkout installed with 'make install'",
            )
        given = [str(data.resolve())] if data is not None else []
        if parameters is not None:
            # the comparisons run in the checkout: a path is of where the user stands
            given += ["--parameters", str(Path(parameters).resolve()) if Path(parameters).is_file() else parameters]
        given += ["--page", str(page.resolve())] if page is not None else []
        code = subprocess.run([sys.executable, "-m", "validation", *given], cwd=root, check=False).returncode
        raise typer.Exit(code)
