"""Soil water of a climatology: the drawn years, each with every year of the rotation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from mollisol.climate.series import Array
from mollisol.climate.site import Site
from mollisol.climate.steps import mean_year
from mollisol.climate.variability import fifths
from mollisol.climate.water import HydraulicsLike, WaterRun, soil_water
from mollisol.units import MONTHS_PER_YEAR

_PROPERTIES = (
    "wilting_point", "field_capacity", "saturation", "saturated_conductivity", "air_entry", "retention_exponent",
)  # fmt: skip


def typical_water(
    liquid: Any, demand: Any, days: Array, site: Site, roots: Array, cover: Array
) -> tuple[WaterRun, dict[str, Array]]:
    """Return the water of the mean year, (12, ...): means over the drawn years and the phases of the rotation.

    A rotation of R years is run in its R phases, so that each drawn year meets each year of the rotation once, and it
    does not matter in which phase the rotation begins. Columns with the same soil, weather, roots and cover are run
    once.

    Parameters
    ----------
    liquid, demand : (month, step, column) of the drawn years, m per step.
    days : (month, step).
    roots : (month, layer, column).
    cover : (12 R, column) ground cover of the rotation's years, in the same month of the year as the other arrays.

    Returns
    -------
    tuple
        The water, in which `final` is the mean storage of the last month: the state from which a series can start;
        and {name: (12, 5, layer, column)} relative `saturation` and its `log` on the driest to the wettest fifth of all
        days of a month.
    """
    liquid, demand = np.asarray(liquid), np.asarray(demand)
    months, _, columns = liquid.shape
    soil = np.stack([np.broadcast_to(getattr(site.hydraulics, name), roots.shape[1:]) for name in _PROPERTIES])
    phases = len(cover) // MONTHS_PER_YEAR
    position = np.arange(months)[:, None] + MONTHS_PER_YEAR * np.arange(phases)
    covers = cover[position % len(cover)]  # (month, phase, column)
    seen: dict[bytes, int] = {}
    chosen: list[tuple[int, int]] = []
    place = np.empty((phases, columns), dtype=np.int64)
    for column in range(columns):
        same = b"".join(np.ascontiguousarray(a[..., column]).tobytes() for a in (liquid, demand, roots, soil))
        for phase in range(phases):
            key = same + covers[:, phase, column].tobytes()
            place[phase, column] = seen.setdefault(key, len(chosen))
            if place[phase, column] == len(chosen):
                chosen.append((phase, column))
    which, own = np.array(chosen).T
    properties = SimpleNamespace(**{name: soil[i][:, own] for i, name in enumerate(_PROPERTIES)})
    run = soil_water(
        liquid[..., own], demand[..., own], days, cast(HydraulicsLike, properties), site.grid, roots[..., own],
        covers[:, which, own], parameters=site.parameters,
    )  # fmt: skip
    mean = {
        name: mean_year(value)[..., place].mean(axis=-2) for name, value in run._asdict().items() if name != "final"
    }
    parts = {}
    for name, daily in (("saturation", run.daily_saturation), ("log", run.daily_log_saturation)):
        by_run = fifths(np.asarray(daily), days, MONTHS_PER_YEAR)
        parts[name] = by_run[..., place].mean(axis=-2)
    return WaterRun(**mean, final=mean["storage"][-1]), parts
