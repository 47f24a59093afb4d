"""`whole_profile`: the default model of the carbon of a soil profile to 2 m.

Litter, char and released mineral carbon pass through dissolved carbon; microbes take it up, respire part of it and
die into dissolved and mineral carbon; dissolved carbon sorbs to minerals. Each slot of the model holds one of
several hypotheses (`mollisol.processes.ALTERNATIVES`).
"""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.column.model import Model
from mollisol.column.pools import Pool
from mollisol.models.choice import settled
from mollisol.processes import ALTERNATIVES

POOLS: tuple[Pool, ...] = (
    Pool("fast_litter", "sugars, proteins, cellulose that nothing protects", "solid", 30.0),
    Pool("slow_litter", "structural plant material: lignified cellulose", "solid", 80.0),
    Pool("resistant_litter", "suberin and cutin", "solid", 80.0),
    Pool("dissolved", "carbon in the soil solution", "dissolved", 15.0),
    Pool("microbial", "living microbes", "solid", 8.0),
    Pool("mineral", "carbon associated with minerals", "solid", 11.0),
    Pool("pyrogenic", "char", "solid", 150.0),
)
"""Pools of the model, to which processes may add their own; C:N ratios are typical values (CLM5: SOM 8-11; litter and
char by material)."""

SLOTS = tuple(ALTERNATIVES)


def whole_profile(slots: Mapping[str, str] | None = None) -> Model:
    """Assemble the model.

    Parameters
    ----------
    slots : {slot: alternative}; slots that are not named take their default, or where that cannot stand beside what
        is named, the next that can.

    Raises
    ------
    InputError
        For a slot or an alternative that does not exist, or for two that cannot stand beside each other.
    """
    chosen = settled(slots)
    processes = tuple(ALTERNATIVES[slot][name]() for slot, name in chosen.items())
    added = tuple(pool for process in processes for pool in getattr(process, "adds", ()))
    return Model("whole_profile", POOLS + added, processes)
