"""Conditioning on a site's profile: the posterior of a model that is linear in log b, weights, and what they mean."""

from __future__ import annotations

import copy
import types
from pathlib import Path

import numpy as np
import pytest

from mollisol.column.pools import Pool
from mollisol.column.simulate import State
from mollisol.grid import Grid
from mollisol.soil import harmonise
from mollisol.soil.synthetic import profile_of
from mollisol.study import conditioning
from mollisol.study.conditioning import condition, resampled
from mollisol.study.factor_posterior import prior_covariance
from mollisol.study.members import Members
from mollisol.study.site_evidence import site_evidence
from mollisol.units import InputError

GRID = Grid([0.0, 0.2, 0.4, 0.8, 1.2])
CLAY = {"clay_percent": [20, 20], "sand_percent": [40, 40], "bulk_density_g_cm3": [1.3, 1.4]}


class Answering:
    """A past whose SOC of a layer is exactly s0 exp(level) / b: the model that the linearisation supposes."""

    def __init__(self, level: np.ndarray, shape: np.ndarray) -> None:
        self.level, self.shape, self.members = level, shape, len(level)
        self.model = types.SimpleNamespace(
            pools=(Pool("mineral", "all", "solid", 11.0),),
            pool_names=("mineral",),
            mover=lambda: None,
            initial_soil=lambda rows, columns: {},
        )
        self.material = None
        self.runs = 0

    def mineral_pools(self) -> list[int]:
        return [0]

    def run(self, balance: np.ndarray, guess: State) -> tuple[State, State]:
        self.runs += 1
        carbon = np.zeros((len(GRID) + 1, 1, self.members))
        carbon[1:, 0] = self.shape[:, None] * np.exp(self.level) / balance[1:]
        return State(carbon, {}), State(carbon, {})

    def select(self, index: np.ndarray) -> Answering:
        own = copy.copy(self)
        own.level, own.members = self.level[index], len(index)
        return own


def members_of(level: np.ndarray, spread: dict[str, np.ndarray] | None = None) -> Members:
    model = types.SimpleNamespace()
    return Members(model, np.ones(len(level)), np.ones(len(level)), {"level": level}, spread or {})


@pytest.fixture(autouse=True)
def _plain_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's model has no columns to select."""

    def select(self: Members, index: np.ndarray) -> Members:
        drawn = {name: value[index] for name, value in self.drawn.items()}
        return Members(self.model, self.above[index], self.below[index], drawn, {})

    monkeypatch.setattr(Members, "select", select)


def run(level: np.ndarray, count: int, spread: dict[str, np.ndarray] | None = None, **columns: object) -> tuple:
    profile = profile_of([0, 40], [40, 80], [2.0, 1.0], **{**CLAY, **columns})
    place = types.SimpleNamespace(grid=GRID, layers=harmonise(profile, GRID))
    evidence = site_evidence(profile, GRID)
    shape = np.array([4.0, 3.0, 3.0, 2.0])
    past = Answering(level, shape)
    return (evidence, shape, *condition(place, past, members_of(level, spread), evidence, count, 7, None))


