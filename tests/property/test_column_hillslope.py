"""Hillslopes of any form: carbon, marked carbon and clay of the whole slope close; columns stay together."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import Case, profile_case, some_carbon, total
from mollisol.column import Grid, Model, Motion, Pool, State, carrying_soil, equilibrium, hillslope, simulate
from mollisol.column.moving_surface import moved_carbon, moved_soil, shift_of
from mollisol.column.tiles import tile_width, whole_slopes
from mollisol.units import InputError, RunError

GRID = Grid([0.0, 0.05, 0.2, 0.6, 1.2])
MARKED = Pool("marked", "carbon that is told apart, as 14C is", "solid", 11.0, False)
CLOSURE = 1e-10


@jax.jit
def act(model: Model, setup: Any, carbon: Any, soil: Any) -> Any:
    shift = shift_of(setup, soil, jnp.asarray(0))
    new, exchange = moved_carbon(model, setup.motion, shift, carbon)
    bound, exchanged = moved_soil(model, setup, shift, soil)
    return new, bound, exchange, exchanged


def a_slope(seed: int, positions: int, slopes: int = 1) -> tuple[Case, np.ndarray, np.ndarray]:
    """A random slope (several of the same form): the case, (column,) areas, and shares that go to the river."""
    random = np.random.default_rng(seed)
    columns = positions * slopes
    case = profile_case(GRID, columns=columns, seed=seed % 1000, slots={"erosion": "moving_surface"})
    area = np.exp(random.uniform(np.log(10.0), np.log(1e4), positions))
    share = random.uniform(0.0, 1.0, positions)
    after = [int(random.integers(i + 1, positions)) if random.uniform() < 0.8 else -1 for i in range(positions - 1)]
    share[random.uniform(size=positions) < 0.2] = 1.0
    link = hillslope(area, share, [*after, -1], slopes=slopes)
    lost = np.where([goal >= 0 for goal in [*after, -1]], 1.0 - share, 1.0)
    pools = len(case.model.pools)
    motion = Motion(
        random.uniform(0.0, 20.0, (1, columns)) * (random.uniform(size=(1, columns)) < 0.9),
        random.uniform(0.0, 3.0, (1, columns)) * (random.uniform(size=(1, columns)) < 0.3),
        random.uniform(0.0, 0.01, (pools, 1)),
        random.uniform(0.0, 0.001, (pools, columns)),
        {"clay": np.array([0.4])},
        {"clay": random.uniform(0.1, 0.5, columns), "fine_earth": np.array([1600.0])},
        link,
    )
    setup = dataclasses.replace(case.setup, motion=motion)
    return dataclasses.replace(case, setup=setup), np.tile(area, slopes), np.tile(lost, slopes)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), positions=st.sampled_from([1, 2, 5, 9]))
def test_carbon_clay_and_soil_of_a_slope_close(seed: int, positions: int) -> None:
    """What the slope gains is what came from outside and from below, less what the river took."""
    case, area, to_river = a_slope(seed, positions)
    carbon, soil = some_carbon(case, seed % 1000), {n: jnp.asarray(v) for n, v in case.state.soil.items()}
    new, bound, exchange, exchanged = act(case.model, case.setup, carbon, soil)
    motion = case.setup.motion
    outside = motion.deposition[0] * np.sum(motion.deposited_carbon, axis=0)
    gained = np.sum(area * (outside + exchange.bottom - to_river * exchange.erosion))
    whole = np.sum(area * total(carbon))
    assert abs(np.sum(area * total(new)) - whole - gained) <= CLOSURE * whole
    assert np.min(new) >= 0.0
    thickness = case.setup.thickness[1:]
    for name, brought in (("clay", 0.4), ("fine_earth", None)):
        per_area = thickness if name == "fine_earth" else np.asarray(soil["fine_earth"])[1:] * thickness
        after = thickness if name == "fine_earth" else np.asarray(bound["fine_earth"])[1:] * thickness
        before_amount = np.sum(area * np.sum(per_area * soil[name][1:], axis=0))
        amount = np.sum(area * np.sum(after * bound[name][1:], axis=0))
        each = exchanged[name]
        arrived_outside = motion.deposition[0] * (1.0 if brought is None else brought)
        gained = np.sum(area * (arrived_outside + each.bottom - to_river * each.erosion))
        assert abs(amount - before_amount - gained) <= CLOSURE * before_amount, name
        assert np.min(bound[name]) >= 0.0
    assert np.all(np.asarray(bound["clay"] + bound["silt"]) <= 1.0 + 1e-12)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_years_of_a_slope_close_and_marked_carbon_stays_in_proportion(seed: int) -> None:
    """A pool of marked carbon that is a tenth of the mineral pool, and inert as it, stays a tenth everywhere."""
    case, area, to_river = a_slope(seed, 4, slopes=2)
    pools = (*case.model.pools, MARKED)
    model = dataclasses.replace(case.model, pools=pools, processes=moves_only(case))
    mineral = case.model.pool_names.index("mineral")
    wide = {"quality": np.pad(case.setup.quality, ((0, 0), (0, 1), (0, 0)))}
    motion = case.setup.motion
    marked = {
        name: np.concatenate([value, 0.1 * value[mineral : mineral + 1]])
        for name, value in (("below_carbon", motion.below_carbon), ("deposited_carbon", motion.deposited_carbon))
    }
    setup = dataclasses.replace(case.setup, **wide, motion=dataclasses.replace(motion, **marked))
    carbon = some_carbon(case)
    start = np.concatenate([carbon, 0.1 * carbon[:, mineral : mineral + 1]], axis=1)
    end, annual = simulate(model, setup, State(start, case.state.soil), 20)
    np.testing.assert_allclose(end.carbon[:, -1], 0.1 * end.carbon[:, mineral], rtol=1e-12)
    outside = motion.deposition[0] * marked["deposited_carbon"].sum(axis=0)
    flows = annual.input.sum(axis=1) + outside + annual.bottom_exchange - annual.respiration.sum(axis=1)
    flows = flows - annual.leaching - annual.runoff - to_river * annual.erosion
    before, after = np.sum(area * total(start)), np.sum(area * total(end.carbon))
    assert abs(after - before - np.sum(area * flows.sum(axis=0))) <= CLOSURE * before
    assert np.all(annual.residual <= 1e-12 * total(start).max())


def moves_only(case: Case) -> tuple[Any, ...]:
    """Processes that treat all solids alike: mixing and the moving surface."""
    return tuple(process for process in case.model.processes if process.slot in ("bioturbation", "erosion"))


def test_a_slope_is_the_same_wherever_it_stands_among_others() -> None:
    """Five positions do not divide a tile of 16 columns or more: tiles hold whole slopes."""
    case, _, _ = a_slope(3, 5, slopes=30)
    start = State(some_carbon(case), case.state.soil)
    many, annual = simulate(case.model, case.setup, start, 3)
    assert annual.deposition.max() > 0.0
    pick = np.arange(115, 120)
    few = _columns(case, pick)
    alone, _ = simulate(case.model, few.setup, State(start.carbon[..., pick], few.state.soil), 3)
    np.testing.assert_allclose(alone.carbon, many.carbon[..., pick], rtol=1e-13)
    np.testing.assert_allclose(alone.soil["clay"], many.soil["clay"][..., pick], rtol=1e-13)


def _columns(case: Case, index: np.ndarray) -> Case:
    from mollisol.column.setup import select_columns

    return dataclasses.replace(case, setup=select_columns(case.setup, index), state=select_columns(case.state, index))


def test_the_steady_state_of_a_slope_is_a_fixed_point() -> None:
    case, _, _ = a_slope(11, 5, slopes=4)
    motion = case.setup.motion
    rates = {"soil_loss": 0.1 * motion.soil_loss, "deposition": 0.1 * motion.deposition}
    setup = dataclasses.replace(case.setup, motion=dataclasses.replace(motion, **rates))
    found = equilibrium(case.model, setup, case.state, case.cycle)
    moved, annual = simulate(case.model, setup, found.state, case.cycle // 12)
    scale = np.maximum(found.state.carbon, 1e-12 * total(found.state.carbon))
    assert np.max(np.abs(moved.carbon - found.state.carbon) / scale) <= 1e-9
    assert np.all(annual.residual <= 1e-12)


def test_what_leaves_one_column_arrives_on_the_next() -> None:
    case = profile_case(GRID, columns=3, slots={"erosion": "moving_surface"})
    link = hillslope([100.0, 50.0, 200.0], [0.5, 1.0, 0.3])
    motion = dataclasses.replace(case.setup.motion, soil_loss=np.array([[2.0, 1.0, 0.0]]), link=link)
    setup = dataclasses.replace(case.setup, motion=motion)
    state = carrying_soil(setup, State(some_carbon(case), {}))
    _, annual = simulate(case.model, setup, state._replace(soil={**state.soil, **case.state.soil}), 5)
    np.testing.assert_array_equal(annual.deposition[:, 0], 0.0)
    np.testing.assert_allclose(annual.deposition[:, 1], 0.5 * 2.0 * annual.erosion[:, 0], rtol=1e-12)
    np.testing.assert_allclose(annual.deposition[:, 2], 1.0 * 0.25 * annual.erosion[:, 1], rtol=1e-12)
    np.testing.assert_array_equal(annual.erosion[:, 2], 0.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([1.0] * 17, [0.0] * 17), "allowed is 1 to 16"),
        (([1.0, 0.0], [0.5, 0.0]), "above 0 m2"),
        (([1.0, 1.0], [1.5, 0.0]), "from 0 to 1"),
        (([1.0, 1.0], [0.5]), "one area, one delivered share"),
        (([1.0, 1.0], [0.5, 0.0], [1, 0]), "position 1 delivers to 0"),
    ],
)
def test_an_impossible_slope_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hillslope(*given)


def test_columns_must_be_whole_slopes() -> None:
    case, _, _ = a_slope(1, 5)
    few = _columns(case, np.arange(4))
    with pytest.raises(RunError, match="4 columns are not whole slopes of 5 positions"):
        simulate(case.model, few.setup, few.state, 1)


def test_tiles_hold_whole_slopes() -> None:
    case, _, _ = a_slope(1, 5)
    for columns in (5, 60, 1000, 20_000):
        width = whole_slopes(tile_width(columns), case.setup)
        assert width % 5 == 0
        assert width > tile_width(columns) - 5
