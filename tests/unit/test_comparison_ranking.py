"""Shapley values, rankings and the sorting of drivers into groups, on numbers that can be done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mollisol.show.comparison_tables import kept
from mollisol.show.ranking import named, ranking_sentences
from mollisol.study.comparison.compare import told_years
from mollisol.study.comparison.drivers import GROUPS, group_of_forcing, is_addition
from mollisol.study.comparison.ranking import alike, better, ranked, turned
from mollisol.study.comparison.shapley import coalitions, shapley


def test_sets_begin_with_none_and_end_with_all() -> None:
    sets = coalitions(3)
    assert len({tuple(one) for one in sets}) == 8
    assert not sets[0].any()
    assert sets[-1].all()


def test_the_glove_game() -> None:
    """One left glove and two right ones; a pair is worth 1: the left holder gets 2/3."""
    sets = coalitions(3)
    worth = (sets[:, 0] & (sets[:, 1] | sets[:, 2])).astype(float)
    np.testing.assert_allclose(shapley(worth), [2 / 3, 1 / 6, 1 / 6], rtol=1e-15)


@given(arrays(np.float64, (16, 2), elements=st.floats(-100.0, 100.0)))
def test_parts_sum_to_the_whole(value: np.ndarray) -> None:
    np.testing.assert_allclose(shapley(value).sum(axis=0), value[-1] - value[0], rtol=0.0, atol=1e-10)


def test_what_changes_nothing_gets_nothing_and_equals_get_the_same() -> None:
    sets = coalitions(3)
    worth = (sets[:, 0] + sets[:, 1].astype(float)) ** 2
    own = shapley(worth)
    assert own[2] == 0.0
    assert own[0] == pytest.approx(own[1]) == pytest.approx(2.0)


def test_values_of_some_sets_only_are_refused() -> None:
    with pytest.raises(ValueError, match="5 values"):
        shapley(np.zeros(5))


def test_a_certain_order() -> None:
    gain = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [-1.0, -2.0, -1.5]])
    found = ranked(["a", "b", "c"], gain)
    assert [(one.name, one.place) for one in found] == [("b", 1), ("a", 2), ("c", 3)]
    assert [one.beats_next for one in found[:2]] == [1.0, 1.0]
    assert np.isnan(found[2].beats_next)
    assert [one.positive for one in found] == [1.0, 1.0, 0.0]
    assert not any(one.like_first for one in found)
    told = " ".join(ranking_sentences(found, 3, "in 0-200 cm"))
    assert "B gains most in 0-200 cm: +5.0 Mg C/ha" in told
    assert "The first place is certain" in told
    assert "Losing carbon in at least 90 % of the parameter sets: c." in told


def test_members_are_compared_with_themselves() -> None:
    """Gains that overlap widely, but of which one is always the larger: the order is certain."""
    common = np.linspace(0.0, 10.0, 21)
    assert better(common + 0.1, common) == 1.0
    apart = ranked(["a", "b"], np.stack([common + 0.1, common]))
    assert not apart[1].like_first


def test_an_uncertain_order_is_told() -> None:
    gain = np.array([[1.0, 2.0, 3.0, 4.0], [0.9, 2.1, 2.9, 4.1]])
    found = ranked(["a", "b"], gain)
    assert found[0].beats_next == 0.5
    assert found[1].like_first
    told = " ".join(ranking_sentences(found, 4, "in 0-200 cm"))
    assert "not certain" in told
    assert "as good may be b" in told


def test_one_member_has_an_order_and_no_probability() -> None:
    found = ranked(["a", "b"], np.array([[1.0], [2.0]]))
    assert found[0].name == "b"
    assert np.isnan([found[0].low, found[0].positive, found[0].beats_next]).all()
    assert "may be chance" in " ".join(ranking_sentences(found, 1, "x"))


def test_practices_that_only_lose() -> None:
    found = ranked(["a", "b"], -np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert ranking_sentences(found, 2, "in 0-200 cm")[0].startswith("No practice held more carbon in 0-200 cm")


def test_orders_that_turn_under_another_model() -> None:
    names = ["a", "b", "c"]
    gain = np.array([[5.0, 6.0], [3.0, 4.0], [2.9, 4.1]])
    other = np.array([[1.0], [2.0], [0.5]])
    # b and c are not certain here, so that nothing turns between them
    assert turned(names, gain, other) == [("a", "b")]
    assert alike(gain, gain) == pytest.approx(1.0)
    assert np.isnan(alike(gain[:2], gain[:2]))


def test_every_forcing_has_a_group() -> None:
    for name in ("temperature", "air_filled_porosity", "root_respiration", "managed_strength_fast_litter_0"):
        assert group_of_forcing(name) == "decomposition"
    for name in ("percolation", "runoff", "root_density", "managed_course_bioturbation_1"):
        assert group_of_forcing(name) == "transport"
    assert group_of_forcing("managed_strength_stabilisation_0") == "protection"
    assert {group_of_forcing("temperature"), "inputs"} <= set(GROUPS)


def test_what_is_brought_is_known_by_its_name() -> None:
    assert is_addition("biochar_wood at 30-50 cm")
    assert not is_addition("wheat roots")
    assert not is_addition("tree litter")


def test_names_in_sentences() -> None:
    assert named(["no_till"]) == "no till"
    assert named(["a", "b", "c"]) == "a, b and c"
    assert named(list("abcdef")) == "a, b, c, d and 2 more"


def test_told_years_end_with_the_run() -> None:
    assert told_years(5) == (5,)
    assert told_years(14) == (14,)
    assert told_years(50) == (10, 20, 30, 40, 50)


class _Stopped:
    """What `kept` reads of a comparison: a practice whose gain is near zero in one member, and one that loses."""

    few = np.array([0, 2, 3])
    gain = np.array([[10.0, 99.0, 0.01, 20.0], [-1.0, 0.0, -1.0, -1.0]])[:, None, None, :]
    # the last is the best estimate, which is no member
    left = np.array([[[0.5, -30.0, 0.6, 0.9]], [[np.nan, np.nan, np.nan, np.nan]]])


def test_what_is_left_is_a_share_of_all_that_was_gained() -> None:
    share, amount, asked = kept(_Stopped(), 0, 0)
    assert asked == 3
    np.testing.assert_allclose(amount, [5.0, -0.3, 12.0])
    assert share == pytest.approx(16.7 / 30.01)  # not pulled to -30 by the member that hardly gained
    share, amount, _ = kept(_Stopped(), 1, 0)
    assert np.isnan(share)
    assert not amount.size
