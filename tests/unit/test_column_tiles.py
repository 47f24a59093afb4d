"""Runs in pieces, in tiles and on several devices give the same numbers, from one compiled program."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, some_carbon
from mollisol.column import Grid
from mollisol.column.equilibrium import equilibrium
from mollisol.column.setup import select_columns
from mollisol.column.simulate import State
from mollisol.column.tiles import WIDTHS, advance, simulate, tile_width

COMPILING = "/jax/core/compile/backend_compile_duration"


@contextmanager
def compilations() -> Iterator[list[str]]:
    """Collect the programs that XLA compiles (or fetches from its cache) in the meantime."""
    seen: list[str] = []

    def listen(event: str, _: float, **about: Any) -> None:
        if event == COMPILING:
            seen.append(str(about))

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        yield seen
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


def equal(one: Any, other: Any) -> None:
    for a, b in zip(jax.tree_util.tree_leaves(one), jax.tree_util.tree_leaves(other), strict=True):
        np.testing.assert_array_equal(a, b)


def started(case: Case) -> State:
    return State(some_carbon(case), case.state.soil)


@pytest.mark.parametrize("columns", [1, 3])
def test_a_run_in_two_parts_equals_the_unbroken_run_bit_for_bit(columns: int) -> None:
    case = profile_case(columns=columns)
    whole, annual = simulate(case.model, case.setup, started(case), 6)
    middle, first = simulate(case.model, case.setup, started(case), 3)
    end, second = simulate(case.model, case.setup, middle, 3, first_month=36)
    equal(end, whole)
    for field in ("soc", "surface", "carbon", "input", "respiration", "leaching", "bottom_exchange"):
        joined = np.concatenate([getattr(first, field), getattr(second, field)])
        np.testing.assert_array_equal(joined, getattr(annual, field))
    np.testing.assert_array_equal(np.maximum(first.residual, second.residual), annual.residual)


def test_the_second_year_of_a_rotation_begins_where_it_is_told() -> None:
    """The month in which a stretch begins matters, so the test above proves something."""
    case = profile_case()
    one, _ = simulate(case.model, case.setup, started(case), 1)
    other, _ = simulate(case.model, case.setup, started(case), 1, first_month=12)
    assert np.max(np.abs(one.carbon - other.carbon)) > 1e-6


def test_a_past_of_any_length_ends_as_the_run_does() -> None:
    case = profile_case(columns=3)
    for years in (0, 6):
        end = advance(case.model, case.setup, started(case), years)
        expected = simulate(case.model, case.setup, started(case), years)[0] if years else started(case)
        np.testing.assert_allclose(end.carbon, expected.carbon, rtol=1e-13)
        np.testing.assert_allclose(end.soil["aggregation"], expected.soil["aggregation"], rtol=1e-13)


@pytest.mark.parametrize("chosen", [[0, 1, 2, 3], [20, 3, 7, 0], [5]])
def test_a_column_does_not_depend_on_what_stands_beside_it(chosen: list[int]) -> None:
    """To rounding: the last bit may depend on a column's place in its tile, and on the width of the tile."""
    case = profile_case(columns=21, wet=True)
    index = np.array(chosen)
    together, _ = simulate(case.model, case.setup, started(case), 20)
    few, _ = simulate(case.model, select_columns(case.setup, index), select_columns(started(case), index), 20)
    np.testing.assert_allclose(few.carbon, together.carbon[..., index], rtol=1e-13)
    if chosen == [0, 1, 2, 3]:  # the same places in a tile of the same width
        np.testing.assert_array_equal(few.carbon, together.carbon[..., index])


@pytest.mark.parametrize("columns", [1, 2, 16, 128, 129, 1024, 1025, 10_000])
def test_tiles_are_of_a_few_widths_and_hardly_padded(columns: int) -> None:
    width = tile_width(columns)
    assert width in WIDTHS
    tiles = -(-columns // width)
    assert tiles * width <= max(2 * columns, 16)


def test_progress_is_told_to_the_end() -> None:
    case, told = profile_case(columns=40), []
    simulate(case.model, case.setup, case.state, 1, progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) > 1


def practices(columns: int) -> list[tuple[Any, Case]]:
    """Runs that differ in arrays only."""
    grid = Grid([0.0, 0.1, 0.3, 0.7])  # of a size that no other test has compiled for
    case = profile_case(grid, columns=columns)
    setup = case.setup
    no_till = dataclasses.replace(setup.events, happens=np.zeros_like(setup.events.happens))
    straw_removed = setup.amount.copy()
    straw_removed[:, 0] *= 0.3
    made = [
        setup,
        dataclasses.replace(setup, events=no_till),
        dataclasses.replace(setup, amount=straw_removed),
        profile_case(grid, columns=columns, seed=9, wet=True).setup,
    ]
    return [
        (changed(case.model, "temperature", q10=2.0 + 0.1 * i), dataclasses.replace(case, setup=each))
        for i, each in enumerate(made)
    ]


def run(model: Any, case: Case) -> Any:
    return simulate(model, case.setup, case.state, 2)


def solve(model: Any, case: Case) -> Any:
    return equilibrium(model, case.setup, case.state, case.cycle).state


@pytest.mark.parametrize(("what", "columns"), [(run, 1), (run, 5), (solve, 5)])
def test_practices_compile_once(what: Callable[..., Any], columns: int) -> None:
    first, *others = practices(columns)
    with compilations() as at_first:
        before = what(*first)
    assert at_first, "the counter sees nothing"
    with compilations() as later:
        after = [what(*other) for other in others]
    assert later == []
    assert all(np.max(np.abs(each[0].carbon if what is run else each.carbon)) > 0.0 for each in [before, *after])


SCRIPT = """
import hashlib, json, os, sys
cores = int(sys.argv[1])
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
import numpy as np
from mollisol.column.backend import configure
configure(cores)
import jax
from engine_cases import profile_case, some_carbon
from mollisol.column.equilibrium import equilibrium
from mollisol.column.simulate import State
from mollisol.column.tiles import simulate

case = profile_case(columns=40, wet=True)
end, annual = simulate(case.model, case.setup, State(some_carbon(case), case.state.soil), 5)
steady = equilibrium(case.model, case.setup, case.state, case.cycle).state
leaves = jax.tree_util.tree_leaves((end, annual, steady))
digests = [hashlib.sha256(np.asarray(leaf).tobytes()).hexdigest() for leaf in leaves]
print(json.dumps({"devices": len(jax.devices()), "digests": digests}))
"""


def test_results_do_not_depend_on_the_number_of_cores() -> None:
    path = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = []
    for cores in (1, 3):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(cores)],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    assert [each["devices"] for each in found] == [2, 3]
    assert found[0]["digests"] == found[1]["digests"]
