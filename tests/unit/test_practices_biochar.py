"""How long biochar stays, against the published relations."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.practices.biochar import (
    REFERENCE_TEMPERATURE,
    BiocharParameters,
    permanent_share,
    persistence,
    share_of_temperature,
)
from mollisol.processes import Q10, FirstOrderDepolymerisation
from mollisol.units import InputError, parameters_of


@pytest.mark.parametrize(("ratio", "left"), [(0.2, 0.917), (0.4, 0.790), (0.6, 0.663)])
def test_share_left_after_a_century_follows_woolf_2021(ratio, left):
    assert permanent_share(ratio) == pytest.approx(left, abs=5e-4)
    made = persistence(permanent_share(ratio))
    p = BiocharParameters()
    rate = made.factor * p.rate * p.q10 ** ((REFERENCE_TEMPERATURE - 10.0) / 10.0)
    assert (1.0 - made.labile) * np.exp(-100.0 * rate) == pytest.approx(left, abs=5e-4)


def test_the_two_pools_of_wang_2016_at_their_own_rate():
    p = BiocharParameters()
    years = np.array([1.0, 10.0, 50.0, 100.0, 200.0, 500.0])
    left = p.labile * np.exp(-years * 365.25 / 108.0) + (1.0 - p.labile) * np.exp(-years * p.rate)
    assert left == pytest.approx([0.969, 0.953, 0.887, 0.810, 0.677, 0.395], abs=2e-3)


def test_its_rates_are_those_of_the_model():
    depolymerisation, temperature = parameters_of(FirstOrderDepolymerisation), parameters_of(Q10)
    assert BiocharParameters().rate == depolymerisation["pyrogenic"].value
    assert BiocharParameters().q10 == temperature["q10"].value


def test_the_classes_of_the_ipcc():
    assert [share_of_temperature(c) for c in (400.0, 525.0, 650.0, 900.0)] == [0.65, 0.80, 0.89, 0.89]
    assert 0.65 < share_of_temperature(450.0) < 0.80


@pytest.mark.parametrize("share", [0.97, 1.2, 0.01, float("nan")])
def test_impossible_persistence_is_refused(share):
    with pytest.raises(InputError, match="left after 100 years"):
        persistence(share)
