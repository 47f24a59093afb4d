"""Bad climate tables: each error names the file, the line, the column and what to do."""

import numpy as np
import pytest

from mollisol.climate import Climate, at_depth, read_climate
from mollisol.climate.reading import parse_csv
from mollisol.grid import Grid
from mollisol.units import InputError

HEAD = "date,temperature_c,precipitation_mm"
EXTRA = "temperature_min_c,temperature_max_c,pet_mm,radiation_mj_m2,wind_m_s,relative_humidity_percent"


def table(change=None, head=HEAD, months=24):
    rows = [[f"20{20 + m // 12}-{m % 12 + 1:02d}-01", "9.5", "60"] for m in range(months)]
    if change:
        change(rows)
    return "\n".join([head, *(",".join(row) for row in rows)]) + "\n"


def put(row, column, value):
    def change(rows):
        rows[row][column] = value

    return change


def wide(**values):
    """A climatology with one more column each."""
    head = "month,temperature_c,precipitation_mm," + ",".join(values)
    rows = [f"{m},9.5,60," + ",".join(str(v) for v in values.values()) for m in range(1, 13)]
    return "\n".join([head, *rows]) + "\n"


CASES = {
    "missing month": (table(lambda rows: rows.pop(5)), 7, "date", "month 2020-06 is missing"),
    "duplicate date": (table(lambda rows: rows.insert(4, list(rows[3]))), 6, "date", "repeats the date"),
    "unsorted": (table(lambda rows: rows.insert(2, rows.pop(9))), 5, "date", "earlier than the line above"),
    "not a number": (table(put(3, 1, "warm")), 5, "temperature_c", "'warm' is not a number"),
    "nan": (table(put(3, 1, "NaN")), 5, "temperature_c", "is not a number"),
    "infinite": (table(put(3, 1, "inf")), 5, "temperature_c", "is not a number"),
    "empty cell": (table(put(3, 2, "")), 5, "precipitation_mm", "the cell is empty"),
    "too cold": (table(put(0, 1, "-95")), 2, "temperature_c", "-95 is outside -90 to 60"),
    "too hot": (table(put(1, 1, "61")), 3, "temperature_c", "61 is outside"),
    "kelvin": (table(lambda rows: [r.__setitem__(1, "282.6") for r in rows]), 2, "temperature_c", "kelvin"),
    "negative rain": (table(put(2, 2, "-1")), 4, "precipitation_mm", "-1 is outside"),
    "rain in metres": (
        table(lambda rows: [r.__setitem__(2, "0.06") for r in rows]), None, "precipitation_mm", "metres"),
    "no rain at all": (
        table(lambda rows: [r.__setitem__(2, "0") for r in rows]), None, "precipitation_mm", "0 mm of rain"),
    "bad date": (table(put(2, 0, "2020-13-01")), 4, "date", "is not a date"),
    "date of another order": (table(put(2, 0, "01/03/2020")), 4, "date", "YYYY-MM-DD"),
    "missing column": (table(head="date,temperature_c,pet_mm"), 1, "precipitation_mm", "is missing"),
    "unknown column": (table(head="date,temprature_c,precipitation_mm"), 1, "temprature_c", "'temperature_c'"),
    "column twice": (table(head="date,temperature_c,temperature_c"), 1, "temperature_c", "comes twice"),
    "semicolons": (table(head="date;temperature_c;precipitation_mm"), 1, None, "commas"),
    "extra cell": (table(put(2, 2, "60,5")), 4, None, "4 cells, the header has 3"),
    "empty line": (table(lambda rows: rows.insert(3, [" "])), 5, None, "empty line"),
    "only a header": (HEAD + "\n", None, None, "no rows"),
    "one row": (table(months=1), 2, "date", "one date only"),
    "weekly": (
        HEAD + "\n" + "\n".join(f"2020-01-{d:02d},5,5" for d in range(1, 30, 7)), 3, "date", "7 days apart"),
    "eleven months": (
        "month,temperature_c,precipitation_mm\n" + "\n".join(f"{m},9,60" for m in range(1, 12)),
        None, "month", "month 12 is missing"),
    "thirteen months": (
        "month,temperature_c,precipitation_mm\n" + "\n".join(f"{m},9,60" for m in [*range(1, 13), 1]),
        14, "month", "comes twice"),
    "month 13": (
        "month,temperature_c,precipitation_mm\n" + "\n".join(f"{m},9,60" for m in range(2, 14)),
        13, "month", "month 13"),
    "months out of order": (
        "month,temperature_c,precipitation_mm\n" + "\n".join(f"{m},9,60" for m in [2, 1, *range(3, 13)]),
        3, "month", "month 1 after month 2"),
    "date and month": (table(head="date,month,precipitation_mm"), 1, "date", "either `date` or `month`"),
    "minimum above maximum": (
        wide(temperature_min_c=12, temperature_max_c=8), 2, "temperature_min_c", "above the maximum"),
    "mean outside the range": (
        wide(temperature_min_c=20, temperature_max_c=28), 2, "temperature_min_c", "outside the range"),
    "minimum alone": (wide(temperature_min_c=2), None, "temperature_max_c", "only one of"),
    "humidity above 100": (wide(relative_humidity_percent=110), 2, "relative_humidity_percent", "110"),
    "humidity as a fraction": (wide(relative_humidity_percent=0.7), None, "relative_humidity_percent", "fraction"),
    "radiation in watts": (wide(radiation_mj_m2=180), 2, "radiation_mj_m2", "0.0864"),
    "negative wind": (wide(wind_m_s=-1), 2, "wind_m_s", "-1 is outside"),
    "no demand": (wide(pet_mm=0), None, "pet_mm", "every value is 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_table(case):
    text, line, key, said = CASES[case]
    with pytest.raises(InputError) as caught:
        parse_csv(text, "weather.csv")
    error = caught.value
    assert said in str(error)
    assert error.file == "weather.csv"
    assert error.line == line
    assert key is None or error.key == key
    assert error.remedy


def test_the_good_table_is_accepted():
    assert len(parse_csv(table(), "weather.csv")) == 24


def test_rain_in_centimetres_is_only_suspected():
    climate = parse_csv(table(lambda rows: [r.__setitem__(2, "6") for r in rows]), "weather.csv")
    assert "in cm" in climate.warnings[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b" \n\n", "empty"), (bytes(range(256)), "binary"), (b"\x89PNG\r\n\0\0", "binary")],
)
def test_empty_and_binary_files(tmp_path, content, said):
    path = tmp_path / "weather.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_climate(path)


