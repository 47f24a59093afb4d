"""Actions on stands: perennials, crops that grow together, trees in the field, and land that is given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mollisol.plants import crop as plant_of
from mollisol.plants import rhizodeposit_quality, root_quality, straw_quality
from mollisol.plants.tables import within
from mollisol.practices.actions.effects import course_of, factor_of, source_name, with_change
from mollisol.practices.actions.registry import action
from mollisol.practices.changes import PARTS, Companion, Course, InputAddition, InputChange, Standing
from mollisol.practices.patches import split
from mollisol.practices.plan import CropYear, Plan
from mollisol.practices.values import Value, checked
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError


@action("rotation", "grow a perennial that stays on the field")
def grow_stand(
    plan: Plan,
    year: int,
    *,
    crop: str,
    yield_dry_t_ha: float | None = None,
    yield_t_ha: float | None = None,
    first_growth: Value = 1.0,
    establishment_years: float = 1.0,
    established: Value = 1.0,
) -> Plan:
    """Replace the rotation by a perennial, which nothing tills; without a yield it grows as the climate allows.

    In its first year it reaches `first_growth` of its full growth, and what lacks falls off with the e-folding time
    `establishment_years`. Where it does not take hold (`established` 0) it does not get beyond that.
    """
    if not plant_of(crop).perennial:
        raise InputError(f"'{crop}' does not stay over the winter", key="crop", remedy="name a perennial crop")
    grown = CropYear(crop, yield_t_ha=yield_t_ha, yield_dry_t_ha=yield_dry_t_ha)
    course = course_of(year, hold_years=1.0, fade_years=establishment_years)
    first = checked(first_growth, 0.0, 1.0, "first_growth", "(share of full growth)")
    here = checked(established, 0.0, 1.0, "established", "(0 to 1)")
    changes = [InputChange(first, course, PARTS["crop"], crop)]
    if not (isinstance(here, float) and here == 1.0):
        # a failed stand stays as poor as in its first year
        rest = Course(year + 1)
        changes.append(InputChange(here + (1.0 - here) * first, rest, PARTS["crop"], crop))
    stand = replace(plan, rotation=(grown,), tillage=None)
    return with_change(stand, *changes)


@action("rotation", "add years of another crop to the rotation")
def extend_rotation(
    plan: Plan,
    year: int,
    *,
    crop: str,
    years: int,
    yield_dry_t_ha: float | None = None,
    yield_t_ha: float | None = None,
    first_growth: float = 1.0,
) -> Plan:
    """Let a crop follow the last year of the rotation for some years; it begins with the rotation's first crop.

    A perennial is tilled only when the rotation turns to another crop; its first year has `first_growth` of its growth.
    """
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= 30:
        raise InputError(f"got {years!r}", key="years", remedy="give a whole number of years from 1 to 30")
    grown = CropYear(crop, yield_t_ha=yield_t_ha, yield_dry_t_ha=yield_dry_t_ha)
    first = replace(grown, growth=within(first_growth, 0.0, 1.0, "first_growth", "(share of full growth)"))
    rotation = (*plan.rotation, first, *(grown,) * (years - 1))
    turn = (year - plan.from_year) % len(rotation)
    return replace(plan, rotation=tuple(rotation[(i - turn) % len(rotation)] for i in range(len(rotation))))


@action(None, "grow a second crop among the main one")
def mix_crop(
    plan: Plan,
    year: int,
    *,
    crop: str,
    share: Value,
    land_equivalent: Value = 1.0,
    root_gain: Value = 1.0,
    established: Value = 1.0,
) -> Plan:
    """Give a share of the field to a companion; together both grow `land_equivalent` times what one would alone.

    Each keeps its own roots; `root_gain` is what both put more into roots side by side (complementarity).
    """
    name = source_name(crop)
    if name is None or plant_of(name).natural:
        raise InputError(f"'{crop}' is not sown", key="crop", remedy="name a crop")
    here = checked(established, 0.0, 1.0, "established", "(0 to 1)")
    part = checked(share, 0.0, 0.95, "share", "(share of the field)") * here
    more = 1.0 + here * (checked(land_equivalent, 0.5, 3.0, "land_equivalent", "(ratio)") - 1.0)
    course = Course(year)
    return with_change(
        plan,
        *(InputChange((1.0 - part) * more, course, PARTS["crop"], one) for one in {e.crop: 0 for e in plan.rotation}),
        Companion(name, part * more, course),
        InputChange(factor_of(root_gain, established, "root_gain", 0.2, 5.0), course, PARTS["below_ground"]),
    )


@action(None, "give up a part of the land")
def lose_land(plan: Plan, year: int, *, share: Value) -> Plan:
    """Take a share of the area out of production: crops, and cover crops, grow on the rest only."""
    lost = checked(share, 0.0, 0.95, "share", "(share of the field)")
    parts = (*PARTS["crop"], *PARTS["cover_crop"])
    return with_change(plan, InputChange(1.0 - lost, Course(year), parts))


ZONES = ("tree row", "near the trees", "alley")
"""Parts of a field with rows of trees, from the rows outwards."""

TREE = "forest"
"""Land cover whose litter and root quality trees have."""


@action("trees", "rows of trees in or around the field, with soil at several distances from them")
def plant_trees(
    plan: Plan,
    year: int,
    *,
    row_share: float,
    near_share: float,
    litter_t_ha: Value,
    roots_t_ha: Value,
    biomass_t_ha: Value,
    litter_shares: Sequence[float] = (0.5, 0.4, 0.1),
    root_shares: Sequence[float] = (0.45, 0.45, 0.1),
    competition: Value = 1.0,
    growth_rate: float = 0.12,
    growth_shape: float = 2.0,
    root_d50_cm: float = 25.0,
    root_d95_cm: float = 160.0,
    understorey: str = "grassland",
) -> Plan:
    """Split the field into tree rows, the soil near them and the alley between.

    Litter and roots (t C/ha of the whole field at full growth) are shared out among the three; rows carry an
    `understorey` instead of crops, nothing is tilled there, and near the trees crops yield `competition` times as much
    once the trees are grown. Wood is carbon beside the soil. Growth is (1 - exp(-rate n))^shape after n years.
    """
    row = within(row_share, 0.01, 0.9, "row_share", "(share of the field)")
    near = within(near_share, 0.01, 0.9, "near_share", "(share of the field)")
    if row + near >= 0.99:
        raise InputError(
            f"rows and the soil near them take {100 * (row + near):g} % of the field", key="near_share",
            remedy="leave at least 1 % to the alley",
        )  # fmt: skip
    areas = (row, near, 1.0 - row - near)
    litter, roots = _zoned(litter_shares, "litter_shares"), _zoned(root_shares, "root_shares")
    course = Course(year, growth=(within(growth_rate, 0.005, 2.0, "growth_rate", "1/yr"),
                                  within(growth_shape, 0.5, 6.0, "growth_shape", "(1)")))  # fmt: skip
    falls = checked(litter_t_ha, 0.0, 20.0, "litter_t_ha", "t C/ha/yr") / MG_HA_PER_KG_M2
    below = checked(roots_t_ha, 0.0, 20.0, "roots_t_ha", "t C/ha/yr") / MG_HA_PER_KG_M2
    wood = checked(biomass_t_ha, 0.0, 500.0, "biomass_t_ha", "t C/ha") / MG_HA_PER_KG_M2
    factor = checked(competition, 0.05, 2.0, "competition", "(factor)")
    reach = tuple(within(one, 1.0, 1000.0, "root_d50_cm", "cm") / CM_PER_M for one in (root_d50_cm, root_d95_cm))
    tree = plant_of(TREE)
    share = tree.root / (tree.root + tree.rhizodeposit)
    parts = []
    for zone, area, fall, root in zip(ZONES, areas, litter, roots, strict=True):
        one = plan
        if zone == ZONES[0]:
            one = replace(plan, rotation=(CropYear(understorey),), tillage=None, amendments=())
        elif zone == ZONES[1]:
            one = with_change(plan, InputChange(factor, course, PARTS["crop"]))
        parts.append((zone, area, with_change(
            one,
            InputAddition("tree litter", falls * fall / area, course, tuple(straw_quality(tree).tolist()),
                          months=(9, 10, 11)),
            InputAddition("tree roots", below * share * root / area, course, tuple(root_quality(tree).tolist()),
                          months=GROWING, roots=(reach[0], reach[1]), respired=RESPIRED),
            InputAddition("tree rhizodeposits", below * (1.0 - share) * root / area, course,
                          tuple(rhizodeposit_quality().tolist()), months=GROWING, roots=(reach[0], reach[1]),
                          respired=RESPIRED),
            # all of the wood stands in the rows
            Standing(wood / area if zone == ZONES[0] else 0.0, course),
        )))  # fmt: skip
    return split(plan, parts, "row_share")


GROWING = (4, 5, 6, 7, 8, 9, 10)
"""Months of the northern calendar in which trees feed their roots."""

RESPIRED = 0.6
"""Root respiration over below-ground productivity, as of crops (`TimingParameters.root_respiration_ratio`)."""


def _zoned(shares: Sequence[float], key: str) -> tuple[float, ...]:
    if len(shares) != len(ZONES) or any(one < 0.0 for one in shares) or abs(sum(shares) - 1.0) > 1e-6:
        raise InputError(f"got {list(shares)}", key=key, remedy=f"give shares of {', '.join(ZONES)} that sum to 1")
    return tuple(shares)
