"""What is fitted and what is kept for tests: by study, from a hash of its name, so that nobody can choose.

u = first 8 bytes of SHA-256(group) / 2^64; a group with u < 0.6 is fitted, the others are for tests. A group is all
studies that share places, linked by the table `overlaps.csv`; its name is the alphabetically first of its studies.
The rule, the share and the table were written down before anything was fitted, and hold for every source alike.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Side = Literal["fit", "test"]
SIDES: tuple[Side, ...] = get_args(Side)

FIT_SHARE = 0.6
"""Expected share of the groups that are fitted."""

NEAR = 5.0
"""km; places of two studies that are nearer than this must lie on one side."""

KM_PER_DEGREE = 111.2


def study_key(name: str) -> str:
    """Return a study's name in one spelling: author and year, or the name's letters and digits.

    Examples
    --------
    >>> study_key("McClung de Tapia_2005"), study_key("Doetterl2015"), study_key("Alcántara et al. 2016")
    ('mcclungdetapia_2005', 'doetterl_2015', 'alcantara_2016')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()
    found = re.match(r"(.*?)[\s_(,]*((?:18|19|20)\d\d)([a-z](?![A-Za-z]))?", plain)
    if not found or not re.search("[A-Za-z]", found[1]):
        return re.sub(r"[^a-z0-9]", "", plain.lower())
    author = re.sub(r"[^a-z]", "", re.sub(r"\bet al\b", "", found[1].lower()))
    return f"{author}_{found[2]}{found[3] or ''}"


@cache
def overlaps() -> tuple[tuple[str, str, str], ...]:
    """Return the pairs of studies that share places, and why."""
    text = resources.files(__package__).joinpath("overlaps.csv").read_text(encoding="utf-8")
    return tuple((row["study"], row["with"], row["why"]) for row in csv.DictReader(text.splitlines()))


@cache
def _groups() -> dict[str, str]:
    members: dict[str, set[str]] = {}
    for first, second, _ in overlaps():
        joined = members.get(first, {first}) | members.get(second, {second})
        for one in joined:
            members[one] = joined
    return {one: min(joined) for one, joined in members.items()}


def group_of(study: str) -> str:
    """Return the group of a study (its name as in the source, or its key): itself where it shares no place."""
    key = study_key(study)
    return _groups().get(key, key)


def side_of_group(group: str) -> Side:
    """Return the side of a group: "fit" where the hash of its name is below the share, else "test"."""
    number = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") / 2.0**64
    return "fit" if number < FIT_SHARE else "test"


def side_of(study: str) -> Side:
    """Return whether a study is fitted or kept for tests.

    Examples
    --------
    >>> side_of("Huang_1996") == side_of("Huang_1999")
    True
    """
    return side_of_group(group_of(study))


def sides(groups: Iterable[str]) -> NDArray[np.str_]:
    """Return (item,) the side of each group."""
    return np.array([side_of_group(group) for group in groups], dtype=np.str_)


def distance(
    latitude: ArrayLike, longitude: ArrayLike, other_latitude: ArrayLike, other_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Return the distance between places (degrees), km, on a plane: good enough for neighbours."""
    north = np.asarray(latitude) - np.asarray(other_latitude)
    east = (np.asarray(longitude) - np.asarray(other_longitude)) * np.cos(np.radians(latitude))
    return np.asarray(KM_PER_DEGREE * np.hypot(north, east))


def close_across(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], groups: Sequence[str], near: float = NEAR
) -> list[tuple[str, str, float]]:
    """Return the pairs of groups on different sides that have places nearer than `near` km, each with the distance.

    An empty list is what the split promises.
    """
    side, names = sides(groups), np.asarray(groups)
    tests = np.flatnonzero((side == "test") & np.isfinite(latitude) & np.isfinite(longitude))
    found: dict[tuple[str, str], float] = {}
    for one in np.flatnonzero((side == "fit") & np.isfinite(latitude) & np.isfinite(longitude)):
        apart = distance(latitude[one], longitude[one], latitude[tests], longitude[tests])
        for other in np.flatnonzero(apart < near):
            pair = (str(names[one]), str(names[tests[other]]))
            found[pair] = min(found.get(pair, np.inf), float(apart[other]))
    return [(first, second, km) for (first, second), km in sorted(found.items())]
