"""RothC closes its carbon, stays positive and keeps 14C in proportion, for any months."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.models import rothc

INITIAL = {"dpm": 0.3, "rpm": 6.0, "bio": 0.8, "hum": 30.0}


@st.composite
def months(draw: st.DrawFn) -> pd.DataFrame:
    count = draw(st.integers(1, 30))

    def column(low: float, high: float) -> list[float]:
        return draw(st.lists(st.floats(low, high), min_size=count, max_size=count))

    return pd.DataFrame(
        {
            "temperature_c": column(-40, 45),
            "rain_mm": column(0, 500),
            "evaporation_mm": column(-5, 400),
            "plant_input": column(0, 5),
            "manure_input": column(0, 20),
            "covered": draw(st.lists(st.booleans(), min_size=count, max_size=count)),
            "dpm_rpm": column(0, 5),
        }
    )


@settings(max_examples=60, deadline=None)
@given(monthly=months(), clay=st.floats(0, 100), depth=st.floats(1, 100), iom=st.floats(0, 10))
def test_carbon_closes_and_stays_positive(monthly: pd.DataFrame, clay: float, depth: float, iom: float) -> None:
    run = rothc.simulate(monthly, clay, depth, iom, initial=INITIAL)
    before = np.concatenate([[sum(INITIAL.values()) + iom], run["soc"].to_numpy()[:-1]])
    gained = (monthly["plant_input"] + monthly["manure_input"]).to_numpy()
    residual = run["soc"] - before - gained + run["co2"]
    assert np.abs(residual).max() <= 1e-12 * max(1.0, run["soc"].max())
    assert (run >= 0).all().all()


@settings(max_examples=40, deadline=None)
@given(monthly=months(), clay=st.floats(0, 100), depth=st.floats(1, 100))
def test_moisture_modifier_stays_in_its_range(monthly: pd.DataFrame, clay: float, depth: float) -> None:
    b, deficit = rothc.moisture_modifier(
        monthly["rain_mm"].to_numpy(),
        monthly["evaporation_mm"].to_numpy(),
        monthly["covered"].to_numpy(),
        clay,
        depth,
    )
    assert ((b >= 0.2 - 1e-12) & (b <= 1.0)).all()
    assert ((deficit >= 0) & (deficit <= rothc.maximum_deficit(clay, depth) + 1e-9)).all()


@settings(max_examples=30, deadline=None)
@given(monthly=months(), delta=st.floats(-500, 900))
def test_soil_is_never_younger_than_its_input(monthly: pd.DataFrame, delta: float) -> None:
    empty = dict.fromkeys(INITIAL, 0.0)
    monthly = monthly.assign(plant_input=1.0, temperature_c=10.0, rain_mm=300.0, delta14c_permil=delta)
    run = rothc.simulate(monthly, 20.0, 23.0, 0.0, initial=empty)
    # 0.4 permil: the published age conversion's rounding of the mean life, at most.
    assert (run["delta14c_permil"] <= delta + 0.4).all()
    assert (run["delta14c_permil"] >= delta - 2.0).all()
