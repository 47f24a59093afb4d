"""Long-term experiments: carbon of the ploughed layer through the years, by the same yearly operator as the sites.

    x(0) = s x*,    x' = x + h (u(t) + B x'),   h = 1 yr

x* is the steady state of what came before (grassland where the land was broken from it, else arable), s brings it to
the carbon at the beginning; u(t) is what each treatment received in a year, plants and manures apart.

A place differs from the model as any site does, by a factor on the loss of mineral carbon; and what plants left in a
treatment is estimated from yields. The logarithm of a stock, with slopes J of the model in both:

    y = f(theta) + J_loss eta_place + J_plants (zeta_place + zeta_treatment) + e_treatment + e
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.model import Model
from mollisol.column.step import factored, implicit_step
from mollisol.evidence.forward import steady, with_parameters, yearly
from mollisol.evidence.sites import NATIVE, SiteAssumptions, columns_of_places
from mollisol.grid import Grid

if TYPE_CHECKING:
    from mollisol.column.setup import Setup
    from mollisol.evidence.observations.experiments.table import Experiments

Array = Any

MANURES = {"farmyard manure": "farmyard_manure", "sludge": "biosolids", "straw": "cereal_straw"}
"""Amendment whose quality an input of this name has; what is neither here nor in `QUALITIES` is of plants."""

QUALITIES = {
    "green manure": (0.7, 0.25, 0.05, 0.0, 0.0),
    "sawdust": (0.05, 0.55, 0.4, 0.0, 0.0),
    "peat": (0.0, 0.3, 0.7, 0.0, 0.0),
}
"""Shares of `LITTER_POOLS` in what is no amendment of the library: young leaves, wood, and matter that has decayed for
millennia, in the order of the humification of these at Ultuna (Kaetterer et al. 2011). Confidence low."""

BROKEN = ("grass", "prairie")
"""Words that say that the land was broken from grassland."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "setup", "before", "aggregation", "aggregation_before", "mixing", "mixing_before", "mass", "amounts", "plants",
        "manures", "broken", "first", "share", "stock", "error", "year", "column", "treatment",
        "place",
    ],
    meta_fields=[],
)  # fmt: skip
@dataclass(frozen=True)
class Plots:
    """Treatments as columns, and their measured stocks.

    Attributes
    ----------
    setup ... mass : as of `Sites`, a column for each treatment.
    amounts : (year, 2, column) carbon of plants and of manures, kg C/m2/yr.
    plants, manures : (row, pool, column) where and in what form they enter; plants sum to 1 in the sampled layer.
    broken : (column,) 1 where the land was grassland before.
    first : (column,) stock at the beginning, kg C/m2.
    share : (layer, column) share of each layer in the sampled depth.
    stock, error : (stock,) kg C/m2.
    year, column : (stock,) years since the beginning, and which treatment.
    treatment, place : (stock, stock) 1 where two stocks are of one treatment, and of one place.
    """

    setup: Setup
    before: Setup
    aggregation: Array
    aggregation_before: Array
    mixing: Array
    mixing_before: Array
    mass: Array
    amounts: Array
    plants: Array
    manures: Array
    broken: Array
    first: Array
    share: Array
    stock: Array
    error: Array
    year: Array
    column: Array
    treatment: Array
    place: Array


@dataclass(frozen=True)
class PlotNames:
    """Experiment and treatment of each column, the calendar year in which each begins, and its manure, else ""."""

    experiment: tuple[str, ...]
    treatment: tuple[str, ...]
    start: tuple[int, ...]
    manure: tuple[str, ...]


