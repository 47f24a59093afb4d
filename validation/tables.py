"""Tables between the markers of a page, and the command that makes one from measurements and a parameter set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def fill(page: Path, begin: str, end: str, made: Sequence[str]) -> None:
    """Replace what stands between two markers of a page by lines."""
    before, rest = page.read_text(encoding="utf-8").split(begin)
    page.write_text(f"{before}{begin}\n\n" + "\n".join(made) + f"\n\n{end}{rest.split(end)[1]}", encoding="utf-8")


def table_command(
    arguments: Sequence[str] | None,
    about: str | None,
    markers: tuple[str, str],
    made: Callable[[argparse.Namespace], list[str]],
    options: Mapping[str, Mapping[str, Any]],
) -> int:
    """Print the lines that are made, fill them into the page that is given, and return the exit code.

    Parameters
    ----------
    made : of the arguments `data`, `parameters` and the `options` of this command.
    """
    from mollisol.units import MollisolError

    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--parameters", default="cropland_grassland", help="name or path of the parameter set")
    for name, settings in options.items():
        parser.add_argument(name, **settings)
    parser.add_argument("--markdown", type=Path, help="page with marks for the table")
    given = parser.parse_args(arguments)
    if not (given.data / "radiocarbon").is_dir():
        print(f"{given.data / 'radiocarbon'} is absent", file=sys.stderr)
        return 2
    try:
        lines = made(given)
    except MollisolError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    if given.markdown is not None:
        fill(given.markdown, *markers, lines)
    return 0
