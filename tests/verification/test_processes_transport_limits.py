"""Transport processes against closed forms: steady profiles, the speed of a front, and convergence with the grid."""

import dataclasses
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, FixedRates, changed, graded_grid, profile_case, uniform_grid
from mollisol.column import Grid, dense_operator
from mollisol.column.step import factored, month_step

BOTTOM, DECAY = 2.0, 0.02
ALWAYS_ACTIVE = {"q10": 1.0, "optimum": 10.0, "wet": -20.0, "dry": -40.0}
UNSCALED = {"root_share": 0.0, "density_exponent": 0.0, **ALWAYS_ACTIVE}


def alone(
    grid: Grid, slots: Mapping[str, str], slot: str, pool: str, parameters: Mapping[str, float], decay: float = DECAY
) -> Case:
    """One process and the decay of one pool, with constant water and density."""
    case = profile_case(grid, slots=slots)
    forcing = {name: np.full_like(value[:1], float(value.mean())) for name, value in case.setup.forcing.items()}
    forcing["season"] = np.ones((1, case.rows, 1))
    forcing["water"] = np.full((1, case.rows, 1), 0.3)
    forcing["percolation"] = np.full((1, case.rows, 1), 0.3)
    forcing["infiltration"] = np.full((1, case.rows, 1), 0.3)
    forcing["root_density"] = np.exp(-case.setup.depth[None] / 0.3) * (case.setup.thickness[None] > 0.0)
    soil = {**case.setup.soil, "fine_earth": np.full((case.rows, 1), 1400.0)}
    model = changed(case.model, slot, **parameters)
    process = next(one for one in model.processes if one.slot == slot)
    lost = FixedRates(respired={pool: np.full((case.rows, 1), decay)})
    setup = dataclasses.replace(case.setup, forcing=forcing, soil=soil)
    return dataclasses.replace(case, model=dataclasses.replace(model, processes=(process, lost)), setup=setup)


def steady(case: Case, pool: str, source: np.ndarray) -> np.ndarray:
    """Stock of a pool in each layer under a constant input (layer,), kg C/m2/yr, by one very long implicit step."""
    rates = case.rates(case.state.carbon)
    given = np.zeros_like(case.state.carbon)
    number = case.model.pool_names.index(pool)
    given[1:, number, 0] = source
    very_long = 1e12
    new, _ = month_step(case.model, rates, jnp.zeros_like(given), tuple(np.moveaxis(given, 1, 0)), very_long, 1)
    return np.asarray(new)[1:, number, 0]


def at_the_top(grid: Grid) -> np.ndarray:
    source = np.zeros(len(grid))
    source[0] = 1.0
    return source


def layer_means(grid: Grid, antiderivative: Callable[[Any], Any]) -> np.ndarray:
    return np.asarray(np.diff(antiderivative(grid.edges)))


def test_mixing_and_decay_give_the_hyperbolic_cosine() -> None:
    """D x'' = k x with a flux of 1 through the top and none through the bottom:
    x = cosh((Z - z) / L) / (k L sinh(Z / L)), L = sqrt(D / k)."""
    d = 1e-3
    length = np.sqrt(d / DECAY)
    errors = []
    for layers in (40, 80, 160):
        grid = uniform_grid(layers, BOTTOM)
        case = alone(
            grid, {"bioturbation": "fauna_groups"}, "bioturbation", "mineral",
            {**UNSCALED, "endogeic": 0.0, "anecic": 0.0, "ants": d, "ants_reach": 1e12, "termites": 0.0},
        )  # fmt: skip
        found = steady(case, "mineral", at_the_top(grid))
        exact = layer_means(
            grid, lambda z: -np.sinh((BOTTOM - z) / length) / (DECAY * np.sinh(BOTTOM / length))
        )  # fmt: skip
        # what is fed to the first layer is not fed at the top: an error that dies out below
        below = grid.centres > 0.1
        errors.append(np.max(np.abs(found / exact - 1.0)[below]))
        assert found.sum() == pytest.approx(1.0 / DECAY, rel=1e-9)
    assert np.log2(errors[0] / errors[1]) > 1.9
    assert np.log2(errors[1] / errors[2]) > 1.9
    assert errors[-1] < 2e-3


