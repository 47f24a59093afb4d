"""Jars of the joint likelihood: known answers, carbon that closes, slopes, and what treatments do."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.column import Grid
from mollisol.column.backend import configure
from mollisol.column.model import Model, Pool
from mollisol.column.setup import Events, Setup
from mollisol.evidence.jar_columns import JarAssumptions, Jars, covariance_of, jars_from, step_ends
from mollisol.evidence.jars import in_a_jar, incubated, jars_of, log_likelihood, reference_carbon, simulated
from mollisol.evidence.observations.incubations import Jar
from mollisol.models import build
from mollisol.models import incubation as daily
from mollisol.units import DAYS_PER_YEAR, InputError, RunError, parameters_of

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
there = pytest.mark.skipif(not (DATA / "incubation" / "sidb").is_dir(), reason="shared/data/incubation is absent")

LAYERS = Grid([0.0, 0.1, 0.3, 0.6, 1.2])
NAMES = ("priming.strength", "depolymerisation.mineral", "energy.e_fold", "temperature.q10")


def jar(name: str, **changed: Any) -> Jar:
    told: dict[str, Any] = {
        "study": "One", "group": "One", "name": name, "site": "here", "depth": 0.45, "temperature": 20.0,
        "oxygen": 0.209, "sieved": True, "amended": "", "land_use": "cultivated", "carbon": 0.008,
        "days": np.array([10.0, 30.0, 90.0]), "respired": np.array([0.003, 0.008, 0.02]), "error": 0.1,
    }  # fmt: skip
    return Jar(**{**told, **changed})


MEASURED = [
    jar("control"),
    jar("cellulose", amended="cellulose", respired=np.array([0.005, 0.013, 0.034])),
    jar("intact", sieved=False),
    jar("warm", temperature=30.0),
    jar("airless", oxygen=0.05),
    jar("meadow", study="Two", land_use="native grassland", depth=0.05, carbon=np.nan),
    jar("replicate", study="Two", land_use="native grassland", depth=0.05, carbon=np.nan),
    jar("unknown amount", amended="glucose"),
    jar("too deep", depth=1.5),
]


@pytest.fixture(scope="module")
def model() -> Model:
    configure()
    return build("whole_profile")


@pytest.fixture(scope="module")
def made(model: Model) -> Jars:
    return jars_from(MEASURED, model, LAYERS)


@pytest.fixture(scope="module")
def values(model: Model) -> dict[str, Any]:
    known = {f"{p.slot}.{key}": prior for p in model.processes for key, prior in parameters_of(p).items()}
    return {name: jnp.asarray(float(known[name].value)) for name in NAMES}


@pytest.fixture(scope="module")
def respired(model: Model, made: Jars) -> Any:
    run = jax.jit(lambda values: simulated(model, values, made))
    return lambda values: jax.tree_util.tree_map(np.asarray, run(values))


@pytest.fixture(scope="module")
def density(model: Model, made: Jars) -> Any:
    """The logarithm of the density and its slopes; the jars are an argument, as in the joint likelihood."""
    joint = SimpleNamespace(model=model, space=SimpleNamespace(model_names=NAMES), passes=1)
    run = jax.jit(jax.value_and_grad(lambda values, jars: log_likelihood(joint, values, jars)))
    return lambda values: run(values, made)


class Decay:
    """One pool that is respired at a rate of 1/yr."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "decay"
    equation: ClassVar[str] = "dx/dt = -k x"
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, carbon: Any, drivers: Any, rates: Any) -> Any:
        return rates.add_respired("only", jnp.full_like(carbon["only"], self.rate))


def test_one_pool_decays_as_it_does_in_closed_form() -> None:
    configure()
    ends, rate = step_ends(400.0), 2.0
    assert ends[0] == 0.25
    assert ends[-2] < 400.0 <= ends[-1]
    lengths = np.diff(ends, prepend=0.0) / DAYS_PER_YEAR
    one = np.ones((2, 1))
    setup = Setup(
        0.03 * one, one, {}, {}, np.zeros((1, 1, 1)), one[None] / 2.0, np.ones((1, 1, 1)), Events.none(2), (0,)
    )
    only = Model("one", (Pool("only", "particulate", "solid", 12.0),), (Decay(rate),))
    start = jnp.asarray(np.array([[[[0.0]], [[3.0]]]]))
    gone, end = incubated(only, setup, {}, start, jnp.asarray(lengths))
    exact = 3.0 * (1.0 - np.cumprod(1.0 / (1.0 + rate * lengths)))
    np.testing.assert_allclose(gone[:, 0, 0], exact, rtol=1e-12)
    np.testing.assert_allclose(gone[:, 0, 0], 3.0 * -np.expm1(-rate * ends / DAYS_PER_YEAR), rtol=0.03)
    assert float(end.sum()) == pytest.approx(3.0 - exact[-1], rel=1e-12)


