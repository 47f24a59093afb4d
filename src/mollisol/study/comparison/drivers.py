"""What drives a difference between two plans: six groups of changes, and which array of a run belongs to which.

- inputs: how much carbon the plants of the field bring, where it enters and what it is made of.
- additions: carbon that is brought to the field (manure, compost, char).
- decomposition: warmth, water, air and nitrogen in the soil, and what practices do to decomposition itself.
- transport: percolation, mixing by animals, roots as channels.
- protection: aggregates that tillage breaks, what minerals bind, minerals that are added.
- rearrangement: layers that are turned, mixed, exchanged, loosened, settled or eroded.
"""

from __future__ import annotations

from mollisol.plants import AMENDMENTS

GROUPS = ("inputs", "additions", "decomposition", "transport", "protection", "rearrangement")
"""In the order in which they are told."""

TRANSPORT = ("percolation", "infiltration", "runoff", "root_density")
"""Forcing that moves carbon; all other forcing acts on its decomposition."""

PROCESSES = {"bioturbation": "transport", "percolation": "transport", "sorption": "protection"} | {
    "stabilisation": "protection"
}
"""Processes that practices scale, where they are not decomposition."""

MANAGED = ("managed_course_", "managed_strength_")


def group_of_forcing(name: str) -> str:
    """Return the group that a forcing belongs to.

    Examples
    --------
    >>> group_of_forcing("percolation"), group_of_forcing("managed_course_sorption_0"), group_of_forcing("temperature")
    ('transport', 'protection', 'decomposition')
    """
    for before in MANAGED:
        if name.startswith(before):
            return PROCESSES.get(name.removeprefix(before).rpartition("_")[0], "decomposition")
    return "transport" if name in TRANSPORT else "decomposition"


def is_addition(source: str) -> bool:
    """Whether an input is brought to the field; its name begins with that of an amendment.

    Examples
    --------
    >>> is_addition("cattle_manure on the surface"), is_addition("maize straw on the surface")
    (True, False)
    """
    return source.split(" ")[0] in AMENDMENTS