def plots_of(experiments: Experiments, model: Any, grid: Grid | None = None) -> tuple[Plots, PlotNames]:
    """Set up the treatments of experiments whose inputs and climate are known.

    Stocks below the first sampled depth, and treatments without inputs, are left out.
    """
    from mollisol.climate import Climate
    from mollisol.plants import LITTER_POOLS, amendment
    from mollisol.practices.plan import land_use_plan
    from mollisol.soil import profile_of
    from mollisol.soil.harmonise import harmonise
    from mollisol.study.columns import make_place

    grid, assumed = grid or Grid(), SiteAssumptions()
    places, columns, stocks = [], [], []
    for one in experiments.experiments:
        site = one.site
        if not one.inputs or not site.months:
            continue
        climate = Climate("climatology", np.arange(1, 13), site.months["temperature"], site.months["precipitation"])
        silt = min(assumed.silt, 0.95 - site.clay)
        for treatment in sorted({given.treatment for given in one.inputs}):
            own = [s for s in one.stocks if s.treatment == treatment and s.top == 0.0 and np.isfinite(s.stock)]
            own.sort(key=lambda s: s.year)
            if len(own) < 2:
                continue
            bottom, begin = own[0].bottom, min(own[0].year, site.start)
            content = own[0].stock / bottom / 1350.0
            layers = harmonise(
                profile_of(
                    [0.0, 100.0 * bottom], [100.0 * bottom, 100.0], [100.0 * content, 40.0 * content],
                    bulk_density_g_cm3=[1.35, 1.45], clay_percent=[100.0 * site.clay] * 2,
                    silt_percent=[100.0 * silt] * 2, sand_percent=[100.0 * (1.0 - site.clay - silt)] * 2,
                ),
                grid,
            )  # fmt: skip
            places.append(make_place(layers, climate, site.latitude, 0.0))
            columns.append((site, treatment, own, one.inputs, begin, bottom))
            stocks += [(len(columns) - 1, s) for s in own[1:] if s.bottom == bottom]
    plan = land_use_plan("cropland", 2000)
    setup, mixing, aggregation, mass, _ = columns_of_places(places, [plan] * len(places), model)
    native = [land_use_plan(NATIVE, 2000)] * len(places)
    before, mixing_before, aggregation_before, _, _ = columns_of_places(places, native, model)
    years = 1 + max(int(s.year - columns[k][4]) for k, s in stocks)
    amounts = np.zeros((years, 2, len(columns)))
    rows, pools = len(grid) + 1, len(model.pool_names)
    manures = np.zeros((rows, pools, len(columns)))
    at = [model.pool_names.index(name) for name in LITTER_POOLS]
    kinds = []
    for k, (site, treatment, _, inputs, begin, _) in enumerate(columns):
        qualities, kind = [], ""
        for given in inputs:
            if given.treatment != treatment or not 0 <= given.year - int(begin) < years:
                continue
            brought = given.source in MANURES or given.source in QUALITIES
            amounts[given.year - int(begin), int(brought), k] += given.carbon
            if brought:
                kind = given.source
                other = QUALITIES.get(given.source)
                qualities.append(np.array(other) if other else amendment(MANURES[given.source]).quality)
        kinds.append(kind)
        last = int(np.flatnonzero(amounts[:, :, k].sum(axis=1))[-1]) if amounts[:, :, k].any() else years - 1
        # after the last year with known inputs their mean goes on
        amounts[last + 1 :, :, k] = amounts[max(last - 9, 0) : last + 1, :, k].mean(axis=0)
        tilled = grid.depth_share(max(site.tillage_depth, 0.05)) * grid.thickness
        if qualities:
            manures[1:, at, k] = (tilled / tilled.sum())[:, None] * np.mean(qualities, axis=0)
    share = np.stack([grid.depth_share(one[5]) for one in columns], axis=-1)
    plants = _plants(setup, share)
    number = np.array([k for k, _ in stocks])
    place = np.array([columns[k][0].group for k in number])
    plots = Plots(
        setup, before, aggregation, aggregation_before, mixing, mixing_before, mass, amounts, plants, manures,
        np.array([float(any(word in one[0].before for word in BROKEN)) for one in columns]),
        np.array([one[2][0].stock for one in columns]), share,
        np.array([s.stock for _, s in stocks]), np.array([s.error for _, s in stocks]),
        np.array([int(s.year - columns[k][4]) for k, s in stocks]), number,
        (number[:, None] == number[None]).astype(np.float64), (place[:, None] == place[None]).astype(np.float64),
    )  # fmt: skip
    arrays: Plots = jax.tree_util.tree_map(jnp.asarray, plots)
    names = PlotNames(
        tuple(one[0].experiment for one in columns),
        tuple(one[1] for one in columns),
        tuple(int(one[4]) for one in columns),
        tuple(kinds),
    )
    return arrays, names