def test_what_is_not_known_is_left_out_and_replicates_share_their_treatment(made: Jars) -> None:
    assert [name for _, name in made.names] == [one.name for one in MEASURED[:7]]
    assert made.added.shape == (1, len(made.pools), 7)
    assert np.flatnonzero(np.asarray(made.added).sum(axis=(0, 1))).tolist() == [1]
    assert np.asarray(made.state["aggregation"])[1, [0, 2]].tolist() == [0.0, 1.0]
    # the amended jar enters by its ratio alone
    assert 1 not in np.asarray(made.column)
    assert (int(made.primed[0]), int(made.control[0])) == (1, 0)
    assert float(made.ratio[0]) == pytest.approx(1.7)
    assert made.days[:2] == (30.0, 90.0)
    again = covariance_of(MEASURED[:7], np.asarray(made.column), np.asarray(made.days), JarAssumptions())
    np.testing.assert_allclose(made.covariance, again, rtol=1e-9, atol=1e-12)


def test_a_model_that_a_few_passes_do_not_settle_is_refused(model: Model, made: Jars) -> None:
    with pytest.raises(RunError, match="no steady state after 0 passes"):
        simulated(model, {}, made, passes=0)


def test_no_jar_is_refused(model: Model) -> None:
    with pytest.raises(InputError, match="no incubation is left"):
        jars_from(MEASURED[-2:], model, LAYERS)


def test_the_error_is_shared_by_studies_treatments_and_jars() -> None:
    assumed = JarAssumptions()
    jars = [MEASURED[0], MEASURED[3], MEASURED[5], MEASURED[6]]
    found = covariance_of(jars, np.array([0, 0, 1, 2, 3]), np.array([30.0, 300.0, 30.0, 30.0, 30.0]), assumed)
    model, deep = assumed.model_error**2, assumed.model_error**2 + (0.45 * assumed.depth_error) ** 2
    shallow, own = model + (0.05 * assumed.depth_error) ** 2, 0.1**2 + assumed.replicates**2
    assert found[0, 0] == pytest.approx(deep + own)
    assert found[0, 1] == pytest.approx((deep + own) / np.e)
    assert found[0, 2] == pytest.approx(assumed.study_share * deep)
    assert found[0, 3] == 0.0
    assert found[3, 4] == pytest.approx(shallow)
    assert np.linalg.eigvalsh(found).min() > 0.0


def test_carbon_closes_and_parts_add_up(model: Model, made: Jars) -> None:
    kept = in_a_jar(model)
    carbon = np.random.default_rng(1).uniform(0.01, 1.0, (2, 2, len(model.pools), len(made.names)))
    carbon[:, 0] = 0.0
    gone, end = incubated(kept, made.setup, made.state, jnp.asarray(carbon), made.lengths)
    np.testing.assert_allclose(gone[-1] + end.sum(axis=(1, 2)), carbon.sum(axis=(1, 2)), rtol=1e-12)
    assert np.all(np.diff(gone, axis=0) > 0.0)
    assert np.all(np.asarray(end) >= 0.0)
    whole, _ = incubated(kept, made.setup, made.state, jnp.asarray(carbon.sum(axis=0, keepdims=True)), made.lengths)
    np.testing.assert_allclose(gone.sum(axis=1), whole[:, 0], rtol=1e-10)


@pytest.mark.slow
def test_a_jar_is_that_of_daily_rates(model: Model, made: Jars, values: dict[str, Any], respired: Any) -> None:
    """Against the incubation in quarters of a day, on the same pools."""
    strong = {**values, "priming.strength": 0.5}
    found = respired(strong)
    processes = [dataclasses.replace(p, strength=0.5) if p.slot == "priming" else p for p in model.processes]
    primed = dataclasses.replace(model, processes=tuple(processes))
    reference = np.asarray(reference_carbon(primed, made.reference, made.pools))
    given = {name: np.asarray(value)[0, 1] for name, value in made.setup.forcing.items()}
    soil = {name: np.asarray(value)[:, :1] for name, value in {**made.setup.soil, **made.state}.items()}
    own = reference[int(made.row[0]), :, 0]
    sample = daily.Jar(0.03, 0.45, own[:, None] * float(made.carbon[0]) / own.sum(), soil)
    setting = {name: float(given[name][0]) for name in ("temperature", "water", "matric_potential")}
    end = {
        name: float(daily.incubate(primed, sample, 90, **setting, additions=what).native[-1, 0])
        for name, what in (("control", {}), ("cellulose", {"fast_litter": float(np.asarray(made.added)[0, 0, 1])}))
    }
    last = [i for i, column in enumerate(made.column) if column == 0][-1]
    assert found.share[last] == pytest.approx(end["control"] / float(made.carbon[0]), rel=0.03)
    assert found.ratio[0] == pytest.approx(end["cellulose"] / end["control"], rel=0.03)


