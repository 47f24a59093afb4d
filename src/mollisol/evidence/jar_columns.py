"""Jars of incubations as columns: what is known of them, what is assumed, and how far the model may be off.

Every jar is two rows, an empty surface and the sample. Its pools come later, from a reference place (`jars`), because
they depend on the parameters; here are the place, the conditions in the jar, what was added and what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.column.model import Model
from mollisol.column.setup import Events, Setup, check_setup
from mollisol.evidence.sites import NATIVE, SiteAssumptions, columns_of_places, course
from mollisol.grid import Grid
from mollisol.processes.oxygen import ATMOSPHERE
from mollisol.units import DAYS_PER_YEAR, InputError, parameter

if TYPE_CHECKING:
    from mollisol.evidence.observations.incubations import Jar

Array = Any

MEASURED = (1.0 / 3.0, 1.0)
"""Shares of an incubation's length whose nearest measured days are compared: neighbours in time say the same, and the
first days are those of sampling, sieving and wetting."""

FIRST_STEP, GROWTH = 0.25, 1.15
"""Days of the first implicit step, and by what each is longer than the one before."""

USES = ("cropland", NATIVE)
"""Land uses of the reference columns; a jar of cultivated soil has the first, every other the second."""

CULTIVATED = ("cultivated", "cropland", "AG")
"""Land covers of the database that are cropland."""


@dataclass(frozen=True)
class JarAssumptions:
    """The reference place, what is not told of jars, and the errors."""

    mean_temperature: float = parameter(
        9.0, "degC", 0.0, 25.0, "between the sites of the database's arable soils in Europe and North America",
        confidence="low", about="mean air temperature of the reference place",
    )  # fmt: skip
    precipitation: float = parameter(
        750.0, "mm/yr", 200.0, 2500.0, "as mean_temperature", confidence="low", about="rain of the reference place"
    )
    latitude: float = parameter(
        50.0, "degree", 30.0, 60.0, "as mean_temperature", confidence="low", about="latitude of the reference place"
    )
    topsoil: float = parameter(
        1.5, "%", 0.5, 5.0, "arable topsoil; for the retention of water only", confidence="low",
        about="organic carbon above 30 cm",
    )  # fmt: skip
    subsoil: float = parameter(
        0.5, "%", 0.1, 2.0, "as topsoil", confidence="low", about="organic carbon below 30 cm"
    )  # fmt: skip
    tension: float = parameter(
        10.0, "kPa", 3.0, 100.0, "field capacity; most incubations keep 40-70 % of what the soil can hold",
        confidence="low", about="tension of the water in a jar",
    )  # fmt: skip
    height: float = parameter(
        0.03, "m", 0.005, 0.1, "as in models.incubation", confidence="low", about="height of the soil in a jar"
    )
    cellulose: float = parameter(
        1.0, "g/kg", 0.3, 3.0, "the database does not tell; 1 g C per kg of soil as in validation", confidence="low",
        about="carbon of the cellulose that was added, per mass of soil",
    )  # fmt: skip
    model_error: float = parameter(
        0.5, "1", 0.1, 2.0, "transit times in incubations are a median of 4 yr and in the field of 31 yr (Wang et al. "
        "2019): jars must never decide alone", confidence="low",
        about="standard deviation of the logarithm of the share respired around the model",
    )  # fmt: skip
    depth_error: float = parameter(
        1.5, "1/m", 0.0, 5.0, "the imposed decline with depth is of the field: what of it a jar lifts is not known, at "
        "worst all of it, z / 0.65 m", confidence="low",
        about="the same for a metre of the sample's depth, in addition",
    )  # fmt: skip
    oxygen_error: float = parameter(
        0.7, "1", 0.0, 2.0, "5 % of oxygen did not slow sieved subsoil down (Salome et al. 2010), where a response in "
        "proportion takes off 60 %", confidence="low",
        about="the same for a unit of the logarithm of oxygen over that of air, in addition",
    )  # fmt: skip
    replicates: float = parameter(
        0.23, "1", 0.02, 0.6, "computed: root mean square over 33 sites of the standard deviation of log shares of "
        "three replicates at 29 days (Doetterl et al. 2015 in the database)", confidence="computed",
        about="standard deviation of the logarithm of the share respired between jars of one treatment",
    )  # fmt: skip
    study_share: float = parameter(
        0.5, "1", 0.0, 1.0, "jars of a study share method and place; treatments differ", confidence="low",
        about="share of that variance which the jars of a study have in common; the rest is of a treatment",
    )  # fmt: skip
    ratio_error: float = parameter(
        0.3, "1", 0.1, 1.0, "amount of substrate, partition by isotopes and microbes that differ", confidence="low",
        about="standard deviation of the logarithm of a priming ratio around the model",
    )  # fmt: skip


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["setup", "before", "aggregation", "aggregation_before", "mixing", "mixing_before", "mass"],
    meta_fields=[],
)
@dataclass(frozen=True)
class Reference:
    """The place that lends jars their pools, a column for each of `USES`; fields as of `forward.Sites`."""

    setup: Setup
    before: Setup
    aggregation: Array
    aggregation_before: Array
    mixing: Array
    mixing_before: Array
    mass: Array


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "reference", "setup", "state", "row", "use", "carbon", "added", "lengths", "column", "before", "weight",
        "share", "whitener", "primed", "control", "ratio_before", "ratio_weight", "ratio", "ratio_error",
    ],
    meta_fields=["pools", "names", "days"],
)  # fmt: skip
@dataclass(frozen=True)
class Jars:
    """Jars as columns, and what was measured in them.

    Attributes
    ----------
    reference : place that lends the pools.
    setup : two rows, empty surface and sample; without inputs.
    state : {name: (2, jar)} soil-bound state that processes own, such as the aggregates that sieving breaks.
    row, use : (jar,) the sample's row and land use in the reference.
    carbon : (jar,) kg C/m3; 0 where it is not told, which keeps that of the reference.
    added : (part, pool, jar) kg C/m3; no part where nothing is added to any jar.
    lengths : (step,) yr.
    column, before, weight : (observation,) jar; the measured day lies after the end of step number `before` - 1, by
        the share `weight` of the next step.
    share : (observation,) of a jar's own carbon that was respired.
    whitener : (observation, observation) inverse Cholesky factor of the covariance of its logarithm.
    primed, control : (ratio,) jars with and without an addition; `ratio_before`, `ratio_weight` as of observations.
    ratio, ratio_error : (ratio,) native carbon respired with over without the addition; error of the logarithm.
    pools : of the model that the arrays were made for.
    names : study and name of each jar.
    days : of each observation.
    """

    reference: Reference
    setup: Setup
    state: Mapping[str, Array]
    row: Array
    use: Array
    carbon: Array
    added: Array
    lengths: Array
    column: Array
    before: Array
    weight: Array
    share: Array
    whitener: Array
    primed: Array
    control: Array
    ratio_before: Array
    ratio_weight: Array
    ratio: Array
    ratio_error: Array
    pools: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    days: tuple[float, ...]

    @property
    def covariance(self) -> Array:
        """(observation, observation) of the logarithm of the shares respired."""
        factor = jnp.linalg.inv(self.whitener)
        return factor @ factor.T


def jars_from(
    measured: Sequence[Jar], model: Model, grid: Grid | None = None, assumed: JarAssumptions | None = None
) -> Jars:
    """Set up jars that were read.

    Jars without a temperature or depth, below the grid, or with an addition of which no amount is assumed are left out.

    Raises
    ------
    InputError
        Where none is left.
    """
    configure()
    grid, assumed = grid or Grid(), assumed or JarAssumptions()
    amounts = {"cellulose": ("fast_litter", assumed.cellulose / 1000.0)}
    kept = [
        jar
        for jar in measured
        if np.isfinite(jar.temperature)
        and 0.0 <= jar.depth < grid.edges[-1]
        and (not jar.amended or jar.amended in amounts)
        and np.any(jar.respired > 0.0)
    ]
    if not kept:
        raise InputError("no incubation is left", key="incubations", remedy="leave incubations out of the sources")
    reference, hydraulics = _reference(model, grid, assumed)
    row = np.array([1 + int(np.searchsorted(grid.edges, jar.depth, side="right")) - 1 for jar in kept])
    use = np.array([0 if jar.land_use in CULTIVATED else 1 for jar in kept])
    setup, state = _setup(kept, model, reference, hydraulics, row, use, assumed)
    check_setup(setup, model, state)
    density = setup.soil["fine_earth"][1]
    carbon = np.array([0.0 if np.isnan(jar.carbon) else jar.carbon for jar in kept]) * density
    added = np.zeros((1, len(model.pools), len(kept)))
    for i, jar in enumerate(kept):
        if jar.amended:
            pool, amount = amounts[jar.amended]
            added[0, model.pool_names.index(pool), i] = amount * density[i]
    ends = step_ends(max(jar.length for jar in kept))
    pairs = _pairs(kept)
    alone = [i for i in range(len(kept)) if i not in {pair[0] for pair in pairs}]
    observed = [(i, k) for i in alone for k in _chosen(kept[i])]
    column = np.array([i for i, _ in observed])
    days = np.array([kept[i].days[k] for i, k in observed])
    ratio_days = np.array([day for _, _, day in pairs])
    before, weight = _between(ends, days)
    ratio_before, ratio_weight = _between(ends, ratio_days)
    made = Jars(
        reference, setup, state, row, use, carbon, added if added.any() else added[:0],
        np.diff(ends, prepend=0.0) / DAYS_PER_YEAR, column, before, weight,
        np.array([kept[i].respired[k] for i, k in observed]),
        np.linalg.inv(np.linalg.cholesky(covariance_of(kept, column, days, assumed))),
        np.array([a for a, _, _ in pairs], dtype=int), np.array([b for _, b, _ in pairs], dtype=int),
        ratio_before, ratio_weight,
        np.array([float(kept[a].at(day) / kept[b].at(day)) for a, b, day in pairs]),
        np.full(len(pairs), assumed.ratio_error),
        model.pool_names, tuple((jar.study, jar.name) for jar in kept), tuple(float(day) for day in days),
    )  # fmt: skip
    arrays: Jars = jax.tree_util.tree_map(jnp.asarray, made)
    return arrays


def step_ends(longest: float) -> NDArray[np.float64]:
    """Return the days at which steps end that grow from `FIRST_STEP` by `GROWTH`, to the longest incubation."""
    count = int(np.ceil(np.log1p(longest * (GROWTH - 1.0) / FIRST_STEP) / np.log(GROWTH)))
    return np.asarray(FIRST_STEP * (GROWTH ** np.arange(1, count + 1) - 1.0) / (GROWTH - 1.0))


def _between(ends: NDArray[np.float64], days: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the step in which days lie, and the share of it that has passed."""
    known = np.concatenate([[0.0], ends])
    before = np.clip(np.searchsorted(known, days) - 1, 0, len(ends) - 1)
    return before, (days - known[before]) / np.diff(known)[before]


