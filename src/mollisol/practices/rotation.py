"""The time between two crops of a rotation."""

from __future__ import annotations

from mollisol.plants import crop
from mollisol.practices.plan import CropYear
from mollisol.units import MONTHS_PER_YEAR

SHORTEST_FALLOW = 3
"""Months between harvest and the next sowing from which a cover crop has room."""


def fallow_months(now: CropYear, following: CropYear) -> int:
    """Return the whole months between the harvest of a crop and the sowing of the next (0 for perennials)."""
    before, after = crop(now.crop), crop(following.crop)
    if before.perennial:
        return 0
    # A crop sown later in the year than it is harvested was sown the year before its harvest.
    autumn_sown = not after.perennial and after.sow > after.harvest
    return max(0, after.sow + (0 if autumn_sown else MONTHS_PER_YEAR) - before.harvest - 1)
