"""Clocks: how long carbon stays, how old it is, where an input goes, and what that is worth to the climate.

For any compartmental system dx/dt = u + B x as NumPy arrays, and for the columns of the engine at their periodic state
and along a run. Names are imported when first used, so that the functions of matrices do not load JAX.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "AgesAlong": "trajectory",
    "Air": "radiocarbon",
    "CompartmentalError": "system",
    "Effective": "effective",
    "Fate": "marked",
    "Mark": "marked",
    "Permanence": "transits",
    "ProfileClocks": "profile",
    "Transits": "transits",
    "absolute_ratio": "conventions",
    "absolute_temperature_potential": "impulse",
    "absolute_warming_potential": "impulse",
    "age_marks": "trajectory",
    "ages_along": "trajectory",
    "ages_of": "trajectory",
    "atmosphere": "air",
    "c4_share": "carbon13",
    "carbon13_marks": "carbon13",
    "carbon_sequestration": "worth",
    "carbon_years": "practice_worth",
    "climate_benefit": "worth",
    "conventional_age": "conventions",
    "delta13c": "carbon13",
    "delta14c": "conventions",
    "effective_operator": "effective",
    "fate": "marked",
    "fraction_modern": "conventions",
    "impulse_response": "impulse",
    "initial_radiocarbon": "radiocarbon",
    "integrated_impulse_response": "impulse",
    "layer_ages": "profile",
    "matrix_of": "effective",
    "mean_pool_ages": "means",
    "mean_system_age": "means",
    "mean_transit_time": "means",
    "periodic_aged": "trajectory",
    "periodic_carbon13": "carbon13",
    "pool_age_density": "densities",
    "pool_age_quantile": "quantiles",
    "practice_climate_benefit": "practice_worth",
    "practice_temperature_benefit": "practice_worth",
    "profile_clocks": "profile",
    "radiocarbon_marks": "radiocarbon",
    "radiocarbon_of": "radiocarbon",
    "remaining": "densities",
    "reversal_cost": "practice_worth",
    "reversed_at": "practice_worth",
    "steady_stock": "means",
    "system_age_density": "densities",
    "system_age_quantile": "quantiles",
    "temperature_benefit": "worth",
    "transit_time_density": "densities",
    "transit_time_quantile": "quantiles",
    "without": "marked",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"mollisol.clocks.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mollisol.clocks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