def test_treatments_act_and_more_strength_primes_more(made: Jars, values: dict[str, Any], respired: Any) -> None:
    found = [respired({**values, "priming.strength": strength}) for strength in (-0.3, 0.0, 0.5, 1.5)]
    ratios = [float(one.ratio[0]) for one in found]
    assert ratios == sorted(ratios)
    assert ratios[0] < 1.0
    assert ratios[1] == pytest.approx(1.0, abs=0.01)
    assert ratios[3] > 1.15
    names, last = [made.names[i][1] for i in made.column], found[1].share
    end = {name: last[i] for i, name in enumerate(names)}
    assert end["intact"] < end["control"] < end["warm"]
    assert end["airless"] < end["control"] < end["meadow"] == end["replicate"]


@pytest.mark.slow
def test_a_pool_that_stays_empty_may_be_missing(
    model: Model, made: Jars, values: dict[str, Any], respired: Any
) -> None:
    small = dataclasses.replace(
        model, pools=tuple(p for p in model.pools if p.name != "pyrogenic"), idle=("pyrogenic",)
    )
    found, whole = simulated(small, values, made), respired(values)
    np.testing.assert_allclose(found.share, whole.share, rtol=1e-10)
    np.testing.assert_allclose(found.ratio, whole.ratio, rtol=1e-10)


def test_slopes_are_those_of_finite_differences(density: Any, values: dict[str, Any]) -> None:
    at = {**values, "priming.strength": jnp.asarray(0.3)}
    level, slopes = density(at)
    assert np.isfinite(level)
    for name in NAMES:
        h = 1e-5 * max(abs(float(at[name])), 0.1)
        up, down = (float(density({**at, name: at[name] + sign * h})[0]) for sign in (1.0, -1.0))
        assert float(slopes[name]) == pytest.approx((up - down) / (2.0 * h), rel=1e-4, abs=1e-4), name


def test_the_density_is_that_of_a_normal_distribution(
    made: Jars, values: dict[str, Any], respired: Any, density: Any
) -> None:
    from scipy.stats import multivariate_normal, norm

    found = respired(values)
    kept = MEASURED[:7]
    covariance = covariance_of(kept, np.asarray(made.column), np.asarray(made.days), JarAssumptions())
    expected = multivariate_normal(np.log(found.share), covariance).logpdf(np.log(np.asarray(made.share)))
    expected += norm(np.log(found.ratio[0]), JarAssumptions().ratio_error).logpdf(np.log(1.7))
    assert float(density(values)[0]) == pytest.approx(expected, rel=1e-9)


@there
@pytest.mark.parametrize(
    ("side", "studies", "ratios"),
    [
        ("fit", {"Fontaine2007": 2, "Salome2010": 6, "Arevalo2012": 15, "Zhang2007": 6, "Doetterl2015": 72}, 1),
        ("test", {"Gillabel2010": 4, "Haddix2011": 36}, 0),
    ],
)
def test_the_jars_of_a_side(
    side: Any, studies: dict[str, int], ratios: int, model: Model, values: dict[str, Any]
) -> None:
    jars = jars_of(DATA, model, side, LAYERS)
    named = [study for study, _ in jars.names]
    assert {study: named.count(study) for study in named} == studies
    assert jars.ratio.shape == (ratios,)
    found = jax.jit(lambda values: simulated(model, values, jars))(values)
    assert np.all((np.asarray(found.share) > 0.0) & (np.asarray(found.share) < 1.0))
    topsoil = np.asarray(jars.setup.depth)[1, np.asarray(jars.column)] < 0.3
    off = np.log(np.asarray(jars.share) / np.asarray(found.share))[topsoil]
    assert abs(np.median(off)) < 0.7, "topsoils at their best estimates"
    if ratios:
        assert float(jars.ratio[0]) == pytest.approx(1.72, abs=0.01)
