"""`whole_profile` over a thousand years on several grids: carbon closes, stays positive, the grid does not matter."""

import numpy as np
import pytest

from engine_cases import Case, changed, graded_grid, profile_case, run_tile, some_carbon, total, uniform_grid
from mollisol.column import Grid, State, check_compartmental, dense_operator

GRIDS = {
    "default": Grid(),
    "uniform": uniform_grid(20),
    "irregular": Grid([0.0, 0.02, 0.15, 0.16, 0.5, 0.55, 1.2, 1.21, 3.0]),
}


def closes(case: Case, state: State, years: int, steps: int) -> None:
    end, annual = run_tile(case.model, case.setup, state, 0, years, steps, False)
    gained = np.sum(annual.input, axis=(0, 1)) + np.sum(annual.bottom_exchange, axis=0)
    lost = np.sum(annual.respiration, axis=(0, 1)) + np.sum(annual.leaching, axis=0) + np.sum(annual.runoff, axis=0)
    before, after = total(state.carbon), total(end.carbon)
    assert np.all(np.abs(after - before - gained + lost) <= 1e-10 * np.maximum(before, after))
    # the yearly budget is 12 steps or more; each closes to 1e-12
    assert np.all(annual.residual <= 1e-12 * np.maximum(before, after))
    assert np.min(end.carbon) >= 0.0
    assert np.min(annual.soc) >= 0.0
    assert np.all(np.asarray(annual.leaching) >= 0.0)
    for month in (0, 7):
        for column in range(end.carbon.shape[-1]):
            check_compartmental(dense_operator(case.model, case.rates(end.carbon, month), case.rows, column))


@pytest.mark.parametrize("grid", GRIDS)
def test_carbon_closes_over_a_thousand_years(grid: str) -> None:
    case = profile_case(GRIDS[grid], columns=2, wet=True)
    closes(case, case.state._replace(carbon=some_carbon(case)), 1000, 1)


def test_carbon_closes_at_the_extremes_of_the_rates() -> None:
    """Uptake of 300 a year, char that hardly decays, mixing and percolation that empty a layer within a step."""
    case = profile_case(columns=2)
    model = changed(case.model, "depolymerisation", uptake=300.0, fast_litter=30.0, pyrogenic=2e-4, microbial=10.0)
    model = changed(model, "bioturbation", diffusivity=2e-3, burial=20.0)
    model = changed(model, "dissolved_transport", litter_storage=0.001)
    case.setup.forcing["percolation"][:] *= 100.0
    case.setup.forcing["temperature"][:] += 25.0
    fast = Case(model, case.setup, case.state, case.grid, case.cycle)
    closes(fast, fast.state, 20, 3)


def test_stocks_converge_as_the_grid_is_refined() -> None:
    """Rates of layers are built from velocities and thicknesses, so finer layers change the answer less and less."""
    windows = Grid([0.0, 0.4, 1.0, 2.0])
    stocks = []
    for grid in (uniform_grid(20), uniform_grid(40), uniform_grid(80), graded_grid(80)):
        case = profile_case(grid, rotation=False)
        _, annual = run_tile(case.model, case.setup, case.state, 0, 100, 1, False)
        stocks.append(grid.remap(annual.soc[-1][:, 0], windows))
    coarse, middle, fine, graded = stocks
    change = np.abs(middle - coarse) / fine, np.abs(fine - middle) / fine
    print(f"relative change on halving the layers: {change}")
    # at least first order, where the change is not nothing
    assert np.all(change[1] < np.maximum(0.65 * change[0], 1e-3))
    assert np.all(change[1] < 0.02)
    np.testing.assert_allclose(graded, fine, rtol=0.02)
