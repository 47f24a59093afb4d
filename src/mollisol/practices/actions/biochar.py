"""The action that brings biochar: its carbon by persistence, and what it does to the carbon beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from mollisol.plants import LITTER_POOLS, amendment_carbon
from mollisol.plants.tables import unknown
from mollisol.practices.actions.effects import depths_of, with_change
from mollisol.practices.actions.registry import action
from mollisol.practices.biochar import permanent_share, persistence, share_of_temperature
from mollisol.practices.changes import Course, ProcessChange
from mollisol.practices.plan import Application, Plan
from mollisol.practices.values import Value, checked
from mollisol.units import InputError

FEEDSTOCKS = ("wood", "straw", "manure")


@action("biochar", "bring biochar, on the surface or to a depth")
def add_biochar(
    plan: Plan,
    year: int,
    *,
    feedstock: str,
    t_ha: float | None = None,
    carbon_t_ha: float | None = None,
    hydrogen_to_carbon: float | None = None,
    pyrolysis_c: float | None = None,
    stabilisation: Value = 1.0,
    depth_cm: Sequence[float] | None = None,
    acts_to_cm: float = 20.0,
    every_years: int | None = None,
    month: int | Literal["harvest"] | None = None,
) -> Plan:
    """Apply char from `year` on (every_years None = once), and set the rate of char in the field by its persistence.

    `hydrogen_to_carbon` (molar) or `pyrolysis_c` says how persistent it is. `stabilisation` are the odds with which
    minerals bind microbes beside it, at the depth of the char; on the surface down to `acts_to_cm`.
    """
    if feedstock not in FEEDSTOCKS:
        raise unknown("feedstock", feedstock, FEEDSTOCKS, "choose one")
    if (hydrogen_to_carbon is None) == (pyrolysis_c is None):
        raise InputError(
            "exactly one of hydrogen_to_carbon and pyrolysis_c says how long a biochar stays", key="hydrogen_to_carbon"
        )
    share = (
        permanent_share(hydrogen_to_carbon)
        if hydrogen_to_carbon is not None
        else share_of_temperature(pyrolysis_c or 0.0)
    )
    stays = persistence(share)
    name = f"biochar_{feedstock}"
    made_of = dict.fromkeys(LITTER_POOLS, 0.0) | {"fast_litter": stays.labile, "pyrogenic": 1.0 - stays.labile}
    top, bottom = depths_of(depth_cm)
    new = Application(
        name,
        amendment_carbon(name, t_ha=t_ha, carbon_t_ha=carbon_t_ha),
        top,
        bottom,
        None if month in (None, "harvest") else int(month),
        every_years,
        year,
        tuple(made_of[pool] for pool in LITTER_POOLS),
    )
    bound = checked(stabilisation, 0.1, 10.0, "stabilisation", "(odds)")
    near = (0.0, depths_of((0.0, acts_to_cm))[1]) if top is None else (top, bottom)
    course = Course(year)
    changed = with_change(
        plan,
        ProcessChange("pyrogenic", stays.factor, course),
        ProcessChange("stabilisation", bound, course, near[0], near[1]),
    )
    return replace(changed, amendments=(*changed.amendments, new))
