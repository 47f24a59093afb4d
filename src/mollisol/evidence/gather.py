"""From a folder of measurements to the joint likelihood of a calibration: the fit side, or the test side."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure, require_float64
from mollisol.column.idle import idle_pools, without
from mollisol.column.simulate import State
from mollisol.evidence.configuration import Configuration
from mollisol.evidence.forward import Sites, sites_of
from mollisol.evidence.likelihood import Joint, ProfileData, Summary, numbered
from mollisol.evidence.memory import remembered, remembering
from mollisol.evidence.observations.split import Side
from mollisol.evidence.observations.turnover import EDGES, read_turnover
from mollisol.evidence.sites import columns_of_sites
from mollisol.evidence.space import space_of
from mollisol.units import InputError

TURNOVER_ERROR = 0.12
"""Standard error of the mean over sites of log (stock / BNPP) of a depth: 0.08 to 0.12, studies drawn again."""

PRODUCTIVITY_ERROR = 0.5
"""The same of all depths alike: the table divides by the productivity of a map, of natural vegetation as much as of
crops. Its spread over depth is left out: the model's crops have 2.2 % of it in 80-100 cm, beta 0.961 has 2.3 %."""

MINERAL_ERROR = 0.05
"""Standard error of a mean share: methods of separation differ by about as much."""

Say = Callable[[str], None]


def files_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of the data folder that a calibration may read, by its path."""
    kept = ("radiocarbon", "turnover", "maom", "lte", "incubation", "roots")
    found = sorted(p for name in kept for p in (folder / name).rglob("*") if p.is_file() and p.stat().st_size < 5e7)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def gather(
    configuration: Configuration, folder: str | Path, side: Side = "fit", say: Say | None = None
) -> tuple[Joint, Any]:
    """Return the joint likelihood of one side, and the profiles that it holds.

    Raises
    ------
    InputError
        Where the folder lacks a file.
    """
    from mollisol.evidence.observations.he2016 import read_he2016
    from mollisol.models import build

    configure()
    require_float64()
    tell = say or (lambda _: None)
    model = build("whole_profile", configuration.slots)
    if "incubations" in configuration.sources and (configuration.passes == 0 or model.nonlinear):
        raise InputError(
            "incubations take their pools from a few passes, which this model does not settle in",
            key="sources", remedy="leave incubations out, or give passes where no microbes limit decomposition",
        )  # fmt: skip
    chosen = read_he2016(folder).of(side=side, land_use=configuration.land_use, down_to=configuration.reach)
    climate = np.isfinite(chosen.mean_temperature) & np.isfinite(chosen.precipitation) & np.isfinite(chosen.latitude)
    chosen = chosen.select(climate)
    depths = chosen.at_depths()
    tell(f"{len(chosen)} profiles of {len(set(chosen.group))} studies: soil and climate at depth")
    sites = awake(model, sites_of(columns_of_sites(depths, model), chosen.year, depths.edges))
    sites = dataclasses.replace(sites, setup=remembering(model, sites.setup), before=remembering(model, sites.before))
    small = _without_idle(model, sites)
    space = space_of(model, configuration.parameters)
    with np.errstate(divide="ignore"):
        data = ProfileData(
            jnp.asarray(np.log(depths.stock)),
            jnp.asarray(depths.soc_error),
            jnp.asarray(depths.delta14c),
            jnp.asarray(depths.delta14c_error),
            jnp.asarray(numbered(chosen.group)),
        )
    crops = np.asarray(chosen.land_use) == "cropland"
    turnover = _turnover(folder, side, crops) if "turnover" in configuration.sources and crops.any() else None
    minerals = _minerals(folder, side, np.asarray(chosen.land_use)) if "minerals" in configuration.sources else ()
    extra: list[Any] = []
    if "experiments" in configuration.sources:
        from mollisol.evidence.observations.experiments import read_experiments
        from mollisol.evidence.transient import log_likelihood, plots_of, slopes

        tell("long-term experiments: soil and climate at depth")
        plots, _ = plots_of(read_experiments(folder).of(side=side), model)
        # an error model needs no better slopes than those of the best estimates before
        taken = jax.jit(slopes, static_argnames="passes")(model, {}, plots, passes=configuration.passes)
        extra.append(jax.tree_util.Partial(log_likelihood, plots=plots, slopes=taken))
    if "incubations" in configuration.sources:
        from mollisol.evidence import jars

        extra.append(jax.tree_util.Partial(jars.log_likelihood, jars=jars.jars_of(folder, model, side)))
    return Joint(small[0], space, small[1], data, turnover, minerals, tuple(extra), configuration.passes), chosen


def awake(model: Any, sites: Sites) -> Sites:
    """Return the sites with what their inputs feed found anew."""
    fed = tuple(int(i) for i in np.flatnonzero(np.asarray(sites.setup.quality).any(axis=(0, 2))))
    return dataclasses.replace(
        sites,
        setup=dataclasses.replace(sites.setup, fed=fed),
        before=dataclasses.replace(sites.before, fed=fed),
    )


def _without_idle(model: Any, sites: Sites) -> tuple[Any, Sites]:
    """Leave out the pools that stay empty at every site."""
    shape = (sites.setup.thickness.shape[0], len(model.pools), sites.mass.shape[-1])
    first = jnp.zeros((), int)
    # what processes remember is theirs to read too
    state, old = (
        State(np.zeros(shape), {"aggregation": np.asarray(aggregation), **remembered(setup, first)})
        for setup, aggregation in ((sites.setup, sites.aggregation), (sites.before, sites.aggregation_before))
    )
    idle = tuple(i for i in idle_pools(model, sites.setup, state) if i in idle_pools(model, sites.before, old))
    small, setup, _ = without(model, sites.setup, state, idle)
    _, before, _ = without(model, sites.before, state, idle)
    arrays: Sites = jax.tree_util.tree_map(jnp.asarray, dataclasses.replace(sites, setup=setup, before=before))
    return small, arrays


def _turnover(folder: str | Path, side: Side, crops: Any) -> Summary:
    table = read_turnover(folder).of(side=side, land_use="cropland")
    mean = np.nanmean(np.log(table.turnover), axis=0)
    return Summary(jnp.asarray(mean), jnp.asarray(turnover_covariance()), jnp.asarray(crops.astype(np.float64)))


def turnover_covariance() -> NDArray[np.float64]:
    """Return the covariance (depth, depth) of the errors of mean log (stock / BNPP)."""
    depths = len(EDGES) - 1
    return np.asarray(TURNOVER_ERROR**2 * np.eye(depths) + PRODUCTIVITY_ERROR**2)


def _minerals(folder: str | Path, side: Side, land_use: Any) -> tuple[Summary, ...]:
    from mollisol.evidence.observations.minerals import read_minerals

    found = []
    for use in sorted(set(land_use)):
        shares = read_minerals(folder).of(side=side, land_use=use).share
        known = shares[np.isfinite(shares)]
        if known.size >= 10:
            sites = jnp.asarray((land_use == use).astype(np.float64))
            found.append(Summary(jnp.asarray([np.median(known)]), jnp.asarray([[MINERAL_ERROR**2]]), sites))
    return tuple(found)
