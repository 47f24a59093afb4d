"""The blind validation on the data themselves: slow, and only where data and a shipped set are there."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.models.parameter_sets import list_parameter_sets, parameter_set

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SET = "cropland_grassland"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "radiocarbon").is_dir(), reason="the folder of measurements is absent"),
    pytest.mark.skipif(SET not in list_parameter_sets(), reason="no parameter set is shipped"),
]


def test_the_shipped_set_covers_and_no_fitted_study_is_validated() -> None:
    from mollisol.evidence.observations.split import sides
    from mollisol.evidence.scores import coverage
    from mollisol.evidence.validate import validate

    made = validate(DATA, parameter_set(SET), draws=20)
    said = made.profiles
    rows = said.blind.of("radiocarbon", "carbon", "minerals", "other")
    groups = said.blind.profiles.profiles.group
    assert set(sides(groups[rows])) == {"test"}
    assert {one.side: set(one.experiment) for one in made.plots}["test"] == {"ultuna", "pendleton"}
    assert not set(groups[rows]) & set(made.set.configuration.get("studies", ()))
    rows = said.blind.of("radiocarbon", "carbon")
    probability = said.log_soc.probability(np.log(said.blind.profiles.stock))[rows, :5].ravel()
    found = coverage(probability, 0.9, np.repeat(groups[rows], 5))
    assert 0.7 <= found.value <= 1.0
    # the slopes of the sites and the model run for each of them say nearly the same
    exact = coverage(said.exact_soc[rows, :5].ravel(), 0.9, np.repeat(groups[rows], 5))
    assert abs(exact.value - found.value) < 0.1
    cropland = (said.blind.kind == "radiocarbon") & (said.blind.profiles.profiles.land_use == "cropland")
    turnover = np.exp(np.log(said.turnover[:, cropland]).mean(axis=(0, 1)))
    assert np.all(np.diff(turnover[:5]) > 0.0)