def test_particles_and_decay_give_the_exponential() -> None:
    """v x' = -k x: x = exp(-k z / v) / v, and exp(-k Z / v) leaves through the bottom."""
    v, k = 6e-4, 1e-3
    errors = []
    for layers in (80, 160, 320):
        grid = uniform_grid(layers, BOTTOM)
        case = alone(
            grid, {"dissolved_transport": "percolation_particles"}, "dissolved_transport", "mineral",
            {"colloid_velocity": v}, decay=k,
        )  # fmt: skip
        found = steady(case, "mineral", at_the_top(grid))
        exact = layer_means(grid, lambda z: -np.exp(-k * z / v) / k)
        errors.append(np.max(np.abs(found - exact) / grid.thickness) / (exact / grid.thickness).max())
        out = found[-1] * v / grid.thickness[-1]
        assert out + k * found.sum() == pytest.approx(1.0, rel=1e-9)
    assert np.log2(errors[0] / errors[1]) > 0.95
    assert np.log2(errors[1] / errors[2]) > 0.95
    assert errors[-1] < 0.03
    assert out == pytest.approx(np.exp(-k * BOTTOM / v), rel=0.03)


def front(case: Case, years: float) -> tuple[np.ndarray, float]:
    """Dissolved carbon of each layer, and its mean depth, after a pulse into the first layer."""
    rates = case.rates(case.state.carbon)
    number = case.model.pool_names.index("dissolved")
    start = np.zeros_like(case.state.carbon)
    start[1, number] = 1.0
    new, _ = month_step(case.model, rates, jnp.asarray(start), (None,) * start.shape[1], years, 200)
    carbon = np.asarray(new)[1:, number, 0]
    return carbon, float(carbon @ case.grid.centres / carbon.sum())


def test_retardation_slows_a_front_by_r() -> None:
    """After R times the time a retarded pulse is where a free one is; it travels at q / (theta R)."""
    grid, k_d, time = uniform_grid(100, BOTTOM), 0.005, 0.8
    r = 1.0 + 1400.0 * k_d / 0.3
    slots = {"dissolved_transport": "percolation_retarded", "protection": "equilibrium"}
    retarded = alone(grid, slots, "dissolved_transport", "dissolved", {"sorption": k_d}, decay=0.0)
    free = alone(grid, {}, "dissolved_transport", "dissolved", {}, decay=0.0)
    slow, _ = front(retarded, r * time)
    fast, fast_depth = front(free, time)
    np.testing.assert_allclose(slow, fast, rtol=1e-9, atol=1e-15)
    speed = 0.3 / 0.3
    assert fast_depth - grid.centres[0] == pytest.approx(speed * time, rel=0.02)
    _, same_time = front(retarded, time)
    assert same_time - grid.centres[0] == pytest.approx(speed * time / r, rel=0.25)


def test_without_sorption_there_is_no_retardation() -> None:
    grid = graded_grid(20, BOTTOM)
    slots = {"dissolved_transport": "percolation_retarded", "protection": "equilibrium"}
    cases = [
        alone(grid, slots, "dissolved_transport", "dissolved", {"sorption": 0.0}),
        alone(grid, {}, "dissolved_transport", "dissolved", {}),
    ]
    operators = [dense_operator(case.model, case.rates(case.state.carbon), case.rows) for case in cases]
    np.testing.assert_array_equal(*operators)


EDGES = np.array([0.0, 0.1, 0.25, 0.5, 1.0, 2.0])
"""Depths (m) between which grids of any fineness are compared."""


def refined(times: int) -> Grid:
    return Grid(np.concatenate([np.linspace(a, b, times, endpoint=False) for a, b in pairwise(EDGES)] + [[2.0]]))


def coarse(values: np.ndarray, times: int) -> np.ndarray:
    return np.asarray(values.reshape(len(EDGES) - 1, times).sum(axis=1))


