"""CO2 from the soil by depth and by source, as the report shows it."""

import numpy as np
import pytest
from show_synthetic import synthetic_context, synthetic_result

from mollisol.show.carbon_dioxide import carbon_dioxide, carbon_dioxide_table
from mollisol.show.report import render_report
from mollisol.show.view import ResultView


@pytest.fixture(scope="module")
def result():
    found = synthetic_result()
    roots = 0.05 * np.exp(-found["layer"].values / 0.3) * np.ones_like(found["respiration"])
    return found.assign(root_respiration=(found["respiration"].dims, roots))


def test_the_parts_add_up_to_what_leaves_the_soil(result):
    names, microbes, roots = carbon_dioxide(ResultView(result))
    assert names == ["0–30 cm", "30–100 cm", "100–200 cm", "surface litter", "all"]
    baseline = result.sel(practice="baseline").isel(time=slice(1, None))
    expected = 10.0 * (baseline["respiration"].sum("layer") + baseline["surface_respiration"]).mean("time").values
    np.testing.assert_allclose(microbes[-1], expected, rtol=1e-12)
    np.testing.assert_allclose(roots[-1], 10.0 * baseline["root_respiration"].sum("layer").mean("time"), rtol=1e-12)
    np.testing.assert_allclose(microbes[:-1].sum(axis=0), microbes[-1], rtol=1e-12)
    assert np.all(roots[3] == 0.0)  # no root lives in the litter on the surface


def test_the_table_says_how_much_of_it_is_the_roots(result):
    view = ResultView(result)
    table = carbon_dioxide_table(view)
    _, microbes, roots = carbon_dioxide(view)
    assert [row.heading for row in table.rows] == [
        "from decomposition",
        "from living roots",
        "in all",
        "share of living roots, %",
    ]
    share = 100.0 * (roots / (roots + microbes)).mean(axis=1)
    assert [cell.text for cell in table.rows[3].cells] == [f"{value:.0f}" for value in share]
    assert " to " in table.rows[2].cells[0].notes[0]


def test_the_report_has_the_table_where_the_result_has_root_respiration(result):
    def text(found):
        return render_report(found, synthetic_context(found), {})

    assert "share of living roots" in text(result)
    assert "share of living roots" not in text(result.drop_vars("root_respiration"))


def test_a_result_without_the_litter_is_still_shown(result):
    names, _, _ = carbon_dioxide(ResultView(result.drop_vars("surface_respiration")))
    assert "surface litter" not in names
