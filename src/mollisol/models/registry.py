"""The models that exist and what may stand in their slots. Loads no JAX: a study file is checked with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mollisol.units import InputError, nearest

if TYPE_CHECKING:
    from mollisol.column.model import Model

SLOTS: dict[str, tuple[str, ...]] = {
    "temperature": ("q10", "lloyd_taylor", "arrhenius"),
    "moisture": ("matric_potential", "relative_saturation", "relative_saturation_both_limbs", "rothc"),
    "energy": ("depth_scalar", "none"),
    "occlusion": ("aggregates", "aggregates_built", "none"),
    "carbon_use_efficiency": ("constant",),
    "depolymerisation": ("first_order",),
    "nutrients": ("none",),
    "priming": ("none",),
    "variability": ("none",),
    "oxygen": ("diffusion", "diffusion_1961", "none"),
    "protection": ("none", "saturation", "stacking", "hybrid"),
    "bioturbation": ("diffusion", "none"),
    "dissolved_transport": ("percolation", "none"),
    "nonlocal": ("none",),
    "erosion": ("none", "moving_surface"),
}
"""Alternatives of each slot of `whole_profile`, the default first; the code is in `mollisol.processes`."""

MODELS: dict[str, str] = {
    "whole_profile": "carbon of the whole profile to 2 m, by seven pools and switchable processes"
}
"""Models that a study can name, with what they are."""

CLASSICS: dict[str, str] = {"rothc": "RothC 26.3, one layer, monthly: mollisol.models.rothc.simulate, from Python"}
"""Published models that keep their own monthly map; a study cannot name them."""


def build(name: str = "whole_profile", slots: Mapping[str, str] | None = None) -> Model:
    """Return a model with its slots filled; loads JAX.

    Raises
    ------
    InputError
        For a model, slot or alternative that does not exist.
    """
    _check(name)
    from mollisol.models.whole_profile import whole_profile

    return whole_profile(slots)


def describe_model(name: str) -> dict[str, Any]:
    """Return name, what it is, and its slots: {slot: (default, other alternatives...)}."""
    _check(name)
    return {"name": name, "about": MODELS[name], "slots": SLOTS}


def describe_processes(name: str) -> dict[str, Any]:
    """Return pools and every alternative of every slot with equation, what it reads, and parameters; loads JAX."""
    _check(name)
    from mollisol.models.whole_profile import POOLS
    from mollisol.processes import ALTERNATIVES, declared

    return {
        **describe_model(name),
        "pools": POOLS,
        "processes": {
            slot: {alternative: declared(cls) for alternative, cls in alternatives.items()}
            for slot, alternatives in ALTERNATIVES.items()
        },
    }


def _check(name: str) -> None:
    if name not in MODELS:
        close = nearest(name, MODELS)
        listed = f"models: {', '.join(MODELS)}"
        raise InputError(f"there is no model '{name}'", remedy=f"did you mean '{close}'? {listed}" if close else listed)
