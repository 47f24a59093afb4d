"""What the model says of the first figure: steady states of three land uses on one typical site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.evidence.figure1.data import KG_M2_TO_MG_HA, LAND_USES
from mollisol.evidence.figure1.productivity import TAILS, tail_share
from mollisol.evidence.figure1.table import EDGES, PER, Array, FigureRow, spread_rows
from mollisol.grid import Grid
from mollisol.units import parameter

if TYPE_CHECKING:
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.study.columns import Place

MEDIAN = "median of the profiles of cropland, grassland and forest to 1 m in SoDaH and He et al. 2016, rounded"
MEMBERS = 100
SEED = 1
PASSES = 3
"""How often rates that follow the state are taken anew at the steady state."""


@dataclass(frozen=True)
class TypicalSite:
    """The site of which the model's profiles are shown."""

    temperature: float = parameter(12.5, "degC", -10.0, 30.0, MEDIAN, confidence="computed")
    precipitation: float = parameter(950.0, "mm/yr", 100.0, 4000.0, MEDIAN, confidence="computed")
    latitude: float = parameter(39.0, "degree", 0.0, 70.0, MEDIAN, confidence="computed")
    clay: float = parameter(0.21, "kg/kg", 0.02, 0.7, MEDIAN, confidence="computed")
    silt: float = parameter(0.40, "kg/kg", 0.02, 0.9, "median of cropland layers of SoDaH", confidence="computed")
    density: float = parameter(1350.0, "kg/m3", 800.0, 1800.0, "chosen: a loam", confidence="low")


def typical_place(carbon: Array, site: TypicalSite | None = None, grid: Grid | None = None) -> Place:
    """Return the typical site as a place.

    Parameters
    ----------
    carbon : (depth,) SOC of the depths of the figure, kg C/m2; it sets water retention only.
    """
    from mollisol.climate import Climate
    from mollisol.evidence.sites import SiteAssumptions, course
    from mollisol.soil import profile_of
    from mollisol.soil.harmonise import harmonise
    from mollisol.study.columns import make_place

    own = site or TypicalSite()
    warm, rain = course(own.temperature, own.precipitation, own.latitude, SiteAssumptions().amplitude)
    depths = len(EDGES) - 1
    profile = profile_of(
        list(100.0 * EDGES[:-1]), list(100.0 * EDGES[1:]), list(100.0 * carbon / np.diff(EDGES) / own.density),
        bulk_density_g_cm3=np.full(depths, own.density / 1000.0), clay_percent=np.full(depths, 100.0 * own.clay),
        silt_percent=np.full(depths, 100.0 * own.silt),
        sand_percent=np.full(depths, 100.0 * (1.0 - own.clay - own.silt)),
    )  # fmt: skip
    layers = harmonise(profile, grid or Grid())
    return make_place(layers, Climate("climatology", np.arange(1, 13), warm, rain), own.latitude, 0.0)


def steady_profiles(
    carbon: Array, members: int = MEMBERS, chosen: ParameterSet | None = None, seed: int = SEED
) -> tuple[Array, Array]:
    """Return SOC (kg C/m2) and below-ground productivity (kg C/m2/yr), (land use, member, depth), of steady states.

    Each is the steady state of the year's mean operator under its land use, its productivity from the climate.

    Parameters
    ----------
    carbon : see `typical_place`.
    chosen : the parameter set that is drawn from; None for the priors.
    """
    import jax
    import jax.numpy as jnp

    from mollisol.column.backend import configure

    configure()
    from mollisol.column.setup import select_columns
    from mollisol.evidence.forward import steady, yearly
    from mollisol.evidence.sites import columns_of_places
    from mollisol.models import build
    from mollisol.practices.plan import land_use_plan
    from mollisol.study.draws import drawn_model, spread_of_set
    from mollisol.study.initial import soc_of

    slots = None if chosen is None else dict(chosen.slots)
    model, _ = drawn_model(build("whole_profile", slots), members, seed, made=chosen)
    place = typical_place(carbon)
    plans = [land_use_plan(use, 2000) for use in LAND_USES]
    arrays = columns_of_places([place] * len(plans), plans, model)
    index = np.repeat(np.arange(len(plans)), members)
    setup, mixing, aggregation, mass, bnpp = select_columns(arrays, index)
    wide: Any = jax.tree_util.tree_map(lambda leaf: jnp.tile(jnp.atleast_1d(leaf), len(plans)), model)
    rows = len(place.grid) + 1
    nothing = jnp.zeros((rows, len(model.pools), index.size))

    def solved(model: Any, setup: Any) -> Any:
        state = nothing
        for _ in range(PASSES):
            rates, source = yearly(model, setup, aggregation, mixing, mass, state, jnp.ones((rows, 1)))
            state = steady(model, rates, source, nothing)
        return state

    depths = np.stack([place.grid.depth_share(b) - place.grid.depth_share(a) for a, b in pairwise(EDGES)])
    # how much grows where climate is all that is known; a linear model answers in proportion
    grown = np.exp(spread_of_set(chosen, members, seed).get("productivity", np.zeros(members)))

    def shaped(values: Array) -> Array:
        return np.moveaxis((depths @ values).reshape(len(EDGES) - 1, len(plans), members) * grown, 0, -1)

    return shaped(soc_of(np.asarray(jax.jit(solved)(wide, setup)), wide)), shaped(np.asarray(bnpp))


def model_rows(
    measured: Sequence[FigureRow], members: int = MEMBERS, chosen: ParameterSet | None = None
) -> list[FigureRow]:
    """Return the model's rows of all panels.

    Parameters
    ----------
    measured : rows of data; their median carbon sets the typical site's water retention.
    members : draws of the parameters.
    chosen : the parameter set that is drawn from; None for the priors.
    """
    carbon = np.array(
        [row.median for row in measured if (row.panel, row.series, row.quantity) == ("c", "grassland", "soc")]
    )
    carbon = carbon / KG_M2_TO_MG_HA * np.diff(EDGES) / PER
    soc, bnpp = steady_profiles(carbon, members, chosen)
    drawn = "priors" if chosen is None else f"the parameter set {chosen.name}"
    source = f"whole_profile, steady state of a typical site (12.5 degC, 950 mm, 21 % clay), {members} draws of {drawn}"
    per = PER / np.diff(EDGES)
    rows: list[FigureRow] = []
    for i, use in enumerate(LAND_USES):
        series = f"model: {use}"
        share = 100.0 * soc[i] / soc[i].sum(axis=1, keepdims=True) * per
        rows += spread_rows("a", series, "share", "% of 0-2 m by 20 cm", share, source, inner=0.05)
        rows += spread_rows("b", series, "turnover", "yr", soc[i] / bnpp[i], source, inner=0.05)
        for quantity, unit, value in (("soc", "Mg C/ha by 20 cm", soc[i]), ("bnpp", "Mg C/ha/yr by 20 cm", bnpp[i])):
            rows += spread_rows("c", series, quantity, unit, value * per * KG_M2_TO_MG_HA, source, inner=0.05)
    for name in TAILS:
        # the same productivity, spread over depth as the data's line has it
        spread = bnpp.sum(axis=-1, keepdims=True) * tail_share(name)
        mean = np.exp(np.log(soc / spread).mean(axis=0))
        told = f"{source}; geometric mean of {', '.join(LAND_USES)}, their productivity spread by: {TAILS[name][2]}"
        rows += spread_rows("b", f"model: all biomes, {name}", "turnover", "yr", mean, told, inner=0.05)
    return rows
