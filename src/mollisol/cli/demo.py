"""`mollisol demo`: run the study that ships with the package, on a real site."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.output import say
from mollisol.cli.run import Members, run_spec

STUDY_FOLDER = "study"
"""Folder inside the output that holds a copy of the study, to be changed and run again."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol demo -o demo-output --members 10")
    def demo(
        output: Annotated[
            Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results; made if absent.")
        ] = Path("demo-output"),
        members: Members = None,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
    ) -> None:
        """Simulate a real site that ships with the package, and say where its report is."""
        from mollisol.study import load_spec
        from mollisol.study.atomic import prepare_folder

        study = copy_study(prepare_folder(output))
        report = run_spec(load_spec(study), output, members=members, quiet=quiet)
        if not quiet:
            say(f"Study:  {study}  (change it, then: mollisol run {study} -o another-folder)")
            say(f"Report: {report}")


def copy_study(output: Path) -> Path:
    """Copy the shipped study into the output folder and return the copy's study file.

    A file there that differs (a study that the user changed) is kept beside it under a numbered name.
    """
    from mollisol.study.atomic import atomic_write, prepare_folder

    folder = prepare_folder(output / STUDY_FOLDER)
    with as_file(files("mollisol.examples").joinpath("demo")) as shipped:
        for source in sorted(shipped.iterdir()):
            if not source.is_file() or source.suffix in (".py", ".pyc"):
                continue
            target, content = folder / source.name, source.read_bytes()
            if target.is_file() and target.read_bytes() == content:
                continue
            if target.exists():
                target.rename(_free_name(target))
            with atomic_write(target) as temporary:
                temporary.write_bytes(content)
    return folder / "study.yaml"


def _free_name(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return kept