def test_absent_file():
    with pytest.raises(InputError, match="no such file"):
        read_climate("nowhere/weather.csv")


class Loam:
    def __init__(self, shape=(20, 1)):
        self.wilting_point, self.field_capacity = np.full(shape, 0.14), np.full(shape, 0.28)
        self.saturation, self.saturated_conductivity = np.full(shape, 0.46), np.full(shape, 130.0)
        self.air_entry, self.retention_exponent = np.full(shape, 2.6), np.full(shape, 5.5)


def at(climate=None, soil=None, **change):
    year = climate or Climate("climatology", np.arange(1, 13), np.full(12, 10.0), np.full(12, 60.0))
    given = {"grid": Grid(), "latitude": 45.0, "sand": 0.4, "bulk_density": 1.4, "root_share": np.ones((20, 1))}
    return at_depth(year, soil or Loam(), **{**given, **change})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sand": 40.0}, "sand"),
        ({"bulk_density": 1400.0}, "bulk_density"),
        ({"organic_matter": 2.0}, "organic_matter"),
        ({"root_share": np.full((20, 1), np.nan)}, "root shares"),
        ({"root_share": np.ones((19, 1))}, "root shares"),
        ({"cover": 70.0}, "cover"),
        ({"cover": np.full((13, 1), 0.5)}, "13 months"),
        ({"latitude": 95.0}, "latitude"),
        ({"grid": Grid([0.0, 1.0])}, "1 layers"),
    ],
)
def test_impossible_soil(change, said):
    with pytest.raises(InputError, match=said):
        at(**change)


def test_hydraulics_out_of_order():
    soil = Loam()
    soil.wilting_point[3] = 0.3
    with pytest.raises(InputError, match="layer 3, column 0"):
        at(soil=soil)


def test_a_glacier_is_refused():
    cold = Climate("climatology", np.arange(1, 13), np.full(12, -20.0), np.full(12, 60.0))
    with pytest.raises(InputError, match="snow never melts"):
        at(cold)


def test_a_missing_month_of_a_climate_made_by_hand():
    t = np.full(12, 10.0)
    t[4] = np.nan
    with pytest.raises(InputError, match="temperature of 5 is missing"):
        at(Climate("climatology", np.arange(1, 13), t, np.full(12, 60.0)))


def test_a_series_of_less_than_a_year():
    time = np.arange("2020-01", "2020-08", dtype="datetime64[M]").astype("datetime64[D]")
    with pytest.raises(InputError, match="month"):
        at(Climate("monthly", time, np.full(7, 10.0), np.full(7, 60.0)))
