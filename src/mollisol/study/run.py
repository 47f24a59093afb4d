"""A study from its file to its result, its report and the record that repeats it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.study.schema import StudySpec

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.study.simulation import Simulation

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

LIBRARIES = ("mollisol", "jax", "jaxlib", "numpy", "scipy", "xarray", "h5netcdf", "matplotlib")


@dataclass(frozen=True)
class Study:
    """A checked study.

    Examples
    --------
    >>> import mollisol                                     # doctest: +SKIP
    >>> result = mollisol.load_study("study.yaml").run()    # doctest: +SKIP
    >>> result.soc.sum("layer").mean("member")              # doctest: +SKIP
    """

    spec: StudySpec

    def run(self, progress: bool = False) -> xr.Dataset:
        """Simulate, and return the result as `result.nc` holds it.

        Parameters
        ----------
        progress : whether to show a progress bar on a terminal.
        """
        return self.simulate(_bar() if progress else None).result

    def simulate(self, progress: Progress | None = None) -> Simulation:
        """Simulate, and return the result with all that the report tells of it."""
        from mollisol.study.simulation import simulate_study

        return simulate_study(self.spec, progress)


def _bar() -> Progress:
    import sys

    def show(stage: str, share: float) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{stage}: {100 * share:3.0f} %")
            if share >= 1.0:
                sys.stderr.write("\n")
            sys.stderr.flush()

    return show


def load_study(path: str | Path, allow_outside: bool = False) -> Study:
    """Read and check a study file.

    Raises
    ------
    InputError
        Naming file, line and key of what is wrong, and what to do.
    """
    from mollisol.study.loading import load_spec

    return Study(load_spec(Path(path), allow_outside=allow_outside))


def run_study(spec: StudySpec, directory: Path, progress: Progress | None = None) -> Simulation:
    """Simulate a study and write `result.nc` and `run.json` into a folder; the report is the caller's.

    Returns
    -------
    The simulation, for the report.
    """
    from mollisol.study.atomic import atomic_write, prepare_folder
    from mollisol.study.result import write_netcdf

    folder = prepare_folder(directory)
    done = Study(spec).simulate(progress)
    write_netcdf(done.result, folder / "result.nc")
    record = run_record(spec, done)
    with atomic_write(folder / "run.json") as temporary:
        temporary.write_text(json.dumps(record, indent=2, default=str) + "\n", encoding="utf-8")
    return done


def versions() -> dict[str, str]:
    """Return the versions of Mollisol, its libraries and Python."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _own_files(spec: StudySpec) -> list[Path]:
    """Return the files of the user's own practices, and those that practices name."""
    from mollisol.practices.library import own_file as own_practice
    from mollisol.study.registry import practice_files

    folder = spec.source.parent
    found: dict[Path, None] = {}
    for part in (part for one in spec.practices for part in one.parts):
        own = own_practice(part.practice, folder)
        if own is not None:
            found[own] = None
        named = [part.parameters[key] for key in practice_files(part.practice, folder) if key in part.parameters]
        found |= dict.fromkeys(map(Path, named))
    return list(found)


def _several(spec: StudySpec, done: Simulation) -> dict[str, Any]:
    """Return what a record holds of an ensemble of models and of conditioning, where there is any."""
    found: dict[str, Any] = {}
    if done.structures:
        from mollisol.models.ensembles import model_ensemble

        own = model_ensemble(spec.model.ensemble)
        members = done.result["structure"].values.tolist()
        found["model_ensemble"] = {
            "name": own.name,
            "file": own.path.name,
            "sha256": own.sha256,
            "structures": {
                name: {"weight": one.weight, "members": members.count(name), "slots": dict(one.slots)}
                for name, one in done.structures.items()
            },
        }
    if done.conditioned:
        found["conditioned"] = {name or spec.model.name: one.record() for name, one in done.conditioned.items()}
    return found


def run_record(spec: StudySpec, done: Simulation) -> dict[str, Any]:
    """Return what repeats the run bit for bit on the same machine."""

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    study = spec.model_dump(mode="json", exclude={"source", "profile", "climate", "defaults_used", "sections", "part"})
    for key in ("parameter_set", "ensemble"):
        # a file is told by its name: where it lay is no part of the result
        study["model"][key] = study["model"][key] and Path(study["model"][key]).name
    return {
        "study": study,
        "files": {
            "study": {"name": spec.source.name, "sha256": digest(spec.source)},
            "profile": {"name": spec.profile.name, "sha256": digest(spec.profile)},
            "climate": {"name": spec.climate.name, "sha256": digest(spec.climate)},
            **{f"practice {path.stem}": {"name": path.name, "sha256": digest(path)} for path in _own_files(spec)},
        },
        "seed": spec.seed,
        "members": spec.ensemble,
        "steps_per_month": done.steps,
        "parameter_sets": {
            name or spec.model.name: "priors" if one is None else one.record()
            for name, one in done.parameter_sets.items()
        },
        **_several(spec, done),
        "parameters": {
            name: [float(v) if np.isfinite(v) else None for v in values] for name, values in done.drawn.items()
        },
        "balance_residual_kg_m2": float(done.result["balance_residual"].max()),
        "versions": versions(),
    }
