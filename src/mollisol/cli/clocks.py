"""`mollisol clocks`: how long the carbon of a study's soil stays, by depth, and what becomes of marked inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json, warn
from mollisol.cli.progress import progress_bar

if TYPE_CHECKING:
    from mollisol.study import StudySpec
    from mollisol.study.clocks import StudyClocks
    from mollisol.study.follow import Followed
    from mollisol.study.marks import MarkedInput

HEADINGS = {
    "depth_cm": "depth cm",
    "soc_mg_ha": "SOC Mg/ha",
    "turnover_yr": "SOC/input yr",
    "turnover_bnpp_yr": "SOC/BNPP yr",
    "published_median_yr": "cropland SOC/BNPP yr",
    "mean_age_yr": "mean age yr",
    "carried_age_yr": "carried age yr",
    "published_age_median_yr": "cropland age yr",
    "respired_age_yr": "respired age yr",
    "delta14c_permil": "Delta14C permil",
    "measured_delta14c_permil": "measured permil",
    "modelled_delta14c_permil": "model then permil",
    "median_transit_time_yr": "median transit yr",
    "left_10_yr": "left 10 yr",
    "left_50_yr": "left 50 yr",
    "left_100_yr": "left 100 yr",
    "left_500_yr": "left 500 yr",
}

SAMPLED = ("measured_delta14c_permil", "modelled_delta14c_permil")
"""Columns of a profile whose radiocarbon was measured."""

LEGEND = """\
Present plan of the study, taken to hold for ever; best estimate.
SOC/input and SOC/BNPP: turnover times, no transit times; cropland: published medians (Sierra et al. 2024), ages there
from radiocarbon. Mean age: of the soil organic carbon, by the effective operator and carried through the cycle (largest
difference {difference:.2g} %); respired age: of its CO2. Delta14C: at the start of {year}.
Median transit and the shares left: of what enters in that interval, or on the surface, wherever it goes."""

FATE = {
    "year": "end of",
    "entered_mg_ha": "entered Mg/ha",
    "left_percent": "left %",
    "respired_percent": "respired %",
    "leached_percent": "leached %",
    "with_soil_and_runoff_percent": "eroded, runoff %",
    "native_mg_ha": "native Mg/ha",
    "new_mg_ha": "new Mg/ha",
    "primed_mg_ha": "primed Mg/ha",
}

FATE_LEGEND = """\
Percent of what has entered by then. In: where it is, cm. As: in which pool. Native: all carbon of the field that was
there at the start of the run; new: all that entered since. Primed: how the carbon without the mark differs from a run
without that input."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog='Example:  mollisol clocks study.yaml -o clocks --mark "practice=cover_crop, year=2026"')
    def clocks(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study file (YAML).")],
        output: Annotated[
            Path | None,
            typer.Option(
                "--output", "-o", metavar="DIR", help="Folder for clocks.csv and permanence.png, or fate.csv."
            ),
        ] = None,
        mark: Annotated[
            list[str] | None,
            typer.Option(
                "--mark",
                metavar="WHAT",
                help="Follow an input instead: practice=NAME, source=WORDS, year=FIRST-LAST, depth_cm=TOP-BOTTOM "
                "(or surface), any of them with commas between. Several may be given.",
            ),
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
        from mollisol.study.marks import check_mark, parse_mark
        from mollisol.study.prepared import read_inputs

        marked = [parse_mark(text) for text in mark or ()]
        spec = load_spec(study, allow_outside=allow_outside)
        for one in marked:
            check_mark(spec, one)
        read_inputs(spec)
        folder = None if output is None else prepare_folder(output)
        if marked:
            _tell_fates(spec, marked, folder, as_json=as_json, quiet=quiet)
        else:
            _tell_clocks(spec, folder, as_json=as_json, quiet=quiet)


def _tell_clocks(spec: StudySpec, folder: Path | None, *, as_json: bool, quiet: bool) -> None:
    from mollisol.study.clocks import study_clocks

    with progress_bar(quiet) as progress:
        found = study_clocks(spec, progress)
        rows = clock_rows(found)
    if folder is not None:
        from mollisol.show.figure_permanence import write_permanence

        _write(rows, folder / "clocks.csv")
        write_permanence(found.permanence, folder / "permanence.png")
    if as_json:
        say(to_json(rows))
    else:
        say(table(rows, HEADINGS))
        say("\n" + LEGEND.format(difference=100.0 * found.largest_difference, year=spec.years.start))
        if found.sampled is not None:
            say(f"Measured: Delta14C of {found.sampled.year}, beside the model's at the end of that year.")
    if not quiet:
        for warning in found.warnings:
            warn(warning)


def clock_rows(found: StudyClocks) -> list[dict[str, Any]]:
    """Return the rows of the table with the published values of cropland beside the model's."""
    from mollisol.show.radiocarbon import cropland_ages
    from mollisol.show.reference import cropland_turnover

    times = {f"{row.top_cm:g}-{row.bottom_cm:g}": row.median for row in cropland_turnover()}
    ages = {f"{top:g}-{bottom:g}": median for (top, bottom), (_, median) in cropland_ages().items()}
    left_out = () if found.sampled is not None else SAMPLED
    rows = []
    for own in found.table():
        depth = own["depth_cm"]
        row = {**own, "published_median_yr": times.get(depth), "published_age_median_yr": ages.get(depth)}
        rows.append({key: row[key] for key in HEADINGS if key not in left_out})
    return rows


def _tell_fates(spec: StudySpec, marked: list[MarkedInput], folder: Path | None, *, as_json: bool, quiet: bool) -> None:
    from mollisol.study.follow import follow

    with progress_bar(quiet) as progress:
        found = follow(spec, marked, progress)
    rows = [row for one in found for row in one.table()]
    if folder is not None:
        _write(rows, folder / "fate.csv")
    if as_json:
        say(to_json(rows))
        return
    for one in found:
        say(f"{one.mark.text}: {', '.join(one.sources)}; entering at {one.depth}")
        say(table(*_shown(one)) + "\n")
    say(FATE_LEGEND)


def _shown(one: Followed) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return rows without the pools and depths that never hold any, and their headings."""
    rows = one.table()
    kept = [key for key in rows[0] if key != "mark" and (key in FATE or any(abs(row[key]) >= 0.05 for row in rows))]
    headings = {key: FATE.get(key) or key.removesuffix("_percent").replace("_", " ") + " %" for key in kept}
    return [{key: row[key] for key in kept} for row in rows], headings


def _write(rows: list[dict[str, Any]], path: Path) -> None:
    import csv
    import io

    from mollisol.cli.output import plain
    from mollisol.show.files import write_atomically

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: "" if (cell := plain(value)) is None else cell for key, value in row.items()} for row in rows
    )
    write_atomically(path, text.getvalue().encode())
