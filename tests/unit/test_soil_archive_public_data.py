"""The archive with the large public tables, where they are at hand."""

import pathlib
import time

import numpy as np
import pytest

from mollisol.soil import read_profiles
from mollisol.soil.archive import Archive, Selection, import_profiles
from mollisol.soil.archive.export import write_plain

DATA = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not (DATA / "profiles").is_dir(), reason="shared/data/profiles is absent")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """An archive of both tables, and the seconds that the imports took."""
    folder = tmp_path_factory.mktemp("public") / "soils"
    begin = time.perf_counter()
    for name in ("afsp_horizons_soc.csv", "sodah_layers_soc.csv"):
        import_profiles(folder, DATA / "profiles" / name)
    return folder, time.perf_counter() - begin


def test_import_and_query_are_quick(filled):
    folder, seconds = filled
    assert seconds < 60
    archive = Archive(folder)
    archive.select(Selection(depth_m=3.0))  # the libraries are loaded once
    begin = time.perf_counter()
    deep = archive.select(Selection(depth_m=1.0, measured=("soc", "bulk_density", "clay")))
    assert time.perf_counter() - begin < 0.2
    assert deep.num_rows > 1000


def test_every_row_is_accounted_for(filled):
    africa, harmonised = Archive(filled[0]).imports
    for record, rows in ((africa, 63_686), (harmonised, 14_388)):
        assert record.rows_read == rows
        assert record.rows_kept + record.rows_refused + record.rows_above == rows
    assert africa.profiles_kept > 22_000
    assert harmonised.profiles_kept > 4_000
    # Soils of Botswana stand twice in the African table.
    found = Archive(filled[0]).select(Selection(source=("afsp",), repeats=True, gaps=True)).to_pylist()
    repeats = {row["profile_id"]: row["repeats"] for row in found if row["repeats"]}
    assert repeats["BW W3_0763"] == "afsp_horizons_soc/BW W3_0760"
    assert len(repeats) < 100


def test_land_use_of_sodah(filled):
    cropland = Archive(filled[0]).select(Selection(land_use=("cropland",)))
    assert set(cropland.column("land_use_given").to_pylist()) == {"cultivated", "cultivatedCrops"}


def test_export_of_deep_profiles_is_read_back(filled, tmp_path):
    wanted = Selection(depth_m=1.0, measured=("soc", "bulk_density", "clay"))
    archive = Archive(filled[0])
    write_plain(archive.layers(wanted), tmp_path / "deep.csv")
    here, back = archive.profiles(wanted), read_profiles(tmp_path / "deep.csv")
    assert len(back) == archive.select(wanted).num_rows
    for one, other in zip(here, back, strict=True):
        assert one.profile_id == other.profile_id
        np.testing.assert_array_equal(one.organic_carbon_percent, other.organic_carbon_percent)
        np.testing.assert_array_equal(one.bulk_density_g_cm3, other.bulk_density_g_cm3)


def test_a_rounded_copy_under_other_names_is_found(filled, tmp_path):
    """Soils of the African table as another compilation would give them: fewer digits, percent, no coarse fragments."""
    archive = Archive(filled[0])
    wanted = Selection(box=(20.0, -27.0, 30.0, -17.0), source=("afsp",), depth_m=1.0, measured=("clay", "ph"))
    layers = archive.layers(wanted).to_pylist()
    lines = ["profile_id,top_cm,bottom_cm,organic_carbon_percent,clay_percent,ph_h2o,latitude,longitude"]
    for row in layers:
        clay = "" if row["clay_kg_kg"] is None else round(100 * row["clay_kg_kg"])
        ph = "" if row["ph_h2o"] is None else round(row["ph_h2o"], 1)
        carbon = "" if row["organic_carbon_kg_kg"] is None else round(100 * row["organic_carbon_kg_kg"], 2)
        place = f"{row['latitude']:.2f},{row['longitude']:.2f}"
        depths = f"{100 * row['top_m']:.0f},{100 * row['bottom_m']:.0f}"
        lines.append(f"copy of {row['key'][18:]},{depths},{carbon},{clay},{ph},{place}")
    (tmp_path / "copy.csv").write_text("\n".join(lines) + "\n")
    import_profiles(tmp_path / "soils", DATA / "profiles" / "afsp_horizons_soc.csv")
    record, _ = import_profiles(tmp_path / "soils", tmp_path / "copy.csv")
    assert record.profiles_kept > 50
    assert record.repeats > 0.98 * record.profiles_kept
    found = Archive(tmp_path / "soils").select(Selection(source=("copy",), repeats=True)).to_pylist()
    named = [row["repeats"] == f"afsp_horizons_soc/{row['profile_id'][8:]}" for row in found if row["repeats"]]
    assert np.mean(named) > 0.95
