"""`whole_profile`: the default model of the carbon of a soil profile to 2 m.

Litter, char and released mineral carbon pass through dissolved carbon; microbes take it up, respire part of it and
die into dissolved and mineral carbon; dissolved carbon sorbs to minerals. Each slot of the model holds one of
several hypotheses (`mollisol.processes.ALTERNATIVES`).
"""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.column.model import Model
from mollisol.models.choice import settled
from mollisol.processes import ALTERNATIVES, pools

SLOTS = tuple(ALTERNATIVES)

__all__ = ["POOLS", "SLOTS", "whole_profile"]


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
    return Model("whole_profile", pools.POOLS + added, processes)


POOLS = whole_profile().pools
"""Pools of the model with the default in every slot."""
