"""Carbon that is carried between distant rows: the step, the matrix, the budget and the steady state agree on it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, FixedRates, bare_case, run_tile, total, uniform_grid
from engine_reference import tight_solution
from mollisol.column import CompartmentalError, Drivers, Pool, Rates, check_compartmental, dense_operator
from mollisol.column.equilibrium import equilibrium
from mollisol.column.step import factored, implicit_step, month_step

LAYERS, ROWS, COLUMNS = 5, 6, 2
POOLS = tuple(Pool(name, "anything", "solid", 10.0) for name in "abcd")


@partial(jax.tree_util.register_dataclass, data_fields=["local", "carried"], meta_fields=[])
@dataclass(frozen=True)
class Carrying:
    """A process for tests: given rates within rows, and flows {(to, from): (rate, kernel)} between rows."""

    slot: ClassVar[str] = "test"
    name: ClassVar[str] = "carrying"
    equation: ClassVar[str] = "given"
    reads: ClassVar[tuple[str, ...]] = ()

    local: FixedRates
    carried: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def __call__(self, carbon: Mapping[str, Any], drivers: Drivers, rates: Rates) -> Rates:
        rates = self.local(carbon, drivers, rates)
        for (to, source), (rate, kernel) in self.carried.items():
            rates = rates.add_carried(to, source, rate, kernel)
        return rates


def case_of(
    carried: tuple[str, ...] = ("ba", "ca", "da", "dc"), transfers: tuple[str, ...] = ("cb", "bc", "dc")
) -> Case:
    """Four pools, b and c in a loop, with random rates; each column has kernels of its own."""
    random = np.random.default_rng(3)
    rate = partial(random.uniform, 0.01, 30.0, (ROWS, COLUMNS))

    def kernel() -> np.ndarray:
        return np.moveaxis(random.dirichlet(np.full(ROWS, 0.5), (ROWS, COLUMNS)), -1, 0)

    up = rate()
    up[0] = 0.0
    local = FixedRates(
        transfer={(pair[0], pair[1]): rate() for pair in transfers},
        respired={name: rate() for name in "abcd"},
        down={name: rate() for name in "abd"},
        up=dict.fromkeys("abd", up),
    )
    process = Carrying(local, {(pair[0], pair[1]): (rate(), kernel()) for pair in carried})
    case = bare_case(uniform_grid(LAYERS), process, POOLS, COLUMNS)
    state = case.state._replace(carbon=random.uniform(0.0, 1.0, (ROWS, len(POOLS), COLUMNS)))
    return dataclasses.replace(case, state=state)


def fed(case: Case) -> Case:
    """The case with a constant input to all pools of all rows."""
    random = np.random.default_rng(4)
    setup = dataclasses.replace(
        case.setup,
        amount=np.full((12, 1, 1), 0.7),
        placement=random.dirichlet(np.ones(ROWS), 1)[..., None],
        quality=random.dirichlet(np.ones(len(POOLS)), 1)[..., None],
    )
    return dataclasses.replace(case, setup=setup)


def source_of(case: Case) -> np.ndarray:
    """(row, pool) input."""
    setup = case.setup
    return np.asarray(setup.amount[0, 0, 0] * setup.placement[0, :, 0][:, None] * setup.quality[0, :, 0][None])


def with_kernels(case: Case, factor: float) -> Case:
    (process,) = case.model.processes
    carried = {pair: (rate, factor * kernel) for pair, (rate, kernel) in process.carried.items()}
    model = dataclasses.replace(case.model, processes=(dataclasses.replace(process, carried=carried),))
    return dataclasses.replace(case, model=model)


@pytest.mark.parametrize("h", [1.0 / 36.0, 1.0, 1e4])
def test_a_step_is_the_dense_solution(h: float) -> None:
    case = case_of()
    rates, source = case.rates(case.state.carbon), np.random.default_rng(5).uniform(size=case.state.carbon.shape)
    system = factored(case.model, rates, jnp.asarray(case.state.carbon[:, 0]), h)
    fresh = tuple(jnp.asarray(np.moveaxis(source, 1, 0)))
    found = np.asarray(implicit_step(case.model, rates, system, jnp.asarray(case.state.carbon), fresh, h))
    for column in range(COLUMNS):
        operator = dense_operator(case.model, rates, ROWS, column)
        right = (case.state.carbon / h + source)[..., column].ravel()
        exact = np.linalg.solve(np.eye(len(operator)) / h - operator, right)
        np.testing.assert_allclose(found[..., column].ravel(), exact, rtol=1e-12)


def test_the_matrix_is_the_sum_of_the_flows() -> None:
    """Entry by entry, from the definition: what leaves row j at a rate arrives in row i by the kernel."""
    case = case_of()
    (process,) = case.model.processes
    with_all = dense_operator(case.model, case.rates(case.state.carbon), ROWS, column=1)
    without = dataclasses.replace(case.model, processes=(dataclasses.replace(process, carried={}),))
    local = dense_operator(without, without.rates(jnp.asarray(case.state.carbon), case.drivers()), ROWS, column=1)
    expected = local.copy()
    number = {name: i for i, name in enumerate("abcd")}
    for (to, source), (rate, kernel) in process.carried.items():
        for j in range(ROWS):
            origin = j * len(POOLS) + number[source]
            expected[origin, origin] -= rate[j, 1]
            for i in range(ROWS):
                expected[i * len(POOLS) + number[to], origin] += rate[j, 1] * kernel[i, j, 1]
    np.testing.assert_allclose(with_all, expected, rtol=1e-14, atol=1e-14)
    check_compartmental(with_all)


def test_carried_carbon_is_neither_made_nor_lost() -> None:
    """Without any respiration a month keeps all carbon, wherever it went; no pool turns negative."""
    case = case_of()
    (process,) = case.model.processes
    down = {name: rate.copy() for name, rate in process.local.down.items()}
    for rate in down.values():
        rate[-1] = 0.0
    local = dataclasses.replace(process.local, respired={}, down=down)
    model = dataclasses.replace(case.model, processes=(dataclasses.replace(process, local=local),))
    rates = model.rates(jnp.asarray(case.state.carbon), case.drivers())
    carbon = jnp.asarray(case.state.carbon)
    new, _ = month_step(model, rates, carbon, (None,) * len(model.pools), 1.0 / 12.0, 3)
    np.testing.assert_allclose(total(new), total(carbon), rtol=1e-13)
    assert float(jnp.min(new)) >= 0.0


def test_the_yearly_budget_closes_and_finds_a_kernel_that_loses_carbon() -> None:
    case = fed(case_of())
    for factor, closes in ((1.0, True), (0.9, False)):
        one = with_kernels(case, factor)
        _, annual = run_tile(one.model, one.setup, one.state, 0, 3, 2, False)
        assert np.all((annual.residual < 1e-13 * total(case.state.carbon)) == closes)


def test_a_kernel_that_makes_carbon_is_found() -> None:
    case = with_kernels(case_of(), 1.5)
    with pytest.raises(CompartmentalError, match="makes carbon"):
        check_compartmental(dense_operator(case.model, case.rates(case.state.carbon), ROWS))


@pytest.mark.parametrize(
    ("carried", "transfers"),
    [
        (("ba",), ("ab",)),
        (("ba",), ("cb", "ac")),
        (("cb",), ("bc",)),
        (("ba", "ab"), ()),
    ],
    ids=["back at once", "back through another pool", "inside a loop", "both ways"],
)
def test_a_carried_flow_that_would_close_a_loop_is_refused(
    carried: tuple[str, ...], transfers: tuple[str, ...]
) -> None:
    case = case_of(carried, transfers)
    with pytest.raises(ValueError, match=r"carbon carried from \w to \w comes back"):
        case.model.groups(case.rates(case.state.carbon))


def test_a_pair_of_pools_is_carried_once_and_never_to_itself() -> None:
    one, kernel = jnp.ones((2, 1)), jnp.eye(2)[:, :, None]
    rates = Rates().add_carried("b", "a", one, kernel)
    with pytest.raises(ValueError, match="carried from a to b already"):
        rates.add_carried("b", "a", one, kernel)
    with pytest.raises(ValueError, match="a pool to itself"):
        Rates().add_carried("a", "a", one, kernel)


def test_the_steady_state_is_that_of_the_matrix() -> None:
    """Under constant drivers the cycle's fixed point is -B^-1 u, in every column."""
    case = fed(case_of())
    found = equilibrium(case.model, case.setup, case.state._replace(carbon=np.zeros_like(case.state.carbon)), 12)
    rates = case.rates(case.state.carbon)
    for column in range(COLUMNS):
        operator = dense_operator(case.model, rates, ROWS, column)
        exact = -np.linalg.solve(operator, source_of(case).ravel())
        np.testing.assert_allclose(found.state.carbon[..., column].ravel(), exact, rtol=1e-9)
        assert exact.sum() > 0.0


