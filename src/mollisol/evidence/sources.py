"""What each source of measurements does to a calibration: fits without it, and what they say of both sides.

A source whose fit pulls a parameter to where the others would not have it is told by its absence. Fits are those of
`calibrate`, so each lies in a folder of its own and is resumed there.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.evidence.calibrate import calibrate, claim
from mollisol.evidence.configuration import Configuration
from mollisol.evidence.gather import Say, files_of, gather
from mollisol.evidence.observations.split import Side
from mollisol.models.parameter_sets import ParameterSet, read_parameter_set

Array = NDArray[np.float64]

EVERY = "all sources"
LATE = 15
"""Years before an experiment's last stock whose stocks tell what it kept."""


@dataclass(frozen=True, eq=False)
class PlotFits:
    """Stocks of one side's experiments under every fit, kg C/m2.

    Attributes
    ----------
    side : "fit" or "test".
    experiment, treatment : (column,) names.
    plants, manures : (column,) mean yearly input until the last stock, kg C/m2/yr.
    column, year : (stock,) whose a stock is, and years since the beginning.
    stock : (stock,) measured.
    modelled : {fit: (stock,)}.
    first : (column,) stock at the beginning.
    received : (column, year) carbon received until the end of a year, kg C/m2.
    """

    side: Side
    experiment: tuple[str, ...]
    treatment: tuple[str, ...]
    plants: Array
    manures: Array
    column: NDArray[np.int64]
    year: NDArray[np.int64]
    stock: Array
    modelled: Mapping[str, Array]
    first: Array
    received: Array

    def last(self, column: int) -> int:
        """Return the number of a treatment's last stock."""
        own = np.flatnonzero(self.column == column)
        return int(own[np.argmax(self.year[own])])

    def off(self, fit: str, columns: Any) -> Array:
        """Return log(simulated / measured) of all stocks of some treatments."""
        own = np.isin(self.column, columns)
        return np.asarray(np.log(self.modelled[fit][own] / self.stock[own]))

    def kept(self, column: int, stocks: Array) -> float:
        """Return the share of what a treatment received beyond the least of its experiment that is still there.

            (change of stock - change of the reference's) / (received - received by the reference)

        over the stocks of the last `LATE` years; the reference is the treatment that received least. `stocks` are the
        measured ones, or those of a fit. NaN for the reference itself.
        """
        mates = [k for k, name in enumerate(self.experiment) if name == self.experiment[column]]
        end = max(int(self.year[self.column == k].max()) for k in mates)
        reference = min(mates, key=lambda k: float(self.received[k, end - 1]))
        if column == reference:
            return float("nan")
        change, received = [], []
        for k in (column, reference):
            late = (self.column == k) & (self.year > end - LATE)
            if not late.any():
                return float("nan")
            change.append(float(np.mean(stocks[late])) - float(self.first[k]))
            received.append(float(np.mean(self.received[k, self.year[late] - 1])))
        return (change[0] - change[1]) / (received[0] - received[1])


@dataclass(frozen=True, eq=False)
class ProfileFits:
    """Carbon and radiocarbon of one side's profiles under every fit, at the best estimate without sites' own factors.

    Attributes
    ----------
    side : "fit" or "test".
    edges : (depth + 1,) m.
    soc, delta14c : {fit: (site, depth)} log(simulated / measured), and simulated - measured (permil).
    turnover : {fit: (depth,)} geometric mean of stock over below-ground productivity of the croplands, yr.
    measured_turnover : (depth,) the same of the turnover table's profiles of that side, yr; NaN below the table.
    group : (site,) studies.
    """

    side: Side
    edges: Array
    soc: Mapping[str, Array]
    delta14c: Mapping[str, Array]
    turnover: Mapping[str, Array]
    measured_turnover: Array
    group: NDArray[np.str_]


