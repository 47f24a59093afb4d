"""A practice's own parameters over the members of an ensemble."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.practices import CropYear, Plan, Tillage, apply_together, compile_management, practice, union_sources
from mollisol.practices.values import best, checked, same, variants
from mollisol.study.draws import draw as draw_parameter
from mollisol.study.inputs import Inputs
from mollisol.units import InputError

GRID = Grid([0.0, 0.1, 0.3, 0.6, 1.0, 2.0])
NOW = Plan((CropYear("maize", yield_t_ha=8.0),), 2025, Tillage(depth=0.2))
MEMBERS = 40


def draw(name, known):
    return np.concatenate([[known.value], draw_parameter(name, known, MEMBERS, 1)])


def compiled(name, given=None, with_draws=True):
    line = apply_together(NOW, [(name, given or {})], draw=draw if with_draws else None)
    return compile_management(line, (2025, 2028), GRID, 45.0, (np.full(12, 10.0), np.full(12, 60.0)))


def test_the_best_estimate_does_not_depend_on_the_draws():
    for name in ("deep_rooted_crop", "mixed_cropping", "biochar_injection", "cover_crop", "perennial_grass"):
        drawn, plain = compiled(name), compiled(name, with_draws=False)
        assert plain.draws is None
        assert drawn.draws is not None
        assert drawn.sources == plain.sources
        for key in ("amount", "depth", "quality", "root_respiration"):
            assert np.allclose(getattr(drawn, key), getattr(plain, key), rtol=1e-12, atol=1e-15)


def test_members_differ_and_what_is_not_drawn_does_not():
    made = compiled("deep_rooted_crop")
    roots = made.sources.index("maize roots")
    straw = next(i for i, name in enumerate(made.sources) if "straw" in name)
    assert made.draws.amount.shape == (48, len(made.sources), MEMBERS)
    assert np.ptp(made.draws.amount[:, roots].sum(axis=0)) > 0.0
    assert np.ptp(made.draws.amount[:, straw].sum(axis=0)) == 0.0
    assert np.ptp(made.draws.depth[roots, -1]) > 0.0
    assert np.allclose(made.draws.depth.sum(axis=1), 1.0, atol=1e-12)
    assert np.allclose(made.draws.quality.sum(axis=1), 1.0, atol=1e-12)


def test_what_the_user_gives_is_not_drawn():
    made = compiled("deep_rooted_crop", {"depth_factor": 1.4, "root_gain": 1.2})
    assert made.draws is None


def test_a_chance_is_drawn_even_where_it_is_given():
    values = practice("deep_burrowing_earthworms").values({"establishment": 0.3}, draw)
    outcome = values["establishment"]
    assert outcome[0] == 0.3
    assert set(outcome[1:]) == {0.0, 1.0}
    assert outcome[1:].mean() == pytest.approx(0.3, abs=1.5 / MEMBERS)
    assert practice("deep_burrowing_earthworms").values({"establishment": 0.3})["establishment"] == 0.3


def test_where_a_practice_did_not_take_hold_nothing_changes():
    made = compiled("deep_burrowing_earthworms")
    plain = compile_management(NOW, (2025, 2028), GRID, 45.0)
    failed = np.ptp(made.factors[0].strength, axis=0)[1:] == 0.0
    assert 0 < failed.sum() < MEMBERS
    assert np.allclose(made.draws.amount.sum(axis=1)[:, failed], plain.amount.sum(axis=1)[:, None], rtol=1e-12)
    assert np.all(made.draws.amount.sum(axis=(0, 1))[~failed] > plain.amount.sum() * (1.0 - 0.05))


def test_one_name_has_one_draw():
    first, second = (practice("cover_crop").values(None, draw)["carbon_t_ha"] for _ in range(2))
    assert np.array_equal(first, second)
    assert np.ptp(first[1:]) > 0.0


def test_inputs_of_plans_with_and_without_draws_stand_side_by_side():
    managements = union_sources([compile_management(NOW, (2025, 2028), GRID, 45.0), compiled("mixed_cropping")])
    inputs = Inputs(managements)
    above, below = np.linspace(0.8, 1.2, MEMBERS), np.linspace(1.3, 0.7, MEMBERS)
    amount = inputs.amount(above, below)
    assert amount.shape == (48, len(managements[0].sources), 2 * MEMBERS)
    roots = managements[0].sources.index("maize roots")
    own = managements[0].amount[:, roots]
    assert np.allclose(amount[:, roots, :MEMBERS], own[:, None] * below, rtol=1e-12)
    drawn = managements[1].draws.amount[:, roots]
    assert np.allclose(amount[:, roots, MEMBERS:], drawn * below, rtol=1e-12)
    assert inputs.shares("depth", MEMBERS).shape[-1] in (1, 2 * MEMBERS)
    assert inputs.below_ground(below, slice(None)).shape == (2, MEMBERS, len(GRID))


def test_values():
    drawn = np.array([1.0, 0.5, 2.0])
    assert best(drawn) == 1.0
    assert variants(drawn, 3.0) == 3
    assert same({"a": [drawn, 1]}, {"a": [drawn.copy(), 1]})
    assert not same({"a": drawn}, {"a": 2.0 * drawn})
    with pytest.raises(ValueError, match="do not go together"):
        variants(drawn, np.ones(4))
    with pytest.raises(InputError, match=r"draws from 0\.5 to 2"):
        checked(drawn, 0.0, 1.0, "share", "1")
