"""`mollisol compare`: practices on one site, ranked, with what drives them, how long they last, how certain it is."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json
from mollisol.cli.progress import progress_bar
from mollisol.cli.run import Members

if TYPE_CHECKING:
    from mollisol.study.comparison import Comparison

HEADINGS = {
    "place": "place",
    "practice": "practice",
    "gain_mg_ha": "gain Mg/ha",
    "interval_mg_ha": "90 % interval",
    "gains_in_percent": "gains in %",
    "more_than_next_percent": "more than next %",
    "other_model_mg_ha": "other model",
    "left_50_yr_percent": "left 50 yr %",
}


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol compare study.yaml --all -o comparison")
    def compare(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
        output: Annotated[
            Path | None,
            typer.Option("--output", "-o", metavar="DIR", help="Folder for the results; made if absent."),
        ] = None,
        everything: Annotated[
            bool, typer.Option("--all", help="The study's practices and the rest of the library.")
        ] = False,
        practices: Annotated[
            str | None,
            typer.Option("--practices", metavar="NAME,NAME", help="These practices instead of the study's own."),
        ] = None,
        members: Members = None,
        other_model: Annotated[
            bool, typer.Option("--other-model/--no-other-model", help="Whether to check the ranking under microbes.")
        ] = True,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
        allow_outside: Annotated[
            bool, typer.Option("--allow-outside", help="Let the study read files outside its folder.")
        ] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
    ) -> None:
        """Rank practices by the carbon they store; tell what drives them, how long it lasts and how certain it is."""
        from mollisol.study import load_spec
        from mollisol.study.atomic import prepare_folder
        from mollisol.study.comparison.asked import asked_practices
        from mollisol.study.prepared import read_inputs
        from mollisol.units import InputError

        if everything and practices:
            raise InputError("--all and --practices exclude each other", remedy="leave one of them out")
        spec = load_spec(study, allow_outside=allow_outside)
        if members is not None:
            spec = spec.model_copy(update={"ensemble": members})
        names = [one.strip() for one in (practices or "").split(",") if one.strip()]
        if not names:
            read_inputs(spec)  # of what the study asks for, what is wrong is an error; the library's rest is told
        spec, skipped = asked_practices(spec, everything=everything, names=names)
        folder = None if output is None else prepare_folder(output)
        # Loaded last: what is wrong is told before the slow libraries are.
        from mollisol.study.comparison.compare import compare_study

        with progress_bar(quiet) as progress:
            found = compare_study(spec, skipped, other_model=other_model, progress=progress)
            asked = " --all" if everything else f" --practices {','.join(names)}" if names else ""
            report = None if folder is None else write_comparison(found, folder, asked)
        if as_json:
            say(to_json(as_data(found)))
        elif not quiet:
            tell(found)
        if report is not None and not quiet and not as_json:
            say(f"Report: {report}")


def write_comparison(found: Comparison, folder: Path, asked: str) -> Path:
    """Write figures, `compare.csv`, `tradeoffs.csv`, `result.nc` and `report.html`, and return the report's path."""
    from mollisol.show.comparison import render_comparison, write_comparison_table
    from mollisol.show.figure_comparison import write_comparison_figures
    from mollisol.show.files import write_atomically
    from mollisol.show.tradeoffs import write_tradeoffs
    from mollisol.study.result import write_netcdf
    from mollisol.study.run import versions

    spec = found.spec
    figures = write_comparison_figures(found, folder / "figures")
    write_comparison_table(found, folder / "compare.csv")
    if found.ledger is not None:
        write_tradeoffs(found.ledger, folder / "tradeoffs.csv")
    write_netcdf(found.result, folder / "result.nc")
    command = f"mollisol compare {shlex.quote(spec.source.name)}{asked} -o comparison --members {spec.ensemble}"
    page = render_comparison(found, figures, versions(), command)
    write_atomically(folder / "report.html", page.encode("utf-8"))
    return folder / "report.html"


def as_data(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: sentences, ranking, rows of `compare.csv`, and what was left out."""
    from mollisol.show.comparison import comparison_rows, comparison_sentences
    from mollisol.show.comparison_tables import ranks_of

    return {
        "study": found.spec.name,
        "sentences": comparison_sentences(found),
        "ranking": ranks_of(found),
        "drivers": list(found.drivers),
        "unchanged": list(found.unchanged),
        "skipped": list(found.skipped),
        "rows": comparison_rows(found),
    }


def tell(found: Comparison) -> None:
    """Print the ranking and its sentences."""
    import numpy as np

    from mollisol.show.comparison import comparison_sentences
    from mollisol.show.comparison_tables import kept, ranks_of

    rows = []
    for one in ranks_of(found):
        i = found.names.index(one.name)
        row: dict[str, Any] = {
            "place": one.place,
            "practice": one.name,
            "gain_mg_ha": f"{one.median:+.1f}",
            "interval_mg_ha": "" if np.isnan(one.low) else f"{one.low:+.1f} to {one.high:+.1f}",
            "gains_in_percent": round(100 * one.positive) if np.isfinite(one.positive) else None,
            "more_than_next_percent": round(100 * one.beats_next) if np.isfinite(one.beats_next) else None,
        }
        if found.other is not None and found.other.gain is not None:
            row["other_model_mg_ha"] = f"{np.median(found.other.gain[i]):+.1f}"
        left = kept(found, i, found.left_years.index(50))[0]
        row["left_50_yr_percent"] = round(100 * left) if np.isfinite(left) else None
        rows.append(row)
    say(table(rows, HEADINGS))
    say("")
    for sentence in comparison_sentences(found):
        say(sentence)
    for left_out in found.skipped:
        say(f"Not done here: {left_out.name}: {left_out.reason}")
