"""A soil that stays at the wilting point is told."""

import numpy as np

from mollisol.examples import demo_folder
from mollisol.grid import Grid
from mollisol.soil import harmonise, read_profile
from mollisol.study.simulation import _dry


def test_layers_at_the_wilting_point_all_year_are_warned_of() -> None:
    layers = harmonise(read_profile(demo_folder() / "profile.csv"), Grid())
    wilting = layers.hydraulics().wilting_point
    wet = np.tile(wilting + 0.1, (12, 1))
    assert _dry(layers, wet) == []
    wet[:, 8:10] = wilting[8:10]
    (told,) = _dry(layers, wet)
    assert "2 of 20 layers, between 50 and 70 cm" in told
    wet[3, 8:10] += 0.1
    assert _dry(layers, wet) == []
