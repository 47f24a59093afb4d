"""Marked inputs: the budget closes, marks add up, depths are told apart, and native carbon shows priming."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from engine_cases import Case, profile_case, some_carbon, switched_on
from mollisol import clocks
from mollisol.column import State, simulate
from mollisol.units import RunError

YEARS = 5


@cache
def followed() -> tuple[Case, State, clocks.Fate]:
    case = profile_case(columns=2)
    state = case.state._replace(carbon=some_carbon(case))
    marks = [
        clocks.Mark(),
        clocks.Mark(sources=(0,)),
        clocks.Mark(sources=(1, 2)),
        clocks.Mark(years=(0, 0)),
        clocks.Mark(years=(1, YEARS - 1)),
        clocks.Mark(rows=tuple(range(1, 5))),
        clocks.Mark(rows=(0, *range(5, case.rows))),
        clocks.Mark(sources=(1,), years=(0, 0), rows=tuple(range(8, case.rows))),
    ]
    return case, state, clocks.fate(case.model, case.setup, state, marks, YEARS)


def test_marks_that_make_up_all_inputs_add_up() -> None:
    _, _, found = followed()
    for parts in ((1, 2), (3, 4), (5, 6)):
        for value in (found.entered, found.stored, found.respired, found.leached):
            np.testing.assert_allclose(sum(value[:, p] for p in parts), value[:, 0], rtol=1e-9, atol=1e-14)


def test_marked_carbon_is_stored_or_has_left() -> None:
    case, state, found = followed()
    _, annual = simulate(case.model, case.setup, state, YEARS)
    entered = annual.input.sum(axis=1).cumsum(axis=0)
    np.testing.assert_allclose(found.entered[1:, 0], entered, rtol=1e-12)
    np.testing.assert_allclose(found.carbon[1:], annual.carbon, rtol=1e-10, atol=1e-15)
    accounted = found.stored.sum(axis=(2, 3)) + found.respired.sum(axis=2) + found.leached
    lost = found.entered - accounted  # with runoff from the surface
    assert np.all(lost >= -1e-12)
    assert np.all(lost <= annual.runoff.sum(axis=0) + 1e-12)
    assert np.all(found.stored[:, 0] <= found.carbon * (1.0 + 1e-9) + 1e-15)


def test_what_is_left_falls_once_nothing_more_is_marked() -> None:
    _case, _, found = followed()
    left = found.left()
    assert np.all(np.isnan(left[0]))
    assert np.all(np.diff(left[1:, 3], axis=0) < 0.0)
    np.testing.assert_allclose(found.left_by_row().sum(axis=2), left)
    np.testing.assert_allclose(found.left_by_pool().sum(axis=2), left)
    # roots below a depth stay at that depth, mostly
    deep = found.left_by_row()[-1, 7]
    assert np.all(deep[8:].sum(axis=0) > 0.9 * deep.sum(axis=0))
    assert np.all(found.left()[-1, 7] > 0.0)


def test_new_carbon_is_what_an_empty_soil_holds() -> None:
    case = profile_case(columns=1)
    found = clocks.fate(case.model, case.setup, case.state, [clocks.Mark()], 2)
    np.testing.assert_allclose(found.stored[:, 0], found.carbon, rtol=1e-12)
    assert np.max(np.abs(found.unmarked())) < 1e-14


def test_priming_is_the_change_of_native_carbon() -> None:
    native = {}
    for slot in ("none", "first_order"):
        case = profile_case(columns=1, slots={"priming": slot, "oxygen": "none", "energy": "none"})
        model = switched_on(case.model)
        state = case.state._replace(carbon=some_carbon(case))
        more = dataclasses.replace(case.setup, amount=3.0 * case.setup.amount)
        plain, fed = (clocks.fate(model, s, state, [clocks.Mark()], 3) for s in (case.setup, more))
        native[slot] = np.sum(fed.unmarked()[-1] - plain.unmarked()[-1])
    assert abs(native["none"]) < 1e-12  # nothing else in this model lets fresh carbon act on native carbon
    assert native["first_order"] < -1e-4


def test_a_mark_of_what_is_not_there_is_refused() -> None:
    case = profile_case()
    with pytest.raises(RunError, match="source 9, but the run has sources 0 to 2"):
        clocks.fate(case.model, case.setup, case.state, [clocks.Mark(sources=(9,))], 1)
    with pytest.raises(RunError, match="years 0 to 3, but the run has years 0 to 1"):
        clocks.fate(case.model, case.setup, case.state, [clocks.Mark(years=(0, 3))], 2)
