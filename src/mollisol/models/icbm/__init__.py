"""ICBM, the introductory carbon balance model: two pools in series, solved analytically.

    dY/dt = i - k1 r Y
    dO/dt = h k1 r Y - k2 r O

Y is young and O old carbon, i the input, h the humification coefficient and r the external influence of climate and
soil (1 at Ultuna). `simulate` is the published model, in t C/ha; `model` puts it into the engine, in kg C/m2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mollisol.models.icbm.run import simulate
from mollisol.models.icbm.solution import (
    PARAMETERS,
    POOLS,
    TREATMENTS,
    ICBMParameters,
    Treatment,
    operator,
    solution,
    steady_state,
    temperature_response,
)

if TYPE_CHECKING:
    from mollisol.column.model import Model

__all__ = [
    "PARAMETERS",
    "POOLS",
    "TREATMENTS",
    "ICBMParameters",
    "Treatment",
    "model",
    "operator",
    "simulate",
    "solution",
    "steady_state",
    "temperature_response",
]


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return ICBM for the engine; loads JAX.

    Parameters
    ----------
    depth_resolved : whether it stands in every layer of a profile, with each layer's temperature and matric potential
        and mixing by fauna; else no climate acts but the parameter `influence`, and nothing moves.
    slots : {slot: choice} for temperature ("own", "q10", ...), moisture ("given": `forcing.modifier`), energy, oxygen
        and bioturbation, or "none"; the choices of `whole_profile` may stand there.
    """
    from mollisol.models.icbm.engine import model as build

    return build(depth_resolved, slots)
