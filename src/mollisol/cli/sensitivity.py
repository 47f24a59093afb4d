"""`mollisol sensitivity`: what the uncertainty of a study comes from, and which measurement would shrink it most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.output import plain, say, table, to_json, warn
from mollisol.cli.progress import progress_bar

HEADINGS = {
    "quantity": "quantity",
    "factor": "factor",
    "elasticity": "elasticity",
    "share_by_slope": "share by slope",
    "sobol_first": "Sobol first",
    "sobol_total": "Sobol total",
    "sobol_total_error": "+-",
}
SHOWN = 5
LEGEND = """\
0-200 cm; the five largest of each quantity. Stocks by their logarithm. Sobol first: share of the variance that the
factor explains alone; total: with what it does together with others. Elasticity: of stocks in percent for a percent.
Every depth: sensitivity.csv and measurements.csv (-o DIR), or --json."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol sensitivity study.yaml -o sensitivity")
    def sensitivity(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
        output: Annotated[
            Path | None,
            typer.Option(
                "--output",
                "-o",
                metavar="DIR",
                help="Folder for sensitivity.csv, measurements.csv and sensitivity.png.",
            ),
        ] = None,
        samples: Annotated[
            int, typer.Option("--samples", min=16, max=65536, help="Base samples of the Sobol indices, a power of 2.")
        ] = 256,
        gradient: Annotated[
            bool, typer.Option("--gradient", help="Elasticities of the steady state by its exact gradient.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
        allow_outside: Annotated[
            bool, typer.Option("--allow-outside", help="Let the study read files outside its folder.")
        ] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no notes.")] = False,
    ) -> None:
        """Tell by depth what the uncertainty of a study comes from, and which measurement would shrink it most."""
        from mollisol.study import load_spec
        from mollisol.units import InputError
        from mollisol.units.files import prepare_folder, write_text

        if samples & (samples - 1):
            low = 1 << (samples.bit_length() - 1)
            raise InputError(f"got {samples}", key="--samples", remedy=f"give a power of 2, such as {low} or {2 * low}")
        spec = load_spec(study, allow_outside=allow_outside)
        folder = None if output is None else prepare_folder(output)
        from mollisol.evidence.sensitivity import factor_rows, measurement_rows, sentences, with_gradient
        from mollisol.evidence.sensitivity import sensitivity as analyse

        with progress_bar(quiet) as progress:
            made = analyse(spec, samples, spec.seed, progress)
            if gradient:
                if progress is not None:
                    progress("gradient", 0.9)
                made = with_gradient(made)
        rows, gains, told = factor_rows(made), measurement_rows(made), sentences(made)
        if folder is not None:
            from mollisol.show.figure_sensitivity import write

            write_text(folder / "sensitivity.csv", _csv(rows))
            write_text(folder / "measurements.csv", _csv(gains))
            write(made, folder / "sensitivity.png")
        if as_json:
            say(to_json({"factors": rows, "measurements": gains, "sentences": told, "runs": made.runs}))
        else:
            say(table(_largest(rows, made.function.depths[-1]), HEADINGS))
            say(f"\n{LEGEND}\n")
            for sentence in told:
                say(sentence)
        if not quiet:
            for name, why in made.function.left_out.items():
                warn(f"'{name}' is left out: {why}.")
            for doubt in made.function.doubts:
                warn(doubt)
            chosen = made.function.parameter_set
            if chosen is None:
                warn("Parameters vary by their priors.")
            else:
                warn(
                    f"Parameters vary by the parameter set {chosen.name}; how they depend on one another counts for "
                    "the measurements, not for the Sobol indices."
                )


def _largest(rows: list[dict[str, Any]], depth: str) -> list[dict[str, Any]]:
    """Return the rows of the largest factors of each quantity over the whole profile."""
    found: list[dict[str, Any]] = []
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        own = [row for row in rows if row["quantity"] == quantity and row["depth_cm"] == depth]
        own = [row for row in own if row["sobol_total"] == row["sobol_total"]]
        own.sort(key=lambda row: -row["sobol_total"])
        found += [{name: row[name] for name in HEADINGS} for row in own[:SHOWN]]
    return found


def _csv(rows: list[dict[str, Any]]) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {key: plain(value) for key, value in row.items()}
        writer.writerow(
            {
                key: "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else cell
                for key, cell in cells.items()
            }
        )
    return text.getvalue()
