"""Ensembles of models: structures (a model with its slots filled) and what each weighs. Loads no JAX.

    {"name": "...", "about": "...", "structures": [
        {"name": "default", "slots": {}, "weight": 0.7, "parameter_set": "cropland_grassland"},
        {"name": "saturating", "slots": {"protection": "saturation"}, "weight": 0.3, "parameter_set": "priors"}]}

Weights are those of stacking: how much each structure adds to predicting what was not fitted. They are scaled to sum
to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.models.choice import settled
from mollisol.models.json_file import JsonFile, named_file, names_in, read_json
from mollisol.models.parameter_sets import PRIORS, chosen_set
from mollisol.models.registry import MODELS
from mollisol.units import InputError, nearest

KIND = "model ensemble"
ENSEMBLE = "ensemble"
"""What a study names as its model where it wants an ensemble of models."""

DEFAULT = "stacked"
"""The ensemble that a study takes where it names none."""

STRUCTURE_KEYS = ("name", "model", "slots", "weight", "parameter_set")


@dataclass(frozen=True)
class Structure:
    """One model of an ensemble.

    Attributes
    ----------
    name : unique in the ensemble.
    model, slots : what it is.
    weight : share of the ensemble, 0-1.
    parameter_set : name or path of the set that it draws from; None for the one that a study would take by itself.
    """

    name: str
    model: str
    slots: Mapping[str, str]
    weight: float
    parameter_set: str | None = None


@dataclass(frozen=True)
class ModelEnsemble:
    """Structures with weights that sum to 1; `path` and `sha256` are those of the file."""

    name: str
    structures: tuple[Structure, ...]
    path: Path
    sha256: str
    about: str = ""

    def shares(self, members: int) -> NDArray[np.int64]:
        """Return (structure,) how many of some members each structure gets, by weight and largest remainder.

        Examples
        --------
        >>> one, other = (Structure(n, "whole_profile", {}, w) for n, w in (("a", 0.7), ("b", 0.3)))
        >>> ModelEnsemble("e", (one, other), Path("e.json"), "").shares(5).tolist()
        [4, 1]
        """
        wanted = members * np.array([one.weight for one in self.structures])
        counts = np.floor(wanted + 1e-9).astype(np.int64)
        left = members - int(counts.sum())
        # of equal remainders the heavier structure comes first, then the earlier
        order = np.lexsort((np.arange(len(counts)), -wanted, -np.round(wanted - counts, 9)))
        counts[order[:left]] += 1
        return counts


def folder() -> Path:
    """Return where the ensembles lie that come with Mollisol."""
    return Path(str(files("mollisol.models"))) / "ensembles"


def list_model_ensembles() -> list[str]:
    """Return the names of the ensembles that come with Mollisol."""
    return names_in(folder())


def model_ensemble(name: str | None = None) -> ModelEnsemble:
    """Return an ensemble by its name or the path of a file; the default one where none is named.

    Raises
    ------
    InputError
        Where there is none, or where its file is wrong, by file and key.
    """
    return read_model_ensemble(named_file(name or DEFAULT, folder(), KIND))


def read_model_ensemble(path: Path) -> ModelEnsemble:
    """Read an ensemble and check it; parameter sets that it names by path are relative to it.

    Raises
    ------
    InputError
        Naming file and key of what is wrong.
    """
    file = read_json(Path(path), KIND)
    file.check_keys(("name", "structures"), ("about",))
    entries = file.values["structures"]
    if not isinstance(entries, list) or not entries:
        raise file.wrong("structures", "is not a list of at least one structure")
    found = [_structure(file, i, entry) for i, entry in enumerate(entries)]
    for i, one in enumerate(found):
        if one.name in [other.name for other in found[:i]]:
            raise file.wrong(f"structures[{i}].name", f"'{one.name}' stands twice")
    total = sum(one.weight for one in found)
    if total <= 0.0:
        raise file.wrong("structures", "the weights are all 0")
    kept = tuple(
        Structure(one.name, one.model, one.slots, one.weight / total, one.parameter_set)
        for one in found
        if one.weight > 0.0
    )
    return ModelEnsemble(file.text("name"), kept, file.path, file.sha256, file.text("about", "-"))


def _structure(file: JsonFile, number: int, entry: Any) -> Structure:
    at = f"structures[{number}]"
    if not isinstance(entry, dict):
        raise file.wrong(at, "is not a mapping such as {name, slots, weight, parameter_set}")
    _known_keys(file, at, list(entry))
    own = JsonFile(file.path, entry, file.sha256)
    model = entry.get("model", "whole_profile")
    if model not in MODELS:
        raise file.wrong(f"{at}.model", f"there is no model '{model}'", f"models: {', '.join(MODELS)}")
    slots = entry.get("slots", {})
    if not isinstance(slots, dict):
        raise file.wrong(f"{at}.slots", "is not a mapping {slot: alternative}")
    try:
        settled(slots)
    except InputError as error:
        raise file.wrong(f"{at}.slots.{error.key}", error.message, error.remedy) from None
    for key in ("name", "weight"):
        if key not in entry:
            raise file.wrong(f"{at}.{key}", "is missing", f"a structure has {', '.join(STRUCTURE_KEYS)}")
    weight = own.number(f"{at}.weight", entry["weight"])
    if weight < 0.0:
        raise file.wrong(f"{at}.weight", f"is {weight:g}, a weight is not negative")
    named = entry.get("parameter_set")
    if named is not None:
        named = _placed(own.text("parameter_set"), file.path.parent)
    try:
        chosen_set(named, model, slots)
    except InputError as error:
        if error.file is not None:
            raise
        raise file.wrong(f"{at}.parameter_set", error.message, error.remedy) from None
    return Structure(own.text("name"), model, dict(slots), weight, named)


def _known_keys(file: JsonFile, at: str, keys: Sequence[str]) -> None:
    for key in keys:
        if key not in STRUCTURE_KEYS:
            close = nearest(key, STRUCTURE_KEYS)
            hint = f"did you mean '{close}'? " if close else ""
            raise file.wrong(f"{at}.{key}", "unknown key", f"{hint}a structure has {', '.join(STRUCTURE_KEYS)}")


def _placed(named: str, beside: Path) -> str:
    """Return the name of a set, or its path from where its ensemble lies."""
    if named == PRIORS or not named.endswith(".json"):
        return named
    return str((beside / named).resolve())
