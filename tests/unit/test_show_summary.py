"""The summary table against numbers worked out by hand."""

import csv
import math

import numpy as np
import pytest
from show_synthetic import PRACTICES, small_result, synthetic_result

from mollisol.show import summary_table, write_summary

# Layers 0-30 and 30-100 cm; members gain 0.1, 0.3 (baseline) and 0.4, 0.2 (practice) kg/m2 in the first layer.
START = [[[5.0, 3.0], [5.0, 3.0]]] * 2
END = [[[5.1, 3.0], [5.3, 3.0]], [[5.4, 3.5], [5.2, 2.9]]]


def row_of(rows, practice, depth, when="end"):
    found = [row for row in rows if (row["practice"], row["depth"], row["when"]) == (practice, depth, when)]
    assert len(found) == 1
    return found[0]


def test_differences_pair_the_members():
    row = row_of(summary_table(small_result(START, END)), "one", "0-30")
    # Paired: +3.0 and -1.0 Mg/ha; 5 and 95 % of two values lie 5 % from either end.
    assert row["difference_to_baseline_mean_Mg_C_ha"] == pytest.approx(1.0)
    assert row["difference_to_baseline_q05_Mg_C_ha"] == pytest.approx(-0.8)
    assert row["difference_to_baseline_q95_Mg_C_ha"] == pytest.approx(2.8)
    assert row["probability_of_gain"] == 0.5
    assert row["soc_mean_Mg_C_ha"] == pytest.approx(53.0)
    assert row["change_since_start_mean_Mg_C_ha"] == pytest.approx(3.0)


def test_the_baseline_has_no_difference_to_itself():
    row = row_of(summary_table(small_result(START, END)), "baseline", "whole")
    assert row["change_since_start_mean_Mg_C_ha"] == pytest.approx(2.0)
    assert math.isnan(row["difference_to_baseline_mean_Mg_C_ha"])
    assert math.isnan(row["probability_of_gain"])


def test_before_anything_differs_no_probability_is_stated():
    row = row_of(summary_table(small_result(START, END)), "one", "whole", "start")
    assert row["difference_to_baseline_mean_Mg_C_ha"] == 0.0
    assert math.isnan(row["probability_of_gain"])


def test_one_member_has_no_interval():
    result = small_result(np.array(START)[:, :1], np.array(END)[:, :1])
    row = row_of(summary_table(result), "one", "whole")
    assert row["members"] == 1
    assert row["difference_to_baseline_mean_Mg_C_ha"] == pytest.approx(8.0)
    assert math.isnan(row["difference_to_baseline_q05_Mg_C_ha"])
    assert math.isnan(row["probability_of_gain"])


def test_intervals_cut_through_layers_by_their_share():
    result = small_result([[[4.0, 6.0]]], [[[4.0, 6.0]]], edges=(0.0, 0.4, 1.0))
    rows = summary_table(result)
    assert row_of(rows, "baseline", "0-30")["soc_mean_Mg_C_ha"] == pytest.approx(30.0)
    assert row_of(rows, "baseline", "30-100")["soc_mean_Mg_C_ha"] == pytest.approx(70.0)


@pytest.mark.parametrize(
    ("edges", "depths"),
    [
        ((0, 0.2), ["0-20", "whole"]),
        ((0, 0.3, 1.0, 2.0), ["0-30", "30-100", "100-200", "whole"]),
        ((0, 0.3, 1.2, 3.0), ["0-30", "30-100", "100-200", "200-300", "whole"]),
    ],
)
def test_intervals_follow_the_grid(edges, depths):
    stock = [[[1.0] * (len(edges) - 1)]]
    rows = summary_table(small_result(stock, stock, edges=edges))
    assert list(dict.fromkeys(row["depth"] for row in rows)) == depths


def test_rows_by_practice_depth_and_moment():
    rows = summary_table(synthetic_result(members=3))
    assert len(rows) == len(PRACTICES) * 4 * 3
    dates = {row["when"]: row["date"] for row in rows}
    assert dates == {"start": "2025-01-01", "middle": "2050-01-01", "end": "2076-01-01"}
    assert {row["when"] for row in summary_table(synthetic_result(members=2, years=1))} == {"start", "end"}


def test_axes_may_come_in_any_order():
    result = synthetic_result(members=3)
    shuffled = result.transpose("layer", "time", "member", "practice", "month", "bounds")
    for left, right in zip(summary_table(result), summary_table(shuffled), strict=True):
        assert left == pytest.approx(right, nan_ok=True)


def test_csv_holds_the_table_with_empty_cells_for_what_is_missing(tmp_path):
    result = synthetic_result(members=3)
    path = write_summary(result, tmp_path / "out" / "summary.csv")
    with path.open(newline="", encoding="utf-8") as stream:
        written = list(csv.DictReader(stream))
    for row, cells in zip(summary_table(result), written, strict=True):
        assert list(row) == list(cells)
        for key, value in row.items():
            if not isinstance(value, float):
                assert cells[key] == str(value)
            elif math.isnan(value):
                assert cells[key] == ""
            else:
                assert float(cells[key]) == pytest.approx(value, abs=5.1e-6)
    assert "nan" not in path.read_text(encoding="utf-8").lower()
    assert "-0," not in path.read_text(encoding="utf-8")
