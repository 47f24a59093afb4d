"""Fifty thousand years of atmosphere through a soil, against the convolution of the atmosphere with ages of carbon."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import jax
import numpy as np
import pytest

from engine_cases import Case, FixedRates, bare_case, profile_case
from mollisol.clocks import periodic
from mollisol.clocks.air import FIRST_YEAR, atmosphere, curve, mean_fraction
from mollisol.clocks.conventions import MEAN_LIFE, delta14c, fraction_modern
from mollisol.clocks.periodic import Cycle, after_long_past, periodic_ages, strides
from mollisol.clocks.radiocarbon import Air, initial_radiocarbon, radiocarbon_marks, radiocarbon_of
from mollisol.column import Grid, Pool, State, equilibrium
from mollisol.column.tracer import Marks, trace

jax.config.update("jax_enable_x64", True)

ZONE = "north_1"
GRID = Grid([0.0, 0.1, 0.2, 0.3, 0.6, 1.0])


def of_the_air(bounds: np.ndarray, _: int = 0) -> np.ndarray:
    return mean_fraction(bounds, ZONE)


def convolution(turnover: float, end: float) -> float:
    """Fraction modern of a pool in a year: the integral of F(t) k exp(-k (end - t)), exactly between the nodes.

    Delta is linear there, so the integrand is (a + b t) exp(c t).
    """
    nodes, _ = curve(ZONE, "rcp45")
    year = np.concatenate([[FIRST_YEAR], nodes[(nodes > FIRST_YEAR) & (nodes < end)], [end]])
    ratio = 1.0 + atmosphere(year, zone=ZONE) / 1000.0
    rate, decay = 1.0 / turnover, 1.0 / MEAN_LIFE.value
    total = 0.0
    for (t0, t1), (r0, r1) in zip(pairwise(year), pairwise(ratio), strict=True):
        c, slope = rate + decay, (r1 - r0) / (t1 - t0)

        def primitive(t: float, r: float, c: float = c, slope: float = slope) -> float:
            return np.exp(decay * (t - 1950.0) - rate * (end - t)) * (r / c - slope / c**2)

        total += rate * (primitive(t1, r1) - primitive(t0, r0))
    first = float(fraction_modern(ratio[0] * 1000.0 - 1000.0, FIRST_YEAR))
    return total + first * np.exp(-rate * (end - FIRST_YEAR))


def one_pool(turnover: float) -> Cycle:
    """The exact yearly map of one pool of unit input."""
    left = np.exp(-1.0 / turnover)
    gain = turnover * (1.0 - left)
    return Cycle(np.full((1, 1, 1), left), np.full((1, 1, 1, 1), gain), np.zeros((1, 1)), (1, 1))


@pytest.mark.parametrize("turnover", [5.0, 50.0, 500.0, 5000.0])
@pytest.mark.parametrize("end", [1950, 2020])
def test_one_pool_against_the_convolution(turnover: float, end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = np.full((1, 1, 1), turnover * of_the_air(np.array([FIRST_YEAR, FIRST_YEAR + 1.0]))[0])

    def error() -> float:
        found = after_long_past(one_pool(turnover), of_the_air, FIRST_YEAR, end, first)[0, 0, 0] / turnover
        return abs(found - convolution(turnover, end))

    assert error() < (1e-4 if turnover < 10.0 else 5e-5)  # 0.1 and 0.05 permil, at the strides of every run
    monkeypatch.setattr(periodic, "STRIDE", 4096)
    # what is left is the mean of each year instead of its course: it vanishes with slow pools
    assert error() < (1e-4 if turnover < 10.0 else 1e-6 if turnover > 60.0 else 1e-5)


def test_strides_lead_from_the_first_year_to_the_present_and_grow_with_age() -> None:
    lengths = strides(2, 50000.0)
    assert 2 * sum(lengths) >= 50000 > 2 * sum(lengths[1:])
    assert lengths[-1] == 1
    assert np.all(np.diff(lengths) <= 0)
    assert len(lengths) < 700


@pytest.fixture(scope="module")
def field() -> tuple[Case, State]:
    case = profile_case(GRID, columns=2)
    return case, equilibrium(case.model, case.setup, case.state, case.cycle).state


def start(case: Case, state: State, year: int) -> tuple[np.ndarray, Cycle]:
    sources = ["maize shoots surface", "maize roots", "cattle_manure surface"]
    return initial_radiocarbon(case.model, case.setup, state, case.cycle, sources, Air(ZONE), year, 3)


def test_a_ploughed_rotation_walked_in_strides_and_cycle_by_cycle(
    field: tuple[Case, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, state = field
    tracers, cycle = start(case, state, 1950)
    # the map is that of carbon: at the periodic state carbon comes back to itself
    flat = np.asarray(state.carbon).reshape(-1, 2).T
    back = np.einsum("cij,cj->ci", cycle.matrix, flat) + cycle.gain.sum(axis=(0, 1))
    assert np.allclose(back, flat, rtol=1e-9)

    def own(bounds: np.ndarray, group: int) -> np.ndarray:
        return mean_fraction(np.maximum(bounds - (0.0, 1.0)[group], FIRST_YEAR), ZONE)

    monkeypatch.setattr(periodic, "STRIDE", 10**6)
    begin = np.array([FIRST_YEAR, FIRST_YEAR + 1.0])
    fine = after_long_past(cycle, own, FIRST_YEAR, 1950, np.asarray(state.carbon) * own(begin, 0)[0])
    layers, exact = (value.sum(axis=1) / np.asarray(state.carbon).sum(axis=1) for value in (tracers, fine))
    assert np.max(np.abs(layers - exact)) < 1e-5  # 0.01 permil
    fraction = layers[2:]  # the ploughed layers are mixed
    assert np.all(np.diff(fraction, axis=0) < 0.0)  # older with depth
    assert np.all((fraction > 0.1) & (fraction < 1.0))


def test_the_run_goes_on_where_the_walk_ends(field: tuple[Case, State]) -> None:
    case, state = field
    early, _ = start(case, state, 1950)
    late, _ = start(case, state, 1970)
    sources = ["maize shoots surface", "maize roots", "cattle_manure surface"]
    marks = radiocarbon_marks(sources, Air(ZONE), 1950, 1969)
    _, end, traced = trace(case.model, case.setup, marks, state, early[None], 20)
    stock = np.asarray(state.carbon)
    assert np.max(np.abs((end[0] - late).sum(axis=1) / stock.sum(axis=1))) < 2e-5
    found = radiocarbon_of(case.model, state, early, traced, 1950)
    assert found.soil.shape == (21, len(GRID), 2)
    # the air's bomb carbon: soon in the litter, less and later in the carbon below
    assert np.all(found.soil[-1, 0] - found.soil[0, 0] > found.soil[-1, -1] - found.soil[0, -1])
    assert np.nanmax(found.respired) < atmosphere(1964.5, zone=ZONE)
    # carbon dioxide is younger than the soil that it comes from
    assert np.all(found.respired[-1, 1:] > found.soil[-1])
    assert found.leached.shape == (20, 2)


def test_ages_at_the_periodic_state_are_carried_on_by_the_run(field: tuple[Case, State]) -> None:
    case, state = field
    _, cycle = start(case, state, 1950)
    ages = periodic_ages(cycle)
    marks = Marks(np.zeros((1, 1, 3, 1)), np.ones((1, 1)))
    _, end, _ = trace(case.model, case.setup, marks, state, ages[None], 2)
    assert np.allclose(end[0], ages, rtol=1e-8)


def test_the_bomb_passes_through_a_chain_of_pools_in_order() -> None:
    pools = tuple(Pool(name, "a link", "sessile", 10.0) for name in ("first", "second", "third"))
    rate = {("second", "first"): np.full((2, 1), 0.3), ("third", "second"): np.full((2, 1), 0.1)}
    process = FixedRates(transfer=rate, respired={"third": np.full((2, 1), 0.03)})
    case = bare_case(Grid([0.0, 1.0]), process, pools)
    case.setup.amount[:] = 1.0
    state = equilibrium(case.model, case.setup, case.state, 12).state
    tracers, _ = initial_radiocarbon(case.model, case.setup, state, 12, ["crop roots"], Air(ZONE), 1950, 3)
    marks = radiocarbon_marks(["crop roots"], Air(ZONE), 1950, 2019)
    _, _, traced = trace(case.model, case.setup, marks, state, tracers[None], 70)
    found = radiocarbon_of(case.model, state, tracers, traced, 1950)
    peak = found.pools[:, 0, :, 0].argmax(axis=0)
    height = found.pools[:, 0, :, 0].max(axis=0)
    assert 1963 < 1950 + peak[0] < 1950 + peak[1] < 1950 + peak[2]
    assert 846.0 > height[0] > height[1] > height[2] > 0.0
    # backward Euler of the first pool, written out: a geometric sum over the years' fractions
    shrink = (1.0 + 0.3 / 36.0) ** -36
    first = traced.tracers[:, 0, 0, 0, 0] / traced.carbon[:, 0, 0, 0]
    years = Air(ZONE).of_years(1950, 2019)
    value = tracers[0, 0, 0] / state.carbon[0, 0, 0]
    for number, fraction in enumerate(years):
        value = shrink * value + (1.0 - shrink) * fraction
        assert first[number] == pytest.approx(value, rel=1e-11)


def test_without_inputs_only_radioactive_decay_changes_the_soil(field: tuple[Case, State]) -> None:
    case, state = field
    setup = dataclasses.replace(case.setup, amount=np.zeros((12, 3, 1)))
    tracers = 0.8 * np.asarray(state.carbon)
    marks = radiocarbon_marks(["a", "b", "c"], Air(ZONE), 1950, 1959)
    _, _, traced = trace(case.model, setup, marks, state, tracers[None], 10)
    found = radiocarbon_of(case.model, state, tracers, traced, 1950)
    expected = delta14c(0.8, 1950.0 + np.arange(11.0))
    assert np.allclose(found.soil, expected[:, None, None], rtol=0.0, atol=1e-9)
    absolute = 1.0 + found.soil[:, 0, 0] / 1000.0
    assert np.allclose(absolute, absolute[0] * np.exp(-np.arange(11.0) / 8267.0), rtol=1e-12)
