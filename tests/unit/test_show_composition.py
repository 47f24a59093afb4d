"""The report's table of the living share and the nitrogen of soil carbon."""

import numpy as np
import pytest
from show_synthetic import synthetic_context, synthetic_result

from mollisol.show.composition import composition_table
from mollisol.show.report import render_report
from mollisol.show.view import ResultView


@pytest.fixture(scope="module")
def result():
    found = synthetic_result()
    soc = found["soc"].isel(time=-1)
    return found.assign(microbial_quotient=0.02 + 0.0 * soc, organic_nitrogen=soc / 11.0)


def test_shares_and_nitrogen_by_depth(result):
    table = composition_table(ResultView(result))
    assert table.columns == ["", "0–30 cm", "30–100 cm", "100–200 cm", "whole profile"]
    quotient, nitrogen, *practices = table.rows
    assert [cell.text for cell in quotient.cells] == ["2.00"] * 4
    expected = 10.0 * result["organic_nitrogen"].sel(practice="baseline").sum("layer").mean().item()
    assert nitrogen.cells[-1].text == f"{expected:.2f}"
    assert len(practices) == result.sizes["practice"] - 1
    # C:N 11 throughout: 91 kg of nitrogen for each ton of carbon gained or lost
    for row in practices:
        assert row.cells[-1].notes == ("91 kg N per Mg C",)


def test_no_ratio_where_nothing_is_gained(result):
    same = result["soc"].sel(practice="baseline")
    frozen = result.copy()
    frozen["soc"] = result["soc"] * 0.0 + same
    frozen["organic_nitrogen"] = frozen["soc"].isel(time=-1) / 11.0
    for row in composition_table(ResultView(frozen)).rows[2:]:
        assert row.cells[0].text == "0"
        assert row.cells[0].notes == ("–",)


def test_a_layer_without_carbon_has_no_share_and_spoils_none(result):
    bare = result.copy()
    bare["microbial_quotient"] = result["microbial_quotient"].where(result["layer"] < 1.8)
    bare["soc"] = result["soc"].where(result["layer"] < 1.8, 0.0)
    table = composition_table(ResultView(bare))
    assert [cell.text for cell in table.rows[0].cells] == ["2.00"] * 4


def test_it_stands_in_the_report_and_is_left_out_where_the_result_has_none(result):
    context = synthetic_context(result)
    assert "nitrogen tied up more than in the baseline" in render_report(result, context, {})
    plain = synthetic_result()
    assert composition_table(ResultView(plain)) is None
    assert "What the carbon is made of" not in render_report(plain, context, {})
    assert np.isfinite(plain["soc"]).all()
