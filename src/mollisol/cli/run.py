"""`mollisol run`: a study file in, results and report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mollisol.cli.output import say
from mollisol.cli.progress import progress_bar

if TYPE_CHECKING:
    from mollisol.study import StudySpec
    from mollisol.study.comparison.asked import Skipped

COMPARISON = "comparison"
"""Folder of the comparison of practices beside the report of a run."""

Progress = Callable[[str, float], None]

Members = Annotated[
    int | None,
    typer.Option("--members", min=1, max=10000, metavar="N", help="Parameter draws instead of the study's own."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol run study.yaml -o results --members 20")
    def run(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
        output: Annotated[
            Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results; made if absent.")
        ],
        members: Members = None,
        seed: Annotated[
            int | None, typer.Option("--seed", min=0, metavar="N", help="Seed instead of the study's own.")
        ] = None,
        allow_outside: Annotated[
            bool, typer.Option("--allow-outside", help="Let the study read files outside its folder.")
        ] = False,
        compare: Annotated[
            bool,
            typer.Option(
                "--compare",
                help="Also what drives the practices, what is left after a stop, and whether another model "
                "turns their order: into DIR/comparison and the report.",
            ),
        ] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
    ) -> None:
        """Simulate a study and write result.nc, summary.csv, tradeoffs.csv, report.html, figures and run.json."""
        from mollisol.study import load_spec

        spec = load_spec(study, allow_outside=allow_outside)
        report = run_spec(spec, output, members=members, seed=seed, quiet=quiet, compare=compare)
        if not quiet:
            say(f"Report: {report}")


def run_spec(
    spec: StudySpec,
    output: Path,
    *,
    members: int | None,
    seed: int | None = None,
    quiet: bool,
    compare: bool = False,
) -> Path:
    """Run a checked study, with the number of members and the seed of the command line where given.

    With `compare` its practices are compared as by `mollisol compare`, into a folder of their own and the report.

    Returns
    -------
    Path of the report.
    """
    from mollisol.study.atomic import prepare_folder
    from mollisol.study.comparison.asked import asked_practices
    from mollisol.study.prepared import read_inputs

    given = {key: value for key, value in (("ensemble", members), ("seed", seed)) if value is not None}
    if given:
        kept = {key: value for key, value in spec.defaults_used.items() if key not in given}
        spec = spec.model_copy(update={**given, "defaults_used": kept})
    read_inputs(spec)  # what is wrong with the files must show before a folder is made
    asked = asked_practices(spec) if compare else None
    folder = prepare_folder(output)
    # Loaded last: a wrong folder is told before the slow libraries are.
    from mollisol.cli.report import write_results
    from mollisol.study.run import run_study

    with progress_bar(quiet) as progress:
        done = run_study(spec, folder, progress=progress)
        told = () if asked is None else _compared(*asked, folder / COMPARISON, progress)
        if progress is not None:
            progress("report", 0.0)
        return write_results(spec, done, folder, told)


def _compared(spec: StudySpec, skipped: Sequence[Skipped], folder: Path, progress: Progress | None) -> Sequence[str]:
    """Compare the practices of a study, write that, and return what it says."""
    from mollisol.cli.compare import write_comparison
    from mollisol.show.comparison import comparison_sentences
    from mollisol.study.atomic import prepare_folder
    from mollisol.study.comparison.compare import compare_study

    found = compare_study(spec, skipped, progress=progress)
    write_comparison(found, prepare_folder(folder), "")
    return comparison_sentences(found)
