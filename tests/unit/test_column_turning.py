"""Soil that is turned over, exchanged, added to and that settles: amounts stay, and known cases come out."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import Case, profile_case, run_tile, some_carbon, total, uniform_grid
from mollisol.column import Grid, carrying_soil
from mollisol.column.events import exchange_map, inversion_map, mixing_map, rearranged
from mollisol.column.motion import PER_VOLUME
from mollisol.column.moving_surface import rearrange
from mollisol.column.settling import Settling
from mollisol.column.setup import Events
from mollisol.units import RunError

GRADED = Grid()
TURNED = jax.jit(rearrange)


def moving(grid: Grid, events: Events | None = None, columns: int = 1, **change: Any) -> Case:
    """A profile whose soil is part of the state, settled, and stays so unless `change` says otherwise."""
    case = profile_case(grid, columns=columns, tillage=False)
    rows = len(grid) + 1
    soil = {
        **case.setup.soil,
        "specific_volume": 1.0 / case.setup.soil["fine_earth"],
        "looseness": np.zeros((rows, 1)),
        "coarse": np.linspace(0.0, 0.1, rows)[:, None],
    }
    settling = Settling(np.zeros((1, rows, 1)), np.array([0.05]), np.array([2.0]))
    setup = dataclasses.replace(
        case.setup, soil=soil, events=events or Events.none(rows), **{"settling": settling, **change}
    )
    state = carrying_soil(setup, case.state)
    return dataclasses.replace(case, setup=setup, state=state._replace(carbon=some_carbon(case)))


def event(carbon_map: np.ndarray, soil_map: np.ndarray | None = None, month: int = 3, **more: Any) -> Events:
    """One event in a month of each year."""
    happens = np.zeros((12, 1, 1))
    happens[month] = 1.0
    other = carbon_map if soil_map is None else soil_map
    return Events(happens, carbon_map[None, :, :, None], other[None, :, :, None], **more)


def act(case: Case, month: int) -> tuple[np.ndarray, dict[str, np.ndarray], Any]:
    soil = {name: jnp.asarray(value) for name, value in case.state.soil.items()}
    carbon, new, exchange = TURNED(case.model, case.setup, jnp.asarray(case.state.carbon), soil, month)
    return np.asarray(carbon), {name: np.asarray(value) for name, value in new.items()}, exchange


def amounts(case: Case, soil: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Amount (column,) of every property in the whole profile: times mass, or times thickness where per volume."""
    thickness = case.setup.thickness
    mass = soil["fine_earth"] * thickness
    return {
        name: np.sum((value * (thickness if name in PER_VOLUME else mass))[1:], axis=0) for name, value in soil.items()
    }


