"""The pools of `whole_profile`, to which processes may add their own."""

from __future__ import annotations

from mollisol.column.pools import Pool

POOLS: tuple[Pool, ...] = (
    Pool("fast_litter", "sugars, proteins, cellulose that nothing protects", "solid", 30.0),
    Pool("slow_litter", "structural plant material: lignified cellulose", "solid", 80.0),
    Pool("resistant_litter", "lignin, suberin and cutin", "solid", 80.0),
    Pool("dissolved", "carbon in the soil solution", "dissolved", 15.0),
    Pool("microbial", "living microbes", "solid", 8.0, living=True),
    Pool("mineral", "carbon associated with minerals", "solid", 11.0),
    Pool("pyrogenic", "char", "solid", 150.0),
)
"""C:N ratios are typical values (CLM5: SOM 8-11; litter and char by material)."""

MINERAL_POOLS = ("mineral", "stable_mineral")
"""Mineral-associated carbon; a model may have the first alone."""

STABLE_MINERAL = Pool("stable_mineral", "carbon that minerals hold for millennia", "solid", 10.0)
"""What the slot `persistence` adds."""

CARBON_TO_NITROGEN: dict[str, float] = {pool.name: pool.carbon_to_nitrogen for pool in (*POOLS, STABLE_MINERAL)}
"""C:N by mass of the pools."""
