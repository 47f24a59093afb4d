"""The register of actions: the few primitive ways in which a practice changes a plan, the only code of a practice.

Each is a pure function (plan, year, **arguments) -> plan, with `year` the first year in which it holds. An
action with a slot replaces what the plan has there, so two practices that put different things into one slot
in the same year contradict each other; an action without a slot adds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from mollisol.practices.plan import Plan


@dataclass(frozen=True)
class Action:
    """A registered action: what it does, and the slot of the plan that it fills (None = it adds)."""

    name: str
    function: Callable[..., Plan]
    slot: str | None
    about: str

    @property
    def arguments(self) -> dict[str, bool]:
        """Names of its arguments, and whether each must be given."""
        declared = inspect.signature(self.function).parameters.values()
        return {one.name: one.default is one.empty for one in declared if one.kind is one.KEYWORD_ONLY}


ACTIONS: dict[str, Action] = {}
"""Every action by name."""


def action(slot: str | None, about: str) -> Callable[[Callable[..., Plan]], Callable[..., Plan]]:
    """Register a function as the action of its name."""

    def register(function: Callable[..., Plan]) -> Callable[..., Plan]:
        ACTIONS[function.__name__] = Action(function.__name__, function, slot, about)
        return function

    return register
