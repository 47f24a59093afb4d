"""Water and warmth at depth after the soil has moved: what depends on texture is computed anew from the moved soil.

Soil-bound properties move in the run itself; the forcing, which belongs to the place, is cut at the months in which
work on the soil has changed what holds the water, and goes on as that of the soil as it then is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.study.soil_events import added_by, mapped
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.practices.soil_work import SoilWork
    from mollisol.study.columns import Place

Array = NDArray[np.float64]
Forcing = Mapping[str, Array]

NOTICED = 0.02
"""Relative change of a layer's water content at saturation, field capacity or wilting point that is computed anew."""


def moved_place(place: Place, work: SoilWork) -> Place:
    """Return the place after a work: texture, stones, density and organic matter of the moved soil.

    Layers keep their thickness; soil that was added is counted where it was put.
    """
    layers, thickness = place.layers, place.grid.thickness
    carbon_map = mapped(place, work)[0][1:, 1:]
    added = added_by(place, work)[1:]
    moved = carbon_map @ place.mass
    mass = moved + added
    known = np.flatnonzero(~np.isnan(layers.organic_carbon_percent))
    percent = layers.organic_carbon_percent[np.minimum(np.arange(len(layers)), known[-1])]
    given = work.material.properties if work.material is not None else {}

    def mixed(value: Array, of_added: float | None = None) -> Array:
        own = (carbon_map @ (place.mass * value)) / moved
        return own if of_added is None else (moved * own + added * of_added) / mass

    clay, silt = mixed(layers.clay, given.get("clay")), mixed(layers.silt, given.get("silt"))
    organic = mixed(percent, 0.0 if work.material is not None else None)
    coarse = (carbon_map @ (thickness * layers.coarse_fraction)) / thickness
    new = replace(
        layers,
        clay=clay,
        silt=silt,
        sand=np.maximum(1.0 - clay - silt, 0.0),
        organic_carbon_percent=organic,
        coarse_fraction=coarse,
        bulk_density=mass / thickness / (1.0 - coarse),
    )
    return replace(place, layers=new, mass=mass)


def with_moved_soil(
    place: Place,
    forcing: Forcing,
    managements: Sequence[Management],
    rebuilt: Callable[[Sequence[Place], Sequence[Management]], Sequence[Forcing]],
) -> Forcing:
    """Return the forcing of a run with that of the moved soil from the months on in which it has moved.

    Parameters
    ----------
    forcing : (month, row, plan); a year's months stand for every year.
    rebuilt : gives the forcing (month, row, 1) of a whole run for each of some plans on another soil.
    """
    months = managements[0].months
    # strips of a field, and choices, share their soil and their crops
    wanted: dict[tuple[object, ...], tuple[Place, Management]] = {}
    turns: list[tuple[int, int, tuple[bytes, bytes, bytes]]] = []
    for plan, management in enumerate(managements):
        now, seen = place, _waters(place)
        for month, work in management.soil_work:
            now = moved_place(now, work)
            waters = _waters(now)
            if np.max(np.abs(waters / seen - 1.0)) < NOTICED:
                continue
            seen = waters
            key = (waters.tobytes(), management.root_share.tobytes(), management.cover.tobytes())
            wanted.setdefault(key, (now, management))
            turns.append((month, plan, key))
    if not turns:
        return forcing
    # one call for all: each number of columns is compiled anew
    made = rebuilt([one for one, _ in wanted.values()], [own for _, own in wanted.values()])
    known = dict(zip(wanted, made, strict=True))
    changed = {name: _dated(value, months).copy() for name, value in forcing.items()}
    for month, plan, key in turns:
        for name, value in changed.items():
            value[month:, :, plan] = _dated(known[key][name], months)[month:, :, 0]
    return changed


def _dated(series: Array, months: int) -> Array:
    return series if len(series) == months else series[np.arange(months) % MONTHS_PER_YEAR]


def _waters(place: Place) -> Array:
    hydraulics = place.layers.hydraulics()
    return np.stack([hydraulics.saturation, hydraulics.field_capacity, hydraulics.wilting_point])
