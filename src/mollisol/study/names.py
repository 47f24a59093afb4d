"""Names of what is compared, as in the dimension `practice` of the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BASELINE = "baseline"
"""Name of the plan itself."""


def name_of(practices: Sequence[str], labels: Sequence[str | None]) -> str:
    """Name practices that are applied together: joined by ` + `; labels, where given, stand instead.

    Examples
    --------
    >>> name_of(["cover_crop", "no_till"], [None, None])
    'cover_crop + no_till'
    >>> name_of(["cover_crop", "no_till"], ["the whole package", None])
    'the whole package'
    """
    given = [label for label in labels if label]
    return " + ".join(given or practices)


def make_unique(names: Iterable[str]) -> list[str]:
    """Number repeats from the second on; no name becomes another's, nor the baseline's.

    Examples
    --------
    >>> make_unique(["cover_crop", "cover_crop", "cover_crop 2"])
    ['cover_crop', 'cover_crop 2', 'cover_crop 2 2']
    """
    used = {BASELINE}
    unique = []
    for name in names:
        candidate, count = name, 1
        while candidate in used:
            count += 1
            candidate = f"{name} {count}"
        used.add(candidate)
        unique.append(candidate)
    return unique
