"""Hypotheses compared: structures fitted to the same measurements, by how well they predict the studies left out.

Every structure gets draws of its posterior (`importance`), the log predictive density of each study left out
(`studies`), a weight by stacking, and what it says of subsoils (`subsoil`). Resumable: what is done of a structure is
kept in the folder.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.configuration import Configuration, checked
from mollisol.evidence.gather import Say
from mollisol.evidence.importance import log_posterior, taken
from mollisol.evidence.studies import leave_one_out, pool_of, stacking
from mollisol.evidence.subsoil import FIGURES, subsoil
from mollisol.units import InputError, RunError
from mollisol.units.files import prepare_folder, write_text

Array = NDArray[np.float64]

SAID_EVERY = 200
"""Draws after which their number is told."""

SHOWN_DRAWS = 40
"""Draws from which the intervals of subsoil figures are taken."""

AIMED_STAGES = 3
"""Stages of draws added at most for a study whose weights are too uneven."""

LEAST_WEIGHT = 0.01
"""Weight below which a structure is left out of the ensemble."""


@dataclass(frozen=True)
class Hypothesis:
    """A structure to compare: its name, what it fills slots with, why, and parameters that only it fits.

    `begin` names a structure before it, or a parameter set by name or path: the first draws are then around the draws
    of that one, and what only this one fits as its prior says. Without, they are around the most probable point.
    """

    name: str
    slots: Mapping[str, str]
    parameters: tuple[str, ...] = ()
    about: str = ""
    begin: str = ""


@dataclass(frozen=True)
class Comparison:
    """What is compared: a calibration that all share, and the structures."""

    shared: Configuration
    structures: tuple[Hypothesis, ...]

    def configuration(self, one: Hypothesis) -> Configuration:
        """Return the calibration of a structure: shared parameters that it has, and its own."""
        from mollisol.models import build
        from mollisol.units import parameters_of

        model = build("whole_profile", {**self.shared.slots, **one.slots})
        known = {f"{process.slot}.{key}" for process in model.processes for key in parameters_of(process)}
        names = [name for name in self.shared.parameters if name in known]
        return replace(
            self.shared, name=one.name, slots={**self.shared.slots, **one.slots}, begin=one.begin,
            parameters=(*names, *(name for name in one.parameters if name not in names)),
        )  # fmt: skip


STRUCTURE_KEYS = ("name", "slots", "parameters", "about", "begin")


def read_comparison(path: str | Path) -> Comparison:
    """Read a comparison: the keys of a calibration, and `structures`, a list of {name, slots, parameters, about}.

    Raises
    ------
    InputError
        Names file and key of what is wrong.
    """
    from mollisol.models.choice import settled
    from mollisol.models.parameter_sets import parameter_set
    from mollisol.practices.yaml_file import read_yaml

    file = read_yaml(Path(path))
    data = dict(file.data) if isinstance(file.data, dict) else {}
    entries = data.pop("structures", None)
    if not isinstance(entries, list) or not entries:
        raise InputError(
            "the comparison has no list of structures", file=file.name, key="structures",
            remedy="give {name, slots} for each",
        )  # fmt: skip
    shared = checked(data, file)
    found: list[Hypothesis] = []
    for i, entry in enumerate(entries):
        at = f"structures[{i}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise InputError("has no name", file=file.name, key=at, remedy="give {name, slots} for each structure")
        for key in entry:
            if key not in STRUCTURE_KEYS:
                raise InputError(
                    f"unknown key '{key}'", file=file.name, key=f"{at}.{key}",
                    remedy=f"a structure has {', '.join(STRUCTURE_KEYS)}",
                )  # fmt: skip
        if entry["name"] in [one.name for one in found]:
            raise InputError(f"'{entry['name']}' stands twice", file=file.name, key=at, remedy="give each its own name")
        slots = entry.get("slots") or {}
        try:
            settled({**shared.slots, **slots})
        except InputError as error:
            raise InputError(error.message, file=file.name, key=f"{at}.slots", remedy=error.remedy) from None
        begin = entry.get("begin", "")
        if begin and begin not in [one.name for one in found]:
            try:
                parameter_set(begin)
            except InputError as error:
                raise InputError(
                    f"no structure '{begin}' comes before it: {error.message}", file=file.name, key=f"{at}.begin",
                    remedy="name one that does, or a parameter set, or leave the key out",
                ) from None  # fmt: skip
        own = tuple(entry.get("parameters") or ())
        found.append(Hypothesis(entry["name"], slots, own, entry.get("about", ""), begin))
    return Comparison(shared, tuple(found))


def compare(
    comparison: Comparison,
    folder: str | Path,
    directory: str | Path,
    *,
    only: Collection[str] = (),
    say: Say | None = None,
) -> dict[str, Any]:
    """Fit every structure, or go on in `directory`, and return the table of the comparison (also written there).

    Beside it come the ensemble of models with the weights of stacking, under its name, and in a folder of that name the
    parameter set of each structure.

    Parameters
    ----------
    folder : of the measurements.
    only : names of the structures to compare; all if empty.
    """
    names = [one.name for one in comparison.structures]
    for name in only:
        if name not in names:
            raise InputError(f"there is no structure '{name}'", key="only", remedy=f"structures: {', '.join(names)}")
    out = prepare_folder(directory)
    sets = prepare_folder(out / comparison.shared.name)
    tell = say or (lambda _: None)
    rows = []
    for i, one in enumerate(comparison.structures):
        if only and one.name not in only:
            continue
        tell(f"{one.name}:")
        begin = str(_made(sets / f"{one.begin}.json", one)) if one.begin in names[:i] else one.begin
        rows.append(_structure(comparison.configuration(one), one, begin, folder, out, sets, say))
        # each structure has programs of its own, and a process may map only so many pieces of memory
        jax.clear_caches()
        gc.collect()
    table = compared(rows)
    write_text(out / "comparison.json", json.dumps(table, indent=1, allow_nan=False) + "\n")
    write_text(out / f"{comparison.shared.name}.json", json.dumps(ensemble(comparison, table), indent=1) + "\n")
    return table


def _structure(
    configuration: Configuration,
    one: Hypothesis,
    begin: str,
    folder: str | Path,
    out: Path,
    sets: Path,
    say: Say | None,
) -> dict[str, Any]:
    """Return what is known of one structure; from its file where that is of the same calibration and data."""
    from mollisol.evidence.calibrate import begin_of, claim, diagnostics, parameter_set
    from mollisol.evidence.gather import files_of, gather

    own = prepare_folder(out / one.name)
    data = files_of(Path(folder))
    claim(own, configuration, data)
    path = own / "row.json"
    if path.is_file():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    tell = say or (lambda _: None)
    joint, profiles = gather(configuration, folder, "fit", say)
    mean, covariance = begin_of(joint, begin, own, say)

    def told(done: int) -> None:
        if done % SAID_EVERY == 0:
            tell(f"{done} draws")

    stages, count = configuration.stages, -(-configuration.draws // configuration.stages)
    pool = pool_of(joint, own / "draws.npz", configuration.seed, told)
    pool.adapt(mean, covariance, stages, count, log_posterior)
    left = leave_one_out(joint, pool, AIMED_STAGES, count, say)
    whole = pool.weigh(log_posterior(pool.found))
    draws = taken(pool, whole, configuration.draws)
    if not np.isfinite(left.elpd).all():
        raise RunError(f"{one.name}: a study cannot be predicted at all; its sites may lack a steady state")
    made = parameter_set(configuration, joint, draws.highest, draws, diagnostics(joint, draws), data, profiles)
    write_text(sets / f"{one.name}.json", json.dumps(made, indent=1, allow_nan=False) + "\n")
    crops = np.asarray(profiles.land_use) == "cropland"
    z = draws.z[0]
    points = np.concatenate([np.median(z, axis=0)[None], z[:SHOWN_DRAWS]])
    figures = subsoil(joint, points, crops if crops.any() else ~crops)
    row = {
        "name": one.name, "slots": dict(one.slots), "about": one.about,
        "pareto_k": whole.pareto_k, "effective": whole.effective,
        "highest": draws.highest,
        "parameters": {name: float(value) for name, value in joint.space.values(jnp.asarray(points[0])).items()},
        "studies": sorted(set(profiles.group.tolist())),
        "elpd": left.elpd.tolist(), "k": left.k.tolist(), "aimed": left.aimed.tolist(), "values": left.values.tolist(),
        "subsoil": {
            name: [float(value[0]), *(float(q) for q in np.nanquantile(value[1:], (0.05, 0.95)))]
            for name, value in figures.items()
        },
    }  # fmt: skip
    write_text(path, json.dumps(row, indent=1, allow_nan=False) + "\n")
    return row


def _made(path: Path, one: Hypothesis) -> Path:
    """Return the file of a set at whose draws a structure begins."""
    if not path.is_file():
        raise InputError(
            f"'{one.name}' begins at the draws of '{one.begin}', which are not there", file=str(path),
            remedy=f"compare '{one.begin}' first",
        )  # fmt: skip
    return path


def compared(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table: for each structure its elpd, how far behind the best with a standard error, and its weight."""
    elpd = np.array([row["elpd"] for row in rows]).T
    weights = stacking(elpd)
    best = int(np.argmax(elpd.sum(axis=0)))
    behind = elpd - elpd[:, [best]]
    error = np.sqrt(len(elpd)) * behind.std(axis=0, ddof=1)
    return {
        "best": rows[best]["name"],
        "structures": [
            {
                **row, "total": float(elpd[:, i].sum()), "behind": float(behind[:, i].sum()),
                "error": float(error[i]), "weight": float(weights[i]),
            }
            for i, row in enumerate(rows)
        ],
    }  # fmt: skip


