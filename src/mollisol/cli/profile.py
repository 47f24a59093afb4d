"""`mollisol profile`: look at a horizon table before it is used."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.output import say

app = typer.Typer(help="Check a horizon table, or put it on the model's layers.", no_args_is_help=True)

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="Horizon table (CSV, Parquet), or a folder of ISRaD tables.")
]
ProfileId = Annotated[
    str | None, typer.Option("--profile-id", metavar="ID", help="Which profile, where the file holds several.")
]
FillGaps = Annotated[bool, typer.Option("--fill-gaps", help="Fill gaps in depth and carbon, flagged.")]


@app.command(epilog="Example:  mollisol profile check profile.csv")
def check(file: File, profile_id: ProfileId = None, fill_gaps: FillGaps = False) -> None:
    """Say what a horizon table holds, what is filled in and by what, and what is wrong with it.

    One sound profile is shown horizon by horizon. A table of several lists each, sound or not; the exit code
    is 2 where any has a problem.
    """
    from mollisol.soil import check_profile, describe, read_profile, scan_profiles
    from mollisol.units import InputError

    if profile_id is not None:
        say(describe(read_profile(file, profile_id=profile_id, fill_gaps=fill_gaps)))
        return
    scan = scan_profiles(file, fill_gaps=fill_gaps)
    if scan.problems and not scan.profiles and len(scan.rejected) == 1:
        # One profile and it is wrong: the reader's own message names line, column and remedy.
        read_profile(file, fill_gaps=fill_gaps)
    for line in check_profile(file, fill_gaps=fill_gaps):
        say(line)
    if scan.rejected:
        raise InputError(
            f"{len(scan.rejected)} of {len(scan.profiles) + len(scan.rejected)} profiles have problems",
            file=str(file),
            remedy="correct what is listed above",
        )


@app.command(epilog="Example:  mollisol profile harmonise profile.csv -o layers.csv")
def harmonise(
    file: File,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="File for the layers (.csv or .parquet); else printed."),
    ] = None,
    profile_id: ProfileId = None,
    fill_gaps: FillGaps = False,
) -> None:
    """Put a profile on the 20 layers of the default grid to 2 m, in cm and Mg C/ha, with what was filled in."""
    from mollisol.grid import Grid
    from mollisol.soil import harmonise as to_layers
    from mollisol.soil import harmonised_table, read_profile, write_table

    layers = harmonised_table(to_layers(read_profile(file, profile_id=profile_id, fill_gaps=fill_gaps), Grid()))
    if output is not None:
        write_table(layers, output)
        say(f"Layers: {output}")
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(layers)
    # A missing value is an empty cell, never a word or zero.
    writer.writerows(["" if cell != cell else cell for cell in row] for row in zip(*layers.values(), strict=True))
    say(text.getvalue().rstrip("\n"))
