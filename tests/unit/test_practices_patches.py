"""Fields that are treated unevenly: parts with a share of the area, and means over them."""

from dataclasses import replace

import numpy as np
import pytest

from mollisol.column.simulate import Annual
from mollisol.grid import Grid
from mollisol.practices import CropYear, Plan, Tillage, compile_management, on_every_patch, patches_of, split
from mollisol.practices.schedule import apply_together
from mollisol.study.field import Fields
from mollisol.units import InputError

NOW = Plan((CropYear("wheat", yield_t_ha=3.0),), 2025, Tillage(depth=0.2))
BARE = replace(NOW, tillage=None)


def halves(plan: Plan) -> Plan:
    return split(plan, [("tilled", 0.25, plan), ("still", 0.75, replace(plan, tillage=None))])


def test_a_field_that_is_not_split_is_one_patch() -> None:
    (only,) = patches_of(((2025, NOW),))
    assert (only.name, only.share, only.timeline) == ("field", 1.0, ((2025, NOW),))


def test_patches_of_patches_multiply_and_each_follows_the_field_until_it_is_split() -> None:
    twice = on_every_patch(halves(NOW), lambda one: split(one, [("a", 0.5, one), ("b", 0.5, one)]))
    found = patches_of(((2025, NOW), (2030, halves(NOW)), (2035, twice)))
    assert [patch.name for patch in found] == ["tilled, a", "tilled, b", "still, a", "still, b"]
    assert [patch.share for patch in found] == [0.125, 0.125, 0.375, 0.375]
    last = found[-1].timeline
    assert [year for year, _ in last] == [2025, 2030, 2035]
    assert [plan.tillage is None for _, plan in last] == [False, True, True]


def test_parts_stay_parts_after_a_practice_has_ended_and_two_ways_to_split_do_not_mix() -> None:
    found = patches_of(((2025, NOW), (2030, halves(NOW)), (2040, NOW)))
    assert [(patch.name, patch.share) for patch in found] == [("tilled", 0.25), ("still", 0.75)]
    assert all(patch.timeline[2][1] is NOW for patch in found)
    other = split(NOW, [("east", 0.5, NOW), ("west", 0.5, NOW)])
    with pytest.raises(InputError, match="in two ways"):
        patches_of(((2030, halves(NOW)), (2040, other)))


def test_actions_act_on_every_patch() -> None:
    line = apply_together(((2025, halves(NOW)),), [("no_till", {"year": 2027})])
    assert all(plan.tillage is None for patch in patches_of(line) for year, plan in patch.timeline if year >= 2027)


@pytest.mark.parametrize("shares", [(0.5, 0.6), (0.5, 0.4), (1.0, 0.0), ()])
def test_parts_make_up_the_area(shares: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="of its area") as caught:
        split(NOW, [(str(i), share, NOW) for i, share in enumerate(shares)], key="strip_percent")
    assert caught.value.key == "strip_percent"


def test_two_parts_of_one_name_are_refused_and_a_split_plan_is_not_compiled_as_one() -> None:
    with pytest.raises(InputError, match="the same name"):
        split(NOW, [("a", 0.5, NOW), ("a", 0.5, NOW)])
    with pytest.raises(ValueError, match="patches_of"):
        compile_management(halves(NOW), (2025, 2026), Grid(), 45.0)


def test_results_are_means_by_area_of_the_patches() -> None:
    fields = Fields.of({"baseline": ((2025, NOW),), "split": ((2025, halves(NOW)),), "bare": ((2025, BARE),)})
    assert fields.owner.tolist() == [0, 1, 1, 2]
    value = np.arange(16.0).reshape(2, 8)
    mean = fields.mean(value, 2)
    np.testing.assert_allclose(mean[0], [0.0, 1.0, 0.25 * 2 + 0.75 * 4, 0.25 * 3 + 0.75 * 5, 6.0, 7.0], rtol=1e-15)
    flat = np.arange(8.0)
    annual = Annual(*([value] * (len(Annual._fields) - 3)), None, flat, flat)  # type: ignore[call-arg]
    whole = fields.annual(annual, 2)
    np.testing.assert_array_equal(whole.residual, [0.0, 1.0, 4.0, 5.0, 6.0, 7.0])
    np.testing.assert_array_equal(whole.smallest, [0.0, 1.0, 2.0, 3.0, 6.0, 7.0])
    np.testing.assert_array_equal(whole.soc, mean)
    assert whole.mass is None
