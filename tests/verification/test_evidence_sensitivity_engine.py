"""The years of a sensitivity against the months of the engine: values, effects and the gradient of the steady state."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import mollisol.examples
from mollisol.evidence.sensitivity import steady_elasticities, study_function
from mollisol.evidence.sensitivity.evaluate import EDGES
from mollisol.grid import Grid
from mollisol.models import build
from mollisol.study import load_spec
from mollisol.study.draws import drawn_model
from mollisol.study.run import Study

EXAMPLES = Path(mollisol.examples.__file__).parent


def by_interval(soc: np.ndarray) -> np.ndarray:
    grid = Grid()
    share = np.stack([grid.depth_share(b) - grid.depth_share(a) for a, b in pairwise(EDGES)])
    return 10.0 * share @ soc


@pytest.mark.slow
def test_baseline_and_effects_of_the_demo() -> None:
    """Best estimates: the baseline at the end within 4 % at every depth, effects over 2 m within 12 %."""
    spec = load_spec(EXAMPLES / "demo" / "study.yaml")
    model = spec.model.model_copy(update={"parameter_set": "priors"})
    spec = spec.model_copy(update={"ensemble": 1, "initial": "measured", "model": model})
    function = study_function(spec)
    found = function(np.zeros((len(function.factors), 1)))[..., 0]
    result = Study(spec).simulate().result["soc"].isel(time=-1, member=0).transpose("layer", "practice").values
    exact = by_interval(result)
    np.testing.assert_allclose(found[1, :-1], exact[:, 0], rtol=0.04)
    effects = (exact[:, 1:] - exact[:, :1]).sum(axis=0)
    np.testing.assert_allclose(found[2:, -1], effects, rtol=0.12)


@pytest.mark.slow
def test_elasticities_of_the_steady_state_are_its_exact_gradient() -> None:
    spec = load_spec(EXAMPLES / "quick" / "study.yaml")
    spec = spec.model_copy(update={"model": spec.model.model_copy(update={"parameter_set": "priors"})})
    names = ["depolymerisation.mineral", "energy.e_fold", "bioturbation.diffusivity", "protection.sorption"]
    model, _ = drawn_model(build(), 1, 1)
    exact = steady_elasticities(spec, model, names, EDGES)
    function = study_function(spec)
    known = [one.name for one in function.factors]
    at = [known.index(name) for name in names]
    step = 0.05
    z = np.zeros((len(known), 2 * len(names)))
    z[at, range(len(names))] = step
    z[at, range(len(names), 2 * len(names))] = -step
    logs = np.log(function(z)[0])
    width = np.array([np.log(function.factors[i].value(step) / function.factors[i].value(-step)) for i in at])
    found = (logs[:, : len(names)] - logs[:, len(names) :]) / width
    np.testing.assert_allclose(found, exact, atol=0.06)
