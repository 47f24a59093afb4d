"""Turnover rows: stock over flux after both were moved to the row, never a mean of times."""

import numpy as np
import pytest
from show_synthetic import small_result, synthetic_context, synthetic_result

from mollisol.grid import Grid
from mollisol.show import ReportContext, TurnoverReference, cropland_turnover, turnover_table

CONTEXT = ReportContext(name="x", latitude=0.0, longitude=0.0, years=(2025, 2025))
BY_LAYER = ("practice", "member", "layer")


def with_bnpp(flux, edges, stock):
    result = small_result([[stock]], [[stock]], edges=edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.array([[stock]], float) / np.array([[flux]], float)
    return result.assign(
        bnpp=(BY_LAYER, np.array([[flux]], float)),
        turnover_time_bnpp=(BY_LAYER, times),
    )


def test_a_row_is_summed_stock_over_summed_flux():
    # 0-20 cm holds 3 + 1 = 4 kg/m2 at 0.3 + 0.01: 12.9 yr, where the mean of the times (10, 100) is 55.
    result = with_bnpp([0.3, 0.01, 0.02], (0, 0.1, 0.2, 1.0), [3.0, 1.0, 4.0])
    rows = turnover_table(result, CONTEXT)
    assert rows[0].times["turnover_time_bnpp"].median == pytest.approx(4.0 / 0.31)
    assert [(row.top, row.bottom) for row in rows] == [(0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)]
    for row in rows[1:]:
        assert row.times["turnover_time_bnpp"].median == pytest.approx(200.0)


def test_without_the_flux_it_is_derived_from_the_layers_times():
    result = with_bnpp([0.3, 0.01, 0.02], (0, 0.1, 0.2, 1.0), [3.0, 1.0, 4.0])
    given, derived = turnover_table(result, CONTEXT), turnover_table(result.drop_vars("bnpp"), CONTEXT)
    for left, right in zip(given, derived, strict=True):
        assert right.times["turnover_time_bnpp"].median == pytest.approx(left.times["turnover_time_bnpp"].median)


def test_input_and_respiration_give_their_own_times():
    result = synthetic_result(members=4)
    context = synthetic_context(result, rotation_years=2)
    rows = turnover_table(result, context)
    soc = result["soc"].sel(practice="baseline").values[:, -2:].mean(axis=1)
    grid = Grid(np.append(result["layer_bounds"].values[:, 0], 2.0))
    first = Grid([0, 0.2])
    for kind, flux in (("turnover_time", "input"), ("loss_time", "respiration")):
        mean = result[flux].sel(practice="baseline").values[:, -2:].mean(axis=1)
        expected = np.median(grid.remap(soc.T, first)[0] / grid.remap(mean.T, first)[0])
        assert rows[0].times[kind].median == pytest.approx(expected)
    # Bounds of the interval come from the members, and one member has none.
    assert rows[0].times["loss_time"].low < rows[0].times["loss_time"].high
    alone = turnover_table(result.isel(member=[0]), context)
    assert np.isnan(alone[0].times["loss_time"].low)


def test_depth_without_flux_is_infinite_and_depth_without_either_is_missing():
    result = with_bnpp([0.3, 0.0, 0.0], (0, 0.2, 0.4, 0.6), [3.0, 1.0, 0.0])
    result = result.assign(turnover_time_bnpp=(BY_LAYER, np.array([[[10.0, np.nan, np.nan]]])))
    times = [row.times["turnover_time_bnpp"].median for row in turnover_table(result, CONTEXT)]
    assert times[0] == pytest.approx(10.0)
    assert times[1] == np.inf
    assert np.isnan(times[2])


def test_published_rows_stand_at_their_own_depth_only():
    rows = turnover_table(synthetic_result(members=2), CONTEXT)
    assert [row.reference.median if row.reference else None for row in rows] == [27, 47, 75, 94, 111, None, None]
    own = (TurnoverReference(20, 40, 1.0, 2.0, 3.0, 4.0, "mine"),)
    given = ReportContext(name="x", latitude=0, longitude=0, years=(2025, 2025), turnover_reference=own)
    rows = turnover_table(synthetic_result(members=2), given)
    assert [row.reference is not None for row in rows] == [False, True, False, False, False, False, False]


def test_cropland_rows_are_the_published_ones_with_a_source():
    rows = cropland_turnover()
    assert [row.mean for row in rows] == [53, 136, 227, 274, 334]
    assert [(row.lower_quartile, row.upper_quartile) for row in rows][-1] == (82, 175)
    assert all("Sierra" in row.source for row in rows)


def test_other_roots_spread_the_same_productivity():
    # All BNPP in the first layer; spread as 1 - 0.961^d over 2 m instead, 0-20 cm takes 54.9 % of it.
    result = with_bnpp([0.2, 1e-9], (0, 0.2, 2.0), [4.0, 4.0])
    first = turnover_table(result, CONTEXT)[0]
    beta = next(value for name, value in first.alternatives.items() if "0.961" in name)
    assert beta == pytest.approx(4.0 / (0.2 * (1 - 0.961**20) / (1 - 0.961**200)), rel=1e-6)
    e_fold = next(value for name, value in first.alternatives.items() if "17.5" in name)
    share = (1 - np.exp(-20 / 17.5)) / (1 - np.exp(-200 / 17.5))
    assert e_fold == pytest.approx(4.0 / (0.2 * share), rel=1e-6)
    mine = ReportContext(
        name="x", latitude=0, longitude=0, years=(2025, 2025), root_alternatives={"even": np.array([0.1, 0.9])}
    )
    assert turnover_table(result, mine)[0].alternatives == pytest.approx({"even": 4.0 / 0.02})
