"""RothC refuses what it cannot use, by name and row."""

import math

import pandas as pd
import pytest

from mollisol.models import rothc
from mollisol.units import InputError, RunError


def year(**values: object) -> pd.DataFrame:
    table = {
        "temperature_c": 10.0,
        "rain_mm": 80.0,
        "evaporation_mm": 20.0,
        "plant_input": 0.1,
        "manure_input": 0.0,
        "covered": True,
        "dpm_rpm": 1.44,
    }
    return pd.DataFrame({**table, **values}, index=range(12))


def with_value(column: str, row: int, value: object) -> pd.DataFrame:
    table = year().astype({column: object})
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("temperature_c", math.nan),
        ("temperature_c", "warm"),
        ("rain_mm", -1.0),
        ("rain_mm", math.inf),
        ("plant_input", -0.1),
        ("plant_input", pd.NA),
        ("manure_input", None),
        ("dpm_rpm", -1.0),
        ("covered", "yes"),
        ("covered", 0.5),
        ("covered", math.nan),
        ("covered", pd.NA),
    ],
)
def test_a_bad_value_names_its_column(column: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        rothc.simulate(with_value(column, 4, value), 23.4, 23.0, 2.7)
    assert caught.value.key == column
    assert "row 5" in caught.value.message or "numbers" in caught.value.message
    assert caught.value.remedy


def test_a_missing_column_is_named_with_its_likely_spelling() -> None:
    with pytest.raises(InputError, match="rain_mm") as caught:
        rothc.simulate(year().rename(columns={"rain_mm": "rainmm"}), 23.4, 23.0, 2.7)
    assert caught.value.remedy is not None
    assert "'rainmm'" in caught.value.remedy


def test_a_column_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        rothc.simulate(pd.concat([year(), year()[["rain_mm"]]], axis=1), 23.4, 23.0, 2.7)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        rothc.simulate(year().iloc[:0], 23.4, 23.0, 2.7)


@pytest.mark.parametrize(
    ("key", "soil"),
    [
        ("clay_percent", {"clay_percent": -1.0}),
        ("clay_percent", {"clay_percent": 100.5}),
        ("clay_percent", {"clay_percent": math.nan}),
        ("depth_cm", {"depth_cm": 0.0}),
        ("depth_cm", {"depth_cm": -23.0}),
        ("iom", {"iom": -0.1}),
        ("iom", {"iom": None}),
        ("spin_up_months", {"spin_up_months": 0}),
        ("spin_up_months", {"spin_up_months": -12}),
        ("spin_up_months", {"spin_up_months": 13}),
        ("spin_up_months", {"spin_up_months": 12.0}),
        ("initial", {"initial": {"dpm": 1.0, "rpm": 1.0, "bio": 1.0}}),
        ("initial", {"initial": {"dpm": 1.0, "rpm": 1.0, "bio": 1.0, "hum": 1.0, "humus": 1.0}}),
        ("initial", {"initial": {"dpm": 1.0, "rpm": 1.0, "bio": 1.0, "hum": 1.0, "iom": 9.0}}),
        ("hum", {"initial": {"dpm": 1.0, "rpm": 1.0, "bio": 1.0, "hum": -1.0}}),
    ],
)
def test_a_bad_argument_is_named(key: str, soil: dict[str, object]) -> None:
    arguments = {"clay_percent": 23.4, "depth_cm": 23.0, "iom": 2.7, **soil}
    with pytest.raises(InputError) as caught:
        rothc.simulate(year(), **arguments)
    assert caught.value.key == key


def test_14c_of_given_pools_needs_repeats() -> None:
    pools = {"dpm": 0.1, "rpm": 5.0, "bio": 0.5, "hum": 20.0}
    with pytest.raises(InputError, match="spin_up_months"):
        rothc.simulate(year(delta14c_permil=0.0), 23.4, 23.0, 2.7, initial=pools, spin_up_months=0)
    assert len(rothc.simulate(year(), 23.4, 23.0, 2.7, initial=pools, spin_up_months=0)) == 12


def test_frozen_soil_with_input_has_no_equilibrium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mollisol.models.rothc.run._MOST_CYCLES", 500)
    with pytest.raises(RunError, match="did not settle"):
        rothc.simulate(year(temperature_c=-10.0), 23.4, 23.0, 2.7)
    with pytest.raises(RunError, match="nothing decomposes"):
        rothc.cycle_operator(year(temperature_c=-10.0), 23.4, 23.0)


def test_condensation_is_no_fault() -> None:
    assert len(rothc.simulate(year(evaporation_mm=-0.5), 23.4, 23.0, 2.7)) == 12
