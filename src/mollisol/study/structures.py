"""Studies with an ensemble of models: which members each structure gets, and their runs put together.

Each structure is run as a study of its own, with its share of the members, and the results are joined along `member`.
Members of one number have the same draws of inputs and practices in every structure's run, so practices stay paired.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.study.schema import ENSEMBLE, ModelChoice, StudySpec

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.clocks import Permanence
    from mollisol.models.ensembles import Structure
    from mollisol.study.initial import Start
    from mollisol.study.simulation import Simulation

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]


def structure_studies(spec: StudySpec) -> list[tuple[Structure, StudySpec]]:
    """Return each structure that has members, with its study.

    Raises
    ------
    InputError
        Where the ensemble's file is wrong.
    """
    from mollisol.models.ensembles import model_ensemble

    several = model_ensemble(spec.model.ensemble)
    counts = [int(count) for count in several.shares(spec.ensemble)]
    first = np.concatenate([[0], np.cumsum(counts)])
    found = []
    for number, one in enumerate(several.structures):
        if counts[number] == 0:
            continue
        choice = ModelChoice(
            name=one.model,
            slots={**one.slots, **spec.model.slots},
            parameters=spec.model.parameters,
            parameter_set=one.parameter_set,
        )
        part = (int(first[number]), spec.ensemble)
        found.append((one, spec.model_copy(update={"model": choice, "ensemble": counts[number], "part": part})))
    return found


def heaviest(spec: StudySpec) -> StudySpec:
    """Return the study with the structure that weighs most; itself where it has one model."""
    if spec.model.name != ENSEMBLE:
        return spec
    return max(structure_studies(spec), key=lambda one: one[0].weight)[1]


def simulate_structures(spec: StudySpec, progress: Progress | None = None) -> Simulation:
    """Simulate a study with each structure of its ensemble and join the results.

    Raises
    ------
    InputError, RunError
        As `simulate_study`.
    """
    from mollisol.study.simulation import simulate_study

    runs = []
    for structure, own in structure_studies(spec):

        def told(stage: str, share: float, name: str = structure.name) -> None:
            if progress is not None:
                progress(f"{name}: {stage}", share)

        runs.append((structure, simulate_study(own, told)))
    return joined(spec, runs)


def joined(spec: StudySpec, runs: Sequence[tuple[Structure, Simulation]]) -> Simulation:
    """Put the runs of structures together; what does not depend on the model is that of the first."""
    names = [structure.name for structure, _ in runs]
    done = [one for _, one in runs]
    counts = [one.result.sizes["member"] for one in done]
    result = _result(spec, done, np.repeat(names, counts))
    told = {name: [one.slots.get(name, "none") for one in done] for one in done for name in one.slots}
    drawn = {}
    for name in dict.fromkeys(name for one in done for name in one.drawn):
        parts = [one.drawn.get(name, np.full(count, np.nan)) for one, count in zip(done, counts, strict=True)]
        drawn[name] = np.concatenate(parts)
    initial = result["soc"].sel(practice="baseline").isel(time=0).median("member").values
    return dataclasses.replace(
        done[0],
        result=result,
        start=_start([one.start for one in done], names),
        initial_soc=np.asarray(initial),
        measured_trend=" ".join(_said(names, [one.measured_trend for one in done])),
        drawn=drawn,
        slots={slot: " | ".join(dict.fromkeys(chosen)) for slot, chosen in told.items()},
        notes=list(dict.fromkeys(note for one in done for note in one.notes)),
        warnings=_warnings(names, [one.warnings for one in done]),
        sampled_radiocarbon=_sampled(done),
        permanence=_permanence(done),
        parameter_sets={name: one.parameter_sets[""] for name, one in zip(names, done, strict=True)},
        structures={structure.name: structure for structure, _ in runs},
        conditioned={name: one.conditioned[""] for name, one in zip(names, done, strict=True) if one.conditioned},
    )


def _result(spec: StudySpec, done: Sequence[Simulation], structure: NDArray[np.str_]) -> xr.Dataset:
    """Join along `member`, with the structure of each; a pool that a structure does not have holds nothing."""
    import xarray as xr

    pools: list[str] = []
    for one in done:
        if "pool" in one.result.coords:
            pools += [str(name) for name in one.result["pool"].values if name not in pools]
    parts = []
    first = 0
    for one in done:
        own = one.result.reindex(pool=pools, fill_value=0.0) if pools else one.result
        count = own.sizes["member"]
        parts.append(own.assign_coords(member=("member", np.arange(first, first + count), own["member"].attrs)))
        first += count
    data = {}
    for name in dict.fromkeys(str(name) for one in parts for name in one.data_vars):
        have = [one[name] for one in parts if name in one]
        if "member" not in have[0].dims:
            data[name] = have[0]
            continue
        alike = [one[name] if name in one else _missing(have[0], one) for one in parts]
        data[name] = xr.concat(alike, "member", coords="minimal", compat="override", join="override").transpose(
            *have[0].dims
        )
        data[name].attrs = have[0].attrs
    made = xr.Dataset(data, attrs={**parts[0].attrs, "model": spec.model.name})
    for name in parts[0].coords:
        if name not in made.coords:
            made = made.assign_coords({str(name): parts[0][name]})
    about = {"long_name": "Structure of the model"}
    return made.assign_coords(structure=("member", [str(name) for name in structure], about))


def _missing(like: xr.DataArray, part: xr.Dataset) -> xr.DataArray:
    """Return what a structure does not know of a variable: NaN for its members."""
    import xarray as xr

    one = like.isel(member=0, drop=True)
    blank = xr.full_like(one, np.nan).expand_dims(member=part["member"])
    return blank.transpose(*like.dims)


def _start(starts: Sequence[Start], names: Sequence[str]) -> Start:
    """Join what the report says of the initial states; the states themselves are those of the first structure."""
    return dataclasses.replace(
        starts[0],
        balance=np.concatenate([one.balance for one in starts], axis=-1),
        equilibrium=np.concatenate([one.equilibrium for one in starts], axis=-1),
        warnings=_warnings(names, [one.warnings for one in starts]),
    )


def _warnings(names: Sequence[str], warnings: Sequence[Sequence[str]]) -> list[str]:
    """Return each warning once, with the structures that it is about where not all have it."""
    found: dict[str, list[str]] = {}
    for name, own in zip(names, warnings, strict=True):
        for text in own:
            found.setdefault(text, []).append(name)
    return [text if len(by) == len(names) else f"{', '.join(by)}: {text}" for text, by in found.items()]


def _said(names: Sequence[str], texts: Sequence[str]) -> list[str]:
    return [f"{name}: {text}" for name, text in zip(names, texts, strict=True) if text]


def _sampled(done: Sequence[Simulation]) -> Any:
    found = [one.sampled_radiocarbon for one in done]
    if any(one is None for one in found):
        return None
    delta = np.concatenate([one.delta14c for one in found if one is not None], axis=-1)
    return dataclasses.replace(found[0], delta14c=delta)  # type: ignore[type-var]


def _permanence(done: Sequence[Simulation]) -> Callable[[], Permanence] | None:
    """Return what joins, when asked, how long carbon stays in each structure."""
    found = [one.permanence for one in done if one.permanence is not None]
    return partial(_lasting, found) if len(found) == len(done) else None


def _lasting(asked: Sequence[Callable[[], Permanence]]) -> Permanence:
    found = [one() for one in asked]
    left, transit = (np.concatenate([getattr(one, name) for one in found]) for name in ("left", "transit"))
    return dataclasses.replace(found[0], left=left, transit=transit)
