"""What every process is: a frozen dataclass of parameters, known to JAX as a tree of them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, dataclass_transform

import jax
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.units import Parameter, parameter, parameters_of

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(parameter,))
def process(cls: type[T]) -> type[T]:
    """Class decorator: a frozen dataclass whose fields (parameters, scalars or (column,)) are a JAX tree."""
    made = dataclasses.dataclass(frozen=True)(cls)
    names = [field.name for field in dataclasses.fields(made)]  # type: ignore[arg-type]
    jax.tree_util.register_dataclass(made, data_fields=names, meta_fields=[])
    return made


def declared(cls: type) -> dict[str, Any]:
    """What a process says of itself: slot, name, equation, what it reads, its parameters and what it is."""
    parameters: dict[str, Parameter] = parameters_of(cls)
    return {
        "slot": cls.slot,  # type: ignore[attr-defined]
        "name": cls.name,  # type: ignore[attr-defined]
        "equation": cls.equation,  # type: ignore[attr-defined]
        "reads": cls.reads,  # type: ignore[attr-defined]
        "parameters": parameters,
        "about": (inspect.getdoc(cls) or "").split("\n")[0],
    }


@process
class NoProcess:
    """An empty slot: the mechanism is left out."""

    slot: ClassVar[str] = ""
    name: ClassVar[str] = "none"
    equation: ClassVar[str] = "-"
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Return the rates as they are."""
        return rates