def ensemble(comparison: Comparison, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ensemble of models: structures by weight, each with its parameter set beside the file."""
    kept = [row for row in table["structures"] if row["weight"] >= LEAST_WEIGHT]
    total = sum(row["weight"] for row in kept)
    studies = sum(count > 0 for count in table["structures"][0]["values"])
    return {
        "name": comparison.shared.name,
        "about": (
            f"{len(table['structures'])} structures by stacking of log predictive densities of "
            f"{studies} studies left out; those of at least {LEAST_WEIGHT:g} are kept"
        ),
        "structures": [
            {
                "name": row["name"],
                "slots": {**comparison.shared.slots, **row["slots"]},
                "weight": round(row["weight"] / total, 4),
                "parameter_set": f"{comparison.shared.name}/{row['name']}.json",
            }
            for row in kept
        ],
    }


def table_of(table: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and rows of the table of predictions, best first."""
    heads: tuple[str, ...] = (
        "structure", "slots", "elpd", "behind the best", "largest k", "draws added for", "effective draws", "weight",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [
        (
            row["name"], _slots(row),
            f"{row['total']:.1f}", f"{row['behind']:.1f} +- {row['error']:.1f}",
            f"{max(row['pareto_k'], *row['k']):.2f}",
            f"{sum(row['aimed'])} of {sum(count > 0 for count in row['values'])}",
            f"{row['effective']:.0f}", f"{row['weight']:.2f}",
        )
        for row in sorted(table["structures"], key=lambda one: -float(one["total"]))
    ]  # fmt: skip
    return heads, rows


def _slots(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{slot}: {name}" for slot, name in row["slots"].items()) or "defaults"


def subsoil_table(table: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and rows of what each structure says of subsoils: at the median, and the 90 % interval of draws."""
    heads = ("structure", *(f"{label}, {unit}" for label, unit in FIGURES.values()))
    rows = [
        (
            row["name"],
            *("{:.3g} ({:.3g} to {:.3g})".format(*row["subsoil"][name]) for name in FIGURES),
        )
        for row in sorted(table["structures"], key=lambda one: -float(one["total"]))
    ]
    return heads, rows
