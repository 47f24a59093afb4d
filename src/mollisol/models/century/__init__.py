"""Century: its soil organic matter, carbon only, as the differential equations of Parton et al. (1987).

Residues are split into metabolic and structural litter, on the surface and in the soil:

    metabolic share = 0.85 - 0.018 L/N, at least 0.2

Structural litter decays at k exp(-3 Ls): its lignin Ls becomes slow, the rest active carbon. Active carbon decays at
k (1 - 0.75 (clay + silt)); of it 0.85 - 0.68 (clay + silt) is respired, 0.004 becomes passive, the rest slow. Slow
carbon becomes active (0.42) and passive (0.03), passive carbon active (0.45); what is left is respired. Rates are per
week, 52 weeks a year. `simulate` is the published model, in t C/ha; `model` puts it into the engine, in kg C/m2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mollisol.models.century.rates import (
    PARAMETERS,
    POOLS,
    WEEKS_PER_YEAR,
    CenturyParameters,
    inputs,
    metabolic_share,
    moisture_modifier,
    operator,
    temperature_modifier,
)
from mollisol.models.century.run import exact_step, simulate

if TYPE_CHECKING:
    from mollisol.column.model import Model

__all__ = [
    "PARAMETERS",
    "POOLS",
    "WEEKS_PER_YEAR",
    "CenturyParameters",
    "exact_step",
    "inputs",
    "metabolic_share",
    "model",
    "moisture_modifier",
    "operator",
    "simulate",
    "temperature_modifier",
]


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return Century for the engine; loads JAX. Litter on the surface is that of the engine's surface row.

    Parameters
    ----------
    depth_resolved : whether it stands in every layer of a profile, with each layer's texture, temperature and matric
        potential and mixing by fauna; else `forcing.modifier` acts, and nothing moves.
    slots : {slot: choice} for temperature ("own", "q10", ...), moisture ("given": `forcing.modifier`), energy, oxygen
        and bioturbation, or "none"; the choices of `whole_profile` may stand there.
    """
    from mollisol.models.century.engine import model as build

    return build(depth_resolved, slots)
