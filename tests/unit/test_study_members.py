"""Members of an ensemble: joint draws of a set, priors for the rest, and parts of a larger ensemble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mollisol.examples import quick_folder
from mollisol.models import build
from mollisol.models.parameter_sets import ParameterSet, parameter_set
from mollisol.study import load_spec
from mollisol.study.draws import drawn_model, draws_of_set, rows_of_set, spread_of_set
from mollisol.study.members import draw_members
from mollisol.units import InputError
from parameter_set_cases import NAMES, set_values, write_set


@pytest.fixture
def made(tmp_path: Path) -> ParameterSet:
    return parameter_set(str(write_set(tmp_path / "made.json")))


def test_members_take_joint_draws_each_as_often_as_any_other(made: ParameterSet) -> None:
    for members in (7, 40, 100):
        rows = rows_of_set(made, members, 5)
        counts = np.bincount(rows, minlength=40)
        assert counts.max() - counts.min() <= 1
        found = draws_of_set(made, members, 5)
        np.testing.assert_array_equal(np.stack([found[name] for name in NAMES], axis=-1), made.draws[rows])
    assert np.array_equal(rows_of_set(made, 7, 5), rows_of_set(made, 7, 5))
    assert not np.array_equal(rows_of_set(made, 7, 5), rows_of_set(made, 7, 6))


def test_few_members_spread_over_the_main_direction(made: ParameterSet) -> None:
    # the two rates vary together: of four members one lies in each quarter of the draws of either
    quarters = np.quantile(made.draws[:, 0], [0.0, 0.25, 0.5, 0.75, 1.0])
    found = [np.histogram(draws_of_set(made, 4, seed)[NAMES[0]], quarters)[0] for seed in range(20)]
    assert np.mean(found, axis=0) == pytest.approx([1.0, 1.0, 1.0, 1.0], abs=0.35)
    assert np.var(found) < 0.6  # of independent draws it would be 0.75


def test_the_rest_keeps_its_priors_and_what_is_given_overrides(made: ParameterSet) -> None:
    _, priors = drawn_model(build(), 6, 1)
    _, drawn = drawn_model(build(), 6, 1, {NAMES[0]: 0.03}, made)
    assert list(drawn[NAMES[0]]) == [0.03] * 6
    np.testing.assert_array_equal(drawn[NAMES[1]], draws_of_set(made, 6, 1)[NAMES[1]])
    others = set(priors) - set(NAMES)
    assert others
    assert all(np.array_equal(priors[name], drawn[name]) for name in others)


def test_one_member_is_the_best_estimate_of_the_set(made: ParameterSet) -> None:
    model, drawn = drawn_model(build(), 1, 1, None, made)
    assert [float(drawn[name][0]) for name in NAMES] == made.best.tolist()
    own = next(one for one in model.processes if one.slot == "depolymerisation")
    assert float(own.mineral[0]) == made.best[0]


def test_the_spread_of_sites_goes_with_its_draw(made: ParameterSet) -> None:
    found = spread_of_set(made, 6, 1)
    np.testing.assert_array_equal(found["site_rate"], made.spread_draws["site_rate"][rows_of_set(made, 6, 1)])
    assert list(found["site_trend"]) == [0.3] * 6
    assert spread_of_set(None, 6, 1) == {}


def test_a_set_with_a_parameter_or_a_unit_that_the_model_lacks(tmp_path: Path) -> None:
    file = write_set(tmp_path / "made.json", parameters=[NAMES[0], "depolymerisation.fast_liter"])
    with pytest.raises(InputError, match=r"(?s)made.json.*did you mean 'depolymerisation.fast_litter'"):
        drawn_model(build(), 2, 1, None, parameter_set(str(file)))
    file = write_set(tmp_path / "made.json", units=["1/d", set_values()["units"][1]])
    with pytest.raises(InputError, match="is in 1/d, the model has it in"):
        drawn_model(build(), 2, 1, None, parameter_set(str(file)))


def test_parts_of_an_ensemble_are_the_whole(made: ParameterSet) -> None:
    spec = load_spec(quick_folder() / "study.yaml")
    choice = spec.model.model_copy(update={"parameter_set": str(made.path)})
    whole = draw_members(spec.model_copy(update={"ensemble": 5, "model": choice}))
    parts = [
        draw_members(spec.model_copy(update={"ensemble": count, "part": (first, 5), "model": choice}))
        for first, count in ((0, 4), (4, 1))
    ]
    for name, value in whole.drawn.items():
        np.testing.assert_array_equal(np.concatenate([one.drawn[name] for one in parts]), value)
    np.testing.assert_array_equal(np.concatenate([one.above for one in parts]), whole.above)
    assert parts[0].parameter_set is not None
    assert len(parts[1]) == 1
