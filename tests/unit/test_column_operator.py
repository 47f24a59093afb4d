"""The checks on B fire, and say where."""

import importlib
from typing import Any

import jax
import numpy as np
import pytest

from engine_cases import Case, FixedRates, bare_case, profile_case, some_carbon, total, uniform_grid
from mollisol.column import CompartmentalError, Pool, Rates, check_compartmental, dense_operator
from mollisol.column.simulate import simulate_years
from mollisol.processes import DiffusiveBioturbation, FirstOrderDepolymerisation

FEW = {"oxygen": "none", "energy": "none", "occlusion": "none"}
"""Slots left empty where a test compiles a program of its own."""

GOOD = np.array([[-2.0, 0.5, 0.0], [1.0, -1.0, 0.0], [1.0, 0.5, -3.0]])


def fresh_residual(case: Case) -> Any:
    """Largest error of the yearly budget, from a program compiled anew."""
    start = case.state._replace(carbon=some_carbon(case))
    _, annual = jax.jit(lambda *arrays: simulate_years(*arrays, 0, 2, 1, False))(case.model, case.setup, start)
    return np.asarray(annual.residual) / total(start.carbon)


def operator_of(case: Case) -> np.ndarray:
    return dense_operator(case.model, case.rates(some_carbon(case)), case.rows)


def test_a_compartmental_matrix_passes() -> None:
    check_compartmental(GOOD)
    check_compartmental(np.array([[-1.0, 0.0], [1.0 + 1e-14, 0.0]]))  # rounding is not carbon


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ((1, 0), -0.1, r"entry \[1, 0\] of the operator is negative"),
        ((2, 2), 0.1, r"diagonal entry \[2, 2\] of the operator is positive"),
        ((2, 1), 0.6, r"column 1 of the operator sums to 0\.[01]"),
        ((0, 2), np.nan, r"entry \[0, 2\] of the operator is nan"),
        ((0, 1), np.inf, r"entry \[0, 1\] of the operator is inf"),
    ],
)
def test_an_entry_that_is_wrong_is_named(entry: tuple[int, int], value: float, message: str) -> None:
    matrix = GOOD.copy()
    matrix[entry] = value
    with pytest.raises(CompartmentalError, match=message):
        check_compartmental(matrix)


@pytest.mark.parametrize("shape", [(2, 3), (4,)])
def test_what_is_not_square_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(CompartmentalError, match="square"):
        check_compartmental(np.zeros(shape))


def test_entries_of_the_operator_stand_where_the_flows_lead() -> None:
    pools = (Pool("a", "", "solid", 10.0), Pool("b", "", "solid", 10.0))
    rows = 3
    process = FixedRates(
        transfer={("b", "a"): np.full((rows, 1), 2.0)},
        respired={"b": np.full((rows, 1), 3.0)},
        export={("runoff", "a"): np.array([[5.0], [0.0], [0.0]])},
        down={"a": np.full((rows, 1), 7.0)},
        up={"a": np.array([[0.0], [11.0], [13.0]])},
    )
    case = bare_case(uniform_grid(rows - 1), process, pools)
    expected = np.zeros((6, 6))
    a, b = [0, 2, 4], [1, 3, 5]
    expected[b, a] = 2.0
    expected[a[1], a[0]] = expected[a[2], a[1]] = 7.0
    expected[a[0], a[1]], expected[a[1], a[2]] = 11.0, 13.0
    np.fill_diagonal(expected, [-14.0, -3.0, -20.0, -3.0, -22.0, -3.0])
    np.testing.assert_allclose(dense_operator(case.model, case.rates(case.state.carbon), rows), expected)


def test_the_budget_closes_and_the_operator_is_sound() -> None:
    case = profile_case(columns=2)
    check_compartmental(operator_of(case))
    assert np.all(fresh_residual(case) < 1e-13)


def test_a_flipped_sign_of_mixing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = DiffusiveBioturbation.prepare

    def flipped(self: DiffusiveBioturbation, drivers: Any) -> dict[str, Any]:
        fields = prepare(self, drivers)
        return {**fields, "mixing_up": -fields["mixing_up"]}

    monkeypatch.setattr(DiffusiveBioturbation, "prepare", flipped)
    with pytest.raises(CompartmentalError, match=r"entry \[\d+, \d+\] of the operator is"):
        check_compartmental(operator_of(profile_case()))


def test_a_flipped_sign_of_respiration_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    add = Rates.add_respired
    monkeypatch.setattr(Rates, "add_respired", lambda self, pool, rate: add(self, pool, -0.01 * rate))
    with pytest.raises(CompartmentalError, match=r"column \d+ .* makes carbon"):
        check_compartmental(operator_of(profile_case()))


def test_a_decay_that_makes_carbon_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    call = FirstOrderDepolymerisation.__call__

    def growing(self: FirstOrderDepolymerisation, carbon: Any, drivers: Any, rates: Rates) -> Rates:
        return call(self, carbon, drivers, rates).add_respired("pyrogenic", -10.0 * np.ones((21, 1)))

    monkeypatch.setattr(FirstOrderDepolymerisation, "__call__", growing)
    with pytest.raises(CompartmentalError, match="diagonal entry"):
        check_compartmental(operator_of(profile_case()))


def test_the_yearly_budget_finds_a_flux_reported_with_the_wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    simulate_module = importlib.import_module("mollisol.column.simulate")
    fluxes = simulate_module.fluxes

    def flipped(*arguments: Any) -> Any:
        flow = fluxes(*arguments)
        return flow._replace(respiration=-flow.respiration)

    monkeypatch.setattr(simulate_module, "fluxes", flipped)
    assert np.all(fresh_residual(profile_case(slots=FEW)) > 1e-3)


@pytest.mark.parametrize("forgotten", ["up", "down", "respired"])
def test_the_yearly_budget_finds_a_loss_that_is_not_taken_away(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step_module = importlib.import_module("mollisol.column.step")
    losses = step_module.losses

    def without(model: Any, rates: Rates, like: Any) -> Any:
        all_of_them = losses(model, rates, like)
        for pool, rate in getattr(rates, forgotten).items():
            all_of_them[pool] = all_of_them[pool] - rate
        return all_of_them

    monkeypatch.setattr(step_module, "losses", without)
    assert np.all(fresh_residual(profile_case(slots=FEW)) > 1e-6)


def test_the_yearly_budget_finds_an_event_that_loses_carbon() -> None:
    case = profile_case(slots=FEW)
    case.setup.events.carbon_map[0, 0, 0, 0] *= 0.5
    assert np.all(fresh_residual(case) > 1e-6)
