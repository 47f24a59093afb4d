"""Tracers follow the carbon that they ride on: through months, events, filling pools and a moving surface."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from engine_cases import Case, a_motion, profile_case, some_carbon
from mollisol.column import Grid, State, simulate
from mollisol.column.tracer import Marks, advance_traced, trace

jax.config.update("jax_enable_x64", True)

GRID = Grid([0.0, 0.1, 0.2, 0.3, 0.6, 1.0])


def started(case: Case) -> State:
    return case.state._replace(carbon=some_carbon(case))


@pytest.mark.parametrize("slots", [{}, {"protection": "saturation"}, {"nonlocal": "burrows"}])
def test_a_tracer_of_equal_inputs_stays_proportional_through_every_event(slots: dict[str, str]) -> None:
    case = profile_case(GRID, columns=2, slots=slots)
    state, content = started(case), 0.7
    marks = Marks(np.full((1, 1, case.setup.amount.shape[1], 1), content))
    _, _, traced = trace(case.model, case.setup, marks, state, content * state.carbon[None], 3)
    assert np.allclose(traced.tracers[:, 0], content * traced.carbon, rtol=1e-12, atol=0.0)
    assert np.allclose(traced.traced_respiration[:, 0], content * traced.respiration, rtol=1e-12, atol=0.0)
    assert np.allclose(traced.traced_leaching[:, 0], content * traced.leaching, rtol=1e-12, atol=0.0)


def test_the_carbon_under_a_tracer_is_that_of_the_run_without() -> None:
    case = profile_case(GRID, columns=2)
    state = started(case)
    marks = Marks(np.zeros((1, 1, case.setup.amount.shape[1], 1)))
    final, _, traced = trace(case.model, case.setup, marks, state, state.carbon[None], 2)
    plain, annual = simulate(case.model, case.setup, state, 2)
    assert np.allclose(final.carbon, plain.carbon, rtol=1e-13, atol=0.0)
    assert np.allclose(traced.carbon, annual.carbon, rtol=1e-13, atol=0.0)
    assert np.allclose(traced.respiration, annual.respiration, rtol=1e-12, atol=1e-18)


def test_old_and_new_carbon_add_up_and_marks_are_found_by_month() -> None:
    case = profile_case(GRID)
    state = started(case)
    sources = case.setup.amount.shape[1]
    inputs = np.zeros((36, 3, sources, 1))  # the first year's inputs, those of later ones, none of them
    inputs[:12, 0], inputs[12:, 1] = 1.0, 1.0
    start = np.stack([0.0 * state.carbon, 0.0 * state.carbon, state.carbon])
    _, end, traced = trace(case.model, case.setup, Marks(inputs), state, start, 3)
    assert np.allclose(traced.tracers.sum(axis=1), traced.carbon, rtol=1e-12, atol=1e-18)
    assert np.all(traced.tracers[0, 1] == 0.0)
    assert traced.tracers[1, 1].sum() > 0.0
    assert np.all(np.diff(traced.tracers[:, 2].sum(axis=(1, 2, 3))) < 0.0)
    # cut after the first year, it goes on as if unbroken
    first = advance_traced(case.model, case.setup, Marks(inputs), state, start, 1)
    _, again = advance_traced(case.model, case.setup, Marks(inputs), *first, 2, first_month=12, marked_month=12)
    assert np.allclose(again, end, rtol=1e-12, atol=1e-18)


def test_what_is_never_renewed_ages_a_year_a_year() -> None:
    case = profile_case(GRID)
    state = started(case)
    setup = dataclasses.replace(case.setup, amount=0.0 * case.setup.amount)
    marks = Marks(np.ones((1, 1, setup.amount.shape[1], 1))).with_age()
    start = np.stack([state.carbon, 5.0 * state.carbon])
    _, _, traced = trace(case.model, setup, marks, state, start, 2)
    age = traced.tracers[:, 1].sum(axis=(1, 2)) / traced.carbon.sum(axis=(1, 2))
    assert np.allclose(age[:, 0], [6.0, 7.0], rtol=1e-9)


def test_what_comes_with_moving_soil_carries_what_it_is_said_to() -> None:
    case = profile_case(GRID, slots={"erosion": "moving_surface"})
    setup = dataclasses.replace(case.setup, motion=a_motion(len(case.model.pools), 3.0, 1.0))
    state = case.state._replace(carbon=some_carbon(case))
    sources = setup.amount.shape[1]
    ones = np.ones((1, 1, sources, 1))
    like_its_layer = trace(case.model, setup, Marks(ones), state, state.carbon[None], 2)[2]
    assert np.allclose(like_its_layer.tracers[:, 0], like_its_layer.carbon, rtol=1e-12)
    nothing = np.zeros((1, 1))
    from_outside = trace(
        case.model, setup, Marks(0.0 * ones, None, nothing + 1.0, nothing), state, 0.0 * state.carbon[None], 2
    )[2]
    lowest = from_outside.tracers[:, 0, -1].sum(axis=(1, 2))
    assert np.all(lowest > 0.0)
    assert np.all(from_outside.tracers[:, 0, 0] == 0.0)
