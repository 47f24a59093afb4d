"""RothC against the example that Rothamsted Research publishes with its own code.

`rothc_rothamsted_example.csv` holds the first 48 months of RothC_input.dat (clay 13 %, 25 cm, IOM 3.0041 t C/ha;
the first twelve are the spin-up) and the pools of month_results.csv and output_years.csv, as published with
RothC_Py (Rothamsted Research 2024, Apache-2.0). The months contain bare soil with and without an older deficit, a
month below freezing and input of changing 14C.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mollisol.models import rothc

EXAMPLE = Path(__file__).with_name("rothc_rothamsted_example.csv")


@pytest.fixture(scope="module")
def example() -> pd.DataFrame:
    table = pd.read_csv(EXAMPLE)
    table["covered"] = table["covered"] == 1
    return table


def forcing(example: pd.DataFrame) -> pd.DataFrame:
    monthly = example.loc[:, "temperature_c":"dpm_rpm"].copy()
    monthly["delta14c_permil"] = (example["percent_modern"] / 100 - 1) * 1000
    return monthly


@pytest.fixture(scope="module")
def result(example: pd.DataFrame) -> pd.DataFrame:
    return rothc.simulate(forcing(example), clay_percent=13.0, depth_cm=25.0, iom=3.0041)


@pytest.mark.parametrize(
    ("column", "tolerance"),
    [
        ("dpm", 1e-10),
        ("rpm", 1e-10),
        ("bio", 1e-10),
        ("hum", 1e-10),
        ("soc", 1e-10),
        ("delta14c_permil", 1e-9),
    ],
)
def test_every_published_month(example: pd.DataFrame, result: pd.DataFrame, column: str, tolerance: float) -> None:
    published = example[column].notna()
    assert published.sum() == 37
    np.testing.assert_allclose(result.loc[published, column], example.loc[published, column], rtol=0, atol=tolerance)


def test_the_spin_up_ends_where_the_published_one_does(example: pd.DataFrame, result: pd.DataFrame) -> None:
    # Row 11 is the published equilibrium, reached after 19,872 months.
    assert result["soc"].iloc[11] == pytest.approx(37.211050264543026, abs=1e-10)
    assert result["delta14c_permil"].iloc[11] == pytest.approx(-93.34988833305712, abs=1e-9)


def test_pools_taken_from_a_run_continue_it(example: pd.DataFrame, result: pd.DataFrame) -> None:
    # The deficit is 0 at the end of row 11, so the run goes on as if unbroken.
    later = forcing(example).drop(columns="delta14c_permil").iloc[12:]
    initial = result.loc[11, ["dpm", "rpm", "bio", "hum"]].to_dict()
    again = rothc.simulate(later, 13.0, 25.0, 3.0041, initial=initial)
    np.testing.assert_allclose(again["soc"], result["soc"].iloc[12:], rtol=1e-14)
    assert list(again.index) == list(later.index)
