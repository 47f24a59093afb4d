"""Minerals with a capacity: binding that saturates, stacks up on bound carbon, or does both.

The capacity belongs to the soil, whatever binds to it; loading = mineral carbon over capacity (`mineral_capacity`).
Each alternative is one function of the loading, the affinity of the surface relative to a bare one: sorption of
dissolved carbon is multiplied by it, and dying microbes bind or dissolve in competition, weighted by it. What does
not bind is dissolved.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.rates import Rates
from mollisol.column.setup import Setup
from mollisol.column.simulate import State
from mollisol.processes.base import process
from mollisol.processes.protection import LinearSorption
from mollisol.units import parameter

REFERENCE_PH = 6.5
"""pH at which sorption has the rate of a soil without sand; the affinity is relative to it."""

LARGEST_SHARE = 0.8
"""Share of the release that what bound carbon draws may offset in the steady state's linear map."""

CAPACITY_READS = ("soil.fine_earth", "soil.high_charge", "soil.oxides", "soil.weathering", "soil.illuvial")


@process
class _Surfaces(LinearSorption, ABC):
    """Capacity and affinity of a soil's minerals by layer, shared by the alternatives."""

    reads: ClassVar[tuple[str, ...]] = (*LinearSorption.reads, "soil.ph", *CAPACITY_READS)
    prepares_from: ClassVar[tuple[str, ...]] = ()

    high_activity: Array = parameter(
        0.086, "kg/kg", 0.03, 0.2, "Georgiou et al. 2022: 86 +- 9 mg C per g of clay and silt, high-activity minerals",
        confidence="high", distribution="lognormal", spread=0.10,
        about="capacity per clay and silt with high-activity minerals",
    )  # fmt: skip
    low_activity: Array = parameter(
        0.048, "kg/kg", 0.01, 0.15, "Georgiou et al. 2022: 48 +- 6 mg C per g of clay and silt, low-activity minerals",
        confidence="high", distribution="lognormal", spread=0.12,
        about="capacity per clay and silt with low-activity minerals",
    )  # fmt: skip
    oxide_capacity: Array = parameter(
        0.075, "kg/kg", 0.0, 0.3, "50-100 mg C per g of reactive iron and aluminium oxides; no single source",
        confidence="low", distribution="lognormal", spread=0.35,
        about="capacity per mass of pedogenic oxides, beside that of clay and silt",
    )  # fmt: skip
    ph_slope: Array = parameter(
        0.186, "1", 0.0, 0.5, "MEMS v1 (Robertson et al. 2019): log10 of the binding affinity = -0.186 pH - 0.216",
        confidence="medium", distribution="normal", spread=0.05,
        about="fall of the logarithm (base 10) of the affinity for each unit of pH",
    )  # fmt: skip
    alteration: Array = parameter(
        0.3, "1", 0.0, 1.0, "secondary surfaces form as primary minerals weather (Fisher et al. 2023; Mainka et al. "
        "2022): fewer in little weathered subsoil; the size is a guess", confidence="low", distribution="logit",
        spread=0.7, about="share of the capacity that is missing where nothing has weathered",
    )  # fmt: skip
    illuviation: Array = parameter(
        0.3, "1", 0.0, 2.0, "high-charge clays and illuvial oxides are more abundant in subsoil; the size is a guess",
        confidence="low", distribution="lognormal", spread=0.7,
        about="gain of capacity and affinity where high-charge clays and oxides accumulate",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Capacity (kg C/m2) and sorption rate of the bare surface (1/yr), from the soil alone."""
        soil = drivers.soil
        affinity = jnp.exp(-jnp.log(10.0) * self.ph_slope * (soil["ph"] - REFERENCE_PH))
        gained = 1.0 + self.illuviation * soil["illuvial"]
        rate = self.sorption * (soil["clay"] + soil["silt"]) * soil["binds"] * affinity * gained
        return {"mineral_capacity": mineral_capacity(self, drivers), "bare_sorption": rate}

    @abstractmethod
    def relative_affinity(self, loading: Array) -> Array:
        """Affinity relative to a bare surface at a loading (carbon over capacity)."""

    @abstractmethod
    def filling(self, loading: Array) -> Array:
        """Return how fast the relative affinity falls with the loading; negative where it rises."""

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Weigh the binding of dying microbes and add the sorption; release is part of decomposition."""
        affinity = self.relative_affinity(loading_of(associated(carbon), drivers.forcing["mineral_capacity"]))
        rates = rates.compete("mineral", affinity, "dissolved")
        sorbed = rates.of_kind("sorption", drivers.forcing["bare_sorption"] * affinity)
        return rates.add_transfer("mineral", "dissolved", sorbed)

    def slopes(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> dict[tuple[str, str], Array]:
        """Return what each unit of bound carbon keeps dissolved by using up capacity, 1/yr of it.

        Where bound carbon draws more, that is counted up to most of what it releases: the linear map stays
        compartmental, and a column that gains more than it loses does not settle.
        """
        capacity = drivers.forcing["mineral_capacity"]
        loading = loading_of(associated(carbon), capacity)
        kept = rates.of_kind("sorption", drivers.forcing["bare_sorption"]) * carbon["dissolved"]
        for (to, source), rate in rates.transfer.items():
            other = rates.transfer.get(("dissolved", source))
            if to == "mineral" and other is not None:
                whole = rate + other
                weight = self.relative_affinity(loading) * rate + other
                some = weight > 0.0
                change = jnp.where(some, rate * other / jnp.where(some, weight, 1.0) ** 2, 0.0)
                kept = kept + change * whole * carbon[source]
        per_carbon = self.filling(loading) / jnp.where(capacity > 0.0, capacity, jnp.inf)
        released = rates.transfer["dissolved", "mineral"]
        return {("dissolved", "mineral"): jnp.maximum(kept * per_carbon, -LARGEST_SHARE * released)}


@process
class SaturatingSorption(_Surfaces):
    """Langmuir: minerals bind on the free part of their capacity, and nothing once it is used up."""

    name: ClassVar[str] = "saturation"
    equation: ClassVar[str] = (
        "dissolved -> mineral at sorption (clay + silt) f_pH (1 - M/Q);  necromass binds with weight (1 - M/Q)"
    )

    def relative_affinity(self, loading: Array) -> Array:
        """Return the free share of the capacity; 0 beyond it."""
        return jnp.maximum(1.0 - loading, 0.0)

    def filling(self, loading: Array) -> Array:
        """Return 1, also beyond the capacity, where it shows the iteration the way back."""
        return jnp.ones_like(loading)


@process
class _Stacked(_Surfaces):
    """What binds on carbon that is bound already."""

    organo_organic: Array = parameter(
        0.5, "1", 0.0, 5.0, "mineral carbon rises with SOC without a plateau in temperate soils (Begill et al. 2023); "
        "the size is a guess", confidence="low", distribution="lognormal", spread=0.5,
        about="affinity of bound carbon at full loading relative to that of the bare surface",
    )  # fmt: skip


@process
class StackingSorption(_Stacked):
    """Minerals bind without limit, and carbon stacks up on bound carbon: the more is bound, the more binds.

    It needs to gain less per unit of bound carbon than that unit loses; a column where it gains more has no steady
    state.
    """

    name: ClassVar[str] = "stacking"
    equation: ClassVar[str] = (
        "dissolved -> mineral at sorption (clay + silt) f_pH (1 + g M/Q);  necromass binds with weight (1 + g M/Q)"
    )

    def relative_affinity(self, loading: Array) -> Array:
        """Return that of the minerals, without a limit, and of what is bound on top."""
        return 1.0 + self.organo_organic * loading

    def filling(self, loading: Array) -> Array:
        """Return what bound carbon gains, with its sign."""
        return -self.organo_organic * jnp.ones_like(loading)


@process
class HybridSorption(_Stacked):
    """Langmuir on the minerals' free surface, and carbon stacks up on the carbon that is bound."""

    name: ClassVar[str] = "hybrid"
    equation: ClassVar[str] = (
        "dissolved -> mineral at sorption (clay + silt) f_pH (max(0, 1 - M/Q) + g M/Q);  necromass binds with the same "
        "weight"
    )

    def relative_affinity(self, loading: Array) -> Array:
        """Return the free share of the capacity and what is bound on top."""
        return jnp.maximum(1.0 - loading, 0.0) + self.organo_organic * loading

    def filling(self, loading: Array) -> Array:
        """Return what the surface loses, while any is free, less what bound carbon gains."""
        return jnp.where(loading < 1.0, 1.0, 0.0) - self.organo_organic


def mineral_capacity(surfaces: Any, drivers: Drivers) -> Array:
    """Carbon that a layer's minerals can hold in contact, (row, column), kg C/m2.

        Q = m [ (clay + silt) (h q_high + (1 - h) q_low) + oxides q_ox ] (1 - alteration (1 - w)) (1 + illuviation i)

    m is the fine earth (kg/m2), h the share of high-activity minerals, w the weathering index (1 where all surfaces
    are altered) and i that of illuviation. The last two terms act against each other; neither sign is imposed on
    their product. 0 on the surface.

    Parameters
    ----------
    surfaces : what carries the parameters: an alternative with a capacity, or one made with its defaults.
    drivers : their soil and thickness are read.
    """
    soil = drivers.soil
    fine = soil["clay"] + soil["silt"]
    high = soil["high_charge"]
    active = fine * (high * surfaces.high_activity + (1.0 - high) * surfaces.low_activity)
    bare = active + soil["oxides"] * surfaces.oxide_capacity
    fresh = 1.0 - surfaces.alteration * (1.0 - soil["weathering"])
    gained = 1.0 + surfaces.illuviation * soil["illuvial"]
    return soil["fine_earth"] * drivers.thickness * bare * fresh * gained * soil["binds"]


def associated(carbon: Mapping[str, Array]) -> Array:
    """Return the carbon on minerals (row, column), kg/m2: the exchangeable and, where the model has it, the stable."""
    stable = carbon.get("stable_mineral")
    return carbon["mineral"] if stable is None else carbon["mineral"] + stable


def loading_of(mineral: Array, capacity: Array) -> Array:
    """Return carbon over capacity; what has no capacity is full."""
    some = capacity > 0.0
    return jnp.where(some, mineral / jnp.where(some, capacity, 1.0), 1.0)


def mineral_loading(model: Model, setup: Setup, state: State) -> np.ndarray:
    """Mineral carbon over the capacity of the soil, (layer, column), whether the model's sorption uses it or not.

    The capacity is that of the model's own protection, or of the parameters' defaults where it has none. NaN where a
    soil has no capacity, or a model no mineral carbon.
    """
    typical: type[Any] = SaturatingSorption
    own = next((process for process in model.processes if isinstance(process, _Surfaces)), typical())
    drivers = Drivers(setup.thickness, setup.depth, {**setup.soil, **state.soil})
    capacity = np.asarray(mineral_capacity(own, drivers))[1:]
    if "mineral" not in model.pool_names:
        return np.full((len(capacity), state.carbon.shape[-1]), np.nan)
    bound = np.asarray(associated(model.by_name(state.carbon)))[1:]
    return np.where(capacity > 0.0, bound / np.where(capacity > 0.0, capacity, 1.0), np.nan)
