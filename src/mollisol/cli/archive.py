"""`mollisol archive`: many profiles in one place, to be asked and to be taken out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json, warn
from mollisol.cli.progress import progress_bar

if TYPE_CHECKING:
    from mollisol.soil.archive import Archive, ImportRecord, Selection

app = typer.Typer(help="Keep many profiles in one place, ask for some, take them out.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="ARCHIVE", help="Folder of the archive.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, in SI units.")]
Box = Annotated[
    str | None,
    typer.Option("--box", metavar="W,S,E,N", help="West, south, east, north in degrees; west > east: date line."),
]
Depth = Annotated[
    float, typer.Option("--depth", metavar="CM", help="Depth to which carbon, or all of --measured, is known.")
]
Measured = Annotated[
    list[str] | None,
    typer.Option(
        "--measured",
        metavar="NAME",
        help="Measured: soc, soc_content, soc_stock, bulk_density, clay, silt, sand, coarse_fragments, ph, delta14c. "
        "Several by commas, or again.",
    ),
]
Throughout = Annotated[
    bool, typer.Option("--throughout", help="Measured in every horizon from the surface down, not only in some.")
]
LandUse = Annotated[
    list[str] | None,
    typer.Option(
        "--land-use", metavar="NAME", help="Such as cropland, grassland, forest, or a word of the source; or again."
    ),
]
Source = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="TEXT", help="Dataset, reader or a part of the source's name; or again."),
]
WithGaps = Annotated[bool, typer.Option("--with-gaps", help="Also profiles with gaps in depth or in carbon.")]
WithRepeats = Annotated[bool, typer.Option("--with-repeats", help="Also profiles that repeat another.")]


@app.callback()
def _group() -> None:
    """Keep many profiles in one place, ask for some, take them out."""


@app.command("import", epilog="Example:  mollisol archive import soils afsp_horizons_soc.csv")
def import_files(
    archive: Folder,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Tables of profiles, or folders of ISRaD tables.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Name of the dataset instead of the file's; one FILE.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the records as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Read files of any supported format into an archive, which is made if it does not exist.

    Each file comes in whole or not at all. A file that is there already is skipped. Sound profiles are kept, the
    others are listed with their reasons in imports/NUMBER/refused.csv.
    """
    from mollisol.soil.archive import import_profiles
    from mollisol.units import InputError

    if name is not None and len(files) > 1:
        raise InputError("one name for several files", key="--name", remedy="import them one by one")
    done = []
    for file in files:
        with progress_bar(quiet) as progress:
            record, new = import_profiles(archive, file, dataset=name, progress=progress)
        done.append({"new": new, "record": record})
        if not as_json:
            say(_imported(archive, file, record) if new else _skipped(file, record))
    if as_json:
        say(to_json(done))


