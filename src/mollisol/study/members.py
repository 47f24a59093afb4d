"""The members of an ensemble: a model with drawn parameters, and the scales of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.study.draws import draw, drawn_model, spread_of_set
from mollisol.units import parameters_of

if TYPE_CHECKING:
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]

SCALES = ("above_ground_scale", "below_ground_scale")


@dataclass(frozen=True, eq=False)
class Members:
    """Members of an ensemble.

    Attributes
    ----------
    model : with (member,) parameters.
    above, below : (member,) scales of the inputs.
    drawn : values of all that is drawn, (member,) by `slot.parameter`.
    spread : how sites spread around the model, (member,) by name; empty without a parameter set.
    parameter_set : that the parameters come from; None for the priors.
    """

    model: Any
    above: Array
    below: Array
    drawn: dict[str, Array]
    spread: Mapping[str, Array]
    parameter_set: ParameterSet | None = None

    def __len__(self) -> int:
        return len(self.above)

    def joined(self, other: Members) -> Members:
        """Return these members and then others; what the others do not have of the draws is left out."""
        import jax

        def both(mine: Mapping[str, Array], theirs: Mapping[str, Array]) -> dict[str, Array]:
            return {name: np.append(value, theirs[name]) for name, value in mine.items() if name in theirs}

        return Members(
            jax.tree_util.tree_map(lambda a, b: np.concatenate([a, b], axis=-1), self.model, other.model),
            np.append(self.above, other.above),
            np.append(self.below, other.below),
            both(self.drawn, other.drawn),
            both(self.spread, other.spread),
            self.parameter_set,
        )

    def select(self, index: NDArray[np.int64]) -> Members:
        """Return some of the members, in an order of their own."""
        from mollisol.column.setup import select_columns

        return Members(
            select_columns(self.model, index),
            self.above[index],
            self.below[index],
            {name: value[index] for name, value in self.drawn.items()},
            {name: value[index] for name, value in self.spread.items()},
            self.parameter_set,
        )


def draw_members(spec: StudySpec, times: int = 1) -> Members:
    """Draw the members of a study, or `times` as many.

    Raises
    ------
    InputError
        Where the parameter set of the study does not hold for its model.
    """
    from mollisol.models import build
    from mollisol.models.parameter_sets import chosen_set
    from mollisol.plants.allocation import AllocationParameters

    choice = spec.model
    made = chosen_set(choice.parameter_set, choice.name, choice.slots)
    first, total = (times * count for count in spec.part or (0, spec.ensemble))
    model, drawn = drawn_model(build(choice.name, choice.slots), total, spec.seed, choice.parameters, made)
    known = parameters_of(AllocationParameters)
    scales = {f"inputs.{name}": draw(name, known[name], total, spec.seed) for name in SCALES}
    above, below = scales.values()
    everyone = Members(model, above, below, drawn | scales, spread_of_set(made, total, spec.seed), made)
    if spec.part is None:
        return everyone
    return everyone.select(np.arange(first, first + times * spec.ensemble))