def variants(configuration: Configuration) -> dict[str, Configuration]:
    """Return the calibration with all its sources, and without each of them.

    Profiles stay: every calibration needs them. All are normal approximations, so that they differ by the source only.

    Examples
    --------
    >>> given = Configuration("mine", ("depolymerisation.mineral",), sources=("profiles", "turnover", "minerals"))
    >>> list(variants(given))
    ['all sources', 'without turnover', 'without minerals']
    """
    made = {EVERY: dataclasses.replace(configuration, method="laplace")}
    for gone in (one for one in configuration.sources if one != "profiles"):
        kept = tuple(one for one in configuration.sources if one != gone)
        name = f"{configuration.name}_without_{gone}"
        made[f"without {gone}"] = dataclasses.replace(configuration, name=name, sources=kept, method="laplace")
    return made


def fitted(configuration: Configuration, data: str | Path, folder: Path, say: Say | None = None) -> ParameterSet:
    """Return the parameter set of a calibration: that of an earlier run in the folder, or a new one."""
    own = folder / configuration.name
    path = own / f"{configuration.name}.json"
    if path.is_file():
        claim(own, configuration, files_of(Path(data)))
    else:
        calibrate(configuration, data, own, say=say)
        # each fit has programs of its own, and a process may map only so many pieces of memory
        jax.clear_caches()
        gc.collect()
    return read_parameter_set(path)


def plot_fits(data: str | Path, side: Side, sets: Mapping[str, ParameterSet]) -> PlotFits:
    """Simulate one side's experiments at the best estimate of every set."""
    from mollisol.evidence.observations.experiments import read_experiments
    from mollisol.evidence.transient import plots_of, simulated
    from mollisol.models import build

    configure()
    model = build("whole_profile", next(iter(sets.values())).slots)
    plots, names = plots_of(read_experiments(data).of(side=side), model)
    passes = {int(one.configuration["passes"]) for one in sets.values()}.pop()
    run = jax.jit(lambda values, plots: simulated(model, values, plots, passes))
    column, year = np.asarray(plots.column), np.maximum(np.asarray(plots.year), 1)
    modelled = {
        name: np.asarray(run({key: jnp.asarray(value) for key, value in best(one).items() if "." in key}, plots))
        for name, one in sets.items()
    }
    amounts = np.asarray(plots.amounts)
    ends = [int(year[column == k].max()) for k in range(len(names.experiment))]
    mean = np.stack([amounts[:end, :, k].mean(axis=0) for k, end in enumerate(ends)])
    return PlotFits(
        side, names.experiment, names.treatment, mean[:, 0], mean[:, 1], column, year, np.asarray(plots.stock),
        {name: course[year - 1, column] for name, course in modelled.items()}, np.asarray(plots.first),
        np.cumsum(amounts.sum(axis=1), axis=0).T,
    )  # fmt: skip


def profile_fits(
    configuration: Configuration, data: str | Path, side: Side, sets: Mapping[str, ParameterSet]
) -> ProfileFits:
    """Predict one side's profiles at the best estimate of every set."""
    from mollisol.evidence.observations.turnover import read_turnover

    joint, chosen = gather(dataclasses.replace(configuration, sources=("profiles",)), data, side)
    run = jax.jit(lambda joint, values: joint.predicted(values))
    measured, crops = joint.profiles, np.asarray(chosen.land_use) == "cropland"
    soc, delta, turnover = {}, {}, {}
    for name, one in sets.items():
        found = run(joint, joint.space.values(jnp.asarray(joint.space.point(best(one)))))
        soc[name] = np.asarray(jnp.log(found.soc).T - measured.log_soc)
        delta[name] = np.asarray(found.delta14c.T - measured.delta14c)
        turnover[name] = np.exp(np.log(np.asarray(found.soc / found.bnpp)[:, crops]).mean(axis=1))
    edges = np.asarray(chosen.at_depths().edges)
    told = np.exp(np.nanmean(np.log(read_turnover(data).of(side=side, land_use="cropland").turnover), axis=0))
    known = np.concatenate([told, np.full(len(edges) - 1 - len(told), np.nan)])
    return ProfileFits(side, edges, soc, delta, turnover, known, np.asarray(chosen.group))


def best(one: ParameterSet) -> dict[str, float]:
    """Return a set's best estimates of the parameters and of the spread of sites."""
    return dict(zip(one.parameters, one.best.tolist(), strict=True)) | {k: float(v) for k, v in one.spread.items()}
