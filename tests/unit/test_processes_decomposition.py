"""Decomposition and sorption: what leaves each pool and where it goes, and limits with a known answer."""

import dataclasses

import numpy as np
import pytest

from engine_cases import Case, changed, profile_case
from mollisol.column.tiles import simulate
from mollisol.models.whole_profile import POOLS

NAMES = [pool.name for pool in POOLS]


def still(case: Case) -> Case:
    """Decomposition and sorption only: activity 1, nothing moves, no input."""
    kept = tuple(
        p for p in case.model.processes if p.slot in ("carbon_use_efficiency", "depolymerisation", "protection")
    )
    setup = dataclasses.replace(case.setup, amount=np.zeros_like(case.setup.amount))
    setup = dataclasses.replace(setup, events=dataclasses.replace(setup.events, happens=np.zeros((12, 1, 1)), keeps={}))
    model = dataclasses.replace(case.model, processes=kept)
    return dataclasses.replace(case, model=model, setup=setup, state=case.state._replace(soil={}))


def test_flows_are_those_of_the_equations() -> None:
    case = still(profile_case())
    model = changed(case.model, "depolymerisation", uptake=50.0, microbial=2.0)
    model = changed(model, "carbon_use_efficiency", value=0.4)
    model = changed(model, "depolymerisation", necromass_to_mineral=0.3, mineral=0.02, slow_litter=0.5)
    model = changed(model, "depolymerisation", resistant_ratio=0.3)
    model = changed(model, "protection", sorption=0.7)
    case.setup.soil["balance"][3] = 2.0
    rates = dataclasses.replace(case, model=model).rates(case.state.carbon)

    def flow(to: str, source: str, row: int) -> float:
        return float(np.broadcast_to(rates.transfer[to, source], (case.rows, 1))[row, 0])

    assert flow("dissolved", "slow_litter", 1) == 0.5
    assert flow("dissolved", "resistant_litter", 1) == pytest.approx(0.15)
    assert flow("dissolved", "mineral", 1) == pytest.approx(0.02)
    assert flow("dissolved", "mineral", 3) == pytest.approx(0.04)  # the factor that balances the column
    assert flow("microbial", "dissolved", 1) == pytest.approx(0.4 * 50.0)
    assert float(np.max(rates.respired["dissolved"])) == pytest.approx(0.6 * 50.0)
    assert flow("mineral", "microbial", 1) == pytest.approx(0.3 * 2.0)
    assert flow("dissolved", "microbial", 1) == pytest.approx(0.7 * 2.0)
    fine = sum(case.setup.soil[name][1, 0] for name in ("clay", "silt", "oxides"))
    assert flow("mineral", "dissolved", 1) == pytest.approx(0.7 * fine)
    # on the surface there are no minerals: dying microbes all dissolve again, nothing sorbs
    assert flow("mineral", "microbial", 0) == flow("mineral", "dissolved", 0) == 0.0
    assert flow("dissolved", "microbial", 0) == pytest.approx(2.0)
    assert set(rates.respired) == {"dissolved"}


@pytest.mark.parametrize(("pool", "rate"), [("slow_litter", 0.5), ("pyrogenic", 0.01), ("fast_litter", 12.0)])
def test_litter_alone_decays_exponentially(pool: str, rate: float) -> None:
    case = still(profile_case())
    case.state.carbon[:, NAMES.index(pool)] = 1.0
    model = changed(case.model, "depolymerisation", **{pool: rate})
    end, _ = simulate(model, case.setup, case.state, 3, steps=1)
    # backward Euler's own answer, to rounding, and the exponential to the error of its step
    left = end.carbon[:, NAMES.index(pool), 0]
    np.testing.assert_allclose(left, (1.0 + rate / 12.0) ** -36, rtol=1e-12)
    if rate < 1.0:
        np.testing.assert_allclose(left, np.exp(-3.0 * rate), rtol=0.04)


def test_without_use_all_that_is_taken_up_is_respired_and_without_sorption_or_death_nothing_binds() -> None:
    case = still(profile_case())
    case.state.carbon[:, NAMES.index("dissolved")] = 1.0
    model = changed(case.model, "carbon_use_efficiency", value=0.0)
    model = changed(model, "protection", sorption=0.0)
    end, annual = simulate(model, case.setup, case.state, 3)
    assert np.sum(annual.respiration) == pytest.approx(case.rows, rel=1e-6)
    assert np.max(end.carbon[:, [NAMES.index("microbial"), NAMES.index("mineral")]]) == 0.0


def test_more_fines_bind_more() -> None:
    case = still(profile_case())
    case.state.carbon[:, NAMES.index("dissolved")] = 1.0
    case.setup.soil["clay"][:] = np.linspace(0.0, 0.5, case.rows)[:, None]
    model = changed(case.model, "depolymerisation", necromass_to_mineral=0.0)
    end, _ = simulate(model, case.setup, case.state, 3)
    bound = end.carbon[1:, NAMES.index("mineral"), 0]
    assert np.all(np.diff(bound) > 0.0)
    assert end.carbon[0, NAMES.index("mineral"), 0] == 0.0
