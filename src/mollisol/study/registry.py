"""What other rooms tell the study file: the names they know, and keys of their own.

Everything is asked for when a study is checked, so reading a file costs no room that it does not need. None
of it loads JAX.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.study.fields import Section
    from mollisol.units import Parameter


@dataclass(frozen=True)
class StudyKey:
    """A key that another room adds to the study file: its name, its schema, and what it is for."""

    name: str
    schema: type[Section]
    about: str


STUDY_KEYS: dict[str, StudyKey] = {}
"""Registered keys by name."""


def register_key(name: str, schema: type[Section], about: str) -> None:
    """Add an optional top-level key to the study file.

    Parameters
    ----------
    name : the key, such as `economics`.
    schema : a `mollisol.study.fields.Section`; its value arrives in `StudySpec.sections[name]`.
    about : one line for messages.

    Raises
    ------
    ValueError
        If the key exists and has another schema.
    """
    from mollisol.study.schema import StudyFile

    known = STUDY_KEYS.get(name)
    if name in StudyFile.known_keys() or (known is not None and known.schema is not schema):
        raise ValueError(f"the study key '{name}' exists already")
    STUDY_KEYS[name] = StudyKey(name, schema, about)


def crop_names() -> list[str]:
    """Return the crops that can be sown."""
    from mollisol.plants import CROPS

    return [name for name, crop in CROPS.items() if not crop.natural]


def land_uses() -> list[str]:
    """Return what a period of history can name instead of crops."""
    from mollisol.practices.plan import LAND_USES

    return list(LAND_USES)


def amendment_names() -> list[str]:
    """Return the amendments."""
    from mollisol.plants import AMENDMENTS

    return list(AMENDMENTS)


def tillage_operations() -> dict[str, tuple[float, float]]:
    """Return the implements with the range of depths at which each works, cm."""
    from mollisol.plants import OPERATIONS

    return {
        name: (round(100 * one.depth_lower, 6), round(100 * one.depth_upper, 6)) for name, one in OPERATIONS.items()
    }


def practice_names(folder: Path | None = None) -> list[str]:
    """Return the practices of the library, and the user's own in the folder `practices` beside a study."""
    from mollisol.practices import list_practices
    from mollisol.practices.library import own_practices

    return [*list_practices(), *own_practices(folder)]


def has_practice(name: str, folder: Path | None = None) -> bool:
    """Whether there is a practice of a name, in the library or beside the study."""
    from mollisol.practices import list_practices
    from mollisol.practices.library import own_file

    return name in list_practices() or own_file(name, folder) is not None


def practice_values(name: str, given: Mapping[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """Return all parameters of a practice, those given checked; raise `InputError` where one is wrong."""
    from mollisol.practices import practice

    return practice(name, folder).values(given)


def practice_files(name: str, folder: Path | None = None) -> list[str]:
    """Return the parameters of a practice that name a file."""
    from mollisol.practices import practice

    return [key for key, one in practice(name, folder).parameters.items() if one.kind == "file"]


def model_names() -> list[str]:
    """Return the models, and the word for several of them."""
    from mollisol.models import MODELS
    from mollisol.models.ensembles import ENSEMBLE

    return [*MODELS, ENSEMBLE]


def model_parameters(name: str, slots: Mapping[str, str]) -> dict[str, Parameter]:
    """Return {slot.parameter: what is known of it} of an assembled model; loads JAX."""
    from mollisol.models import build
    from mollisol.units import parameters_of

    processes = build(name, slots).processes
    return {f"{one.slot}.{key}": known for one in processes for key, known in parameters_of(one).items()}


def check_slots(name: str, slots: Mapping[str, str]) -> None:
    """Raise `InputError` where alternatives of a model cannot stand beside each other."""
    from mollisol.models.choice import settled

    if name == "whole_profile":
        settled(slots)


def model_slots(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the alternatives of each slot of a model (of an ensemble, of the default model), the default first."""
    from mollisol.models import MODELS, describe_model

    slots: Mapping[str, tuple[str, ...]] = describe_model(name if name in MODELS else next(iter(MODELS)))["slots"]
    return slots
