"""What any model has to beat: RothC in every layer with the same inputs, training data by depth shape and by mean."""

from __future__ import annotations

import dataclasses
import importlib
from functools import partial
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from mollisol.column.model import Model
from mollisol.evidence.forward import Sites, predict
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.transient import PlotNames, Plots, simulated

Array = NDArray[np.float64]

ROTHC_DEPTH = 0.3
"""m; the depth for which RothC was made."""


def rothc_at_sites(sites: Sites, model: Model) -> tuple[Any, Array]:
    """Return what RothC 26.3 says of sites in every layer, and (site,) its carbon of 0-30 cm, kg C/m2.

    Inputs, temperature, water and clay of each layer are those of the sites of `model`; constants are RothC's own,
    and there is no inert carbon, which RothC takes from a measured stock.
    """
    from mollisol.models import build, recast

    rothc = build("rothc")
    edges = np.concatenate([[0.0], np.cumsum(np.asarray(sites.setup.thickness)[1:, 0])])
    above = np.clip((ROTHC_DEPTH - edges[:-1]) / np.diff(edges), 0.0, 1.0)
    own = dataclasses.replace(
        sites,
        setup=recast(sites.setup, model, rothc),
        before=recast(sites.before, model, rothc),
        depths=np.concatenate([np.asarray(sites.depths), above[None]]),
    )
    found = jax.jit(lambda sites: predict(rothc, sites, 0.0))(own)
    found = type(found)(*(np.asarray(one) for one in found))
    return type(found)(*(one[:-1] for one in found)), np.asarray(found.soc[-1])


def rothc_in_plots(plots: Plots, names: PlotNames, model: Model) -> Array:
    """Return (year, column) the stock of the sampled depth by RothC 26.3, kg C/m2, scaled to the first measured one.

    Plants and manures are divided over its pools as over ours, but farmyard manure as RothC divides it.
    """
    from mollisol.models import build, recast
    from mollisol.models.rothc import RothCParameters

    rothc = build("rothc")
    becomes = importlib.import_module("mollisol.models.rothc.engine").BECOMES
    table = np.zeros((len(rothc.pools), len(model.pools)))
    for j, name in enumerate(model.pool_names):
        for pool, share in becomes.get(name, {}).items():
            table[rothc.pool_names.index(pool), j] = share
    manures = np.einsum("pq,rqc->rpc", table, np.asarray(plots.manures))
    own_rates = RothCParameters()
    shares = {"dpm": own_rates.manure_dpm, "hum": own_rates.manure_hum}
    shares["rpm"] = 1.0 - sum(shares.values())
    divided = np.array([shares.get(name, 0.0) for name in rothc.pool_names])
    farmyard = np.array(names.manure) == "farmyard manure"
    manures = np.where(farmyard, manures.sum(axis=1, keepdims=True) * divided[:, None], manures)
    own = dataclasses.replace(
        plots,
        setup=recast(plots.setup, model, rothc),
        before=recast(plots.before, model, rothc),
        plants=np.einsum("pq,rqc->rpc", table, np.asarray(plots.plants)),
        manures=manures,
    )
    return np.asarray(jax.jit(partial(simulated, rothc, {}))(own))


@dataclasses.dataclass(frozen=True, eq=False)
class Training:
    """Means of the fit side by land use.

    Attributes
    ----------
    log_soc : {land use: (depth,)} mean of log kg C/m2.
    delta14c : {land use: (depth,)} permil.
    shape : {land use: (depth,)} mean of log carbon of a depth over that of 0-30 cm.
    below_top : {land use: (depth,)} the same over that of the first depth.
    """

    log_soc: dict[str, Array]
    delta14c: dict[str, Array]
    shape: dict[str, Array]
    below_top: dict[str, Array]

    def at(self, name: str, land_use: NDArray[np.str_]) -> Array:
        """Return (site, depth) one of the means by the sites' land use."""
        table = getattr(self, name)
        return np.stack([table[use] for use in land_use])


def training(profiles: ProfileObservations) -> Training:
    """Return the means of profiles by land use; depths that no profile of a use has are missing."""
    depths = profiles.at_depths()
    top = profiles.at_depths(np.array([0.0, ROTHC_DEPTH]))
    stock = np.log(depths.stock)
    made: dict[str, dict[str, Array]] = {"log_soc": {}, "delta14c": {}, "shape": {}, "below_top": {}}
    for use in sorted(set(profiles.land_use.tolist())):
        of = profiles.land_use == use
        made["log_soc"][use] = _mean(stock[of])
        made["delta14c"][use] = _mean(depths.delta14c[of])
        made["shape"][use] = _mean(stock[of] - np.log(top.stock[of]))
        made["below_top"][use] = _mean(stock[of] - stock[of, :1])
    return Training(**made)


def _mean(values: Array) -> Array:
    count = np.isfinite(values).sum(axis=0)
    return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan)
