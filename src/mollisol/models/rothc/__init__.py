"""RothC 26.3, the one-layer monthly classic, as published: a discrete map, with its operator for the clocks.

A month takes every active pool x from start to end by x -> x exp(-a b c k / 12), where a is the temperature,
b the moisture and c the cover modifier and k the pool's rate constant (1/yr). Of what decomposed, x/(x+1) leaves
as CO2 and 1/(x+1) becomes BIO and HUM (0.46 : 0.54), with x = 1.67 (1.85 + 1.60 exp(-0.0786 clay)). Plant input
(split by DPM/RPM) and farmyard manure (0.49 DPM, 0.49 RPM, 0.02 HUM) arrive at the month's end, undecomposed.

Carbon is in t C/ha here (1 t C/ha = 0.1 kg C/m2), as RothC's users know it. `model` puts RothC's equations into the
engine, in kg C/m2 and continuous time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mollisol.models.rothc.effective import cycle_operator
from mollisol.models.rothc.rates import (
    PARAMETERS,
    POOLS,
    RothCParameters,
    humified_share,
    maximum_deficit,
    moisture_modifier,
    monthly_map,
    operator,
    temperature_modifier,
)
from mollisol.models.rothc.run import simulate

if TYPE_CHECKING:
    from mollisol.column.model import Model

__all__ = [
    "PARAMETERS",
    "POOLS",
    "RothCParameters",
    "cycle_operator",
    "humified_share",
    "maximum_deficit",
    "model",
    "moisture_modifier",
    "monthly_map",
    "operator",
    "simulate",
    "temperature_modifier",
]


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return RothC for the engine; loads JAX.

    Parameters
    ----------
    depth_resolved : whether it stands in every layer of a profile, with each layer's clay, temperature and matric
        potential and mixing by fauna; else moisture and cover act as `forcing.modifier` (b c of `moisture_modifier` and
        the cover), and nothing moves.
    slots : {slot: choice} for temperature ("own", "q10", ...), moisture ("given": `forcing.modifier`), energy, oxygen
        and bioturbation, or "none"; the choices of `whole_profile` may stand there.
    """
    from mollisol.models.rothc.engine import model as build

    return build(depth_resolved, slots)