def analytic(evidence: object, shape: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of (log SOC of the first three layers) by importance sampling of brute force."""
    rng = np.random.default_rng(1)
    covariance = prior_covariance(GRID.centres, {})[:3, :3]
    drawn = rng.multivariate_normal(np.zeros(3), covariance, 400_000).T
    level = sd * rng.standard_normal(drawn.shape[1])
    soc = np.vstack([shape[:3, None] * np.exp(level - drawn), np.ones((1, drawn.shape[1]))])
    off = (evidence.log_soc[:, None] - evidence.log_stock(soc)) / evidence.error[:, None]
    weight = np.exp(-0.5 * np.sum(off**2, axis=0))
    weight /= weight.sum()
    logs = np.vstack([np.log(soc[:3]), level])
    mean = logs @ weight
    return mean, (logs - mean[:, None]) * weight @ (logs - mean[:, None]).T


def test_the_posterior_is_that_of_brute_force() -> None:
    sd = 0.5
    level = sd * np.random.default_rng(2).standard_normal(30_000)
    evidence, shape, start, past, members, found = run(level, 30_000)
    mean, covariance = analytic(evidence, shape, sd)
    logs = np.vstack([np.log(start.state.carbon[1:4, 0]), members.drawn["level"]])
    spread = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(logs.mean(axis=1), mean, atol=0.04 * spread.max())
    np.testing.assert_allclose(logs.std(axis=1), spread, rtol=0.03)
    assert np.corrcoef(logs)[0, 1] == pytest.approx(covariance[0, 1] / (spread[0] * spread[1]), abs=0.06)
    # the whole horizon is known better than any layer of it
    whole = np.log(np.exp(logs[:2]).sum(axis=0))
    assert whole.std() < 0.75 * logs[:2].std(axis=1).min()
    assert found.effective > 12_000.0
    # what is kept belongs together: state, factor, past and parameters
    again, _ = past.run(start.balance, start.steady)
    np.testing.assert_allclose(again.carbon, start.state.carbon)


def test_parameters_that_the_profile_speaks_against_are_left_out() -> None:
    # with hardly any freedom of the factor 60 % too little carbon is impossible
    level = np.repeat([0.5, 0.0], 300)
    tight = {"site_rate": np.full(600, 0.05), "site_trend": np.full(600, 0.05), "layer_carbon": np.full(600, 0.05)}
    *_, members, _ = run(level, 100, tight)
    assert np.mean(members.drawn["level"] == 0.5) > 0.95
    # without a set the factor may leave 1/3 to 3 in 5 % of cases: both explain the profile
    *_, loose, _ = run(level, 100)
    assert 0.5 < np.mean(loose.drawn["level"] == 0.5) < 0.95


def test_measured_fractions_choose_among_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    level = np.zeros(400)

    class Split(Answering):
        """Half of the candidates hold nine tenths of their carbon on minerals, half of them a half."""

        def __init__(self, level: np.ndarray, shape: np.ndarray) -> None:
            super().__init__(level, shape)
            pools = (*self.model.pools, Pool("slow_litter", "rest", "solid", 80.0))
            self.model.pools, self.model.pool_names = pools, ("mineral", "slow_litter")
            self.bound = np.where(np.arange(len(level)) % 2 == 0, 0.9, 0.5)

        def run(self, balance: np.ndarray, guess: State) -> tuple[State, State]:
            one, _ = super().run(balance, guess)
            carbon = np.concatenate([one.carbon * self.bound, one.carbon * (1.0 - self.bound)], axis=1)
            return State(carbon, {}), State(carbon, {})

    monkeypatch.setitem(globals(), "Answering", Split)
    *_, without = run(level, 100)
    *_, found = run(level, 100, mineral_carbon_percent=[88, None])
    assert 0.3 < np.mean(without.index % 2 == 0) < 0.7
    assert without.modelled_mineral is None
    assert np.mean(found.index % 2 == 0) > 0.95
    assert found.record()["fractions"] is True
    np.testing.assert_allclose(np.median(found.posterior_share["mineral"], axis=1), 0.9)


def test_radiocarbon_weighs_the_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    from mollisol.study import radiocarbon

    def carried(past: object, start: object, labels: object, year: int) -> tuple:
        assert year == 1999
        delta = np.where(np.arange(400) % 2 == 0, 50.0, -300.0) * np.ones((4, 1))
        return None, types.SimpleNamespace(delta14c=delta)

    monkeypatch.setattr(radiocarbon, "past_tracers", carried)
    *_, start, _, _, found = run(np.zeros(400), 100, delta14c_permil=[40, None], sample_year=[1999, 1999])
    assert np.all(found.index % 2 == 0)
    assert found.modelled_delta14c.shape == (2, 100)
    monkeypatch.setattr(radiocarbon, "past_tracers", lambda *given: (None, None))
    *_, start, _, _, found = run(np.zeros(400), 100, delta14c_permil=[40, None], sample_year=[1999, 1999])
    assert any("radiocarbon was not used" in one for one in start.warnings)
    assert found.modelled_delta14c is None


def test_few_effective_candidates_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditioning, "FEW", 1e9)
    *_, start, _, _, _ = run(np.zeros(50), 10)
    assert any("effective of 50 candidates" in one for one in start.warnings)


def test_below_the_last_sample_the_factor_goes_on_with_a_growing_departure() -> None:
    *_, found = run(np.zeros(4000), 4000)
    logs = np.log(found.posterior_factor)
    assert np.mean(logs[3] - logs[2]) == pytest.approx(0.0, abs=0.05)
    assert np.std(logs[3]) > 1.3 * np.std(logs[2])
    assert np.corrcoef(logs[2], logs[3])[0, 1] > 0.2


def test_the_same_seed_gives_the_same_start() -> None:
    level = 0.5 * np.random.default_rng(2).standard_normal(300)
    one, other = (run(level, 50)[2] for _ in range(2))
    np.testing.assert_array_equal(one.state.carbon, other.state.carbon)
    np.testing.assert_array_equal(one.balance, other.balance)


def test_systematic_resampling_takes_each_candidate_by_its_weight() -> None:
    weight = np.array([0.05, 0.0, 0.45, 0.2, 0.3])
    for start in (0.0, 0.3, 0.999):
        counts = np.bincount(resampled(weight, 40, start), minlength=5)
        assert np.all(np.abs(counts - 40 * weight) < 1.0)
        assert counts[1] == 0


def test_the_prior_of_the_factor_is_that_of_the_set_where_there_is_one() -> None:
    depth = np.array([0.1, 0.5, 1.5])
    plain = prior_covariance(depth, {})
    assert np.sqrt(plain[0, 0]) == pytest.approx(np.log(3.0) / 1.96)
    own = prior_covariance(depth, {"site_rate": 0.3, "site_trend": 0.2, "layer_carbon": 0.1})
    assert own[1, 1] == pytest.approx(0.3**2 + 0.1**2)
    assert own[2, 2] == pytest.approx(0.3**2 + 0.2**2 + 0.1**2)
    assert own[0, 2] == pytest.approx(0.3**2 - 0.2**2 * 0.4 + 0.1**2 * np.exp(-1.4 / 0.3))


def test_evidence_is_by_horizon_and_leaves_out_what_no_one_measured() -> None:
    profile = profile_of([0, 60], [30, 250], [2.0, 0.5], fill_gaps=True, bulk_density_g_cm3=[1.2, 1.5], clay_percent=20)
    grid = Grid([0.0, 0.3, 0.6, 1.0, 2.0])
    found = site_evidence(profile, grid)
    assert found.top_cm.tolist() == [0.0, 60.0]
    assert found.bottom_cm.tolist() == [30.0, 200.0]
    np.testing.assert_allclose(found.share, [[1, 0, 0, 0], [0, 0, 1, 1]])
    assert np.exp(found.log_soc[0]) == pytest.approx(0.02 * 1200 * 0.3)
    assert np.exp(found.log_soc[1]) == pytest.approx(0.005 * 1500 * 1.4)
    assert found.last_layer == 3
    soc = np.array([[1.0], [2.0], [3.0], [5.0]])
    np.testing.assert_allclose(found.stocks(soc), [[1.0], [8.0], [0.0]])
    np.testing.assert_allclose(found.weights(soc)[1, :, 0], [0.0, 0.0, 0.375, 0.625])


def test_a_profile_without_carbon_in_the_grid_is_refused() -> None:
    profile = profile_of([0, 30], [30, 60], [0.0, 0.5], clay_percent=20)
    with pytest.raises(InputError, match="no horizon within the grid has measured carbon"):
        site_evidence(profile, Grid([0.0, 0.1, 0.3]))


def test_the_tables_of_the_report(tmp_path: Path) -> None:
    from mollisol.show.conditioning import carbon_table, pool_table

    *_, found = run(np.zeros(400), 100)
    carbon = carbon_table(found)
    assert [row.heading for row in carbon.rows] == ["0–40 cm", "40–80 cm", "below"]
    assert carbon.rows[0].cells[0].text == "104.0"  # 2 % of 520 kg/m2 in Mg/ha
    assert [row.heading for row in pool_table(found).rows] == ["mineral"]
