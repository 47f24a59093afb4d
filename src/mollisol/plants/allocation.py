"""From a crop's yield to the carbon that it gives to the soil.

    NPP = C_p / R_p,  C_s = NPP R_s,  C_r = NPP R_r,  C_e = NPP R_e        (Bolinder et al. 2007)

with C_p the carbon of the harvested product, C_s of the straw, C_r of the roots and C_e of the rhizodeposits
(kg C/m2/yr). With `root_allocation="fixed"` roots and rhizodeposits do not follow the yield (Hirte et al.
2018): the crop's `fixed_below_ground` carbon is used, and productivity is the sum of what grew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mollisol.plants.crops import CROPS, Crop, crop
from mollisol.plants.productivity import fire_factor
from mollisol.plants.tables import within
from mollisol.units import MG_HA_PER_KG_M2, InputError, parameter

RootAllocation = Literal["proportional", "fixed"]

LARGEST_YIELD = 150.0
"""Yields above this (t/ha, as sold) are taken for a slip of the unit; sugar beet reaches 120."""


@dataclass(frozen=True)
class AllocationParameters:
    """What the allocation takes from the literature beside the table of crops."""

    fixed_rhizodeposit_share: float = parameter(
        0.58, "1", 0.3, 0.8, "Hirte et al. 2018: 54-63 % of below-ground carbon of maize and wheat",
        confidence="opened", distribution="normal", spread=0.05,
        about="rhizodeposits' share of the below-ground carbon when roots are fixed",
    )  # fmt: skip
    above_ground_scale: float = parameter(
        1.0, "1", 0.4, 2.0, "Keel et al. 2017: the choice of allocation equations is a first-order uncertainty",
        confidence="low", distribution="lognormal", spread=0.15,
        about="multiplies straw and litter in an ensemble",
    )  # fmt: skip
    below_ground_scale: float = parameter(
        1.0, "1", 0.3, 3.0, "Keel et al. 2017; Hirte et al. 2018 (yield-scaled roots of cereals are doubtful)",
        confidence="low", distribution="lognormal", spread=0.3,
        about="multiplies roots and rhizodeposits in an ensemble",
    )  # fmt: skip


@dataclass(frozen=True)
class CropCarbon:
    """Carbon of one crop in one year (kg C/m2/yr).

    `straw` = `straw_returned` + `straw_removed` + `straw_burned`; product and removed straw leave the field. What was
    `given` outright does not depend on how the crop allocates its carbon.
    """

    crop: str
    product: float
    straw_returned: float
    straw_removed: float
    straw_burned: float
    roots: float
    rhizodeposits: float
    given: bool = False

    @property
    def straw(self) -> float:
        """All parts above ground but the product."""
        return self.straw_returned + self.straw_removed + self.straw_burned

    @property
    def bnpp(self) -> float:
        """Below-ground net primary productivity: roots and rhizodeposits."""
        return self.roots + self.rhizodeposits

    @property
    def npp(self) -> float:
        """Net primary productivity."""
        return self.product + self.straw + self.bnpp

    @property
    def returned(self) -> float:
        """What enters the soil or lies on it."""
        return self.straw_returned + self.bnpp


def _split_straw(straw: float, removed: float, burned: float) -> tuple[float, float, float]:
    gone = straw * within(removed, 0.0, 1.0, "residue_removed", "(fraction of the straw)")
    # Fire takes from what was left on the field, and leaves part of what it meets.
    ashes = (straw - gone) * (1.0 - float(fire_factor(burned)))
    return straw - gone - ashes, gone, ashes


def carbon_inputs(
    name: str | Crop,
    *,
    yield_t_ha: float | None = None,
    yield_dry_t_ha: float | None = None,
    productivity: float | None = None,
    residue_removed: float = 0.0,
    residue_burned: float = 0.0,
    root_allocation: RootAllocation = "proportional",
    parameters: AllocationParameters | None = None,
) -> CropCarbon:
    """Return the carbon of a crop from its yield, or from its productivity.

    Parameters
    ----------
    name : crop.
    yield_t_ha : t/ha at the crop's market moisture; yield_dry_t_ha : t dry matter/ha;
        productivity : net primary productivity, kg C/m2/yr. Exactly one of them.
    residue_removed : fraction of the straw carried off the field.
    residue_burned : fraction of the remaining straw that burns (most of its carbon leaves: `fire_factor`).
    root_allocation : "proportional" to productivity, or "fixed".

    Raises
    ------
    InputError
        For an unknown crop, none or several amounts, a value out of range, a yield of something that is not
        harvested, or fixed roots of a crop for which none are known.

    Examples
    --------
    >>> round(carbon_inputs("maize", yield_t_ha=9.0).product, 4)
    0.3443
    """
    plant = name if isinstance(name, Crop) else crop(name)
    given = {"yield_t_ha": yield_t_ha, "yield_dry_t_ha": yield_dry_t_ha, "productivity": productivity}
    used = [key for key, value in given.items() if value is not None]
    if len(used) != 1:
        raise InputError(
            f"{plant.name} needs exactly one of {', '.join(given)}; got {', '.join(used) or 'none'}",
            key="crop",
            remedy="give the yield at market moisture (yield_t_ha) or as dry matter (yield_dry_t_ha)",
        )
    numbers = AllocationParameters() if parameters is None else parameters
    if productivity is not None:
        npp = within(productivity, 0.0, 5.0, "productivity", "kg C/m2/yr")
    else:
        if plant.natural:
            raise InputError(
                f"'{plant.name}' is a land cover without a harvest, so it has no yield",
                key=used[0],
                remedy="name a crop, or give the land cover under 'history' as land_use",
            )
        fresh = yield_t_ha is not None
        amount = yield_t_ha if yield_t_ha is not None else yield_dry_t_ha
        assert amount is not None
        dry = within(amount, 0.0, LARGEST_YIELD, used[0], "t/ha") * (1.0 - plant.moisture if fresh else 1.0)
        npp = dry * plant.carbon / MG_HA_PER_KG_M2 / plant.product
    roots, rhizodeposits = npp * plant.root, npp * plant.rhizodeposit
    if root_allocation == "fixed":
        if plant.fixed_below_ground is None:
            known = ", ".join(sorted(key for key, value in CROPS.items() if value.fixed_below_ground))
            raise InputError(
                f"no yield-independent root carbon is known for '{plant.name}'",
                key="root_allocation",
                remedy=f"use 'proportional', or one of: {known}",
            )
        rhizodeposits = plant.fixed_below_ground * numbers.fixed_rhizodeposit_share
        roots = plant.fixed_below_ground - rhizodeposits
    elif root_allocation != "proportional":
        raise InputError(
            f"unknown choice '{root_allocation}'", key="root_allocation", remedy="use 'proportional' or 'fixed'"
        )
    straw = npp * plant.straw * numbers.above_ground_scale
    kept, gone, ashes = _split_straw(straw, residue_removed, residue_burned)
    below = numbers.below_ground_scale
    return CropCarbon(plant.name, npp * plant.product, kept, gone, ashes, roots * below, rhizodeposits * below)


def given_inputs(
    name: str | Crop,
    *,
    above_t_ha: float,
    below_t_ha: float,
    residue_removed: float = 0.0,
    residue_burned: float = 0.0,
) -> CropCarbon:
    """Return the carbon of a crop whose inputs are known (t C/ha/yr), split as the table splits them.

    `above_t_ha` is the straw before anything is removed or burned; `below_t_ha` is roots and rhizodeposits.
    """
    plant = name if isinstance(name, Crop) else crop(name)
    above = within(above_t_ha, 0.0, 50.0, "above_t_ha", "t C/ha/yr") / MG_HA_PER_KG_M2
    below = within(below_t_ha, 0.0, 50.0, "below_t_ha", "t C/ha/yr") / MG_HA_PER_KG_M2
    roots = below * plant.root / (plant.root + plant.rhizodeposit)
    kept, gone, ashes = _split_straw(above, residue_removed, residue_burned)
    return CropCarbon(plant.name, 0.0, kept, gone, ashes, roots, below - roots, given=True)


def cover_crop_carbon(name: str | Crop, carbon_t_ha: float) -> CropCarbon:
    """Return the carbon of a green cover from its whole productivity (t C/ha): all of it stays on the field."""
    plant = name if isinstance(name, Crop) else crop(name)
    npp = within(carbon_t_ha, 0.0, 20.0, "carbon_t_ha", "t C/ha") / MG_HA_PER_KG_M2
    green = plant.cover_crop
    if green is None:
        whole = carbon_inputs(plant, productivity=npp)
        return replace(whole, product=0.0, straw_returned=whole.straw_returned + whole.product)
    return CropCarbon(plant.name, 0.0, npp * green.above, 0.0, 0.0, npp * green.root, npp * green.rhizodeposit)
