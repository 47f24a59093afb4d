"""Fuel rises with depth and with fineness, for every implement and soil."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.practices.tradeoffs import Site
from mollisol.practices.tradeoffs.diesel import fuel_of_pass, implements
from tradeoff_cases import GRID

layers = st.lists(st.floats(0.0, 1.0), min_size=len(GRID), max_size=len(GRID))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(implements())), layers, layers, st.floats(0.02, 1.5), st.floats(0.01, 0.4))
def test_deeper_needs_more_fuel_in_any_soil(name, clay, rest, depth, more):
    clay = np.asarray(clay)
    site = Site(GRID, clay, (1.0 - clay) * np.asarray(rest), 9.0, 900.0, 700.0)
    shallow, deep = fuel_of_pass(name, depth, site), fuel_of_pass(name, depth + more, site)
    assert 0.0 <= shallow.low <= shallow.best <= shallow.high
    assert deep.best > shallow.best
    assert deep.high > shallow.high
    assert deep.low >= shallow.low


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(implements())), st.floats(0.02, 0.6))
def test_finer_soil_needs_no_less(name, depth):
    found = []
    for clay, sand in ((0.05, 0.9), (0.2, 0.4), (0.5, 0.2)):
        site = Site(GRID, np.full(len(GRID), clay), np.full(len(GRID), sand), 9.0, 900.0, 700.0)
        found.append(fuel_of_pass(name, depth, site).best)
    assert found[0] < found[1] <= found[2] + 1e-12


def test_an_implement_that_nobody_measured_is_not_known():
    site = Site(GRID, np.full(len(GRID), 0.2), np.full(len(GRID), 0.4), 9.0, 900.0, 700.0)
    assert not fuel_of_pass("hovering_plough", 0.2, site).known
    with pytest.raises(KeyError):
        implements()["hovering_plough"]
