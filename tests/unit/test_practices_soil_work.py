"""Work on the soil itself: what actions put into a plan, when it is done, what it buries, and what it refuses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.practices import CropYear, Plan, Tillage, compile_management, patches_of, practice
from mollisol.practices.actions import ACTIONS
from mollisol.practices.schedule import apply_together
from mollisol.practices.soil_schedule import looseness
from mollisol.practices.soil_work import Material, SoilWork, dissolved
from mollisol.units import InputError

GRID = Grid()
NOW = Plan((CropYear("wheat", yield_t_ha=4.0),), 2025, Tillage(depth=0.2))
OURS = (
    "clay_addition",
    "deep_ploughing",
    "ditch_buried_straw",
    "full_inversion_tillage",
    "iron_oxide_addition",
    "rock_dust",
)


def act(action: str, **arguments: Any) -> Plan:
    return ACTIONS[action].function(NOW, 2026, **arguments)


@pytest.mark.parametrize("name", OURS)
def test_a_practice_of_the_library_moves_soil_and_says_what_is_known_of_it(name: str) -> None:
    found = practice(name)
    line = apply_together(NOW, [(name, {"year": 2027})])
    works = [work for patch in patches_of(line) for _, plan in patch.timeline for work in plan.soil_work]
    assert works
    assert min(work.first_year for work in works) == 2027
    assert found.evidence.sources
    assert found.challenges
    assert found.risks
    # the plan's tillage goes on, except between the strips of ditches
    assert (line[-1][1].tillage == NOW.tillage) == (name != "ditch_buried_straw" or bool(line[-1][1].patches))


def test_work_is_done_in_its_years_and_months_and_buries_what_lies_on_the_surface() -> None:
    line = apply_together(NOW, [("full_inversion_tillage", {"year": 2026, "depth_cm": 60, "every_years": 10})])
    made = compile_management(line, (2025, 2037), GRID, 45.0)
    assert [month // 12 for month, _ in made.soil_work] == [1, 11]
    month = made.soil_work[0][0] % 12
    buried = [name for name in made.sources if "turned in to 60 cm" in name]
    assert len(buried) == 1
    source = made.sources.index(buried[0])
    years = np.flatnonzero(made.amount[:, source].reshape(-1, 12).any(axis=1))
    assert years.tolist() == [1, 11]
    assert np.argmax(made.amount[12:24, source]) == month
    # nine tenths of it below the turned soil, the mixed tenth anywhere above
    assert made.depth[source] @ np.concatenate([[0.0], GRID.centres > 0.5]) > 0.85
    total = made.yearly().sum(axis=1)
    np.testing.assert_allclose(total, total[0], rtol=1e-12)


def test_work_may_stop_after_some_times() -> None:
    work = SoilWork("addition", 0.1, 2026, every_years=2, times=3)
    assert [year for year in range(2020, 2040) if work.due(year)] == [2026, 2028, 2030]
    assert [year for year in range(2020, 2040) if replace(work, every_years=None).due(year)] == [2026]


def test_strips_take_their_turn_and_the_straw_of_the_field_is_all_there() -> None:
    line = apply_together(NOW, [("ditch_buried_straw", {"year": 2027, "strip_percent": 15, "strips": 4})])
    patches = patches_of(line)
    assert [patch.share for patch in patches] == pytest.approx([0.15] * 4 + [0.4])
    made = [compile_management(patch.timeline, (2025, 2034), GRID, 45.0) for patch in patches]
    assert [[month // 12 for month, _ in one.soil_work] for one in made] == [[2, 6], [3, 7], [4, 8], [5, 9], []]
    straw = np.stack(
        [one.yearly() @ np.array([" straw " in name for name in one.sources], dtype=float) for one in made], axis=-1
    )
    shares = np.array([patch.share for patch in patches])
    np.testing.assert_allclose(straw @ shares, straw[0, 0], rtol=1e-12)
    assert straw[2, 0] == pytest.approx(straw[0, 0] * (0.1 + 0.9 / 0.15))
    assert straw[2, 4] == pytest.approx(0.1 * straw[0, 0])
    assert all(np.all(one.tillage_depth[24:] == 0.0) for one in made)


def test_how_loose_tillage_keeps_the_soil() -> None:
    ploughed = looseness(NOW, GRID)
    np.testing.assert_allclose(ploughed[GRID.edges[1:] <= 0.2 + 1e-9], 1.0)
    np.testing.assert_array_equal(ploughed[GRID.edges[:-1] >= 0.2 - 1e-9], 0.0)
    np.testing.assert_array_equal(looseness(replace(NOW, tillage=None), GRID), 0.0)
    rarely = looseness(replace(NOW, tillage=Tillage(depth=0.2, every_years=4)), GRID)
    assert rarely[0] == pytest.approx(0.25)
    assert 0.0 < looseness(replace(NOW, tillage=Tillage("field_cultivator")), GRID)[0] < 0.6
    grass = Plan((CropYear("perennial_grass", yield_t_ha=8.0),), 2025, Tillage(depth=0.2))
    np.testing.assert_array_equal(looseness(grass, GRID), 0.0)


def test_rock_binds_what_it_can_and_no_more() -> None:
    rock = Material("rock", 5.0, carbon_dioxide=0.3, dissolution=0.1)
    works = ((3, SoilWork("addition", 0.1, 2025, material=rock)), (27, SoilWork("addition", 0.1, 2027, material=rock)))
    yearly = dissolved(works, 400)
    assert yearly[0] == pytest.approx(1.5 * -np.expm1(-0.1))
    assert yearly[2] == pytest.approx(1.5 * -np.expm1(-0.1) * (1.0 + np.exp(-0.2)))
    assert yearly.sum() == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("name", "arguments", "key", "message"),
    [
        ("invert_soil", {"depth_cm": 0}, "depth_cm", "above 0 cm"),
        ("invert_soil", {"depth_cm": 400}, "depth_cm", "400"),
        ("invert_soil", {"depth_cm": 30, "mixing": 1.5}, "mixing", "1.5"),
        ("invert_soil", {"depth_cm": 30, "month": 13}, "month", "13"),
        ("add_mineral", {"name": "clay", "t_ha": 3000, "depth_cm": [0, 10]}, "t_ha", "heavier than the soil"),
        ("add_mineral", {"name": "clay", "t_ha": 10, "depth_cm": [10, 10]}, "depth_cm", "10 to 10"),
        ("add_mineral", {"name": "clay", "t_ha": 10, "clay": 0.7, "silt": 0.7}, "clay", "exceed its mass"),
        ("exchange_soil", {"depth_cm": 40, "from_cm": [30, 60], "share": 0.1}, "from_cm", "cannot replace"),
        ("exchange_soil", {"depth_cm": 40, "from_cm": [40, 50], "share": 0.9}, "share", "more than lies between"),
        (
            "bury_straw_in_strips",
            {"strip_percent": 15, "strips": 8, "depth_cm": [15, 30], "gathered": 1, "mixing": 1},
            "strips",
            "cover 120 % of the area",
        ),
    ],
)
def test_mistakes_name_their_key(name: str, arguments: dict[str, Any], key: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        ACTIONS[name].function(NOW, 2026, **arguments)
    assert caught.value.key == key
    assert message in str(caught.value)


def test_work_below_the_grid_is_refused() -> None:
    plan = act("invert_soil", depth_cm=80)
    with pytest.raises(InputError, match="below the grid"):
        compile_management(plan, (2025, 2027), Grid([0.0, 0.3, 0.6]), 45.0)
