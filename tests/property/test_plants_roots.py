"""Root distributions: shares, limits, published values, columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.grid import Grid
from mollisol.plants import CROPS, ROOT_DISTRIBUTIONS, cumulative_roots, root_share, truncated_share

SHAPES = sorted(set(ROOT_DISTRIBUTIONS) - {"table"})
thicknesses = st.lists(st.floats(0.01, 0.6), min_size=1, max_size=25)


@pytest.mark.parametrize("kind", SHAPES)
@settings(max_examples=40, deadline=None)
@given(thickness=thicknesses, position=st.floats(0.0, 1.0))
def test_shares_sum_to_one_on_any_grid(kind, thickness, position):
    grid = Grid(np.concatenate([[0.0], np.cumsum(thickness)]))
    parameters = {}
    for name, declared in ROOT_DISTRIBUTIONS[kind].parameters.items():
        if name != "d95":
            parameters[name] = declared.lower + position * (min(declared.upper, 2.0) - declared.lower)
    if "d95" in ROOT_DISTRIBUTIONS[kind].parameters:
        parameters["d95"] = parameters["d50"] * (1.5 + 5.0 * position) + 0.05
    share = root_share(kind, parameters, grid)
    assert share.shape == (len(grid),)
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert share.min() >= 0.0
    below = float(truncated_share(kind, parameters, grid))
    assert -1e-12 <= below < 1.0
    assert below == pytest.approx(1.0 - cumulative_roots(kind, parameters, [grid.bottom])[0])


@pytest.mark.parametrize("kind", SHAPES)
def test_cumulative_rises_from_nothing_to_all(kind):
    share = cumulative_roots(kind, {}, np.concatenate([[0.0], np.geomspace(1e-4, 1e6, 200)]))
    assert share[0] == 0.0
    assert np.all(np.diff(share) >= 0.0)
    assert share[-1] == pytest.approx(1.0, abs=1e-6)


def test_jackson_meets_the_published_shares():
    # Jackson et al. 1996, crops: 0-20, 0-30, 0-50, 0-100 cm.
    share = cumulative_roots("jackson", {"beta": 0.961}, [0.2, 0.3, 0.5, 1.0])
    assert share == pytest.approx([0.549, 0.697, 0.863, 0.981], abs=6e-4)


def test_exponential_meets_the_published_shares():
    # Xiao et al. 2023, croplands, truncated at 2 m: 68 / 90 / 97 / 99.7 %.
    share = root_share("exponential", {}, Grid([0, 0.2, 0.4, 0.6, 1.0, 2.0])).cumsum()
    assert share[:4] == pytest.approx([0.68, 0.90, 0.97, 0.997], abs=5e-3)


@pytest.mark.parametrize("kind", ["logistic", "power_law", "fan"])
def test_half_the_roots_lie_above_d50(kind):
    parameters = {"d50": 0.2, **({"d95": 1.0} if kind != "power_law" else {})}
    if kind == "fan":
        parameters["deepest"] = 3.0
        assert cumulative_roots(kind, parameters, [3.0])[0] == pytest.approx(1.0, abs=1e-14)
        assert cumulative_roots(kind, parameters, [0.2])[0] == pytest.approx(0.5, abs=5e-3)
    else:
        assert cumulative_roots(kind, parameters, [0.2])[0] == pytest.approx(0.5, abs=1e-14)
    if kind == "logistic":
        assert cumulative_roots(kind, parameters, [1.0])[0] == pytest.approx(0.95, abs=1e-14)


def test_heavy_tail_falls_as_a_power():
    tail = 1.0 - cumulative_roots("power_law", {"d50": 0.17, "exponent": 1.2}, [50.0, 100.0])
    assert tail[0] / tail[1] == pytest.approx(2.0**1.2, rel=5e-3)
    exponential = 1.0 - cumulative_roots("exponential", {}, [2.0])
    assert tail[0] > exponential[0]


def test_columns_are_the_numbers_one_by_one():
    beta = np.array([0.94, 0.961, 0.975])
    together = root_share("jackson", {"beta": beta}, Grid())
    assert together.shape == (20, 3)
    for i, value in enumerate(beta):
        assert np.array_equal(together[:, i], root_share("jackson", {"beta": value}, Grid()))
    mixed = root_share("logistic", {"d50": np.array([0.1, 0.2]), "d95": 1.0}, Grid())
    assert mixed.shape == (20, 2)


def test_user_table_is_kept():
    table = {"depth": [0.3, 0.6, 1.2], "share": [60.0, 30.0, 10.0]}
    share = root_share("table", table, Grid([0, 0.3, 0.6, 0.9, 1.2, 2.0]))
    assert share == pytest.approx([0.6, 0.3, 0.05, 0.05, 0.0], abs=1e-14)
    columns = {"depth": [0.5, 1.0], "share": np.array([[1.0, 3.0], [1.0, 1.0]])}
    assert root_share("table", columns, Grid([0, 0.5, 1.0])) == pytest.approx(np.array([[0.5, 0.75], [0.5, 0.25]]))


@pytest.mark.parametrize("name", sorted(CROPS))
def test_crop_roots_reach_the_subsoil(name):
    plant = CROPS[name]
    share = root_share("logistic", {"d50": plant.root_d50, "d95": plant.root_d95}, Grid())
    assert share.sum() == pytest.approx(1.0, abs=1e-13)
    assert share[-1] > 0.0
