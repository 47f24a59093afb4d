"""The factor b(z) that a profile asks for: found where an optimiser finds it, though carbon moves between layers."""

import numpy as np
import pytest
from scipy.optimize import minimize

from mollisol.column.simulate import State
from mollisol.study.factor_fit import CLOSE_ENOUGH, fit_factor, rows_of, unfinished

LAYERS, MEMBERS, LAST = 6, 3, 4
DEPTH = np.linspace(0.1, 1.6, LAYERS)
PRIOR = 0.56**2 * np.exp(-np.abs(DEPTH[:, None] - DEPTH[None]) / 0.3)
ERROR = np.array([0.05, 0.08, 0.1, 0.2, 0.3])
WANTED = np.log([4.0, 3.5, 2.0, 0.8, 1.1])


class Cascade:
    """Layers that lose carbon at rate b, part of it to the next one, after which some is unaffected by b."""

    runs = 0

    def run(self, balance: np.ndarray, guess: State) -> tuple[State, State]:
        """Return the state of factors (row, member) twice."""
        self.runs += 1
        carbon = np.zeros((LAYERS + 1, 1, MEMBERS))
        above = np.zeros(MEMBERS)
        for row in range(1, LAYERS + 1):
            fed = 3.0 * np.exp(-0.4 * row) * (1.0 + 0.2 * np.arange(MEMBERS)) + 0.4 * above
            carbon[row, 0] = fed / balance[row] + 0.1
            above = carbon[row, 0] * balance[row]
        state = State(carbon, {})
        return state, state


def predict(state: State) -> np.ndarray:
    return np.log(state.carbon[1 : LAST + 2, 0])


def half_sum(free: np.ndarray, member: int) -> float:
    whole = np.append(free, np.repeat(free[-1], LAYERS - LAST - 1))
    _, state = Cascade().run(rows_of(np.repeat(whole[:, None], MEMBERS, axis=1)), None)
    off = (predict(state)[:, member] - WANTED) / ERROR
    return 0.5 * off @ off + 0.5 * free @ np.linalg.solve(PRIOR[: LAST + 1, : LAST + 1], free)


@pytest.fixture
def fit():
    past = Cascade()
    start = past.run(np.ones((LAYERS + 1, MEMBERS)), None)
    slope = -np.eye(LAYERS)[: LAST + 1, :, None] * np.full(MEMBERS, 0.9)
    return fit_factor(past, predict, (WANTED, ERROR), PRIOR[None], LAST, slope, start, 20)


def test_the_fit_is_where_an_optimiser_ends(fit) -> None:
    for member in range(MEMBERS):
        best = minimize(half_sum, np.zeros(LAST + 1), args=(member,), method="BFGS")
        found = half_sum(fit.log_factor[: LAST + 1, member], member)
        assert half_sum(np.zeros(LAST + 1), member) > best.fun + 20.0 * CLOSE_ENOUGH
        assert best.fun - 1e-6 <= found < best.fun + CLOSE_ENOUGH


def test_below_the_last_measurement_the_factor_stays(fit) -> None:
    np.testing.assert_array_equal(fit.log_factor[LAST + 1 :], fit.log_factor[LAST][None])


def test_state_and_prediction_belong_to_the_factor(fit) -> None:
    _, state = Cascade().run(rows_of(fit.log_factor), None)
    np.testing.assert_allclose(fit.state.carbon, state.carbon, rtol=1e-14)
    np.testing.assert_allclose(fit.predicted, predict(state), rtol=1e-14)


def test_slopes_learn_what_the_runs_show(fit) -> None:
    """Along the last step that was taken the slopes say what the model does, to second order."""
    step = 1e-3 * fit.log_factor
    up, down = (Cascade().run(rows_of(fit.log_factor + sign * step), None)[1] for sign in (1.0, -1.0))
    real = (predict(up) - predict(down)) / 2.0
    told = np.einsum("olm,lm->om", fit.slope, np.where(np.arange(LAYERS)[:, None] <= LAST, step, 0.0))
    first = -0.9 * step[: LAST + 1]
    assert np.linalg.norm(told - real) < 0.5 * np.linalg.norm(first - real)


def test_what_is_met_already_needs_no_further_run() -> None:
    past = Cascade()
    start = past.run(np.ones((LAYERS + 1, MEMBERS)), None)
    slope = -np.eye(LAYERS)[: LAST + 1, :, None] * np.full(MEMBERS, 0.9)
    member = predict(start[1])[:, 1]
    found = fit_factor(past, predict, (member, np.full(LAST + 1, 5.0)), PRIOR[None], LAST, slope, start, 20)
    assert past.runs == 2
    assert np.all(np.abs(found.log_factor) < 0.05)


def test_a_fit_that_runs_cut_short_is_told(fit) -> None:
    assert unfinished(fit) == []
    past = Cascade()
    start = past.run(np.ones((LAYERS + 1, MEMBERS)), None)
    slope = -np.eye(LAYERS)[: LAST + 1, :, None] * np.full(MEMBERS, 0.9)
    short = fit_factor(past, predict, (WANTED, ERROR / 5.0), PRIOR[None], LAST, slope, start, 1)
    (told,) = unfinished(short)
    assert f"in {np.sum(short.promised >= CLOSE_ENOUGH)} of {MEMBERS} members" in told
