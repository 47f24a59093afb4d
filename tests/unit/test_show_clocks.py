"""What the report and the summary say of how long carbon stays, and of what practices are worth to the climate."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import xarray as xr
from show_synthetic import small_result, synthetic_context, synthetic_result

from mollisol.clocks import absolute_warming_potential
from mollisol.show import render_report, write_summary
from mollisol.show.figure_permanence import draw, draw_in_report
from mollisol.show.permanence import permanence_table
from mollisol.show.radiocarbon import carbon13_table, leaving_table
from mollisol.show.view import ResultView
from mollisol.show.worth import worth_of
from mollisol.show.worth_table import worth_table
from mollisol.units import CO2_PER_C

YEARS = 20


def stepwise(gained: float = 1.0) -> xr.Dataset:
    """A practice that takes up so much carbon (kg/m2) in the first year and keeps it; one that does nothing."""
    result = synthetic_result(practices=("baseline", "at once", "nothing"), members=2, years=YEARS)
    for name in ("soc", "surface_litter"):
        result[name].values[:] = result[name].values[:1]
    result["soc"].values[1, :, 1:, 0] += gained
    return result


def test_carbon_that_is_taken_up_at_once_and_kept_is_worth_about_its_emission() -> None:
    found = worth_of(ResultView(stepwise()))
    assert found is not None
    np.testing.assert_allclose(found.carbon[1], 10.0)
    np.testing.assert_allclose(found.carbon_years[1], 10.0 * (YEARS - 0.5))
    emission = 10.0 * CO2_PER_C
    # taken up in the course of the first year: worth a little less than an emission at its start
    half_late = float(absolute_warming_potential(YEARS - 0.5) / absolute_warming_potential(YEARS))
    np.testing.assert_allclose(found.forcing[1], emission * half_late, rtol=2e-3)
    assert np.all((found.temperature[1] > 0.9 * emission) & (found.temperature[1] < 1.1 * emission))
    # what is given up halfway has cooled for a time
    assert found.halfway == YEARS // 2
    assert np.all((found.reversed_forcing[1] > 0.3 * emission) & (found.reversed_forcing[1] < 0.8 * emission))
    for values in (found.carbon, found.carbon_years, found.forcing, found.temperature, found.reversed_forcing):
        assert np.all(values[[0, 2]] == 0.0)


def test_the_table_and_the_summary_hold_the_worth(tmp_path) -> None:
    result = stepwise(-1.0)
    table = worth_table(ResultView(result))
    assert table is not None
    assert [row.heading for row in table.rows] == ["at once", "nothing"]
    assert table.rows[0].cells[0].text == "\u221210.0"
    write_summary(result, tmp_path / "summary.csv")
    rows = list(csv.DictReader((tmp_path / "summary.csv").read_text().splitlines()))
    told = [row for row in rows if row["worth_by_forcing_mean_t_CO2_ha"]]
    assert [(row["practice"], row["depth"], row["when"]) for row in told] == [
        ("at once", "whole", "end"),
        ("nothing", "whole", "end"),
    ]
    assert float(told[0]["carbon_years_mean_Mg_C_yr_ha"]) == pytest.approx(-195.0)
    assert float(told[0]["worth_by_forcing_mean_t_CO2_ha"]) < 0.0


def test_no_worth_without_practices_or_without_the_litter() -> None:
    alone = synthetic_result(practices=("baseline",), members=2, years=5)
    assert worth_of(ResultView(alone)) is None
    bare = small_result(np.ones((2, 2, 2)), 1.1 * np.ones((2, 2, 2)))
    assert worth_of(ResultView(bare)) is None
    assert worth_table(ResultView(bare)) is None


def test_permanence_by_depth_of_entry() -> None:
    context = synthetic_context(synthetic_result(members=3, years=4))
    table = permanence_table(context)
    assert table is not None
    assert [row.heading for row in table.rows][:2] == ["litter on the surface", "0–20"]
    assert len(table.columns) == 1 + len(table.rows[0].cells) == 6
    left = [float(cell.text.removesuffix(" %")) for cell in table.rows[-1].cells[1:]]
    assert left == sorted(left, reverse=True)
    assert context.permanence is not None
    # the slowest of three members keeps half for ln 2 over its rate
    halves = context.permanence.transit[:, 1, 1]
    assert table.rows[1].cells[0].text == f"{np.median(halves):.1f}"


def test_the_figure_draws_a_curve_and_a_bar_a_depth_and_leaves_out_what_nothing_enters() -> None:
    context = synthetic_context(synthetic_result(members=3, years=4))
    found = context.permanence
    assert found is not None
    curves, depths = draw(found).axes
    assert len([line for line in curves.lines if not str(line.get_label()).startswith("_")]) == found.left.shape[1]
    assert [tick.get_text() for tick in depths.get_yticklabels()][:2] == ["litter", "0–20"]
    found.left[:, 2], found.transit[:, 2] = np.nan, np.nan
    fewer, _ = draw(found).axes
    assert len(fewer.get_legend().get_texts()) == found.left.shape[1] - 1
    table = permanence_table(context)
    assert table is not None
    assert table.rows[2].cells[0].text == "–"


def test_they_stand_in_the_report_and_are_left_out_where_they_are_not_known() -> None:
    result = synthetic_result(members=3, years=4)
    context = synthetic_context(result)
    page = render_report(result, context, {})
    assert "How long new carbon stays" in page
    assert "What that is worth to the climate" in page
    without = synthetic_context(result, permanence=None)
    assert "How long new carbon stays" not in render_report(result, without, {})
    assert permanence_table(without) is None
    assert draw_in_report(ResultView(result), without) is None


def test_radiocarbon_of_what_leaves_is_weighted_by_its_flux() -> None:
    result = synthetic_result(members=3, years=4)
    assert leaving_table(ResultView(result)) is None
    assert carbon13_table(ResultView(result)) is None
    shape = result["soc"].shape
    depth = np.broadcast_to(result["layer"].values, shape)
    for name, slope in (("delta14c", -300.0), ("respired_delta14c", -100.0), ("dissolved_delta14c", -200.0)):
        result[name] = (result["soc"].dims, 50.0 + slope * depth)
    result["respired_age"] = (result["soc"].dims, 100.0 * depth)
    result["delta13c"] = (result["soc"].dims, np.full(shape, -20.04))
    table = leaving_table(ResultView(result))
    assert table is not None
    flux, value = (result[name].values[0, :, -1, :4] for name in ("respiration", "respired_delta14c"))
    mean = ((flux * value).sum(axis=1) / flux.sum(axis=1)).mean()
    assert table.rows[0].cells[1].text == f"{mean:+.0f}"
    heavy = carbon13_table(ResultView(result))
    assert heavy is not None
    assert heavy.rows[0].cells[0].text == "\u221220.0"
