"""Profiles from arrays instead of a file, checked alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mollisol.soil.assembly import assemble
from mollisol.soil.checks import check_values
from mollisol.soil.formats import plain
from mollisol.soil.problems import raise_problems
from mollisol.soil.profile import Profile
from mollisol.soil.tables import Cell, Table


def profile_of(
    top_cm: Sequence[float],
    bottom_cm: Sequence[float],
    organic_carbon_percent: Sequence[float] | None = None,
    profile_id: str = "profile",
    fill_gaps: bool = False,
    **columns: ArrayLike,
) -> Profile:
    """Make a profile from arrays with the columns of the profile table; None and NaN are missing.

    Raises
    ------
    InputError
        As for a file: its line 2 is the first horizon.

    Examples
    --------
    >>> profile_of([0, 30], [30, 100], [2.0, 0.5], clay_percent=[20, 25]).carbon_depth_cm
    100.0
    """
    given: dict[str, ArrayLike] = {"top_cm": top_cm, "bottom_cm": bottom_cm, **columns}
    if organic_carbon_percent is not None:
        given["organic_carbon_percent"] = organic_carbon_percent
    size = len(top_cm)
    cells: dict[str, Sequence[Cell]] = {name: _cells(values, size) for name, values in given.items()}
    table = Table("arrays", {"profile_id": [profile_id] * size, **cells}, range(2, size + 2))
    rows = plain.read(table)
    check_values(rows)
    profiles, problems = assemble(rows, fill_gaps=fill_gaps)
    raise_problems(problems)
    return profiles[0]


def _cells(values: ArrayLike, size: int) -> list[Cell]:
    """Return one cell per horizon: a single value holds for all of them."""
    given = np.asarray(values)
    listed: list[Cell] = [given.item()] * size if given.ndim == 0 else given.tolist()
    return [None if cell is None or cell != cell else cell for cell in listed]
