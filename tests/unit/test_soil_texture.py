"""The texture triangle: its centres, its borders, and that it has no holes."""

import numpy as np
import pytest

from mollisol.soil import TEXTURE_CLASSES, texture_class
from mollisol.units import InputError

CENTRES = {
    "sand": (0.92, 0.03), "loamy sand": (0.82, 0.06), "sandy loam": (0.65, 0.10), "loam": (0.41, 0.18),
    "silt loam": (0.20, 0.15), "silt": (0.08, 0.05), "sandy clay loam": (0.60, 0.27), "clay loam": (0.33, 0.34),
    "silty clay loam": (0.10, 0.34), "sandy clay": (0.52, 0.42), "silty clay": (0.07, 0.47), "clay": (0.20, 0.60),
}  # fmt: skip


def test_centres_of_all_twelve_classes():
    assert set(CENTRES) == set(TEXTURE_CLASSES)
    sand, clay = np.array(list(CENTRES.values())).T
    assert texture_class(sand, clay).tolist() == list(CENTRES)


@pytest.mark.parametrize(
    ("sand", "clay", "expected"),
    [
        (0.45, 0.27, "clay loam"),
        (0.20, 0.27, "silty clay loam"),
        (0.45, 0.40, "clay"),
        (0.52, 0.07, "loam"),
        (0.20, 0.40, "silty clay"),
        (0.0, 0.12, "silt loam"),
        (0.85, 0.0, "loamy sand"),
        (0.70, 0.0, "sandy loam"),
    ],
)
def test_borders(sand, clay, expected):
    assert str(texture_class(sand, clay)) == expected


def test_triangle_has_no_holes():
    side = np.arange(0, 201) / 200
    sand, clay = np.meshgrid(side, side)
    inside = sand + clay <= 1.0 + 1e-12
    found = texture_class(sand[inside], clay[inside])
    assert set(found.tolist()) == set(TEXTURE_CLASSES)


def test_missing_has_no_class_and_impossible_is_refused():
    assert texture_class([np.nan, 0.4], [0.2, 0.2]).tolist() == ["", "loam"]
    with pytest.raises(InputError):
        texture_class(0.8, 0.4)
