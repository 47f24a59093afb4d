"""A practice's parameter: default, unit, range, distribution, source and confidence, and what a user may give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from mollisol.plants.tables import unknown
from mollisol.practices.values import Value
from mollisol.units import MONTHS_PER_YEAR, InputError, Parameter
from mollisol.units.parameters import Distribution

KINDS = ("number", "integer", "chance", "name", "month", "months", "depths", "file", "crops")
"""What a parameter may be: "chance" is the probability that the practice takes hold, "months" one number or twelve,
"depths" a pair [upper, lower], "file" a table beside the study, "crops" a rotation."""

DRAWN_KINDS = ("number", "chance")
DISTRIBUTIONS: tuple[str, ...] = get_args(Distribution)

Draw = Callable[[str, Parameter], Value]
"""Draws a parameter by its full name: (1 + member,), the best estimate first."""


@dataclass(frozen=True)
class PracticeParameter:
    """A parameter of a practice, with what is known about it.

    Attributes
    ----------
    kind : one of `KINDS`; a "name" is one of `choices`.
    value : default; None = not used unless given.
    unit, lower, upper : of numbers and depths.
    choices : allowed names.
    instead_of : the parameters of which giving this one takes the place (other ways to say an amount).
    distribution, spread : of what is not given, over the members of an ensemble (`mollisol.units.Parameter`).
    """

    name: str
    kind: str
    value: Any
    unit: str
    lower: float | None
    upper: float | None
    choices: tuple[str, ...]
    instead_of: tuple[str, ...]
    source: str
    confidence: str
    about: str
    distribution: str = "fixed"
    spread: float = 0.0

    @property
    def prior(self) -> Parameter:
        """What is known of a number, as of any other parameter of the model."""
        assert self.lower is not None
        assert self.upper is not None
        return Parameter(
            float(self.value), self.unit, self.lower, self.upper, self.source, self.confidence,  # type: ignore[arg-type]
            self.distribution, self.spread, self.about,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def drawn(self) -> bool:
        """Whether it varies over the members of an ensemble when it is not given."""
        return self.kind in DRAWN_KINDS and self.value is not None and self.distribution != "fixed"

    def check(self, value: Any) -> Any:
        """Return a user's value if it is allowed; raise `InputError` otherwise."""
        if self.kind == "month":
            months = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MONTHS_PER_YEAR
            if value == "harvest" or months:
                return value
            raise InputError(f"got {value}", key=self.name, remedy="give a month from 1 to 12, or 'harvest'")
        if self.kind == "name":
            if value not in self.choices:
                raise unknown(self.name, value, self.choices, f"'{self.name}' must be one of the known names")
            return value
        if self.kind == "file":
            if not isinstance(value, str) or not value:
                raise InputError(f"got {value!r}", key=self.name, remedy="give the name of a file beside the study")
            return value
        if self.kind == "crops":
            if not isinstance(value, (list, tuple)) or not value or not all(isinstance(one, dict) for one in value):
                raise InputError(f"got {value!r}", key=self.name, remedy="give a list such as [{crop: wheat}]")
            return [dict(one) for one in value]
        if self.kind == "depths":
            if not isinstance(value, (list, tuple)) or len(value) != 2:
                raise InputError(f"got {value}", key=self.name, remedy=f"give [upper, lower] in {self.unit}")
            pair = [self._number(one) for one in value]
            if not pair[0] < pair[1]:
                raise InputError(f"got {value}", key=self.name, remedy="give the upper depth first")
            return pair
        if self.kind == "months":
            listed = list(value) if isinstance(value, (list, tuple)) else [value] * MONTHS_PER_YEAR
            if len(listed) != MONTHS_PER_YEAR:
                raise InputError(f"got {len(listed)} numbers", key=self.name, remedy="give one number, or twelve")
            return [self._number(one) for one in listed]
        number = self._number(value)
        if self.kind == "integer":
            if number != int(number):
                raise InputError(f"got {value}", key=self.name, remedy="give a whole number")
            return int(number)
        return number

    def _number(self, value: Any) -> float:
        assert self.lower is not None
        assert self.upper is not None
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not good or not self.lower <= value <= self.upper:
            raise InputError(
                f"got {value!r}",
                key=self.name,
                remedy=f"give a number from {self.lower:g} to {self.upper:g}"
                + (f" {self.unit}" if self.unit != "1" else ""),
            )
        return float(value)

    def resolve(self, owner: str, given: Any, draw: Draw | None) -> Any:
        """Return the value for a run: what was given, else the default or its draws.

        A chance becomes what came of it: 1 or 0 in each member; the best estimate is the chance itself, the expected
        effect.

        Parameters
        ----------
        owner : name of the practice.
        given : the user's checked value, or None.
        draw : of an ensemble; None = the best estimate alone.
        """
        value = self.value if given is None else given
        if draw is None or value is None:
            return value
        if self.drawn and given is None:
            value = draw(f"{owner}.{self.name}", self.prior)
        if self.kind != "chance":
            return value
        luck = np.asarray(draw(f"{owner}.{self.name}.outcome", _EVEN_CHANCE))
        outcome = (luck < value).astype(np.float64)
        outcome[0] = np.ravel(value)[0]
        return outcome


_EVEN_CHANCE = Parameter(0.5, "1", 0.0, 1.0, "by definition", "high", "uniform", 0.0, "luck of a member")