@settings(deadline=None, max_examples=60)
@given(depth=st.floats(0.01, 2.0), mixing=st.floats(0.0, 1.0), burial=st.floats(0.0, 1.0))
def test_turning_over_conserves_carbon_and_volume(depth: float, mixing: float, burial: float) -> None:
    carbon_map, soil_map = inversion_map(GRADED, depth, mixing, burial)
    assert np.all(carbon_map >= 0.0)
    np.testing.assert_allclose(carbon_map.sum(axis=0), 1.0, rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(carbon_map[1:, 1:] @ GRADED.thickness, GRADED.thickness, rtol=1e-12)
    np.testing.assert_allclose(soil_map.sum(axis=1), 1.0, rtol=0.0, atol=1e-14)


@pytest.mark.parametrize(
    "grid",
    [uniform_grid(20), Grid([0.0, 0.05, 0.2, 0.4, 0.55, 0.6, 1.0, 2.0])],
    ids=["uniform", "symmetric about half the depth"],
)
def test_turning_twice_restores_the_profile(grid: Grid) -> None:
    carbon_map, _ = inversion_map(grid, 0.6, burial=0.0)
    np.testing.assert_allclose(carbon_map @ carbon_map, np.eye(len(grid) + 1), atol=1e-14)
    case = moving(grid, event(carbon_map))
    carbon, soil, _ = act(case, 3)
    assert abs(carbon[1] - case.state.carbon[1]).max() > 0.05
    again = dataclasses.replace(case, state=case.state._replace(carbon=carbon, soil=soil))
    carbon, soil, _ = act(again, 3)
    np.testing.assert_allclose(carbon, case.state.carbon, rtol=1e-12)
    for name, value in soil.items():
        np.testing.assert_allclose(value, np.broadcast_to(case.state.soil[name], value.shape), rtol=1e-12, err_msg=name)


def test_turning_twice_on_a_graded_grid_restores_totals_only() -> None:
    carbon_map, _ = inversion_map(GRADED, 0.6)
    carbon = some_carbon(profile_case(GRADED))
    carbon[0] = 0.0
    twice = np.asarray(rearranged(jnp.asarray(carbon_map[:, :, None]), rearranged(carbon_map[:, :, None], carbon)))
    np.testing.assert_allclose(twice.sum(axis=0), carbon.sum(axis=0), rtol=1e-14)
    assert np.max(np.abs(twice / np.where(carbon > 0.0, carbon, 1.0) - 1.0)[1:]) > 0.01


MAPS = {
    "inversion": inversion_map(GRADED, 0.6)[0],
    "deep ploughing": inversion_map(GRADED, 0.45, mixing=0.4)[0],
    "spading": mixing_map(GRADED, 1400.0 * GRADED.thickness, 0.35, 0.8, 0.5)[0],
    "delving": exchange_map(GRADED, (0.0, 0.2), (0.35, 0.55), 0.15),
}


@pytest.mark.parametrize("name", MAPS)
def test_soil_moves_with_its_carbon_and_every_amount_is_conserved(name: str) -> None:
    case = moving(GRADED, event(MAPS[name]), columns=3)
    carbon, soil, exchange = act(case, 3)
    assert np.max(np.abs(soil["clay"] - case.state.soil["clay"])) > 1e-3
    np.testing.assert_allclose(carbon.sum(axis=0), case.state.carbon.sum(axis=0), rtol=1e-12)
    before, after = amounts(case, case.state.soil), amounts(case, soil)
    for one, amount in after.items():
        np.testing.assert_allclose(amount, before[one], rtol=1e-12, err_msg=one)
    np.testing.assert_allclose(exchange.bottom, 0.0)


def test_soil_stays_where_an_event_moves_carbon_only() -> None:
    """Ordinary tillage of columns whose soil nothing else moves."""
    case = moving(GRADED, event(MAPS["inversion"], moves_soil=np.array([[0.0, 1.0]])), columns=2)
    carbon, soil, _ = act(case, 3)
    assert np.all(carbon[1] != case.state.carbon[1])
    np.testing.assert_array_equal(soil["clay"][:, 0], case.state.soil["clay"][:, 0])
    assert np.max(np.abs(soil["clay"][:, 1] - case.state.soil["clay"][:, 1])) > 1e-3


def test_what_stays_with_its_depth_stays() -> None:
    travels = {"balance": np.array([0.0, 1.0])}
    case = moving(GRADED, event(MAPS["inversion"]), columns=2, travels=travels)
    case.state.soil["balance"][1:] = np.linspace(0.5, 2.0, len(GRADED))[:, None]
    _, soil, _ = act(case, 3)
    np.testing.assert_array_equal(soil["balance"][:, 0], case.state.soil["balance"][:, 0])
    assert soil["balance"][1, 1] > 0.8


def test_soil_that_is_added_takes_room_once_the_year_ends() -> None:
    rows = len(GRADED) + 1
    brought = np.zeros((1, rows, 1))
    brought[0, 1:3] = 20.0
    values = {"clay": 0.8, "specific_volume": 1.0 / 1250.0}
    brings = {name: (brought, np.full((1, rows, 1), value)) for name, value in values.items()}
    case = moving(GRADED, event(np.eye(rows), adds=brought, brings=brings, month=9))
    carbon, soil, _ = act(case, 9)
    before, after = amounts(case, case.state.soil), amounts(case, soil)
    np.testing.assert_allclose(after["fine_earth"] - before["fine_earth"], 40.0, rtol=1e-12)
    np.testing.assert_allclose(after["clay"] - before["clay"], 32.0, rtol=1e-12)
    np.testing.assert_array_equal(carbon, case.state.carbon)
    laid = dataclasses.replace(case, state=case.state._replace(carbon=carbon, soil=soil))
    carbon, soil, exchange = act(laid, 11)
    # 40 kg/m2 are 3.2 cm, which push as much of the last layer out of the window
    last = case.state.carbon[-1].sum(axis=0)
    np.testing.assert_allclose(exchange.bottom, -last * 0.032 / GRADED.thickness[-1], rtol=1e-9)
    np.testing.assert_allclose(total(carbon), total(case.state.carbon) + exchange.bottom, rtol=1e-13)
    density = soil["fine_earth"][1:, 0]
    assert density[0] < 1310.0
    np.testing.assert_allclose(soil["specific_volume"][1:, 0] * density, 1.0, rtol=1e-3)


def test_settled_soil_keeps_its_place_to_the_last_bit() -> None:
    case = moving(GRADED, columns=3)
    carbon, soil, exchange = act(case, 11)
    np.testing.assert_array_equal(carbon, case.state.carbon)
    np.testing.assert_array_equal(exchange.bottom, 0.0)
    for name, value in soil.items():
        np.testing.assert_allclose(value, np.broadcast_to(case.state.soil[name], value.shape), rtol=1e-15)


def test_loose_soil_settles_and_the_surface_sinks() -> None:
    """All of the tilled layer's mass stays; from below comes what fills the room, at the last layer's content."""
    case = moving(uniform_grid(20))
    case.state.soil["looseness"][1:3] = 1.0
    case.state.soil["specific_volume"][1:3] /= 1.05
    carbon, soil, exchange = act(case, 11)
    left = np.exp(-0.5)
    sunk = 0.2 * (1.0 - (1.0 + 0.05 * left) / 1.05)
    entered = case.state.carbon[-1].sum(axis=0) * sunk / 0.1
    np.testing.assert_allclose(exchange.bottom, entered, rtol=1e-9)
    mass = [np.sum(one["fine_earth"][1:, 0]) * 0.1 for one in (case.state.soil, soil)]
    np.testing.assert_allclose(mass[1] - mass[0], case.state.soil["fine_earth"][-1, 0] * sunk, rtol=1e-9)
    np.testing.assert_allclose(soil["looseness"][1], left, rtol=1e-12)
    assert soil["fine_earth"][1, 0] > case.state.soil["fine_earth"][1, 0] * 1.015
    np.testing.assert_allclose(total(carbon), total(case.state.carbon) + entered, rtol=1e-13)


def test_a_run_that_turns_loosens_and_settles_balances_and_keeps_its_program() -> None:
    rows = len(GRADED) + 1
    loosens = np.zeros((1, rows, 1))
    loosens[0, 1:10] = 1.0
    case = moving(GRADED, event(MAPS["inversion"], loosens=loosens, month=8), columns=2)
    final, annual = run_tile(case.model, case.setup, case.state, 0, 3, 1, True)
    assert np.max(annual.residual) < 1e-12
    assert np.all(annual.smallest >= 0.0)
    assert annual.mass is not None
    # loosened soil is lighter, and what it pushes out is heavier than what comes back
    whole = np.sum(annual.mass, axis=1)
    assert np.all(whole < np.sum(case.state.soil["fine_earth"] * case.setup.thickness) - 1.0)
    assert np.ptp(whole) > 0.1
    assert np.all(np.isfinite(final.carbon))


def test_a_tracer_rides_through_all_of_it() -> None:
    """With identical inputs and no decay of its own, a tracer stays proportional to the carbon."""
    from mollisol.column.tracer import Marks, trace

    rows = len(GRADED) + 1
    brought = np.zeros((1, rows, 1))
    brought[0, 1:5] = 10.0
    more = {"adds": brought, "loosens": np.full((1, rows, 1), 0.5)}
    case = moving(GRADED, event(MAPS["deep ploughing"], month=8, **more))
    marks = Marks(np.full((12, 1, case.setup.amount.shape[1], 1), 0.7))
    state, tracers, _ = trace(case.model, case.setup, marks, case.state, 0.7 * case.state.carbon[None], 3, steps=1)
    np.testing.assert_allclose(tracers[0], 0.7 * state.carbon, rtol=1e-11, atol=1e-15)


def test_a_column_that_settles_needs_its_mass_in_the_state() -> None:
    from mollisol.column import simulate

    case = moving(GRADED)
    with pytest.raises(RunError, match="no fine_earth and no specific_volume and no looseness"):
        simulate(case.model, case.setup, case.state._replace(soil=case.model.initial_soil(len(GRADED) + 1, 1)), 1)


def test_turning_without_later_inputs_gains_nothing_that_lasts() -> None:
    """Total carbon never rises, and what is gained over untouched soil without inputs tends to nothing."""
    from mollisol.column import advance, equilibrium, simulate

    grid = Grid([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0, 2.0])
    rested = profile_case(grid, tillage=False, rotation=False)
    carbon = equilibrium(rested.model, rested.setup, rested.state, 12, steps=1).state.carbon
    case = moving(grid, event(inversion_map(grid, 0.6)[0], month=8))
    happens = np.zeros((1200, 1, 2))
    happens[8, 0, 0] = 1.0
    events = dataclasses.replace(case.setup.events, happens=happens)
    setup = dataclasses.replace(case.setup, events=events, amount=np.zeros((12, 3, 1)))
    state, annual = simulate(case.model, setup, case.state._replace(carbon=carbon), 100, steps=1)
    whole = np.sum(annual.carbon, axis=(1, 2))
    assert np.all(np.diff(whole, axis=0) < 0.0)
    gained = whole[:, 0] - whole[:, 1]
    assert gained[-1] > 0.02 * whole[0, 1]
    still = dataclasses.replace(setup, events=dataclasses.replace(events, happens=np.zeros((12, 1, 1))))
    later = [gained[-1]]
    for _ in range(3):
        state = advance(case.model, still, state, 1000, steps=1)
        turned, untouched = total(state.carbon)
        later.append(turned - untouched)
    assert np.all(np.diff(later) < 0.0)
    assert 0.0 < later[-1] < 0.1 * gained[-1]


def test_what_processes_prepare_from_soil_they_declare() -> None:
    """Where soil moves, a process is prepared anew if it says that it reads soil that does."""

    class Seen(dict[str, Any]):
        def __init__(self, values: Any) -> None:
            super().__init__(values)
            self.asked: set[str] = set()

        def __getitem__(self, name: str) -> Any:
            self.asked.add(f"soil.{name}")
            return super().__getitem__(name)

        def get(self, name: str, default: Any = None) -> Any:
            self.asked.add(f"soil.{name}")
            return super().get(name, default)

    from mollisol.processes import ALTERNATIVES

    case = profile_case(GRADED, columns=1)
    soil = {**case.setup.soil, **case.state.soil}
    months = {name: jnp.asarray(series[0]) for name, series in case.ready().forcing.items()}
    extra = {name: jnp.zeros((len(GRADED) + 1, 1)) for name in ("temperature_deviation",)}
    tried = 0
    for alternatives in ALTERNATIVES.values():
        for kind in alternatives.values():
            process = kind()
            if not hasattr(process, "prepare"):
                continue
            seen = Seen(soil)
            drivers = dataclasses.replace(case.drivers(), soil=seen, forcing={**extra, **months})
            try:
                process.prepare(drivers)
            except KeyError:
                continue  # it needs forcing that this case does not have
            tried += 1
            assert seen.asked <= {*process.reads, *getattr(process, "optional", ())}, process.name
    assert tried > 8
