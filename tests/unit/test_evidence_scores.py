"""Scores, coverage and intervals from studies, on values that are known."""

import numpy as np
import pytest

from mollisol.evidence.scores import compared, coverage, drawn_again, scores, skill, with_interval

STUDIES = np.repeat([f"s{i}" for i in range(10)], 5)


def test_scores_of_known_differences() -> None:
    measured = np.array([1.0, 2.0, 3.0, 4.0])
    found = scores(measured, measured + np.array([1.0, -1.0, 1.0, 1.0]), ["a", "b", "c", "d"])
    assert found.bias.value == pytest.approx(0.5)
    assert found.rmse.value == pytest.approx(1.0)
    assert found.nse.value == pytest.approx(1.0 - 4.0 / 5.0)
    assert found.r2.value == pytest.approx(np.corrcoef(measured, [2.0, 1.0, 4.0, 5.0])[0, 1] ** 2)
    assert (found.count, found.studies) == (4, 4)


def test_a_shift_leaves_r2_and_lowers_nse() -> None:
    measured = np.linspace(0.0, 1.0, 50)
    found = scores(measured, measured + 2.0, STUDIES)
    assert found.r2.value == pytest.approx(1.0)
    assert found.nse.value < 0.0


def test_missing_values_count_nowhere() -> None:
    found = scores([1.0, np.nan, 3.0, 5.0], [1.5, 7.0, 3.5, np.nan], ["a", "b", "c", "d"])
    assert (found.count, found.studies) == (2, 2)
    assert found.bias.value == pytest.approx(0.5)


def test_what_does_not_vary_has_no_correlation() -> None:
    found = scores(np.arange(5.0), np.full(5, 2.0), list("abcde"))
    assert np.isnan(found.r2.value)
    assert found.nse.value == pytest.approx(0.0)


def test_skill_is_above_zero_where_the_model_is_nearer() -> None:
    random = np.random.default_rng(1)
    measured = random.standard_normal(50)
    near, far = measured + 0.1, measured + 1.0
    better, worse = skill(measured, near, far, STUDIES), skill(measured, far, near, STUDIES)
    assert better.value == pytest.approx(1.0 - 0.01)
    assert better.low > 0.0
    assert worse.high < 0.0
    assert skill(measured, near, near, STUDIES).value == pytest.approx(0.0)


def test_skill_counts_only_where_the_reference_says_something() -> None:
    measured, model = np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 50.0])
    assert skill(measured, model, [2.0, 2.0, np.nan], ["a", "b", "c"]).value == pytest.approx(0.75)


def test_coverage_of_uniform_probabilities_is_the_level() -> None:
    probability = (np.arange(1000) + 0.5) / 1000.0
    of = np.arange(1000) % 20
    assert coverage(probability, 0.5, of).value == pytest.approx(0.5)
    assert coverage(probability, 0.9, of).value == pytest.approx(0.9)
    assert coverage(np.array([0.01, 0.5, np.nan, 0.99]), 0.9, list("abcd")).value == pytest.approx(1.0 / 3.0)


def test_groups_are_drawn_whole() -> None:
    for rows in drawn_again(STUDIES, draws=20):
        assert rows.size == STUDIES.size
        for name in np.unique(STUDIES[rows]):
            assert np.sum(STUDIES[rows] == name) % 5 == 0


def test_intervals_are_wider_where_studies_agree_within() -> None:
    values = np.repeat(np.random.default_rng(2).standard_normal(10), 5)
    by_study = with_interval(lambda rows: float(values[rows].mean()), STUDIES)
    by_value = with_interval(lambda rows: float(values[rows].mean()), np.arange(50))
    assert by_study.high - by_study.low > 1.5 * (by_value.high - by_value.low)
    assert by_study.low < by_study.value < by_study.high


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(3)
    hits = 0
    for trial in range(60):
        values = np.repeat(random.standard_normal(20), 3) + 0.3 * random.standard_normal(60)
        found = with_interval(lambda rows, v=values: float(v[rows].mean()), np.repeat(np.arange(20), 3), 200, trial)
        hits += found.low <= 0.0 <= found.high
    assert 45 <= hits <= 60


def test_one_study_has_no_interval() -> None:
    found = scores([1.0, 2.0, 3.0], [1.0, 2.5, 3.0], ["a", "a", "a"])
    assert np.isnan(found.rmse.low)
    assert np.isfinite(found.rmse.value)


def test_only_the_model_has_coverage_and_only_references_have_skill() -> None:
    measured = np.arange(50.0)
    found = compared(
        measured, {"model": measured + 0.1, "other": measured + 1.0}, np.full(50, 0.5), STUDIES, (0.5, 0.9)
    )  # fmt: skip
    assert found["model"].skill is None
    assert found["model"].coverage is not None
    assert found["other"].coverage is None
    assert found["other"].skill is not None
    assert found["other"].skill.value == pytest.approx(0.99)
