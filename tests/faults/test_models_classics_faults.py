"""ICBM, Century and C-TOOL refuse what they cannot use, by name and row."""

import math
from typing import Any

import pandas as pd
import pytest

from mollisol.models import century, ctool, icbm
from mollisol.units import InputError


def icbm_table(**values: object) -> pd.DataFrame:
    return pd.DataFrame({"input": 2.0, **values}, index=range(12))


def century_table(**values: object) -> pd.DataFrame:
    table = {
        "temperature_c": 10.0,
        "rain_mm": 60.0,
        "evaporation_mm": 40.0,
        "surface_input": 0.1,
        "soil_input": 0.1,
        "lignin_to_nitrogen": 20.0,
    }
    return pd.DataFrame({**table, **values}, index=range(12))


def ctool_table(**values: object) -> pd.DataFrame:
    table = {"temperature_c": 8.0, "plant_input_top": 0.3, "plant_input_sub": 0.03, "manure_input": 0.0}
    return pd.DataFrame({**table, **values}, index=range(12))


RUNS: dict[str, Any] = {
    "icbm": (icbm_table, lambda table, **rest: icbm.simulate(table, **rest)),
    "century": (century_table, lambda table, **rest: century.simulate(table, 20.0, 40.0, **rest)),
    "ctool": (ctool_table, lambda table, **rest: ctool.simulate(table, 10.0, 15.0, **rest)),
}


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        ("icbm", "input", math.nan),
        ("icbm", "input", -1.0),
        ("icbm", "influence", 0.0),
        ("icbm", "humification", 1.5),
        ("century", "temperature_c", "warm"),
        ("century", "rain_mm", -1.0),
        ("century", "evaporation_mm", math.inf),
        ("century", "lignin_to_nitrogen", None),
        ("ctool", "temperature_c", math.nan),
        ("ctool", "plant_input_sub", -0.1),
        ("ctool", "manure_input", pd.NA),
    ],
)
def test_a_bad_value_names_its_column_and_row(model: str, column: str, value: object) -> None:
    table, run = RUNS[model]
    given = table(**({column: 0.5} if column in ("influence", "humification") else {})).astype({column: object})
    given.loc[4, column] = value
    with pytest.raises(InputError) as caught:
        run(given)
    assert caught.value.key == column
    assert "row 5" in caught.value.message or "numbers" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("model", "column", "near"),
    [("icbm", "input", "imput"), ("century", "soil_input", "soil_imput"), ("ctool", "manure_input", "manure_imput")],
)
def test_a_missing_column_is_named_with_its_likely_spelling(model: str, column: str, near: str) -> None:
    table, run = RUNS[model]
    with pytest.raises(InputError) as caught:
        run(table().rename(columns={column: near}))
    assert caught.value.key == column
    assert repr(near) in str(caught.value.remedy)


@pytest.mark.parametrize("model", RUNS)
def test_an_empty_table_a_doubled_column_and_wrong_pools_are_refused(model: str) -> None:
    table, run = RUNS[model]
    with pytest.raises(InputError, match="no rows"):
        run(table().iloc[:0])
    with pytest.raises(InputError, match="twice"):
        run(pd.concat([table(), table().iloc[:, -1:]], axis=1))
    with pytest.raises(InputError, match="unknown pool 'humus'"):
        run(table(), initial={"humus": 1.0})
    with pytest.raises(InputError, match="initial lacks"):
        run(table(), initial={})
    names = {"icbm": icbm.POOLS, "century": century.POOLS, "ctool": ctool.POOLS}[model]
    with pytest.raises(InputError, match=f"{names[0]} is -1"):
        run(table(), initial=dict.fromkeys(names, -1.0))


@pytest.mark.parametrize("value", [0, 13, True, 2.5])
def test_rows_to_repeat_must_be_in_the_table(value: object) -> None:
    for model, (table, run) in RUNS.items():
        name = "spin_up_years" if model == "icbm" else "spin_up_months"
        with pytest.raises(InputError) as caught:
            run(table(), **{name: value})
        assert caught.value.key == name


def test_frozen_months_have_no_steady_state() -> None:
    with pytest.raises(InputError, match="no steady state"):
        century.simulate(century_table(temperature_c=50.0), 20.0, 40.0)
    with pytest.raises(InputError, match="no steady state"):
        ctool.simulate(ctool_table(temperature_c=-99.0), 10.0, 15.0)


def test_impossible_soils_are_refused() -> None:
    with pytest.raises(InputError, match="clay_percent is -1"):
        century.simulate(century_table(), -1.0, 40.0)
    with pytest.raises(InputError, match="clay and silt sum to 110 %"):
        century.simulate(century_table(), 60.0, 50.0)
    with pytest.raises(InputError, match="structural_lignin is 2"):
        century.simulate(century_table(), 20.0, 40.0, structural_lignin=2.0)
    with pytest.raises(InputError, match="clay_sub_percent is nan"):
        ctool.simulate(ctool_table(), 10.0, math.nan)


def test_ctool_needs_both_layers_or_a_year_of_air() -> None:
    with pytest.raises(InputError, match="temperature_top_c alone"):
        ctool.simulate(ctool_table(temperature_top_c=9.0), 10.0, 15.0)
    with pytest.raises(InputError, match="5 months of air temperature"):
        ctool.simulate(ctool_table().iloc[:5], 10.0, 15.0, spin_up_months=5)
    with pytest.raises(InputError) as caught:
        ctool.simulate(ctool_table().drop(columns="temperature_c"), 10.0, 15.0)
    assert caught.value.key == "temperature_c"
    short = ctool_table(temperature_top_c=9.0, temperature_sub_c=8.0).iloc[:5]
    assert len(ctool.simulate(short, 10.0, 15.0, spin_up_months=5)) == 5
