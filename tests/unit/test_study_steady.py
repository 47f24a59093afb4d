"""The steady profile of a study, and the sixteen combinations of the hypotheses of variability on it."""

import numpy as np
import pytest

from mollisol.examples import quick_folder
from mollisol.models import build
from mollisol.study.run import load_study
from mollisol.study.schema import StudySpec
from mollisol.study.steady import TERMS, steady_profile, variability_combinations


@pytest.fixture(scope="module")
def spec() -> StudySpec:
    return load_study(quick_folder() / "study.yaml").spec


@pytest.mark.slow
def test_sixteen_combinations_of_which_the_first_is_none(spec: StudySpec) -> None:
    chosen, profile = variability_combinations(spec)
    assert len(set(chosen)) == 16
    assert chosen[0] == ()
    assert chosen[-1] == TERMS
    soc = profile.soc.sum(axis=0)
    assert len(np.unique(soc)) == 16
    # without a hypothesis it is the default model
    plain = steady_profile(spec, build())
    np.testing.assert_allclose(profile.soc[:, 0], plain.soc[:, 0], rtol=1e-8)
    np.testing.assert_allclose(profile.between(0.0, profile.grid.bottom), soc, rtol=1e-12)
    assert plain.between(0.0, 0.3) + plain.between(0.3, 2.0) == pytest.approx(plain.soc.sum(axis=0))
