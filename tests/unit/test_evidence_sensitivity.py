"""Sensitivity: factors, indices of known functions, what measurements take away, and a study as a function."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mollisol.examples
from mollisol.cli.main import run
from mollisol.evidence.sensitivity import factor_rows, measurement_rows, sentences
from mollisol.evidence.sensitivity.evaluate import StudyFunction, study_function
from mollisol.evidence.sensitivity.factors import Factor, correlation_of, posteriors
from mollisol.evidence.sensitivity.fields import stretched
from mollisol.evidence.sensitivity.indices import indices, joint_scores
from mollisol.evidence.sensitivity.measurements import informed, measurements, reduction
from mollisol.evidence.sensitivity.tillage import aggregation_of, worked_by
from mollisol.grid import Grid
from mollisol.practices import compile_cycle
from mollisol.practices.plan import land_use_plan
from mollisol.study import load_spec
from mollisol.units import InputError, Parameter

QUICK = Path(mollisol.examples.__file__).parent / "quick" / "study.yaml"

WIDE = Parameter(2.0, "1", 0.5, 8.0, "a test", distribution="lognormal", spread=0.5)
SHARE = Parameter(0.3, "1", 0.0, 1.0, "a test", distribution="logit", spread=0.4)
PLAIN = Parameter(0.0, "1", -0.5, 0.5, "a test", distribution="normal", spread=0.2)
CLIMATE = (10.0 + 10.0 * np.cos(2.0 * np.pi * (np.arange(12) - 6.0) / 12.0), np.full(12, 60.0))


def test_scores_keep_to_the_bounds_and_to_the_distribution() -> None:
    probability = np.linspace(1e-6, 1.0 - 1e-6, 20001)
    for prior in (WIDE, SHARE, PLAIN):
        factor = Factor("depolymerisation.x", prior)
        value = factor.value(factor.score(probability))
        assert prior.lower <= value.min() < value.max() <= prior.upper
        assert np.median(value) == pytest.approx(prior.value, abs=1e-3)
    logs = np.log(Factor("a.b", WIDE).value(Factor("a.b", WIDE).score(probability)) / 2.0)
    assert logs.std() == pytest.approx(0.5, rel=0.05)


def test_weights_are_one_at_the_levels_and_linear_in_the_value() -> None:
    factor = Factor("profile.clay", WIDE)
    upper, lower = factor.levels()
    assert (lower, upper) == (pytest.approx(2.0 * np.exp(-1.25)), pytest.approx(2.0 * np.exp(1.25)))
    scores = np.array([2.5, -2.5, 0.0, np.log(1.5) / 0.5])
    np.testing.assert_allclose(factor.weights(scores)[0], [1.0, 0.0, 0.0, 1.0 / (upper - 2.0)], atol=1e-12)
    np.testing.assert_allclose(factor.weights(scores)[1], [0.0, 1.0, 0.0, 0.0], atol=1e-12)


def test_a_posterior_takes_the_place_of_priors_and_keeps_its_correlation() -> None:
    chosen: Any = SimpleNamespace(
        name="some", parameters=("a.x", "a.y"), units=("1", "1"), scale=("lognormal", "logit"),
        best=np.array([2.0, 0.3]), lower=np.zeros(2), upper=np.array([9.0, 1.0]),
        covariance=np.array([[0.04, -0.03], [-0.03, 0.09]]),
    )  # fmt: skip
    found = posteriors(chosen)
    assert found["a.x"].spread == pytest.approx(0.2)
    assert found["a.y"].distribution == "logit"
    factors = [Factor("b.z", PLAIN), Factor("a.y", found["a.y"]), Factor("a.x", found["a.x"])]
    expected = np.eye(3)
    expected[1, 2] = expected[2, 1] = -0.03 / (0.2 * 0.3)
    np.testing.assert_allclose(correlation_of(factors, chosen), expected)


def test_a_measurement_of_an_independent_factor_takes_its_part() -> None:
    slopes = np.array([[3.0, 4.0], [0.0, 1.0]])
    found = reduction(slopes, np.eye(2), np.sum(slopes**2, axis=1), {0: 0.5})
    np.testing.assert_allclose(found, [9.0 / 25.0 * 0.75, 0.0])


def test_a_measurement_of_one_of_two_correlated_factors_says_something_of_the_other() -> None:
    """Against conditioning of a joint normal, with the noise that leaves a standard deviation of 0.6 of the first."""
    correlation = np.array([[1.0, 0.8], [0.8, 1.0]])
    noise = 0.36 / (1.0 - 0.36)
    after = correlation - np.outer(correlation[:, 0], correlation[0]) / (1.0 + noise)
    assert after[0, 0] == pytest.approx(0.36)
    slopes = np.array([1.0, -2.0])
    before = slopes @ correlation @ slopes
    found = reduction(slopes, correlation, np.array(before), {0: 0.6})
    assert float(found) == pytest.approx(1.0 - slopes @ after @ slopes / before)
    assert float(reduction(np.array([0.0, 1.0]), correlation, np.array(1.0), {0: 0.6})) == pytest.approx(0.64**2)


def test_every_measurement_names_factors_that_exist() -> None:
    from mollisol.evidence.sensitivity.factors import factors_of
    from mollisol.models import build

    factors = factors_of(build(), {}, None, {"cover_crop.carbon_t_ha": WIDE}, True)
    found = informed(factors)
    assert set(found) == {one.measurement for one in measurements()}
    assert all(0.0 < left < 1.0 for one in found.values() for left in one.values())
    names = [one.name for one in factors]
    left = found["bulk density by depth"][names.index("profile.bulk_density")]
    assert left == pytest.approx(0.03 / 0.14)


class Known:
    """A function with known variance: a stock exp(z0 + z1 / 2), and an effect 3 z0 z2, at two depths."""

    quantities = ("baseline", "effect")
    depths = ("0-20", "0-200")
    parameter_set = None
    correlation = np.eye(4)
    factors = tuple(
        Factor(name, Parameter(1.0, "1", 1e-9, 1e9, "a test", distribution="lognormal", spread=1.0))
        for name in ("depolymerisation.mineral", "temperature.q10", "inputs.yields", "inputs.nothing")
    )

    def __call__(self, z: np.ndarray, progress: Any = None) -> np.ndarray:
        stock, effect = np.exp(z[0] + 0.5 * z[1]), 3.0 * z[0] * z[2] + z[2]
        return np.stack([np.stack([stock, 2.0 * stock]), np.stack([0.0 * effect, effect])])


def test_indices_of_a_known_function() -> None:
    known: Any = Known()
    found = indices(known, 1024, 3)
    assert [known.factors[i].name for i in found.sampled] == [
        "depolymerisation.mineral", "temperature.q10", "inputs.yields",
    ]  # fmt: skip
    # of 1 + 1/4; of 9 + 1, of which 9 belong to two together
    np.testing.assert_allclose(found.first[0, 1], [0.8, 0.2, 0.0], atol=0.05)
    np.testing.assert_allclose(found.total[0, 1], [0.8, 0.2, 0.0], atol=0.05)
    np.testing.assert_allclose(found.first[1, 1], [0.0, 0.0, 0.1], atol=0.08)
    np.testing.assert_allclose(found.total[1, 1], [0.9, 0.0, 1.0], atol=0.12)
    np.testing.assert_allclose(found.spread[:, 1], [np.sqrt(1.25), np.sqrt(10.0)], rtol=0.05)
    assert np.isnan(found.total[1, 0]).all()
    np.testing.assert_allclose(found.elasticities[0, 1, :2], [1.0, 0.5])
    # what only acts together with something else is not promised to anyone
    assert found.ranked(1)[0][1] < 0.15
    assert found.ranked(0)[0] == ("radiocarbon by depth", pytest.approx(0.8 * 0.75, rel=0.05))


def test_joint_scores_are_correlated_as_a_posterior_is() -> None:
    known: Any = Known()
    known.correlation = np.array(
        [[1.0, -0.8, 0.0, 0.0], [-0.8, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    )
    found = joint_scores(known, 20000, 1)
    np.testing.assert_allclose(np.corrcoef(found), known.correlation, atol=0.03)
    np.testing.assert_allclose(found.std(axis=1), 1.0, atol=0.03)


def test_sentences_and_rows_of_a_known_function() -> None:
    known: Any = Known()
    found = indices(known, 64, 3)
    first, second = sentences(found)
    assert "gained by radiocarbon by depth" in first
    assert "Effect of effect" in second
    rows = factor_rows(found)
    assert len(rows) == 2 * 2 * 4
    nothing = next(row for row in rows if row["factor"] == "inputs.nothing")
    assert np.isnan(nothing["sobol_total"])
    gains = [row for row in measurement_rows(found) if row["quantity"] == "baseline"]
    for row in gains:
        assert (1.0 - row["interval_narrower_by"]) ** 2 == pytest.approx(1.0 - row["variance_taken_away"])


def test_yearly_tillage_as_the_sites_of_a_compilation_have_it() -> None:
    from mollisol.evidence import sites

    grid = Grid()
    plan = land_use_plan("cropland", 2000)
    management = compile_cycle(plan, grid, 50.0, 2000, CLIMATE)
    np.testing.assert_allclose(worked_by(grid, management), sites._worked(grid, management))
    own, theirs = aggregation_of(grid, management, 3.0), sites._aggregation(grid, management)
    np.testing.assert_allclose(own, theirs, atol=1e-3)
    assert own[1] < 0.9 < own[-1] == 1.0


def test_roots_that_reach_deeper_bring_the_same_carbon_further_down() -> None:
    grid = Grid()
    management = compile_cycle(land_use_plan("cropland", 2000), grid, 50.0, 2000, CLIMATE)
    deeper = stretched(management, grid.edges, 1.4)
    np.testing.assert_allclose(deeper.depth.sum(axis=1), management.depth.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(deeper.root_respiration.sum(), management.root_respiration.sum(), rtol=1e-12)
    roots = management.below_ground
    centre = [one.depth[roots, 1:] @ grid.centres for one in (management, deeper)]
    assert np.all(centre[1] > 1.2 * centre[0])
    np.testing.assert_array_equal(deeper.depth[~roots], management.depth[~roots])
    np.testing.assert_allclose(stretched(management, grid.edges, 1.0).depth, management.depth, atol=1e-12)


@pytest.fixture(scope="module")
def quick() -> StudyFunction:
    spec = load_spec(QUICK)
    model = spec.model.model_copy(update={"parameter_set": "priors"})
    return study_function(spec.model_copy(update={"initial": "measured", "model": model}))


def scores(function: StudyFunction, *changed: tuple[str, float]) -> np.ndarray:
    """Return a column of best estimates, then one with each change."""
    names = [one.name for one in function.factors]
    z = np.zeros((len(names), 1 + len(changed)))
    for column, (name, score) in enumerate(changed, start=1):
        z[names.index(name), column] = score
    return z


def test_a_study_as_a_function_of_its_factors(quick: StudyFunction) -> None:
    changes = (
        ("inputs.above_ground_scale", 1.0), ("inputs.below_ground_scale", 1.0), ("inputs.yields", 1.0),
        ("depolymerisation.mineral", 1.0), ("profile.bulk_density", 1.0), ("profile.carbon", 1.0),
        ("profile.root_depth", 1.0), ("profile.clay", 1.0), ("temperature.q10", 1.0),
    )  # fmt: skip
    found = quick(scores(quick, *changes))
    assert quick.quantities == ["steady state", "baseline", "residue_removal"]
    assert found.shape == (3, 8, 10)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:, :7].sum(axis=1), found[:, 7], rtol=1e-9)
    steady, baseline, effect = (one[:, 0] for one in found)
    assert effect[7] < 0.0 < steady[7]
    by = {name: found[..., i] for i, (name, _) in enumerate(changes, start=1)}
    # a linear model: all inputs together scale the steady state
    np.testing.assert_allclose(by["inputs.yields"][0], steady * np.exp(0.1), rtol=2e-3)
    # more straw means more to lose by removing it, in proportion
    assert by["inputs.above_ground_scale"][2, 7] / effect[7] == pytest.approx(np.exp(0.15), rel=1e-3)
    assert np.all(by["depolymerisation.mineral"][0] < steady)
    assert by["profile.root_depth"][0, 6] > 1.1 * steady[6]
    # what was measured is where the run starts from
    for name, size in (("profile.bulk_density", 0.09), ("profile.carbon", 0.11)):
        assert by[name][1, 7] / baseline[7] == pytest.approx(np.exp(size), rel=0.02)


def test_a_sample_is_the_same_alone_and_among_others(quick: StudyFunction) -> None:
    z = scores(quick, ("temperature.q10", 1.0), ("profile.clay", -1.0))
    np.testing.assert_allclose(quick(z[:, 2:]), quick(z)[..., 2:], rtol=1e-9, atol=1e-9)


def test_models_that_a_year_cannot_tell_are_refused() -> None:
    spec = load_spec(QUICK)
    slots = {"depolymerisation": "reverse_michaelis_menten", "energy": "none"}
    microbial = spec.model_copy(update={"model": spec.model.model_copy(update={"slots": slots})})
    with pytest.raises(InputError, match="microbes limit decomposition"):
        study_function(microbial)


def test_the_number_of_samples_is_a_power_of_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sensitivity", str(QUICK), "--samples", "100"]) == 2
    assert "64 or 128" in capsys.readouterr().err


def test_the_command_writes_tables_and_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sensitivity", str(QUICK), "--samples", "16", "-o", str(tmp_path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert len(printed["sentences"]) == 3
    assert (tmp_path / "sensitivity.png").read_bytes()[:4] == b"\x89PNG"
    lines = (tmp_path / "sensitivity.csv").read_text().splitlines()
    assert len(lines) == 1 + len(printed["factors"])
    assert "radiocarbon by depth" in (tmp_path / "measurements.csv").read_text()
