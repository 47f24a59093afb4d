"""Reading, aggregating and describing climates."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mollisol.climate import Climate, climatology, describe, monthly, read_climate
from mollisol.climate.mean_preserving import within_months


def write(path, header, rows):
    path.write_text("\n".join([header, *(",".join(str(cell) for cell in row) for row in rows)]) + "\n")
    return path


def days(start, end):
    return np.arange(start, end, dtype="datetime64[D]")


def test_daily_table(tmp_path):
    time = days("2020-01-01", "2022-01-01")
    rows = [(day, 5.0 + i % 7, i % 3, i % 7, 10 + i % 7) for i, day in enumerate(time)]
    header = "date,temperature_c,precipitation_mm,temperature_min_c,temperature_max_c"
    climate = read_climate(write(tmp_path / "daily.csv", header, rows))
    assert climate.resolution == "daily"
    assert len(climate) == 731
    by_month = monthly(climate)
    assert len(by_month) == 24
    assert by_month.precipitation.sum() == climate.precipitation.sum()
    first = climate.temperature[:31]
    assert by_month.temperature[0] == pytest.approx(first.mean())
    assert by_month.temperature_deviation[0] == pytest.approx(first.std())
    assert by_month.diurnal_amplitude == pytest.approx(np.full(24, 5.0))
    year = climatology(climate)
    assert year.resolution == "climatology"
    assert year.precipitation[1] == pytest.approx(by_month.precipitation[[1, 13]].mean())
    assert climate.day_of_year[[0, 365, 366]].tolist() == [1, 366, 1]


def test_monthly_table_by_year_and_month(tmp_path):
    rows = [(f"20{20 + m // 12}-{m % 12 + 1:02d}", m % 12, 50) for m in range(30)]
    climate = read_climate(write(tmp_path / "m.csv", "date,temperature_c,precipitation_mm", rows))
    assert climate.resolution == "monthly"
    assert climate.days[:3].tolist() == [31, 29, 31]
    assert climatology(climate).temperature.tolist() == list(range(12))
    assert climate.day_of_year[:2].tolist() == [15, 46]


def test_a_month_may_be_dated_by_its_end(tmp_path):
    ends = (np.arange("2020-02", "2021-02", dtype="datetime64[M]").astype("datetime64[D]") - 1).astype(str)
    climate = read_climate(
        write(tmp_path / "m.csv", "date,temperature_c,precipitation_mm", [(day, 5, 60) for day in ends])
    )
    assert str(climate.time[0]) == "2020-01-01"


def test_climatology_table_and_description(tmp_path):
    rows = [(m, 10 - m % 5, 70.0) for m in range(1, 13)]
    climate = read_climate(write(tmp_path / "c.csv", "month,temperature_c,precipitation_mm", rows))
    text = describe(climate)
    assert text["resolution"] == "climatology"
    assert text["annual_precipitation"] == 840.0
    assert text["pet_method"] == "thornthwaite"
    assert len(text["months"]) == 12
    json.dumps(text)


def test_months_that_are_not_whole_are_left_out():
    time = days("2021-01-15", "2021-04-10")
    series = monthly(Climate("daily", time, np.zeros(time.size), np.ones(time.size)))
    assert [str(month)[:7] for month in series.time] == ["2021-02", "2021-03"]


def test_variation_within_months_is_not_between_years():
    time = days("2021-01-01", "2023-01-01")
    year = time.astype("datetime64[Y]").astype(int)
    climate = Climate("daily", time, 10.0 * (year - year[0]), np.ones(time.size))
    assert climatology(climate).temperature_deviation == pytest.approx(np.zeros(12), abs=1e-6)


@pytest.mark.parametrize("periodic", [True, False])
def test_interpolation_keeps_means(periodic):
    rng = np.random.default_rng(0)
    length = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3)
    means = rng.normal(10.0, 8.0, (36, 2))
    steps = (np.arange(31)[None, :] < length[:, None]).astype(float)
    curve = within_months(means, length, steps, periodic)
    np.testing.assert_allclose((curve * steps[:, :, None]).sum(1) / length[:, None], means, atol=1e-10)
    flat = curve[steps > 0][:, 0]
    assert np.max(np.abs(np.diff(flat))) < 0.35 * np.ptp(means[:, 0])


def test_checking_a_table_loads_neither_jax_nor_xarray(tmp_path):
    path = write(tmp_path / "c.csv", "month,temperature_c,precipitation_mm", [(m, 9, 60) for m in range(1, 13)])
    code = (
        "import sys; from mollisol.climate import read_climate, describe; "
        f"describe(read_climate({str(path)!r})); "
        "print([m for m in ('jax', 'xarray', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
