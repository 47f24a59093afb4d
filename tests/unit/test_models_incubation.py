"""Jars: known answers, carbon that closes, and treatments that act through the model's own processes."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from engine_cases import Case, changed, profile_case
from mollisol.column import Grid, State, dense_operator, equilibrium
from mollisol.models.incubation import Incubation, Jar, incubate, sample
from mollisol.units import DAYS_PER_YEAR, RunError

LAYERS = Grid([0.0, 0.1, 0.3, 0.6, 1.2])
LINEAR = {"oxygen": "none", "priming": "none"}
JAR = {"temperature": 20.0, "water": 0.25, "matric_potential": -0.05}


@pytest.fixture(scope="module")
def subsoil() -> tuple[Case, Jar]:
    """The default model and a sample of 60-120 cm in its steady state."""
    case = profile_case(LAYERS)
    steady = equilibrium(case.model, case.setup, case.state, case.cycle)
    return case, sample(case.setup, steady.state, layer=3)


def model_with(**slots: str) -> Any:
    return profile_case(LAYERS, slots=slots).model


def end(done: Incubation) -> tuple[float, float]:
    return float(done.native[-1, 0]), float(done.added[-1, 0])


def test_a_sample_holds_the_carbon_and_the_properties_of_its_layer(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    assert jar.depth == pytest.approx(0.9)
    assert jar.soil["clay"][1, 0] == case.setup.soil["clay"][4, 0]
    assert jar.soil["binds"][0, 0] == 0.0
    assert jar.scaled(3.0).carbon.sum() == pytest.approx(3.0)
    assert jar.with_soil(aggregation=0.0).soil["aggregation"][1, 0] == 0.0
    with pytest.raises(RunError, match="no soil property 'agregation'"):
        jar.with_soil(agregation=0.0)


def test_a_linear_jar_follows_the_matrix_exponential(subsoil: tuple[Case, Jar]) -> None:
    """Against exp(B t) of the operator that the processes fill; the error falls with the steps."""
    _, jar = subsoil
    model = model_with(**LINEAR, occlusion="none")
    soil = {name: value for name, value in jar.soil.items() if name != "aggregation"}
    jar = dataclasses.replace(jar, soil=soil)
    usual, fine = (incubate(model, jar, 100, **JAR, steps_per_day=steps) for steps in (4, 40))
    case = one_layer_case(model, jar)
    matrix = dense_operator(model, case.rates(case.state.carbon), 2)
    start = case.state.carbon[..., 0].reshape(-1)
    for day in (10, 100):
        left = expm(matrix * day / DAYS_PER_YEAR) @ start
        assert usual.native[day - 1, 0] == pytest.approx((start - left).sum(), rel=3e-3)
        assert fine.native[day - 1, 0] == pytest.approx((start - left).sum(), rel=3e-4)
    np.testing.assert_allclose(fine.carbon[:, 0], left[len(model.pools) :], rtol=1e-3)


def one_layer_case(model: Any, jar: Jar) -> Case:
    """The same jar put together by hand: a layer of 1 m without transport, at the depth of the sample."""
    case = profile_case(Grid([0.0, 1.0]), tillage=False, rotation=False)
    model = dataclasses.replace(
        model, processes=tuple(p for p in model.processes if p.slot not in ("bioturbation", "dissolved_transport"))
    )
    given = {"temperature": JAR["temperature"], "water": JAR["water"], "matric_potential": JAR["matric_potential"]}
    forcing = {name: np.full((1, 2, 1), value) for name, value in given.items()}
    depth = np.array([[0.0], [jar.depth]])
    setup = dataclasses.replace(case.setup, soil=dict(jar.soil), forcing=forcing, depth=depth)
    carbon = np.stack([np.zeros_like(jar.carbon), jar.carbon])
    return dataclasses.replace(case, model=model, setup=setup, state=State(carbon, {}))


def test_carbon_closes_and_a_part_adds_nothing_to_a_linear_model(subsoil: tuple[Case, Jar]) -> None:
    _, jar = subsoil
    model = model_with(**LINEAR)
    control = incubate(model, jar, 60, **JAR)
    fed = incubate(model, jar, 60, **JAR, additions={"fast_litter": 1.0, "dissolved": 0.1})
    np.testing.assert_allclose(fed.native, control.native, rtol=1e-12)
    assert end(fed)[1] > end(control)[0]
    np.testing.assert_array_equal(control.added, 0.0)
    for done in (control, fed):
        assert np.all(np.abs(done.residual) < 1e-13 * jar.carbon.sum())
        assert np.all(np.diff(done.native[:, 0]) > 0.0)
        assert np.all(done.carbon >= done.carbon_added)
        assert np.all(done.carbon_added >= 0.0)


def test_added_carbon_primes_the_soils_own_where_the_model_says_so(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    added = {"fast_litter": 1.0}
    ratios = []
    for strength in (0.0, 0.5, 1.0):
        model = changed(case.model, "priming", strength=strength)
        ratios.append(
            end(incubate(model, jar, 60, **JAR, additions=added))[0] / end(incubate(model, jar, 60, **JAR))[0]
        )
    assert ratios[0] == pytest.approx(1.0, abs=0.01), "only through the oxygen that the cellulose takes"
    assert 1.1 < ratios[1] < 1.5
    assert 1.2 < ratios[2] < 2.0


def test_oxygen_of_the_headspace_acts_down_to_the_floor(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    floor = next(p.floor for p in case.model.processes if p.slot == "oxygen")
    air, none, half = (
        end(incubate(case.model, jar, 1, **JAR, oxygen=o, steps_per_day=24))[0] for o in (0.209, 0.0, 0.1045)
    )
    assert none < half < air
    # all rates a fifth: on the first day, before the dissolved carbon has gone
    assert none / air == pytest.approx(float(floor), rel=0.35)


def test_warmth_and_sieving_speed_it_up_and_the_depth_of_the_sample_slows_it_down(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    usual = end(incubate(case.model, jar, 30, **JAR))[0]
    assert end(incubate(case.model, jar, 30, **{**JAR, "temperature": 30.0}))[0] > 1.5 * usual
    assert end(incubate(case.model, jar.with_soil(aggregation=0.0), 30, **JAR))[0] > 1.1 * usual
    assert end(incubate(case.model, dataclasses.replace(jar, depth=0.0), 30, **JAR))[0] > 1.5 * usual


def test_results_can_be_read_at_the_days_of_the_measurement(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    done = incubate(case.model, jar, 10, **JAR, additions={"dissolved": 0.1})
    native, added = done.at([0.0, 1.0, 1.5, 10.0])
    assert native[0, 0] == added[0, 0] == 0.0
    assert native[1, 0] == done.native[0, 0]
    assert native[2, 0] == pytest.approx(done.native[:2, 0].mean())
    assert added[3, 0] == done.added[-1, 0]


def test_many_jars_run_side_by_side(subsoil: tuple[Case, Jar]) -> None:
    case, jar = subsoil
    amounts = np.array([0.0, 0.5, 1.0])
    together = incubate(case.model, jar, 5, **JAR, additions={"fast_litter": amounts})
    assert together.native.shape == (5, 3)
    for i, amount in enumerate(amounts):
        alone = incubate(case.model, jar, 5, **JAR, additions={"fast_litter": amount})
        np.testing.assert_allclose(together.added[:, i], alone.added[:, 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"additions": {"cellulose": 1.0}}, "no pool cellulose; pools: fast_litter"),
     ({"temperature": float("nan")}, "not finite")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(subsoil: tuple[Case, Jar], given: dict[str, Any], message: str) -> None:
    case, jar = subsoil
    with pytest.raises(RunError, match=message):
        incubate(case.model, jar, 5, **{**JAR, **given})