def _plants(setup: Any, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (row, pool, column) where and in what form plants enter; 1 reaches the surface and the sampled layer."""
    amount = np.asarray(setup.amount).mean(axis=0)
    placement, quality = np.asarray(setup.placement), np.asarray(setup.quality)
    entering = sum(amount[s] * placement[s][:, None] * quality[s][None] for s in range(amount.shape[0]))
    reached = entering[0].sum(axis=0) + np.einsum("rpc,rc->c", entering[1:], share)
    return np.asarray(entering / reached)


def simulated(
    model: Model, values: dict[str, Array], plots: Plots, passes: int = 1, log_balance: Array | float = 0.0
) -> Array:
    """Return (year, column) the stock of the sampled depth at the end of each year, kg C/m2.

    Parameters
    ----------
    log_balance : logarithm of a factor on the loss of mineral carbon.
    """
    model = with_parameters(model, values)
    if passes == 0 or model.nonlinear:
        return simulated_settled(model, plots, log_balance)[0]
    rows, count = plots.setup.thickness.shape[0], plots.mass.shape[-1]
    nothing = jnp.zeros((rows, len(model.pools), count))
    balance = jnp.exp(jnp.broadcast_to(jnp.asarray(log_balance), (rows, count)))
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools])[:, None]

    def operator(native: bool) -> tuple[Any, Any, Array]:
        own = (
            (plots.before, plots.aggregation_before, plots.mixing_before)
            if native
            else (plots.setup, plots.aggregation, plots.mixing)
        )
        rates, source = yearly(model, *own, plots.mass, nothing, balance)
        state = steady(model, rates, source, nothing)
        for _ in range(passes - 1):
            rates, source = yearly(model, *own, plots.mass, state, balance)
            state = steady(model, rates, source, nothing)
        return rates, source, state

    _, _, grass = operator(True)
    rates, _, arable = operator(False)
    start = jnp.where(plots.broken > 0.0, grass, arable)

    def topsoil(carbon: Array) -> Array:
        return jnp.sum(jnp.sum(carbon[1:] * counted, axis=1) * plots.share, axis=0)

    start = start * (plots.first / topsoil(start))
    system = factored(model, rates, nothing[:, 0], 1.0)

    def year(carbon: Array, amount: Array) -> tuple[Array, Array]:
        entering = plots.plants * amount[0] + plots.manures * amount[1]
        source = tuple(entering[:, pool] for pool in range(entering.shape[1]))
        new = implicit_step(model, rates, system, carbon, source, 1.0)
        return new, topsoil(new)

    return jax.lax.scan(year, start, plots.amounts)[1]


def simulated_settled(model: Model, plots: Plots, log_balance: Array | float = 0.0) -> tuple[Array, Array]:
    """Return the same where rates follow the state, and (column,) whether a plot has a steady state to start from."""
    from mollisol.evidence.forward import made_ready
    from mollisol.evidence.settled import exists, follow, steady_state

    shape = (plots.setup.thickness.shape[0], plots.mass.shape[-1])
    balance = jnp.exp(jnp.broadcast_to(jnp.asarray(log_balance), shape))
    grassland = made_ready(model, plots.before, plots.aggregation_before, balance)
    cropland = made_ready(model, plots.setup, plots.aggregation, balance)
    broken = plots.broken > 0.0
    # one search for all: what each plot was before
    past = jax.tree_util.tree_map(partial(jnp.where, broken), grassland, cropland)
    past = dataclasses.replace(past, thickness=cropland.thickness, depth=cropland.depth, events=cropland.events)
    mixing = jnp.where(broken, plots.mixing_before, plots.mixing)
    start, moving = steady_state(model, past, mixing, plots.mass)
    there = exists(model, plots.setup, start, moving)
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools])[:, None]

    def topsoil(carbon: Array) -> Array:
        return jnp.sum(jnp.sum(carbon[..., 1:, :, :] * counted, axis=-2) * plots.share, axis=-2)

    start = start * (plots.first / topsoil(start))

    def fed(amount: Array, _: Any) -> Array:
        return (plots.plants * amount[0] + plots.manures * amount[1])[None]

    states = follow(model, cropland, plots.mixing, plots.mass, start[None], plots.amounts, fed)
    return topsoil(states[:, 0]), there


def slopes(model: Model, values: dict[str, Array], plots: Plots, passes: int = 1) -> Array:
    """Return (stock, 2): slopes of the logarithm of stocks in the log factor on the loss of mineral carbon, and in
    the logarithm of what plants leave.
    """

    def moved(own: Array) -> Array:
        other = dataclasses.replace(plots, plants=plots.plants * jnp.exp(own[1]))
        return jnp.log(_of_stocks(simulated(model, values, other, passes, own[0]), plots))

    return jnp.stack([jax.jvp(moved, (jnp.zeros(2),), (one,))[1] for one in jnp.eye(2)], axis=-1)


def covariance(values: dict[str, Array], plots: Plots, slopes: Array) -> Array:
    """Return (stock, stock) the covariance of log measured minus log simulated stocks.

    Parameters
    ----------
    values : spreads by name.
    slopes : see `slopes`.
    """
    loss, plants = (jnp.outer(slope, slope) for slope in slopes.T)
    shared = values["study_share"]
    inputs = values["plot_input"] ** 2 * plants * (shared * plots.place + (1.0 - shared) * plots.treatment)
    left = values["experiment"] ** 2 * (plots.treatment + jnp.eye(len(plots.stock)))
    own = jnp.diag((plots.error / plots.stock) ** 2)
    return values["site_rate"] ** 2 * loss * plots.place + inputs + left + own


def log_likelihood(joint: Any, values: dict[str, Array], plots: Plots, slopes: Array) -> Array:
    """Logarithm of the density of the measured stocks; `slopes` are those of the function of that name."""
    own = {name: values[name] for name in joint.space.model_names}
    if joint.settles:
        found, there = simulated_settled(with_parameters(joint.model, own), plots)
        return jnp.where(jnp.all(there), _density(found, values, plots, slopes), -jnp.inf)
    return _density(simulated(joint.model, own, plots, joint.passes), values, plots, slopes)


def _density(found: Array, values: dict[str, Array], plots: Plots, slopes: Array) -> Array:
    """Logarithm of the density of the measured stocks for the simulated ones (year, column)."""
    from mollisol.evidence.likelihood import gaussian

    residual = jnp.log(plots.stock) - jnp.log(_of_stocks(found, plots))
    return gaussian(residual, covariance(values, plots, slopes), jnp.ones(len(residual), dtype=bool))


def _of_stocks(found: Array, plots: Plots) -> Array:
    """Return (stock,) of (year, column)."""
    return found[jnp.maximum(plots.year - 1, 0), plots.column]
