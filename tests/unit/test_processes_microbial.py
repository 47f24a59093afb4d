"""Microbes that limit decomposition: limits with a known answer, and what each parameter is for."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, some_carbon
from mollisol.column import Grid
from mollisol.models.choice import settled
from mollisol.processes import FirstOrderDepolymerisation, MicrobialDormancy, ReverseMichaelisMenten
from mollisol.processes.microbial import density
from mollisol.units import InputError, parameters_of

LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.5])
MICROBES = ("reverse_michaelis_menten", "microbial_dormancy")


def microbial_case(name: str = "reverse_michaelis_menten", **values: Any) -> Case:
    case = profile_case(LAYERS, slots={"depolymerisation": name, "oxygen": "none"})
    return dataclasses.replace(case, model=changed(case.model, "depolymerisation", **values))


def carbon_with(case: Case, concentration: float, pool: str = "microbial") -> np.ndarray:
    """Some carbon with a given concentration (kg/m3) of one pool in every layer, and none of it on the surface."""
    carbon = some_carbon(case)
    number = case.model.pool_names.index(pool)
    carbon[:, number] = concentration * np.asarray(case.setup.thickness)
    return carbon


@pytest.mark.parametrize("name", MICROBES)
def test_without_half_saturation_it_is_first_order(name: str) -> None:
    """K -> 0 (and a mortality that does not crowd) leaves the first-order rates with the same parameters."""
    shared = {key: one.value for key, one in parameters_of(FirstOrderDepolymerisation).items()}
    own = {"half_saturation": 1e-14, **shared}
    if name == "reverse_michaelis_menten":
        own["density_exponent"] = 1.0
    case, plain = microbial_case(name, **own), profile_case(LAYERS, slots={"energy": "none", "oxygen": "none"})
    carbon = some_carbon(case)
    found, expected = case.rates(carbon), plain.rates(carbon[:, : len(plain.model.pools)])
    for pair, rate in expected.transfer.items():
        np.testing.assert_allclose(found.transfer[pair], rate, rtol=1e-10, err_msg=str(pair))
    np.testing.assert_allclose(found.respired["dissolved"], expected.respired["dissolved"], rtol=1e-10)


@pytest.mark.parametrize("name", MICROBES)
def test_decomposition_is_halved_at_the_half_saturation_and_saturates(name: str) -> None:
    case = microbial_case(name, half_saturation=0.02, background=0.0)

    def release(concentration: float) -> np.ndarray:
        rates = case.rates(carbon_with(case, concentration))
        return np.asarray(rates.transfer["dissolved", "mineral"])[1:]

    full = release(1e9)
    np.testing.assert_allclose(release(0.02), 0.5 * full, rtol=1e-7)
    np.testing.assert_allclose(release(0.0), 0.0, atol=1e-300)
    assert np.all(np.diff([release(c)[2, 0] for c in (0.0, 1e-4, 1e-2, 1.0)]) > 0.0)


@pytest.mark.parametrize("name", MICROBES)
def test_a_background_goes_on_without_microbes(name: str) -> None:
    case = microbial_case(name, background=0.01)
    none, many = (case.rates(carbon_with(case, c)) for c in (0.0, 1e9))
    for pair in (("dissolved", "mineral"), ("dissolved", "slow_litter"), ("microbial", "dissolved")):
        np.testing.assert_allclose(none.transfer[pair][1:], 0.01 * np.asarray(many.transfer[pair])[1:], rtol=1e-7)


def test_mortality_rises_with_density_by_its_exponent() -> None:
    def mortality(exponent: float, concentration: float) -> np.ndarray:
        case = microbial_case(density_exponent=exponent)
        rates = case.rates(carbon_with(case, concentration))
        return np.asarray(rates.transfer["mineral", "microbial"] + rates.transfer["dissolved", "microbial"])[1:]

    np.testing.assert_allclose(mortality(1.0, 1e-3), mortality(1.0, 10.0), rtol=1e-12)  # linear
    np.testing.assert_allclose(mortality(1.5, 0.4), 2.0 * mortality(1.5, 0.1), rtol=1e-9)
    np.testing.assert_allclose(mortality(1.5, 0.1), mortality(1.0, 0.1), rtol=1e-9)  # at 0.1 kg/m3 the rate is k
    assert np.all(np.isfinite(mortality(1.2, 0.0)))


def test_microbes_of_the_first_layer_reach_the_litter_that_lies_on_it() -> None:
    thickness = jnp.array([0.0, 0.1, 0.2])[:, None]
    found = density(jnp.array([0.002, 0.01, 0.004])[:, None], thickness, jnp.asarray(0.02))
    np.testing.assert_allclose(found[:, 0], [0.1 + 0.1, 0.1, 0.02])


def test_microbes_fall_dormant_where_substrate_is_scarce_and_wake_where_it_is_plenty() -> None:
    case = microbial_case("microbial_dormancy", supply=0.02)

    def switching(dissolved: float) -> tuple[np.ndarray, np.ndarray]:
        rates = case.rates(carbon_with(case, dissolved, "dissolved"))
        return tuple(
            np.asarray(rates.transfer[pair])[1:] for pair in (("dormant", "microbial"), ("microbial", "dormant"))
        )

    asleep, awake = switching(0.0)
    np.testing.assert_allclose(awake, 0.0, atol=1e-300)
    assert np.all(asleep > 0.0)
    even = switching(0.02)
    np.testing.assert_allclose(even[0], even[1], rtol=1e-12)
    assert np.all(switching(10.0)[1] > 100.0 * switching(10.0)[0])
    # the two share one rate
    np.testing.assert_allclose(even[0] + even[1], asleep, rtol=1e-12)


def test_dormant_microbes_decompose_nothing() -> None:
    case = microbial_case("microbial_dormancy")
    few, many = (case.rates(carbon_with(case, c, "dormant")) for c in (0.0, 10.0))
    for pair in few.transfer:
        np.testing.assert_array_equal(few.transfer[pair], many.transfer[pair])


@pytest.mark.parametrize("name", MICROBES)
def test_microbes_and_the_residual_depth_scalar_exclude_each_other(name: str) -> None:
    assert settled({"depolymerisation": name})["energy"] == "none"
    assert settled()["energy"] == "depth_scalar"
    with pytest.raises(InputError, match=rf"(?s){name}.*depth_scalar.*takes none"):
        settled({"depolymerisation": name, "energy": "depth_scalar"})


@pytest.mark.parametrize("cls", [ReverseMichaelisMenten, MicrobialDormancy])
def test_microbes_are_alive_and_declare_what_the_steady_state_needs(cls: type) -> None:
    case = microbial_case(cls.name)  # type: ignore[attr-defined]
    assert case.model.nonlinear
    alive = [pool.name for pool in case.model.pools if pool.living]
    assert alive == (["microbial", "dormant"] if cls is MicrobialDormancy else ["microbial"])
    assert not profile_case(LAYERS).model.nonlinear
