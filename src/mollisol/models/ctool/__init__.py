"""C-TOOL: three pools in topsoil (0-25 cm) and subsoil (25-100 cm), as its published monthly map.

A month adds its input, then passes carbon on in a fixed order: fresh organic matter (FOM) of topsoil and subsoil,
humified (HUM), resistant (ROM). Each decomposes by k f(T) of what it then holds. Of decomposed FOM a share
1 / (R + 1), R = 1.67 (1.85 + 1.6 exp(-0.0786 clay %)), becomes HUM and the rest CO2, after 0.25 % has moved from the
topsoil to the subsoil. Of decomposed HUM 62.8 % is CO2 and 1.2 % becomes ROM; the rest moves down, and in the subsoil
stays. Of decomposed ROM 62.8 % is CO2, 0.25 % moves down and the rest stays. `simulate` is the published model, in
t C/ha; `model` puts it into the engine, in kg C/m2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mollisol.models.ctool.rates import (
    PARAMETERS,
    POOLS,
    CToolParameters,
    humified_share,
    initial_pools,
    monthly_map,
    operator,
    rates,
    routes,
    soil_temperature,
    temperature_modifier,
)
from mollisol.models.ctool.run import cycle_operator, simulate

if TYPE_CHECKING:
    from mollisol.column.model import Model

__all__ = [
    "PARAMETERS",
    "POOLS",
    "CToolParameters",
    "cycle_operator",
    "humified_share",
    "initial_pools",
    "model",
    "monthly_map",
    "operator",
    "rates",
    "routes",
    "simulate",
    "soil_temperature",
    "temperature_modifier",
]


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return C-TOOL for the engine; loads JAX.

    Parameters
    ----------
    depth_resolved : whether it stands in every layer of a profile, with mixing by fauna in place of its own movement;
        else it keeps its own movement downwards, and on a grid of 0, 0.25 and 1 m it is C-TOOL. In both, each layer's
        clay and temperature act; C-TOOL knows no moisture.
    slots : {slot: choice} for temperature ("own", "q10", ...), moisture ("given": `forcing.modifier`), energy, oxygen
        and bioturbation ("own": C-TOOL's movement as a velocity, on any grid), or "none"; the choices of
        `whole_profile` may stand there.
    """
    from mollisol.models.ctool.engine import model as build

    return build(depth_resolved, slots)
