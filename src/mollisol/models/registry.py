"""The models that exist and what may stand in their slots. Loads no JAX: a study file is checked with it."""

from __future__ import annotations

import importlib
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
    "carbon_use_efficiency": ("constant", "environmental"),
    "depolymerisation": ("first_order", "reverse_michaelis_menten", "microbial_dormancy"),
    "persistence": ("stable_mineral", "none"),
    "nutrients": ("none", "nitrogen"),
    "priming": ("first_order", "fresh_carbon_limit", "none"),
    "variability": ("none", "physiological"),
    "oxygen": ("diffusion", "diffusion_1961", "none"),
    "protection": ("none", "saturation", "stacking", "hybrid", "equilibrium"),
    "bioturbation": ("diffusion", "fauna_groups", "none"),
    "dissolved_transport": (
        "percolation",
        "percolation_retarded",
        "percolation_particles",
        "percolation_macropores",
        "none",
    ),
    "nonlocal": ("none", "burrows"),
    "erosion": ("none", "moving_surface"),
}
"""Alternatives of each slot of `whole_profile`, the default first; the code is in `mollisol.processes`."""

EXCLUDES: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("moisture", "relative_saturation_both_limbs"): {"oxygen": ("diffusion", "diffusion_1961")},
    ("depolymerisation", "reverse_michaelis_menten"): {"energy": ("depth_scalar",)},
    ("depolymerisation", "microbial_dormancy"): {"energy": ("depth_scalar",)},
    ("dissolved_transport", "percolation_retarded"): {"protection": ("none", "saturation", "stacking", "hybrid")},
    ("protection", "equilibrium"): {
        "dissolved_transport": ("percolation", "percolation_particles", "percolation_macropores", "none")
    },
}
"""{(slot, alternative): {another slot: what cannot stand there beside it}}, as the processes declare in `excludes`."""

MODELS: dict[str, str] = {
    "whole_profile": "carbon of the whole profile to 2 m, by eight pools and switchable processes"
}
"""Models that a study can name, with what they are."""

CLASSICS: dict[str, str] = {
    "rothc": "RothC 26.3, one layer, monthly map: mollisol.models.rothc.simulate; in every layer: .model",
    "icbm": "ICBM, two pools in one layer, yearly: mollisol.models.icbm.simulate; in every layer: .model",
    "century": "Century's soil organic matter, monthly: mollisol.models.century.simulate; in every layer: .model",
    "ctool": "C-TOOL, topsoil and subsoil, monthly map: mollisol.models.ctool.simulate; in every layer: .model",
}
"""Published models, run from Python: as published, or in every layer of the engine; a study cannot name them."""


def build(name: str = "whole_profile", slots: Mapping[str, str] | None = None) -> Model:
    """Return a model with its slots filled, a classic as it stands in every layer of the engine; loads JAX.

    Raises
    ------
    InputError
        For a model, slot or alternative that does not exist.
    """
    _check(name, {**MODELS, **CLASSICS})
    if name in CLASSICS:
        classic: Model = importlib.import_module(f"mollisol.models.{name}").model(True, slots)
        return classic
    from mollisol.models.whole_profile import whole_profile

    return whole_profile(slots)


def describe_model(name: str) -> dict[str, Any]:
    """Return name, what it is, and its slots: {slot: (default, other alternatives...)}."""
    _check(name)
    return {"name": name, "about": MODELS[name], "slots": SLOTS}


def describe_processes(name: str) -> dict[str, Any]:
    """Return pools and every alternative of every slot with equation, what it reads, and parameters; loads JAX.

    Of a classic, the processes that it has in every layer.
    """
    _check(name, {**MODELS, **CLASSICS})
    if name in CLASSICS:
        from mollisol.processes import declared as said

        classic = build(name)
        found = {one.slot: {one.name: said(type(one))} for one in classic.processes}
        return {"name": name, "about": CLASSICS[name], "pools": classic.pools, "processes": found}
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


def _check(name: str, known: Mapping[str, str] = MODELS) -> None:
    if name not in known:
        close = nearest(name, known)
        listed = f"models: {', '.join(known)}"
        raise InputError(f"there is no model '{name}'", remedy=f"did you mean '{close}'? {listed}" if close else listed)
