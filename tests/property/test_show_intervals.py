"""Moving stocks to the report's depths neither makes nor loses carbon, on any grid."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from show_synthetic import small_result

from mollisol.show.view import ResultView

thicknesses = st.lists(st.floats(0.02, 0.9), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(thicknesses, st.integers(0, 2**31))
def test_intervals_add_up_to_the_whole(layers, seed):
    edges = np.round(np.append(0.0, np.cumsum(layers)), 6)
    stock = np.random.default_rng(seed).uniform(0.0, 10.0, (2, 3, len(layers)))
    view = ResultView(small_result(stock, 0.5 * stock, edges=edges))
    assert view.stocks[:-1].sum(axis=0) == pytest.approx(view.stocks[-1], rel=1e-12)
    assert view.stocks[-1][:, :, 0] == pytest.approx(10.0 * stock.sum(axis=-1), rel=1e-12)
    assert view.intervals[0].top == 0.0
    assert view.intervals[-2].bottom == pytest.approx(view.grid.bottom)


@settings(max_examples=40, deadline=None)
@given(thicknesses, st.floats(0.0, 0.5), st.floats(0.05, 0.5))
def test_a_uniform_density_gives_its_thickness(layers, top, thickness):
    edges = np.round(np.append(0.0, np.cumsum([*layers, 1.0])), 6)
    stock = 7.0 * np.diff(edges)[None, None]
    view = ResultView(small_result(stock, stock, edges=edges))
    found = view.in_interval(view.soc, top, top + thickness)
    assert found == pytest.approx(7.0 * thickness * np.ones_like(found), rel=1e-9)
