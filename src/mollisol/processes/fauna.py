"""Mixing of soil by groups of animals: endogeic and anecic earthworms, ants and termites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.bioturbation import add_mixing, mixing_rates
from mollisol.units import parameter

REFERENCE_TEMPERATURE = 10.0
"""degC at which the diffusivities of the earthworms hold."""

REFERENCE_DENSITY = 1300.0
"""kg/m3, a loose topsoil, in which the diffusivities hold."""

REACH = "depth over which their mixing falls by the factor e"


@process
class FaunaGroups:
    """The diffusivities of four groups add up, each with its own reach; a group that is absent has diffusivity 0.

    Earthworms work where it is moist and mild, all groups more where there are roots and less in dense soil. Anecic
    earthworms draw surface litter into the soil.
    """

    slot: ClassVar[str] = "bioturbation"
    name: ClassVar[str] = "fauna_groups"
    equation: ClassVar[str] = (
        "F = -D rho dc/dz,  c = x / (rho dz);  D = (1 - w + w r / max r) (1300 / BD)^n sum of D_g a_g exp(-z / L_g);  "
        "earthworms: a = q10^((min(T, T_opt) - 10) / 10) ln(psi_dry / psi) / ln(psi_dry / psi_wet), others 1;  "
        "surface -> first layer at burial a"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature", "matric_potential", "root_density")
    reads: ClassVar[tuple[str, ...]] = (
        "soil.fine_earth",
        "soil.bulk_density",
        "forcing.temperature",
        "forcing.matric_potential",
        "forcing.root_density",
    )

    endogeic: Array = parameter(
        1e-4, "m2/yr", 0.0, 2e-3, "Scheu 1987, beechwood: endogeic earthworms egest 9 mm of soil a year; carried about "
        "2 cm at a time, half of the product", confidence="computed", distribution="lognormal", spread=0.8,
        about="diffusivity of endogeic earthworms at the surface of a moist soil at 10 degC",
    )  # fmt: skip
    endogeic_reach: Array = parameter(
        0.2, "m", 0.05, 1.0, "endogeic earthworms feed in the topsoil", confidence="low", distribution="lognormal",
        spread=0.3, about=f"endogeic earthworms: {REACH}",
    )  # fmt: skip
    anecic: Array = parameter(
        5e-5, "m2/yr", 0.0, 2e-3, "surface casts of a few mm a year (Darwin 1881), from a few cm to dm below",
        confidence="low", distribution="lognormal", spread=0.8,
        about="diffusivity of anecic earthworms at the surface of a moist soil at 10 degC",
    )  # fmt: skip
    anecic_reach: Array = parameter(
        0.5, "m", 0.1, 2.0, "bioturbation e-folding depth 0.3-0.5 m; burrows of Lumbricus terrestris reach 1-2 m",
        confidence="medium", distribution="lognormal", spread=0.3, about=f"anecic earthworms: {REACH}",
    )  # fmt: skip
    ants: Array = parameter(
        1e-5, "m2/yr", 0.0, 1e-3, "some tonnes of soil per hectare a year, moved over about 1 dm (order of magnitude)",
        confidence="low", distribution="lognormal", spread=1.0, about="diffusivity of ants at the surface",
    )  # fmt: skip
    ants_reach: Array = parameter(
        0.4, "m", 0.1, 3.0, "nests of temperate ants reach some dm", confidence="low", distribution="lognormal",
        spread=0.4, about=f"ants: {REACH}",
    )  # fmt: skip
    termites: Array = parameter(
        2e-6, "m2/yr", 0.0, 1e-3, "about a tonne of soil per hectare a year where there are any; hardly any in "
        "temperate cropland", confidence="low", distribution="lognormal", spread=1.0,
        about="diffusivity of termites at the surface",
    )  # fmt: skip
    termites_reach: Array = parameter(
        0.8, "m", 0.1, 5.0, "termites bring up soil from metres below", confidence="low", distribution="lognormal",
        spread=0.4, about=f"termites: {REACH}",
    )  # fmt: skip
    burial: Array = parameter(
        1.5, "1/yr", 0.0, 20.0, "surface residue of temperate cropland is buried within about one to two years, in "
        "the months in which earthworms are active", confidence="low", distribution="lognormal", spread=0.5,
        about="rate at which anecic earthworms draw surface litter into a moist first layer at 10 degC",
    )  # fmt: skip
    root_share: Array = parameter(
        0.5, "1", 0.0, 1.0, "JSM (Yu et al. 2020): mixing in proportion to root density (1); without roots: 0",
        confidence="low", about="share of the mixing that follows root density",
    )  # fmt: skip
    density_exponent: Array = parameter(
        1.0, "1", 0.0, 4.0, "JSM (Yu et al. 2020): diffusivity 0.15 m2 kg m-3 yr-1 over bulk density",
        confidence="opened", about="exponent with which dense soil hinders mixing",
    )  # fmt: skip
    q10: Array = parameter(
        4.0, "1", 1.0, 6.0, "Scheu 1987: egestion of Aporrectodea caliginosa about doubles with 5 degC, from 5 to "
        "15 degC", confidence="opened", about="rise of earthworm activity with 10 degC",
    )  # fmt: skip
    optimum: Array = parameter(
        15.0, "degC", 10.0, 25.0, "Scheu 1987: still rising at 15 degC; temperate earthworms avoid warmer soil",
        confidence="low", about="temperature above which earthworm activity rises no more",
    )  # fmt: skip
    wet: Array = parameter(
        -0.002, "MPa", -0.01, -0.0005, "Hindell et al. 1994: casting of three Aporrectodea rises up to -2 kPa, where "
        "none aestivates", confidence="opened", about="matric potential above which earthworms are fully active",
    )  # fmt: skip
    dry: Array = parameter(
        -0.1, "MPa", -1.5, -0.03, "Hindell et al. 1994: casting falls down to -25 kPa; where it ends is not known well",
        confidence="low", about="matric potential below which earthworms are inactive",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement, from the month's temperature and moisture, the roots and the soil."""
        depth, roots = drivers.depth[1:], drivers.forcing["root_density"][1:]
        worms = self.worm_activity(drivers)
        groups = (
            worms * self.endogeic * jnp.exp(-depth / self.endogeic_reach)
            + worms * self.anecic * jnp.exp(-depth / self.anecic_reach)
            + self.ants * jnp.exp(-depth / self.ants_reach)
            + self.termites * jnp.exp(-depth / self.termites_reach)
        )
        # relative to the densest layer, not to the first, whose share of the roots depends on its thickness
        densest = jnp.max(roots, axis=0, keepdims=True)
        relative = roots / jnp.where(densest > 0.0, densest, 1.0)
        rooted = 1.0 - self.root_share + self.root_share * relative
        loose = (REFERENCE_DENSITY / drivers.soil["bulk_density"][1:]) ** self.density_exponent
        return mixing_rates(drivers, rooted * loose * groups, drivers.soil["fine_earth"][1:], self.burial * worms[:1])

    def worm_activity(self, drivers: Drivers) -> Array:
        """Activity of earthworms in each layer (layer, column), 1 in moist soil at 10 degC."""
        temperature = jnp.minimum(drivers.forcing["temperature"][1:], self.optimum)
        warm = self.q10 ** ((temperature - REFERENCE_TEMPERATURE) / 10.0)
        # bounded before the logarithm, which has no value at the zero of a saturated soil
        potential = jnp.clip(drivers.forcing["matric_potential"][1:], self.dry, self.wet)
        return warm * jnp.log(self.dry / potential) / jnp.log(self.dry / self.wet)

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the movement of all solids."""
        return add_mixing(carbon, drivers, rates)