def _chosen(jar: Jar) -> list[int]:
    """Return the numbers of a jar's measurements that are compared."""
    some = np.flatnonzero(jar.respired > 0.0)
    return sorted({int(some[np.argmin(np.abs(jar.days[some] - part * jar.length))]) for part in MEASURED})


def _conditions(jar: Jar) -> tuple[Any, ...]:
    return (jar.study, jar.site, jar.land_use, jar.depth, jar.temperature, jar.oxygen, jar.sieved)


def _treatments(jars: Sequence[Jar]) -> NDArray[np.int64]:
    """Return the number of each jar's treatment: replicates have the same."""
    numbers: dict[tuple[Any, ...], int] = {}
    return np.array([numbers.setdefault((*_conditions(jar), jar.amended), len(numbers)) for jar in jars])


def _pairs(jars: Sequence[Jar]) -> list[tuple[int, int, float]]:
    """Return (amended jar, its control, last day that both have)."""
    controls = {_conditions(jar): i for i, jar in enumerate(jars) if not jar.amended}
    return [
        (i, controls[_conditions(jar)], min(jar.length, jars[controls[_conditions(jar)]].length))
        for i, jar in enumerate(jars)
        if jar.amended and _conditions(jar) in controls
    ]


def covariance_of(
    jars: Sequence[Jar], column: NDArray[np.int64], days: NDArray[np.float64], assumed: JarAssumptions
) -> NDArray[np.float64]:
    """Return the covariance (observation, observation) of log shares of jars (observation,) at days (observation,).

    The model's error is shared by a study and by the replicates of a treatment, the measurement's by a jar; days of
    which one is ten times the other correlate by 1/e.
    """
    studies, treatments = np.unique([jar.study for jar in jars], return_inverse=True)[1], _treatments(jars)
    error = np.hypot(np.array([jar.error for jar in jars]), assumed.replicates)

    def same(number: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(number[column][:, None] == number[column][None], dtype=np.float64)

    deep = assumed.depth_error * np.array([jar.depth for jar in jars])
    airless = assumed.oxygen_error * np.log(np.array([jar.oxygen for jar in jars]) / ATMOSPHERE)
    model = np.sqrt(assumed.model_error**2 + deep**2 + airless**2)[column]
    shared = assumed.study_share * same(studies) + (1.0 - assumed.study_share) * same(treatments)
    own = same(np.arange(len(jars))) * (error[column][:, None] * error[column][None])
    apart = np.abs(np.log(days[:, None] / days[None])) / np.log(10.0)
    return np.asarray((model[:, None] * model[None] * shared + own) * np.exp(-apart))


def _reference(model: Model, grid: Grid, assumed: JarAssumptions) -> tuple[Reference, Any]:
    """Return the columns that lend jars their pools, and the water retention of their soil."""
    from mollisol.climate import Climate
    from mollisol.practices.plan import land_use_plan
    from mollisol.soil import profile_of
    from mollisol.soil.harmonise import harmonise
    from mollisol.study.columns import make_place

    site = SiteAssumptions()
    warm, rain = course(assumed.mean_temperature, assumed.precipitation, assumed.latitude, site.amplitude)
    clay, silt = 100.0 * site.clay, 100.0 * site.silt
    layers = harmonise(
        profile_of(
            [0.0, 30.0], [30.0, 100.0], [assumed.topsoil, assumed.subsoil], bulk_density_g_cm3=[1.35, 1.45],
            clay_percent=[clay] * 2, silt_percent=[silt] * 2, sand_percent=[100.0 - clay - silt] * 2,
        ),
        grid,
    )  # fmt: skip
    place = make_place(layers, Climate("climatology", np.arange(1, 13), warm, rain), assumed.latitude, 0.0)
    plans = [land_use_plan(use, 2000) for use in USES]
    setup, mixing, aggregation, mass, _ = columns_of_places([place] * len(USES), plans, model)
    native = [land_use_plan(NATIVE, 2000)] * len(USES)
    before, mixing_before, aggregation_before, _, _ = columns_of_places([place] * len(USES), native, model)
    made = Reference(setup, before, aggregation, aggregation_before, mixing, mixing_before, mass)
    return made, layers.hydraulics()


def _setup(
    jars: Sequence[Jar],
    model: Model,
    reference: Reference,
    hydraulics: Any,
    row: NDArray[np.int64],
    use: NDArray[np.int64],
    assumed: JarAssumptions,
) -> tuple[Setup, dict[str, NDArray[np.float64]]]:
    """Return the two rows of each jar without inputs, and the state that processes own."""
    count, rows = len(jars), len(reference.setup.thickness)

    def sampled(values: Array) -> NDArray[np.float64]:
        """Take (surface and sample, jar) of (row, use)."""
        wide = np.broadcast_to(np.asarray(values, dtype=np.float64), (rows, len(USES)))
        return np.stack([wide[0, use], wide[row, use]])

    owned = model.initial_soil(2, count)
    soil = {name: sampled(value) for name, value in reference.setup.soil.items() if name not in owned}
    state = {name: value.copy() for name, value in owned.items()}
    if "aggregation" in state:
        # where nothing is told, the soil was sieved, as nearly always
        intact = np.array([jar.sieved is False for jar in jars])
        state["aggregation"] = sampled(reference.aggregation) * np.where(intact, 1.0, 0.0)
    water = np.asarray(hydraulics.water_content(assumed.tension))[row - 1]
    given = {
        "temperature": np.array([jar.temperature for jar in jars]),
        "water": water,
        "relative_saturation": water / soil["porosity"][1],
        "matric_potential": np.full(count, -assumed.tension / 1000.0),
        "air_filled_porosity": soil["porosity"][1] - water,
        "headspace_oxygen": np.array([jar.oxygen for jar in jars]) / ATMOSPHERE,
        **dict.fromkeys(
            ("percolation", "infiltration", "root_respiration", "root_density", "nitrogen_supply"), np.zeros(count)
        ),
    }
    forcing = {name: np.broadcast_to(value, (1, 2, count)) for name, value in given.items()}
    depth = np.stack([np.zeros(count), np.array([jar.depth for jar in jars])])
    # a source of nothing: what is added is in the jar from the start
    quality = np.zeros((1, len(model.pools), 1))
    quality[0, 0] = 1.0
    placement = np.array([0.0, 1.0])[None, :, None]
    made = Setup(
        np.array([[0.0], [assumed.height]]), depth, soil, forcing, np.zeros((1, 1, 1)), placement, quality,
        Events.none(2), (0,),
    )  # fmt: skip
    return made, state
