"""Files that the model of a study names, parameter sets and ensembles of models: found, read and checked."""

from __future__ import annotations

from pathlib import Path

from mollisol.models.ensembles import ENSEMBLE, model_ensemble
from mollisol.models.parameter_sets import chosen_set
from mollisol.study.crosscheck import parameter_problems
from mollisol.study.paths import resolve_file
from mollisol.study.problems import Problem
from mollisol.study.registry import model_parameters
from mollisol.study.schema import ModelChoice
from mollisol.units import InputError, Parameter


def placed_model(choice: ModelChoice, folder: Path, allow_outside: bool) -> tuple[ModelChoice, list[Problem]]:
    """Return the model with the files that it names as absolute paths, and what is wrong with them.

    Parameters
    ----------
    choice : of a study file whose names are checked.
    folder : of the study.
    allow_outside : whether files elsewhere may be read.

    Raises
    ------
    InputError
        Where a file is found and is wrong inside.
    """
    found: dict[str, str] = {}
    for key in ("parameter_set", "ensemble"):
        name = getattr(choice, key)
        if name is None or not name.endswith(".json"):
            continue
        path, problem = resolve_file(name, folder, ("model", key), allow_outside)
        if problem is not None:
            return choice, [problem]
        found[key] = str(path)
    placed = choice.model_copy(update=found)
    key = "ensemble" if placed.name == ENSEMBLE else "parameter_set"
    try:
        if placed.name == ENSEMBLE:
            several = model_ensemble(placed.ensemble)
            known: dict[str, Parameter] = {}
            for one in several.structures if placed.parameters else ():
                known |= model_parameters(one.model, one.slots)
            return placed, list(parameter_problems(placed, known))
        chosen_set(placed.parameter_set, placed.name, placed.slots)
    except InputError as error:
        if error.file is not None:  # it is in the file itself
            raise
        at = ("model",) if getattr(placed, key) is None else ("model", key)
        return choice, [Problem(at, error.message, error.remedy)]
    return placed, []
