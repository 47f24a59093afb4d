"""The comparison with measured radiocarbon reads, joins and sums up as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from validation.radiocarbon import FILE, Layer, at_layer, compare, field, markdown, read_layers

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def a_result() -> xr.Dataset:
    time = np.array([f"{year}-01-01" for year in (1970, 1971, 1972)], dtype="datetime64[s]")
    delta = np.array([[0.0, -100.0], [50.0, -90.0], [80.0, -80.0]])[None, None]
    return xr.Dataset(
        {
            "soc": (("practice", "member", "time", "layer"), np.broadcast_to([3.0, 1.0], (1, 1, 3, 2))),
            "delta14c": (("practice", "member", "time", "layer"), delta),
        },
        {"practice": ["baseline"], "member": [0], "time": time, "layer": [0.1, 0.35]},
    )


def test_a_layer_takes_the_mean_by_carbon_of_what_it_overlaps() -> None:
    edges = np.array([0.0, 20.0, 50.0])
    value = at_layer(Layer("a", 10.0, 35.0, 1970, 0.0), edges, np.array([3.0, 1.0]), np.array([50.0, -90.0]))
    assert value == pytest.approx((1.5 * 50.0 - 0.5 * 90.0) / 2.0)


def test_each_layer_is_compared_in_its_own_year() -> None:
    layers = [Layer("a", 0.0, 20.0, 1970, 40.0), Layer("a", 20.0, 50.0, 1971, -60.0), Layer("b", 0.0, 20.0, 1990, 0.0)]
    rows = compare(layers, a_result(), np.array([0.0, 20.0, 50.0]))
    assert [(row.layers, row.modelled, row.bias) for row in rows] == [(1, 50.0, 10.0), (1, -80.0, -20.0)]
    assert "| 0-20 | 1 (1) | 40 (40 to 40) | 50 | +10 | 10 |" in markdown(rows)


def test_the_demos_field_is_run_with_its_radiocarbon() -> None:
    spec = field()
    assert spec.output.radiocarbon
    assert (spec.years.start, spec.ensemble, len(spec.practices)) == (1947, 1, 0)
    assert all(period.start < 1947 for period in spec.history)


@pytest.mark.skipif(not (DATA / FILE).is_file(), reason="the compilation of ../shared/data/radiocarbon is absent")
def test_cropland_layers_of_the_compilation_are_read() -> None:
    layers = read_layers(DATA / FILE)
    assert len({layer.profile for layer in layers}) > 80
    assert all(-1000.0 < layer.delta14c < 500.0 and layer.bottom > layer.top for layer in layers)
    assert {layer.year for layer in layers} >= {1970, 1995}