ALTERNATIVES = {
    # name: slots, the slot, its parameters, the pool that is fed and watched, the least order
    "fauna_groups": ({"bioturbation": "fauna_groups"}, "bioturbation", {}, "mineral", 1.8),
    "percolation_retarded": (
        {"dissolved_transport": "percolation_retarded", "protection": "equilibrium"}, "dissolved_transport",
        {}, "dissolved", 0.85,
    ),
    "percolation_particles": (
        {"dissolved_transport": "percolation_particles"}, "dissolved_transport", {}, "mineral", 0.85,
    ),
    "percolation_macropores": (
        {"dissolved_transport": "percolation_macropores"}, "dissolved_transport", {}, "dissolved", 0.85,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_results_converge_with_the_grid(name: str) -> None:
    """Stocks of fixed depth intervals under an input that falls with depth, as the layers become thinner."""
    slots, slot, parameters, pool, order = ALTERNATIVES[name]

    def stocks(times: int) -> np.ndarray:
        grid = refined(times)
        case = alone(grid, slots, slot, pool, parameters)
        return coarse(steady(case, pool, layer_means(grid, lambda z: -np.exp(-z / 0.3))), times)

    found = [stocks(times) for times in (2, 4, 8, 16)]
    width = np.diff(EDGES)
    changes = [float(np.max(np.abs(b - a) / width) / np.max(b / width)) for a, b in pairwise(found)]
    print(name, changes)
    assert np.log2(changes[-2] / changes[-1]) > order
    assert changes[-1] < 0.015


def kernel_shares(times: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the surface's litter arrives, and where that of the fixed interval 0.1-0.25 m does."""
    grid = refined(times)
    case = profile_case(grid, slots={"nonlocal": "burrows"})
    kernel = np.asarray(case.rates(case.state.carbon).kernel["burrow_litter", "fast_litter"])[1:, :, 0]
    lost = grid.thickness[times : 2 * times]
    within = kernel[:, 1 + times : 1 + 2 * times] @ (lost / lost.sum())
    return coarse(kernel[:, 0], times), coarse(within, times)


def test_burrows_converge_with_the_grid() -> None:
    """Root density stands at the layers' centres, so shares from the surface are of second order; a layer keeps a part
    of its own litter, which is of first order."""
    surface, within = zip(*(kernel_shares(times) for times in (2, 4, 8, 16)), strict=True)
    for found, order in ((surface, 1.9), (within, 0.9)):
        changes = [float(np.max(np.abs(b - a))) for a, b in pairwise(found)]
        assert np.log2(changes[-2] / changes[-1]) > order
        assert changes[-1] < 0.015


def test_macropores_deliver_the_exponential_at_any_fineness() -> None:
    """Of what enters them on the surface, the matrix between two depths takes up the difference of exp(-z / reach)."""
    reach = 0.3
    for times in (1, 4):
        grid = refined(times)
        case = profile_case(grid, slots={"dissolved_transport": "percolation_macropores"})
        model = changed(case.model, "dissolved_transport", reach=reach)
        kept = tuple(process for process in model.processes if process.slot == "dissolved_transport")
        model = dataclasses.replace(model, processes=kept)
        rates = model.rates(jnp.asarray(case.state.carbon), dataclasses.replace(case, model=model).drivers())
        names = model.pool_names
        start = np.zeros_like(case.state.carbon)
        start[0, names.index("macropore_dissolved")] = 1.0
        # followed over one step: what the matrix has is what macropores gave, before it moves on
        uptake = np.asarray(rates.transfer["dissolved", "macropore_dissolved"])
        h = 1e9
        alone_rates = dataclasses.replace(rates, down={"macropore_dissolved": rates.down["macropore_dissolved"]}, up={},
                                          transfer={("dissolved", "macropore_dissolved"): uptake})  # fmt: skip
        assert factored(model, alone_rates, jnp.asarray(start[:, 0]), h)
        new, _ = month_step(model, alone_rates, jnp.asarray(start), (None,) * start.shape[1], h, 1)
        found = coarse(np.asarray(new)[1:, names.index("dissolved"), 0], times)
        np.testing.assert_allclose(found, np.diff(-np.exp(-EDGES / reach)), rtol=1e-6)
