"""RothC's modifiers and single months against figures worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from mollisol.models import rothc
from mollisol.units import parameters_of


def month(**values: object) -> pd.DataFrame:
    row = {
        "temperature_c": 10.0,
        "rain_mm": 80.0,
        "evaporation_mm": 20.0,
        "plant_input": 0.0,
        "manure_input": 0.0,
        "covered": True,
        "dpm_rpm": 1.44,
    }
    return pd.DataFrame({name: [value] for name, value in {**row, **values}.items()})


POOLS = {"dpm": 1.0, "rpm": 5.0, "bio": 1.0, "hum": 20.0}


def test_temperature_modifier() -> None:
    # 47.91 / (1 + exp(106.06 / 28.27)) = 47.91 / (1 + exp(3.751680...))
    assert rothc.temperature_modifier(10.0) == pytest.approx(47.91 / (1 + math.exp(106.06 / 28.27)))
    assert rothc.temperature_modifier(10.0) == pytest.approx(1.099, abs=0.001)
    # By construction about 1 at Rothamsted's mean temperature of 9.25 degC.
    assert rothc.temperature_modifier(9.25) == pytest.approx(1.0, abs=0.01)
    np.testing.assert_array_equal(rothc.temperature_modifier([-5.01, -18.27, -40.0]), 0.0)
    assert rothc.temperature_modifier(-5.0) > 0


def test_largest_deficit_of_the_guide() -> None:
    # Coleman & Jenkinson: -44.94 mm for 0-23 cm at Rothamsted (23.4 % clay).
    assert rothc.maximum_deficit(23.4, 23.0) == pytest.approx(44.94, abs=0.01)
    assert rothc.maximum_deficit(23.4, 46.0) == pytest.approx(2 * rothc.maximum_deficit(23.4, 23.0))


def test_moisture_under_plants() -> None:
    largest = rothc.maximum_deficit(23.4, 23.0)  # 44.944 mm, onset 19.955 mm
    b, deficit = rothc.moisture_modifier(
        [0.0, 0.0, 0.0, 100.0, 0.0], [20.0, 20.0, 100.0, 0.0, 0.0], [True] * 5, 23.4, 23.0
    )
    np.testing.assert_allclose(deficit, [15.0, 30.0, largest, 0.0, 0.0])
    between = 0.2 + 0.8 * (largest - 30.0) / (largest - 0.444 * largest)
    np.testing.assert_allclose(b, [1.0, between, 0.2, 1.0, 1.0])


def test_bare_soil_dries_to_its_own_limit_and_is_judged_by_the_covered_maximum() -> None:
    largest = rothc.maximum_deficit(23.4, 23.0)
    b, deficit = rothc.moisture_modifier([0.0], [100.0], [False], 23.4, 23.0)
    assert deficit[0] == pytest.approx(0.556 * largest)
    # 0.2 + 0.8 (1 - 0.556) / (1 - 0.444) = 0.8388; with the bare limit as the denominator it would be 0.2.
    assert b[0] == pytest.approx(0.2 + 0.8 * 0.444 / 0.556)


def test_bare_soil_keeps_a_deeper_deficit_until_it_rains() -> None:
    largest = rothc.maximum_deficit(23.4, 23.0)
    b, deficit = rothc.moisture_modifier(
        [0.0, 0.0, 10.0, 30.0], [100.0, 100.0, 0.0, 0.0], [True, False, False, False], 23.4, 23.0
    )
    np.testing.assert_allclose(deficit, [largest, largest, largest - 10.0, largest - 40.0])
    assert b[1] == pytest.approx(0.2)
    assert b[2] == pytest.approx(0.2 + 0.8 * 10.0 / (0.556 * largest))
    assert b[3] == 1.0


@pytest.mark.parametrize(("covered", "cover"), [(True, 0.6), (False, 1.0)])
def test_one_month_by_hand(covered: bool, cover: float) -> None:
    result = rothc.simulate(
        month(covered=covered, plant_input=2.44, manure_input=1.0), 23.4, 23.0, 2.7, initial=POOLS
    ).iloc[0]
    rate = 47.91 / (1 + math.exp(106.06 / 28.27)) * cover
    k = {"dpm": 10.0, "rpm": 0.3, "bio": 0.66, "hum": 0.02}
    left = {pool: POOLS[pool] * math.exp(-rate * k[pool] / 12) for pool in POOLS}
    lost = sum(POOLS.values()) - sum(left.values())
    x = 1.67 * (1.85 + 1.60 * math.exp(-0.0786 * 23.4))
    assert result["dpm"] == pytest.approx(left["dpm"] + 1.44 + 0.49)
    assert result["rpm"] == pytest.approx(left["rpm"] + 1.0 + 0.49)
    assert result["bio"] == pytest.approx(left["bio"] + 0.46 * lost / (x + 1))
    assert result["hum"] == pytest.approx(left["hum"] + 0.54 * lost / (x + 1) + 0.02)
    assert result["co2"] == pytest.approx(lost * x / (x + 1))
    assert result["iom"] == 2.7
    assert result["soc"] == pytest.approx(result[["dpm", "rpm", "bio", "hum", "iom"]].sum())


def test_given_pools_without_14c_need_no_spin_up_and_columns_are_as_promised() -> None:
    plain = rothc.simulate(month(), 23.4, 23.0, 2.7, initial=POOLS)
    assert list(plain.columns) == ["dpm", "rpm", "bio", "hum", "iom", "soc", "co2"]
    dated = rothc.simulate(month(plant_input=1.0, delta14c_permil=0.0), 23.4, 23.0, 2.7, initial=POOLS)
    assert list(dated.columns) == [*plain.columns, "delta14c_permil"]


def test_inert_carbon_alone_is_nearly_free_of_14c() -> None:
    result = rothc.simulate(month(delta14c_permil=0.0), 23.4, 23.0, 2.7, spin_up_months=1)
    assert result["soc"].iloc[0] == 2.7
    assert result["delta14c_permil"].iloc[0] == pytest.approx(-998.0, abs=0.1)


def test_without_carbon_there_is_no_14c() -> None:
    result = rothc.simulate(month(delta14c_permil=0.0), 23.4, 23.0, 0.0, spin_up_months=1)
    assert result["soc"].iloc[0] == 0.0
    assert math.isnan(result["delta14c_permil"].iloc[0])


def test_young_soil_has_the_14c_of_its_input() -> None:
    # Fresh input alone: no decay yet; the published age conversion gives 100 within 0.03.
    result = rothc.simulate(
        month(plant_input=1.0, delta14c_permil=100.0),
        23.4,
        23.0,
        0.0,
        initial=dict.fromkeys(POOLS, 0.0),
    )
    assert result["delta14c_permil"].iloc[0] == pytest.approx(100.0, abs=0.03)


def test_every_constant_has_a_source() -> None:
    for name, declared in parameters_of(rothc.RothCParameters).items():
        assert all([declared.source, declared.unit, declared.about]), name
