"""ICBM, Century and C-TOOL close their carbon and stay positive, for any table."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.models import century, ctool, icbm


def table(draw: st.DrawFn, columns: dict[str, tuple[float, float]]) -> pd.DataFrame:
    count = draw(st.integers(1, 20))
    return pd.DataFrame(
        {
            name: draw(st.lists(st.floats(low, high), min_size=count, max_size=count))
            for name, (low, high) in columns.items()
        }
    )


@st.composite
def icbm_tables(draw: st.DrawFn) -> pd.DataFrame:
    return table(draw, {"input": (0, 20), "influence": (0.05, 10), "humification": (0.01, 0.9)})


@st.composite
def century_tables(draw: st.DrawFn) -> pd.DataFrame:
    columns = {"temperature_c": (-40, 55), "rain_mm": (0, 400), "evaporation_mm": (0, 300)}
    return table(draw, columns | {"surface_input": (0, 5), "soil_input": (0, 5), "lignin_to_nitrogen": (0, 80)})


@st.composite
def ctool_tables(draw: st.DrawFn) -> pd.DataFrame:
    columns = {"temperature_top_c": (-40.0, 50.0), "temperature_sub_c": (-10.0, 40.0)}
    return table(draw, columns | {"plant_input_top": (0, 5), "plant_input_sub": (0, 5), "manure_input": (0, 5)})


def closes(total: pd.Series, start: float, gained: np.ndarray, co2: pd.Series) -> None:
    before = np.concatenate([[start], total.to_numpy()[:-1]])
    scale = max(1.0, total.max())
    assert np.abs(total - before - gained + co2).max() <= 1e-11 * scale
    assert co2.min() >= -1e-12 * scale


@settings(max_examples=60, deadline=None)
@given(yearly=icbm_tables())
def test_icbm(yearly: pd.DataFrame) -> None:
    run = icbm.simulate(yearly, {"young": 3.0, "old": 40.0})
    closes(run["soc"], 43.0, yearly["input"].to_numpy(), run["co2"])
    assert run.drop(columns="co2").min().min() >= 0.0


@settings(max_examples=40, deadline=None)
@given(monthly=century_tables(), clay=st.floats(0, 50), silt=st.floats(0, 50), lignin=st.floats(0, 1))
def test_century(monthly: pd.DataFrame, clay: float, silt: float, lignin: float) -> None:
    run = century.simulate(monthly, clay, silt, lignin, initial=dict.fromkeys(century.POOLS, 4.0))
    pools = run[list(century.POOLS)]
    gained = (monthly["surface_input"] + monthly["soil_input"]).to_numpy()
    closes(pools.sum(axis=1), 28.0, gained, run["co2"])
    assert pools.min().min() >= 0.0


@settings(max_examples=60, deadline=None)
@given(monthly=ctool_tables(), top=st.floats(0, 100), sub=st.floats(0, 100))
def test_ctool(monthly: pd.DataFrame, top: float, sub: float) -> None:
    run = ctool.simulate(monthly, top, sub, initial=dict.fromkeys(ctool.POOLS, 10.0))
    gained = monthly[["plant_input_top", "plant_input_sub", "manure_input"]].sum(axis=1).to_numpy()
    closes(run["soc"], 60.0, gained, run["co2"])
    assert run.min().min() >= 0.0
