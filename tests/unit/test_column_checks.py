"""What is checked at run time fires."""

import dataclasses

import numpy as np
import pytest

from engine_cases import profile_case, some_carbon
from mollisol.column.equilibrium import equilibrium
from mollisol.column.rates import Rates
from mollisol.column.simulate import State
from mollisol.column.tiles import check_annual, simulate
from mollisol.units import RunError


def test_an_unbalanced_year_and_negative_carbon_are_named() -> None:
    case = profile_case(columns=3)
    _, annual = simulate(case.model, case.setup, State(some_carbon(case), case.state.soil), 1)
    check_annual(annual)
    with pytest.raises(RunError, match="does not balance in column 1"):
        check_annual(annual._replace(residual=np.array([0.0, 1e-8, 0.0])))
    with pytest.raises(RunError, match="does not balance in column 2"):
        check_annual(annual._replace(residual=np.array([0.0, 0.0, np.nan])))
    with pytest.raises(RunError, match="negative in column 0"):
        check_annual(annual._replace(smallest=np.array([-1e-20, 0.0, 0.0])))


def test_a_flux_of_the_wrong_sign_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    case = profile_case(columns=2)
    right = Rates.respiration
    monkeypatch.setattr(Rates, "respiration", lambda self, carbon: -right(self, carbon))
    with pytest.raises(RunError, match="does not balance"):
        simulate(case.model, case.setup, State(some_carbon(case), case.state.soil), 7)


def test_a_cycle_must_hold_whole_series() -> None:
    case = profile_case(columns=1)
    assert case.cycle == 24
    with pytest.raises(RunError, match="a cycle of 12 months does not hold whole series"):
        equilibrium(case.model, case.setup, case.state, 12)


def test_a_pool_that_is_fed_must_be_said_to_be() -> None:
    case = profile_case(columns=1)
    setup = dataclasses.replace(case.setup, fed=(0,))
    with pytest.raises(RunError, match="said to be fed"):
        simulate(case.model, setup, case.state, 1)
