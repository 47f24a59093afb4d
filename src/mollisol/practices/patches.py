"""Patches: a practice that treats parts of a field differently (strips of different age, distance from trees).

A plan may be split into parts, each with its share of the area and a plan of its own; a part may be split again. An
action that treats parts differently returns `split(plan, parts)`, and every action after it acts on each part alike
(`on_every_patch`). A part becomes a column of its own for every member, and every result of the field is the mean of
its parts, weighted by area, so that budgets close for the field as they do for each column:

    @action("trees", "rows of trees, with soil at several distances from them")
    def plant_trees(plan, year, *, share):
        return split(plan, [("row", share, with_litter(plan)), ("alley", 1.0 - share, shaded(plan))])

`patches_of(timeline)` is what a run asks for: the parts of the last plan, each with its own time line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mollisol.practices.plan import Plan, Timeline
from mollisol.units import InputError

ROUNDING = 1e-9
"""Error of a sum of shares that is taken for rounding."""

WHOLE = "field"
"""Name of the one patch of a field that is not split."""


@dataclass(frozen=True)
class Patch:
    """A part of a field: its name, its share of the area (0-1) and its time line."""

    name: str
    share: float
    timeline: Timeline


def split(plan: Plan, parts: Sequence[tuple[str, float, Plan]], key: str = "share") -> Plan:
    """Return the plan of a field whose parts (name, share of the area, plan) are treated differently.

    Raises
    ------
    InputError
        Where shares are not positive or do not make up the whole area; `key` is the parameter to blame.

    Examples
    --------
    >>> from mollisol.practices.plan import CropYear
    >>> wheat = Plan((CropYear("wheat", yield_t_ha=3.0),), 2025)
    >>> [patch.share for patch in patches_of(((2025, split(wheat, [("a", 0.25, wheat), ("b", 0.75, wheat)])),))]
    [0.25, 0.75]
    """
    total = sum(share for _, share, _ in parts)
    if not parts or any(share <= 0.0 for _, share, _ in parts) or abs(total - 1.0) > ROUNDING:
        raise InputError(
            f"parts of the field cover {100.0 * total:g} % of its area", key=key, remedy="let them make up 100 %"
        )
    names = [name for name, _, _ in parts]
    if len(set(names)) < len(names):
        raise InputError("two parts of a field have the same name", key=key)
    return replace(plan, patches=tuple((name, share / total, one) for name, share, one in parts))


def on_every_patch(plan: Plan, act: Callable[[Plan], Plan]) -> Plan:
    """Return the plan with every undivided part of it acted upon."""
    if not plan.patches:
        return act(plan)
    return replace(plan, patches=tuple((name, share, on_every_patch(one, act)) for name, share, one in plan.patches))


def patches_of(timeline: Timeline) -> tuple[Patch, ...]:
    """Return the parts of a field; shares sum to 1. A field that is never split is one part.

    Parameters
    ----------
    timeline : of the field; a part that is split again later keeps its name.

    Raises
    ------
    InputError
        Where the field is split in one way and later in another.
    """
    leaves = {path: share for _, plan in timeline for path, share in _leaves(plan)}
    divided = {path[:end] for path in leaves for end in range(len(path))}
    finest = {path: share for path, share in leaves.items() if path not in divided}
    if abs(sum(finest.values()) - 1.0) > ROUNDING:
        raise InputError(
            "the field is split into parts in two ways that do not go together",
            key="practices",
            remedy="leave out one of the practices that treat parts of the field differently",
        )
    return tuple(
        Patch(", ".join(path) or WHOLE, share, tuple((year, _along(plan, path)) for year, plan in timeline))
        for path, share in finest.items()
    )


def _leaves(plan: Plan) -> list[tuple[tuple[str, ...], float]]:
    if not plan.patches:
        return [((), 1.0)]
    return [((name, *path), share * inner) for name, share, one in plan.patches for path, inner in _leaves(one)]


def _along(plan: Plan, path: tuple[str, ...]) -> Plan:
    """Follow the names of a part as far as a plan is split."""
    for name in path:
        inside = {own: one for own, _, one in plan.patches}
        if name not in inside:
            break
        plan = inside[name]
    return plan
