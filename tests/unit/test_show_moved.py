"""Equal mass, what moves with soil, wood and weathered rock: in the report and in summary.csv."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from show_synthetic import synthetic_context, synthetic_result

from mollisol.show import render_report, summary_table
from mollisol.show.beside import beside_table
from mollisol.show.composition import pool_gain_table
from mollisol.show.moved import choice_sentences, choice_table, equal_mass_table, turning_sentences
from mollisol.show.view import ResultView
from mollisol.study.choices import CHOICES

NAMES = ("baseline", "ploughed", "rock", "trees")
EDGES = (0.0, 0.3, 1.0, 2.0)


@pytest.fixture(scope="module")
def result() -> xr.Dataset:
    """Three practices; at equal mass each holds 0.1 kg/m2 less in every layer than at fixed depth."""
    found = synthetic_result(NAMES, members=4, years=10, edges=EDGES)
    axes = ("practice", "member", "time", "layer")
    equal = found["soc"].values.copy()
    equal[1:] -= 0.1
    end = found["soc"].values[:, :, -1]
    change = np.repeat((end - end[:1])[:, None], 3, axis=1)
    change[1, 1] += 10.0  # the ploughed field gains much more if the scalar moves
    change[2, 2] = -1.0  # rock loses if nothing moves
    wood = np.zeros((4, 4, 11))
    wood[3] = np.linspace(0.0, 2.0, 11)
    bound = np.full((4, 11), np.nan)
    bound[:, 1:] = 0.0
    bound[2, 1:] = 0.05
    pools = np.stack([0.25 * found["soc"].values, 0.75 * found["soc"].values], axis=-1)
    return found.assign(
        soc_equal_mass=(axes, equal),
        soc_change_by_choice=(("practice", "choice", "member", "layer"), change),
        biomass_carbon=(("practice", "member", "time"), wood),
        inorganic_removal=(("practice", "time"), bound),
        carbon=((*axes, "pool"), pools),
    ).assign_coords(choice=list(CHOICES), pool=["litter", "mineral"])


def _row(result: xr.Dataset, practice: str, depth: str, when: str) -> dict:
    rows = summary_table(result)
    return next(r for r in rows if (r["practice"], r["depth"], r["when"]) == (practice, depth, when))


def test_the_same_soil_is_compared_beside_the_same_depth(result: xr.Dataset) -> None:
    row = _row(result, "ploughed", "0-30", "end")
    fixed, equal = (row[f"difference_{kind}_mean_Mg_C_ha"] for kind in ("to_baseline", "at_equal_mass"))
    assert equal == pytest.approx(fixed - 1.0)
    whole = _row(result, "ploughed", "whole", "end")
    assert whole["difference_at_equal_mass_mean_Mg_C_ha"] == pytest.approx(
        whole["difference_to_baseline_mean_Mg_C_ha"] - 3.0
    )
    assert math.isnan(_row(result, "baseline", "whole", "end")["difference_at_equal_mass_mean_Mg_C_ha"])
    table = equal_mass_table(ResultView(result))
    assert table is not None
    assert [one.heading for one in table.rows] == ["ploughed", "rock", "trees"]
    assert float(table.rows[0].cells[0].text.replace("−", "-")) == pytest.approx(equal, abs=0.051)


def test_what_moves_with_soil_is_told_where_it_matters(result: xr.Dataset) -> None:
    view = ResultView(result)
    table = choice_table(view)
    assert table is not None
    assert table.columns[1:] == list(CHOICES)
    assert [one.heading for one in table.rows] == ["ploughed", "rock"]  # trees gain the same under each
    assert "place 1" in table.rows[0].cells[1].notes
    (sentence,) = choice_sentences(view)
    assert "it decides whether rock gains or loses" in sentence
    assert "the place of ploughed" in sentence
    row = _row(result, "ploughed", "whole", "end")
    moved = row["difference_if_residual_scalar_moves_mean_Mg_C_ha"]
    assert moved == pytest.approx(row["difference_to_baseline_mean_Mg_C_ha"] + 300.0)
    assert row["difference_if_balance_stays_mean_Mg_C_ha"] == pytest.approx(row["difference_to_baseline_mean_Mg_C_ha"])
    assert math.isnan(_row(result, "ploughed", "whole", "middle")["difference_if_balance_stays_mean_Mg_C_ha"])


def test_sentences_on_what_turns() -> None:
    assert turning_sentences("X", ["a"], ["a"], True) == ["X: it decides whether a gains or loses."]
    assert turning_sentences("X", ["a", "b"], ["c"], True) == [
        "X: it decides whether a and b gain or lose, and the place of c."
    ]
    assert turning_sentences("X", [], [], True) == ["X: no sign and no place of the ranking depends on it."]
    assert turning_sentences("X", [], [], False) == []


def test_wood_and_rock_stand_beside_the_soil(result: xr.Dataset) -> None:
    table = beside_table(ResultView(result))
    assert table is not None
    assert {row.heading: [cell.text for cell in row.cells] for row in table.rows} == {
        "rock": ["–", "5.0"],
        "trees": ["20.0", "–"],
    }
    assert _row(result, "trees", "whole", "end")["wood_mean_Mg_C_ha"] == pytest.approx(20.0)
    assert _row(result, "rock", "whole", "end")["bound_by_rock_t_CO2_ha"] == pytest.approx(5.0)
    assert _row(result, "rock", "whole", "start")["bound_by_rock_t_CO2_ha"] == 0.0
    assert math.isnan(_row(result, "rock", "0-30", "end")["bound_by_rock_t_CO2_ha"])


def test_the_ranking_is_in_the_summary(result: xr.Dataset) -> None:
    ends = [_row(result, name, "whole", "end") for name in NAMES[1:]]
    assert sorted(row["place"] for row in ends) == [1.0, 2.0, 3.0]
    assert math.isnan(_row(result, "trees", "0-30", "end")["place"])
    last = next(row for row in ends if row["place"] == 3.0)
    assert math.isnan(last["probability_more_than_next"])


def test_gains_by_pool_sum_to_the_gain(result: xr.Dataset) -> None:
    table = pool_gain_table(ResultView(result))
    assert table is not None
    for row in table.rows:
        total = sum(float(cell.text.replace("−", "-")) for cell in row.cells)
        name = row.heading.replace(" ", "_")
        assert total == pytest.approx(
            _row(result, name, "whole", "end")["difference_to_baseline_mean_Mg_C_ha"], abs=0.02
        )


def test_the_report_shows_them_and_leaves_them_out_where_there_are_none(result: xr.Dataset) -> None:
    headings = ("Soil that moves, settles or is brought", "Carbon beside that of the soil", "In which pools")
    page = render_report(result, synthetic_context(result, measured_depth=1.0), {})
    assert all(heading in page for heading in headings)
    assert "it decides whether rock gains or loses" in page
    plain = synthetic_result(NAMES, members=4, years=10, edges=EDGES)
    page = render_report(plain, synthetic_context(plain, measured_depth=1.0), {})
    assert not any(heading in page for heading in headings)
    assert math.isnan(_row(plain, "rock", "whole", "end")["difference_at_equal_mass_mean_Mg_C_ha"])
