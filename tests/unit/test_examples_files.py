"""The shipped examples: complete, readable, and traceable to the measurements that they were typed from."""

import csv
import gzip
import statistics
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from mollisol.examples import demo_folder, quick_folder

DATA = Path(__file__).parents[3] / "shared" / "data"
PROFILES = DATA / "profiles" / "sodah_layers_soc.csv"
WEATHER = DATA / "climate" / "uscrn_daily_2020_soil_depths.csv.gz"
FOLDERS = pytest.mark.parametrize("folder", [demo_folder(), quick_folder()], ids=["demo", "quick"])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


@FOLDERS
def test_every_example_is_whole_and_names_its_sources(folder: Path) -> None:
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert names == {"study.yaml", "profile.csv", "climate.csv", "SOURCES.md"}
    sources = (folder / "SOURCES.md").read_text(encoding="utf-8")
    for name in ("profile.csv", "climate.csv", "study.yaml"):
        assert name in sources


@FOLDERS
def test_the_readers_accept_every_example(folder: Path) -> None:
    import mollisol.climate
    import mollisol.soil
    import mollisol.study

    profile = mollisol.soil.read_profile(folder / "profile.csv")
    assert profile.top_cm[0] == 0
    climate = mollisol.climate.read_climate(folder / "climate.csv")
    assert climate.resolution == "climatology"
    spec = mollisol.study.load_spec(folder / "study.yaml")
    assert spec.profile == (folder / "profile.csv").resolve()


def test_the_demo_is_deep_has_one_gap_and_a_plausible_climate() -> None:
    profile = rows(demo_folder() / "profile.csv")
    assert float(profile[-1]["bottom_cm"]) >= 200
    assert [row["top_cm"] for row in profile if not row["bulk_density_g_cm3"]] == ["31"]
    climate = rows(demo_folder() / "climate.csv")
    # NEON states 12.7 degC and 850 mm for the site.
    days = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    mean = np.average([float(row["temperature_c"]) for row in climate], weights=days)
    assert mean == pytest.approx(12.7, abs=0.5)
    assert sum(float(row["precipitation_mm"]) for row in climate) == pytest.approx(850, rel=0.02)


def test_precipitation_follows_from_the_published_rainfall_statistics() -> None:
    # Wet after wet, wet after dry, shape and scale (mm) of the station's rainfall generator, January and June.
    for month, days, wet, dry, shape, scale in (
        ("1", 31, 0.338028, 0.141176, 0.748257, 4.166760),
        ("6", 30, 0.442953, 0.293680, 0.599585, 22.291664),
    ):
        total = days * dry / (1 - wet + dry) * shape * scale
        (row,) = [row for row in rows(demo_folder() / "climate.csv") if row["month"] == month]
        assert float(row["precipitation_mm"]) == pytest.approx(total, abs=0.05)


@pytest.mark.skipif(not PROFILES.exists(), reason="../shared/data is absent")
def test_the_demo_profile_is_the_measured_one() -> None:
    measured = [row for row in rows(PROFILES) if row["L1"] == "6_KONZAAG_PIT1"]
    typed = rows(demo_folder() / "profile.csv")
    assert len(measured) == len(typed) == 7
    pairs = {
        "top_cm": "layer_top",
        "bottom_cm": "layer_bot",
        "organic_carbon_percent": "lyr_soc",
        "bulk_density_g_cm3": "bd_samp",
        "clay_percent": "clay",
        "silt_percent": "silt",
        "sand_percent": "sand",
        "ph_h2o": "ph_h2o",
    }
    for ours, theirs in zip(typed, measured, strict=True):
        for name, source in pairs.items():
            assert bool(ours[name]) == bool(theirs[source])
            if ours[name]:
                assert float(ours[name]) == float(theirs[source]), name
        # Stones by mass to volume, with 2.65 g/cm3.
        mass = float(theirs["coarse_frac"]) / 100
        density = float(theirs["bd_samp"] or 1.5)
        volume = mass / 2.65 / (mass / 2.65 + (1 - mass) / density)
        assert float(ours["coarse_fragments_percent"]) == pytest.approx(100 * volume, abs=0.05)


@pytest.mark.skipif(not WEATHER.exists(), reason="../shared/data is absent")
def test_the_demo_temperatures_are_the_measured_ones() -> None:
    columns = {
        "temperature_c": "t_daily_avg",
        "temperature_min_c": "t_daily_min",
        "temperature_max_c": "t_daily_max",
        "radiation_mj_m2": "solarad_daily",
    }
    values: dict[tuple[int, str], list[float]] = defaultdict(list)
    with gzip.open(WEATHER, "rt", newline="", encoding="utf-8") as opened:
        for day in csv.DictReader(opened):
            if day["wban"] == "53974":
                for name, source in columns.items():
                    values[int(day["lst_date"][5:7]), name].append(float(day[source]))
    for row in rows(demo_folder() / "climate.csv"):
        for name in columns:
            mean = statistics.mean(values[int(row["month"]), name])
            assert float(row[name]) == pytest.approx(mean, abs=0.0501), (row["month"], name)
