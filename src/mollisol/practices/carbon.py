"""The carbon of one year of a rotation: from its yield, its given inputs or the climate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from mollisol.plants import (
    AllocationParameters,
    CropCarbon,
    acidity_factor,
    carbon_inputs,
    climate_limited_productivity,
    crop,
    given_inputs,
    nutrient_factor,
    salinity_factor,
)
from mollisol.practices.plan import CropYear
from mollisol.units import MONTHS_PER_YEAR, InputError

ClimateMeans = tuple[ArrayLike, ArrayLike]
"""(12,) mean monthly temperature (degC) and (12,) monthly precipitation (mm)."""


def crop_carbon(
    entry: CropYear, means: ClimateMeans | None, parameters: AllocationParameters | None = None
) -> CropCarbon:
    """Return the carbon of one year of a rotation, from its yield, its given inputs or the climate."""
    whole = _full_growth(entry, means, parameters)
    if entry.growth == 1.0:
        return whole
    parts = ("product", "straw_returned", "straw_removed", "straw_burned", "roots", "rhizodeposits")
    return replace(whole, **{part: entry.growth * getattr(whole, part) for part in parts})


def _full_growth(entry: CropYear, means: ClimateMeans | None, parameters: AllocationParameters | None) -> CropCarbon:
    plant = crop(entry.crop)
    if entry.above_t_ha is not None and entry.below_t_ha is not None:
        return given_inputs(
            plant,
            above_t_ha=entry.above_t_ha,
            below_t_ha=entry.below_t_ha,
            residue_removed=entry.residue_removed,
            residue_burned=entry.residue_burned,
        )
    productivity = entry.productivity
    if not entry.ways:
        if means is None:
            raise InputError(
                f"'{entry.crop}' has no yield, and no climate is given to estimate one",
                key="yield_t_ha",
                remedy="give yield_t_ha (market moisture) or yield_dry_t_ha",
            )
        temperature, precipitation = (np.asarray(one, dtype=np.float64) for one in means)
        if temperature.shape != (MONTHS_PER_YEAR,) or precipitation.shape != (MONTHS_PER_YEAR,):
            raise InputError("climate means need twelve months of temperature and of precipitation")
        if not (np.all(np.isfinite(temperature)) and np.all(np.isfinite(precipitation))):
            raise InputError("climate means lack a month", remedy="give all twelve months")
        salinity = entry.salinity
        growth = climate_limited_productivity(
            temperature.mean(),
            precipitation.sum(),
            nutrients=1.0 if entry.nutrients is None else nutrient_factor(entry.nutrients),
            acidity=1.0 if entry.ph is None else acidity_factor(entry.ph),
            salinity=1.0
            if salinity is None
            else salinity_factor(salinity, plant.salinity_threshold, plant.salinity_slope),
        )
        productivity = float(growth)
    return carbon_inputs(
        plant,
        yield_t_ha=entry.yield_t_ha,
        yield_dry_t_ha=entry.yield_dry_t_ha,
        productivity=productivity,
        residue_removed=entry.residue_removed,
        residue_burned=entry.residue_burned,
        root_allocation=entry.root_allocation,
        parameters=parameters,
    )
