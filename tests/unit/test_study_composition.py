"""What soil carbon is made of: its living share and the nitrogen that it ties up."""

import numpy as np
import pytest

from mollisol.column import Model, Pool
from mollisol.models.whole_profile import whole_profile
from mollisol.study.composition import microbial_quotient, organic_nitrogen

POOLS = (
    Pool("dead", "", "solid", 10.0),
    Pool("alive", "", "solid", 5.0, living=True),
    Pool("asleep", "", "solid", 8.0, living=True),
    Pool("apart", "", "solid", 2.0, counts_as_soc=False),
)
MODEL = Model("toy", POOLS, ())


def test_the_quotient_counts_all_that_lives_over_all_that_is_measured() -> None:
    carbon = np.zeros((3, 4, 1))
    carbon[0] = 9.0  # the surface is apart
    carbon[1, :, 0] = 8.0, 1.0, 1.0, 100.0
    found = microbial_quotient(MODEL, carbon)
    assert found.shape == (2, 1)
    assert found[0, 0] == pytest.approx(0.2)
    assert np.isnan(found[1, 0])  # nothing there: no share of it


def test_nitrogen_is_carbon_over_its_ratio() -> None:
    carbon = np.zeros((2, 4, 2))
    carbon[1, :, 0] = 10.0, 5.0, 8.0, 100.0
    np.testing.assert_allclose(organic_nitrogen(MODEL, carbon), [[1.0 + 1.0 + 1.0, 0.0]])


def test_mineral_carbon_ties_up_80_to_100_kg_of_nitrogen_per_ton() -> None:
    model = whole_profile()
    carbon = np.zeros((2, len(model.pools), 1))
    carbon[1, model.pool_names.index("mineral")] = 1.0
    assert 0.080 <= organic_nitrogen(model, carbon)[0, 0] <= 0.100


def test_microbes_and_only_they_are_alive() -> None:
    for slots, expected in (
        ({}, ["microbial"]),
        ({"depolymerisation": "microbial_dormancy"}, ["microbial", "dormant"]),
    ):
        assert [pool.name for pool in whole_profile(slots).pools if pool.living] == expected