@app.command(
    epilog="Example:  mollisol archive query soils --depth 100 --measured bulk_density,clay --box -20,-35,52,38"
)
def query(
    archive: Folder,
    box: Box = None,
    depth: Depth = 0.0,
    measured: Measured = None,
    throughout: Throughout = False,
    land_use: LandUse = None,
    source: Source = None,
    with_gaps: WithGaps = False,
    with_repeats: WithRepeats = False,
    layers: Annotated[bool, typer.Option("--layers", help="Give the layers of the profiles.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="File for all of it (.csv or .parquet).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Most lines printed.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the profiles that meet all conditions, depths in cm; layers, files and JSON are in SI units."""
    from mollisol.soil.archive import Archive
    from mollisol.soil.archive.export import check_ending, write_arrow

    selection = _selection(box, depth, measured, throughout, land_use, source, with_gaps, with_repeats)
    if output is not None:
        check_ending(output)
    opened = Archive(archive)
    found = opened.layers(selection) if layers else opened.select(selection)
    if output is not None:
        write_arrow(found, output)
    if as_json:
        say(to_json({"count": found.num_rows, "left_out": opened.left_out(selection), "rows": found.to_pylist()}))
        return
    what = "layers" if layers else "profiles"
    if output is not None:
        say(f"{found.num_rows} {what}: {output}")
    else:
        shown = found.slice(0, limit).to_pylist()
        text = table([_layer(row) if layers else _profile(row) for row in shown])
        more = [f"and {found.num_rows - limit} more"] if found.num_rows > limit else []
        say("\n".join([*([text] if text else []), *more, f"{found.num_rows} {what}"]))
    _tell_left_out(opened, selection)


@app.command(epilog="Example:  mollisol archive export soils -o deep.csv --depth 100 --land-use cropland")
def export(
    archive: Folder,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="File for the profile table (.csv or .parquet).")
    ],
    box: Box = None,
    depth: Depth = 0.0,
    measured: Measured = None,
    throughout: Throughout = False,
    land_use: LandUse = None,
    source: Source = None,
    with_gaps: WithGaps = False,
    with_repeats: WithRepeats = False,
) -> None:
    """Write the profiles that meet all conditions as a profile table, which a study and `mollisol profile` read.

    Profiles with gaps are read back only with --fill-gaps.
    """
    from mollisol.soil.archive import Archive
    from mollisol.soil.archive.export import check_ending, write_plain
    from mollisol.units import InputError

    selection = _selection(box, depth, measured, throughout, land_use, source, with_gaps, with_repeats)
    check_ending(output)
    opened = Archive(archive)
    layers = opened.layers(selection)
    if not layers.num_rows:
        _tell_left_out(opened, selection)
        raise InputError(
            "no profile meets all conditions, so there is nothing to write", file=str(archive), remedy="ask for less"
        )
    count = write_plain(layers, output)
    say(f"{len(layers.column('key').unique())} profiles, {count} horizons: {output}")
    _tell_left_out(opened, selection)


@app.command(epilog="Example:  mollisol archive imports soils")
def imports(archive: Folder, as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List what was imported: files, readers, dates, how much was kept and why the rest was refused."""
    from mollisol.soil.archive import Archive

    records = Archive(archive).imports
    if as_json:
        say(to_json(records))
        return
    rows = [
        {
            "dataset": one.dataset, "file": one.file, "reader": one.reader, "date": one.date, "version": one.version,
            "profiles": one.profiles_kept, "refused": one.profiles_refused, "gaps": one.with_gaps,
            "repeats": one.repeats, "layers": one.rows_kept, "sha256": next(iter(one.sha256.values()))[:12],
        }
        for one in records
    ]  # fmt: skip
    say(table(rows))


def _selection(
    box: str | None,
    depth: float,
    measured: list[str] | None,
    throughout: bool,
    land_use: list[str] | None,
    source: list[str] | None,
    with_gaps: bool,
    with_repeats: bool,
) -> Selection:
    from mollisol.soil.archive import Selection
    from mollisol.units import CM_PER_M

    return Selection(
        box=None if box is None else _box(box),
        depth_m=depth / CM_PER_M,
        measured=tuple(name.strip() for entry in measured or () for name in entry.split(",")),
        throughout=throughout,
        land_use=tuple(land_use or ()),
        source=tuple(source or ()),
        gaps=with_gaps,
        repeats=with_repeats,
    )


def _box(text: str) -> tuple[float, float, float, float]:
    from mollisol.units import InputError

    try:
        west, south, east, north = (float(side) for side in text.split(","))
    except ValueError:
        raise InputError(
            f"{text!r} is no box",
            key="--box",
            remedy="give four numbers west,south,east,north in degrees, such as --box -20,-35,52,38",
        ) from None
    return west, south, east, north


def _imported(archive: Path, file: Path, record: ImportRecord) -> str:
    lines = [
        f"{file}: dataset {record.dataset}, {record.reader} format",
        f"  profiles: {record.profiles_kept} of {record.profiles_read} kept ({record.with_gaps} with gaps, "
        f"{record.repeats} repeat another), {record.profiles_refused} refused",
        f"  rows: {record.rows_kept} of {record.rows_read} kept, {record.rows_refused} of refused profiles, "
        f"{record.rows_above} above the mineral soil",
    ]
    lines += [f"  refused: {count} x {reason}" for reason, count in record.reasons.items()]
    if record.profiles_refused:
        lines.append(f"  each with its line: {archive / record.folder / 'refused.csv'}")
    return "\n".join(lines)


def _skipped(file: Path, record: ImportRecord) -> str:
    return f"{file}: already in the archive as {record.dataset} since {record.date}; skipped"


def _profile(row: dict[str, Any]) -> dict[str, Any]:
    from mollisol.soil.archive.archive import measured_in

    return {
        "profile": row["key"], "latitude": row["latitude"], "longitude": row["longitude"],
        "year": _whole(row["sample_year"]), "land use": row["land_use"] or row["land_use_given"],
        "horizons": row["horizons"], "depth cm": _centimetres(row["depth_m"]),
        "soc to cm": _centimetres(row["soc_depth_m"]),
        "measured": [name for name in measured_in(row) if name not in ("soc_content", "soc_stock")],
        "gaps": row["gaps"], "source": row["source"], "repeats": row["repeats"],
    }  # fmt: skip


def _layer(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("latitude", "longitude", "line", "converted")}


def _centimetres(depth: float | None) -> str:
    return "" if depth is None else f"{100.0 * depth:g}"


def _whole(year: float | None) -> str:
    return "" if year is None else f"{year:.0f}"


def _tell_left_out(archive: Archive, selection: Selection) -> None:
    left = archive.left_out(selection)
    if left.gaps:
        warn(f"{left.gaps} more have gaps in depth or in carbon (--with-gaps)")
    if left.repeats:
        warn(f"{left.repeats} more repeat another (--with-repeats)")
