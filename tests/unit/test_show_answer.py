"""The plain answer says which practice holds most, and when that is not certain."""

import numpy as np
import pytest
from show_synthetic import small_result, synthetic_result

from mollisol.show.answer import answer_of
from mollisol.show.budget import budget_of
from mollisol.show.view import ResultView


def answer(*ends):
    """Answer for a baseline of 5 + 3 kg/m2 and practices that end `ends` (members) higher, all below 30 cm."""
    members = len(ends[0]) if ends else 1
    start = np.tile([5.0, 3.0], (len(ends) + 1, members, 1))
    end = start.copy()
    for practice, gains in enumerate(ends):
        end[practice + 1, :, 1] += gains
    return answer_of(ResultView(small_result(start, end)))


def test_a_clear_winner_is_called_stable():
    found = answer([0.3, 0.4, 0.5], [0.1, 0.2, 0.1]).findings[0]
    assert found.best == "one"
    assert found.difference.mean == pytest.approx(4.0)
    assert found.probability == 1.0
    text = " ".join(found.sentences)
    assert "4.0 Mg C/ha more than the baseline" in text
    assert "ranking is stable" in text
    assert "not certain" not in text


def test_a_divided_ensemble_is_not_certain():
    found = answer([0.5, 0.1, 0.5, 0.1], [0.2, 0.3, 0.2, 0.3]).findings[0]
    assert dict(found.first) == {"one": 0.5, "two": 0.5, "baseline": 0.0}
    assert "The ranking is not certain: one came first in 2 of 4 parameter sets; two in 2." in found.sentences


def test_an_interval_with_zero_is_said():
    found = answer([0.5, -0.2, 0.5, -0.1]).findings[0]
    assert found.probability == 0.5
    assert "includes zero" in " ".join(found.sentences)


def test_the_baseline_may_hold_most():
    found = answer([-0.1, -0.2], [-0.3, -0.1]).findings[0]
    assert found.best == "baseline"
    assert "No practice held more carbon" in found.sentences[0]


def test_the_subsoil_is_judged_apart():
    start = np.tile([5.0, 3.0], (3, 2, 1))
    end = start.copy()
    end[1, :, 0] += 0.5
    end[2, :, 1] += 0.2
    whole, below = answer_of(ResultView(small_result(start, end))).findings
    assert (whole.best, below.best) == ("one", "two")
    assert below.difference.mean == pytest.approx(2.0)


def test_one_parameter_set_claims_no_probability():
    found = answer([0.3]).findings[0]
    text = " ".join(found.sentences)
    assert "no interval" in text
    assert "90 %" not in text
    assert "parameter sets" not in text


def test_the_baseline_alone_compares_nothing():
    found = answer()
    assert found.findings == []
    assert any("Only the baseline" in note for note in found.notes)
    assert "hardly changes" in found.baseline[0]


def test_a_member_that_failed_is_left_out_everywhere_and_said():
    result = synthetic_result(members=4)
    broken = result.copy(deep=True)
    broken["soc"][1, 2, 5:] = np.nan
    view, without = ResultView(broken), ResultView(result.isel(member=[0, 1, 3]))
    assert (view.members, view.dropped) == (3, 1)
    np.testing.assert_array_equal(view.stocks, without.stocks)
    np.testing.assert_array_equal(view.values("input"), without.values("input"))
    assert any("1 of 4 parameter sets" in note for note in answer_of(view).notes)


def test_the_budget_closes_and_shows_what_is_not_zero():
    budget = budget_of(ResultView(synthetic_result(members=4)))
    assert budget.mismatch < 1e-12
    names = [line.name for line in budget.lines]
    assert names == ["input", "surface_input", "respiration", "surface_respiration"]
    gains = sum(line.sign * line.amount.mean for line in budget.lines)
    assert gains == pytest.approx(budget.change.mean, abs=1e-12)
    assert budget.residual == pytest.approx(3e-14)


def test_a_budget_without_one_flux_does_not_close():
    budget = budget_of(ResultView(synthetic_result(members=4, without=("surface_respiration",))))
    assert budget.mismatch > 0.5