def test_one_kernel_may_serve_all_columns() -> None:
    case = case_of()
    (process,) = case.model.processes
    shared = {pair: (rate, kernel[..., :1]) for pair, (rate, kernel) in process.carried.items()}
    wide = {pair: (rate, np.repeat(kernel, COLUMNS, axis=-1)) for pair, (rate, kernel) in shared.items()}
    ends = []
    for carried in (shared, wide):
        model = dataclasses.replace(case.model, processes=(dataclasses.replace(process, carried=carried),))
        ends.append(run_tile(model, case.setup, case.state, 0, 1, 1, False)[0].carbon)
    np.testing.assert_array_equal(ends[0], ends[1])


def test_the_months_step_tends_to_the_solution_in_continuous_time() -> None:
    """Against the explicit reference of the tests, which sums flow by flow: of first order in the step."""
    case = case_of()
    start = jnp.asarray(case.state.carbon)
    rates = case.rates(start)
    exact = np.asarray(tight_solution(case, case.state, 1))
    found = [
        np.asarray(month_step(case.model, rates, start, (None,) * len(case.model.pools), 1.0, steps)[0])
        for steps in (200, 400, 800)
    ]
    errors = [np.max(np.abs(each - exact)) for each in found]
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 0.9)
    extrapolated = 2.0 * found[-1] - found[-2]
    assert np.max(np.abs(extrapolated - exact)) < 0.02 * exact.max()
