"""Yield: what is published for a practice, and what the plan itself harvests.

The published effect (% of the main crop's yield) is not fed back into the inputs of carbon: a plan's crops grow as the
study says, except where a practice scales them. `harvested_carbon` shows what is taken there.
"""

from __future__ import annotations

import numpy as np

from mollisol.practices.tradeoffs.band import Array, Band, exact, with_mean
from mollisol.practices.tradeoffs.case import Case, Part, Site
from mollisol.practices.tradeoffs.effects import effect_over_time
from mollisol.units import MG_HA_PER_KG_M2


def yield_effect(site: Site, case: Case, baseline: Case) -> Band:
    """Return the published effect on the yield of the main crop, %."""
    return effect_over_time("yield_effect", site, case, baseline)


def _harvested(part: Part) -> Array:
    taken = [one.product + one.straw_removed for one in part.management.harvest]
    return MG_HA_PER_KG_M2 * np.asarray(taken)


def harvested_carbon(case: Case, baseline: Case | None = None) -> Band:
    """Return the carbon that leaves with products and straw, or its difference to the baseline, Mg C/ha/yr."""
    amount = case.mean_of(_harvested)
    if baseline is not None:
        amount = amount - baseline.mean_of(_harvested)
    return exact(with_mean(amount), "crops of the plan")
