"""A parameter never stands alone: value, unit, range, distribution, source and confidence together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Distribution = Literal["fixed", "normal", "lognormal", "uniform", "logit"]
Confidence = Literal["opened", "computed", "high", "medium", "low"]


@dataclass(frozen=True)
class Parameter:
    """A number of the model with what is known about it.

    Attributes
    ----------
    value : best estimate, in `unit`.
    unit : unit, "1" where dimensionless.
    lower, upper : bounds outside which the value makes no sense; draws are truncated to them.
    source : where the value comes from.
    confidence : "opened" (read in the source), "computed" (from such numbers), or
        "high" / "medium" / "low" for a figure quoted without the source at hand.
    distribution : prior; "fixed" is not drawn.
    spread : standard deviation of the prior ("normal": in `unit`; "lognormal": of the natural logarithm;
        "logit": of the logit of the position between the bounds).
    about : one line that says what it is.
    """

    value: float
    unit: str
    lower: float
    upper: float
    source: str
    confidence: Confidence = "medium"
    distribution: Distribution = "fixed"
    spread: float = 0.0
    about: str = ""

    def __post_init__(self) -> None:
        if not self.lower <= self.value <= self.upper:
            raise ValueError(f"parameter value {self.value} outside [{self.lower}, {self.upper}]")


def parameter(value: float, unit: str, lower: float, upper: float, source: str, **rest: Any) -> Any:
    """Declare a dataclass field that holds a `Parameter`'s value and carries the `Parameter` as metadata."""
    declared = Parameter(value, unit, lower, upper, source, **rest)
    return dataclasses.field(default=value, metadata={"parameter": declared})


def parameters_of(owner: Any) -> dict[str, Parameter]:
    """Return the parameters that a dataclass (or an instance of one) declares, by field name."""
    return {
        field.name: field.metadata["parameter"] for field in dataclasses.fields(owner) if "parameter" in field.metadata
    }
