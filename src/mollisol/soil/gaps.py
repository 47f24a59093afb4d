"""Filling what lies between the horizons of a profile, when it is asked for; all of it is flagged."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from mollisol.soil.columns import DEPTH_TOLERANCE_CM, HORIZON_FIELDS
from mollisol.soil.profile import EXTENDED_TO_SURFACE, INTERPOLATED, Array, Profile

INTENSIVE = tuple(name for name in HORIZON_FIELDS if name not in ("top_cm", "bottom_cm", "organic_carbon_stock_kg_m2"))


def fill_gaps(profile: Profile) -> Profile:
    """Return the profile without gaps between the surface and its last horizon, nor holes in its carbon.

    A gap becomes a horizon whose values are the mean of its neighbours', which is the integral of a straight line
    between them; above the first horizon the values of the first are taken. Each such value is flagged. A stock is
    interpolated as a density (kg/m3).
    """
    density = profile.organic_carbon_stock_kg_m2 / profile.thickness
    values = {name: getattr(profile, name) for name in INTENSIVE} | {"density": density}
    top, bottom = profile.top_cm, profile.bottom_cm
    edges_top = np.concatenate([[0.0], bottom])
    edges_bottom = np.concatenate([top, [np.nan]])
    place = [at for at in range(len(top)) if edges_bottom[at] - edges_top[at] > DEPTH_TOLERANCE_CM]
    if place:
        profile = _insert(profile, values, edges_top, edges_bottom, place)
    return _fill_carbon(profile)


def _insert(profile: Profile, values: dict[str, Array], tops: Array, bottoms: Array, place: list[int]) -> Profile:
    """Put a horizon into each gap; `place` counts the horizons above it."""
    flags = {name: list(profile.flag(name)) for name in HORIZON_FIELDS}
    grown = {name: list(array) for name, array in values.items()}
    new_top, new_bottom = list(profile.top_cm), list(profile.bottom_cm)
    source, lines = list(profile.source), list(profile.lines)
    # From below, so that the places of the gaps above stay valid.
    for at in reversed(place):
        flag = EXTENDED_TO_SURFACE if at == 0 else INTERPOLATED
        for name, array in values.items():
            filled = array[0] if at == 0 else 0.5 * (array[at - 1] + array[at])
            grown[name].insert(at, filled)
            key = "organic_carbon_stock_kg_m2" if name == "density" else name
            flags[key].insert(at, "" if np.isnan(filled) else flag)
        new_top.insert(at, tops[at])
        new_bottom.insert(at, bottoms[at])
        for name in ("top_cm", "bottom_cm"):
            flags[name].insert(at, flag)
        source.insert(at, "")
        lines.insert(at, 0)
    density = np.array(grown.pop("density"))
    top, bottom = np.array(new_top), np.array(new_bottom)
    arrays: dict[str, Any] = {name: np.array(column) for name, column in grown.items()}
    note = f"{len(place)} depth gap(s) filled"
    return dataclasses.replace(
        profile,
        top_cm=top,
        bottom_cm=bottom,
        organic_carbon_stock_kg_m2=density * (bottom - top) / 100.0,
        **arrays,
        source=tuple(source),
        lines=tuple(lines),
        flags={name: tuple(column) for name, column in flags.items() if any(column)},
        notes=(*profile.notes, note),
    )


def _fill_carbon(profile: Profile) -> Profile:
    """Interpolate carbon linearly in depth where it is missing above a horizon that has it."""
    known = profile.has_carbon
    if not known.any() or known[: np.flatnonzero(known)[-1]].all():
        return profile
    middle = 0.5 * (profile.top_cm + profile.bottom_cm)
    inside = ~known & (profile.bottom_cm <= profile.carbon_depth_cm)
    by_stock = not np.isnan(profile.organic_carbon_stock_kg_m2).all()
    name = "organic_carbon_stock_kg_m2" if by_stock else "organic_carbon_percent"
    scale = profile.thickness if by_stock else np.ones(len(profile))
    given = getattr(profile, name) / scale
    values = np.where(inside, np.interp(middle, middle[known], given[known]) * scale, getattr(profile, name))
    flags = tuple((INTERPOLATED if here else flag) for here, flag in zip(inside, profile.flag(name), strict=True))
    note = f"organic carbon interpolated in {int(inside.sum())} horizon(s)"
    changed: dict[str, Any] = {name: values}
    return dataclasses.replace(profile, **changed, flags={**profile.flags, name: flags}, notes=(*profile.notes, note))
