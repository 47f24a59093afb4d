"""Steady states with microbes of random plausible columns: parameters from priors, climates and inputs at random."""

import dataclasses
import re
import time
from typing import Any

import numpy as np
import pytest

from engine_cases import Case, profile_case, total
from mollisol.column.equilibrium import equilibrium
from mollisol.column.tiles import simulate
from mollisol.study.draws import drawn_model
from mollisol.units import RunError


def random_columns(columns: int, seed: int, slots: dict[str, str]) -> Case:
    """Columns that differ in every drawn parameter, and in warmth (sd 5 degC), percolation, inputs and texture."""
    case = profile_case(columns=columns, slots=slots, seed=seed, wet=seed % 2 == 1)
    model, _ = drawn_model(case.model, columns, seed)
    random = np.random.default_rng(seed)

    def spread(of: float) -> Any:
        return np.exp(random.normal(0.0, of, columns))

    forcing = dict(case.setup.forcing)
    forcing["percolation"] = forcing["percolation"] * spread(0.7)
    forcing["temperature"] = forcing["temperature"] + random.normal(0.0, 5.0, columns)
    setup = dataclasses.replace(case.setup, amount=case.setup.amount * spread(0.5), forcing=forcing)
    return dataclasses.replace(case, model=model, setup=setup)


def check(columns: int, seed: int, slots: dict[str, str], share: float) -> None:
    """Nearly all columns have a steady state, each a fixed point that holds; the others are named with a reason."""
    case = random_columns(columns, seed, slots)
    names = [f"<{i}>" for i in range(columns)]
    begun, left = time.perf_counter(), set(range(columns))
    found, error = None, ""
    while found is None:
        kept = np.array(sorted(left))
        try:
            found = equilibrium(*chosen(case, kept), case.cycle, names=[names[i] for i in kept])
        except RunError as raised:
            error = str(raised)
        named = (
            set() if found else {int(one) for one in re.findall(r"<(\d+)> \((?:microbes|carbon|the st|a cyc)", error)}
        )
        assert found or named, f"no column is named with a reason: {error}"
        left -= named
        assert len(left) >= share * columns, f"only {len(left)} of {columns} columns: {error}"
    seconds = 1e3 * (time.perf_counter() - begun) / columns
    print(f"{len(left)} of {columns} columns found, {seconds:.0f} ms a column with compilation")
    model, setup, _ = chosen(case, np.array(sorted(left)))
    moved, _ = simulate(model, setup, found.state, case.cycle // 12, keep_pools=False)
    scale = np.maximum(np.abs(found.state.carbon), 1e-12 * total(found.state.carbon))
    assert np.max(np.abs(moved.carbon - found.state.carbon) / scale) <= 1e-9
    assert np.min(found.state.carbon) >= 0.0


def chosen(case: Case, index: np.ndarray) -> Any:
    from mollisol.column.setup import select_columns

    return tuple(select_columns(tree, index) for tree in (case.model, case.setup, case.state))


def test_random_columns_have_a_steady_state_that_holds() -> None:
    check(32, 1, {"depolymerisation": "reverse_michaelis_menten"}, 0.9)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "slots",
    [
        {"depolymerisation": "reverse_michaelis_menten"},
        {
            "depolymerisation": "reverse_michaelis_menten",
            "carbon_use_efficiency": "environmental",
            "nutrients": "nitrogen",
        },
        {"depolymerisation": "microbial_dormancy"},
    ],
    ids=["reverse", "reverse with efficiency and nitrogen", "dormancy"],
)
def test_208_random_columns_have_a_steady_state_that_holds(slots: dict[str, str], seed: int) -> None:
    check(208, seed, slots, 0.9)
