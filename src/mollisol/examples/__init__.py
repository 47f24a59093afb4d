"""Example studies that are shipped with the package, each a folder that can be copied and changed.

`demo` is a real cropland site in Kansas with a profile measured to 2.06 m; `quick` is the least that a study
needs. Where every figure comes from is told in `SOURCES.md` beside it. `sites` are five other fields of different
climate and texture, small tables for trials of practices, with one `SOURCES.md` for all of them.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from mollisol.units import InputError


def demo_folder() -> Path:
    """Return the folder of the demo: study.yaml, profile.csv, climate.csv, SOURCES.md.

    Examples
    --------
    >>> sorted(path.name for path in demo_folder().iterdir())
    ['SOURCES.md', 'climate.csv', 'profile.csv', 'study.yaml']
    """
    return _folder("demo")


def quick_folder() -> Path:
    """Return the folder of the smallest example, with the same four files.

    Examples
    --------
    >>> (quick_folder() / "study.yaml").is_file()
    True
    """
    return _folder("quick")


SITES = ("sterling", "silsoe", "gainesville", "palmira", "patancheru")
"""Sites beside the demo: cold and dry loam, cool clay, subtropical sand, equatorial silty clay loam, hot Vertisol."""


def site_folder(name: str) -> Path:
    """Return the folder of one of `SITES`: study.yaml, profile.csv, climate.csv.

    Raises
    ------
    InputError
        Where there is no such site.

    Examples
    --------
    >>> (site_folder("silsoe") / "profile.csv").is_file()
    True
    """
    if name not in SITES:
        raise InputError(f"there is no site '{name}'", remedy=f"sites: {', '.join(SITES)}")
    return _folder("sites") / name


def _folder(name: str) -> Path:
    return Path(str(files("mollisol.examples").joinpath(name)))
