"""The archive: what is kept of a file, in which units, and what a selection finds."""
# ruff: noqa: E501 (tables as they stand in their files)

import subprocess
import sys

import numpy as np
import pytest

from mollisol.soil import read_profile, read_profiles
from mollisol.soil.archive import MEASURED, Archive, LeftOut, Selection, import_profiles
from mollisol.soil.archive.export import write_plain
from mollisol.soil.archive.variables import VARIABLES, rounded, units
from mollisol.soil.columns import HORIZON_FIELDS

FIELD = """profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,silt_percent,sand_percent,coarse_fragments_percent,ph_h2o,delta14c_permil,sample_year,latitude,longitude,source
deep,0,20,1.53,1.31,20.1,40.2,39.7,5,6.5,12.5,2001,52.1,5.2,survey A
deep,20,50,0.87,1.45,25,38,37,,6.8,-101.3,2001,52.1,5.2,survey A
deep,50,110,0.31,,30,35,35,10,7.1,,2001,52.1,5.2,survey A
rich,0,30,24.7,,,,,,,,,-33.5,151.2,survey B
hole,0,10,2,,,,,,,,,0.5,179.5,survey B
hole,20,60,1,,,,,,,,,0.5,179.5,survey B
nowhere,0,15,3,1.2,,,,,,,,,,survey B
wrong,0,15,3,1.2,,,,,,,,,,survey B
wrong,10,25,3,1.2,,,,,,,,,,survey B
"""
LAND = """pc_dataset_name,ProfileID,Lat,Lon,VegTypeCodeStr_Local,SampleYear,Layer_top_norm,Layer_bottom_norm,pct_C,D14C_BulkLayer
One_2001,1,40.0,-100.0,cropland,2001,-5,0,40,
One_2001,1,40.0,-100.0,cropland,2001,0,20,2,10
One_2001,1,40.0,-100.0,cropland,2001,20,100,1,-100
Two_2002,2,41.0,-101.0,temperate forest,2002,0,20,3,
Two_2002,3,42.0,-102.0,alpine heath,2002,0,40,3,
"""


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "field.csv").write_text(FIELD)
    (tmp_path / "land.csv").write_text(LAND)
    for name in ("field", "land"):
        assert import_profiles(tmp_path / "soils", tmp_path / f"{name}.csv")[1]
    return tmp_path / "soils"


def keys(archive, **wanted):
    return [key.split("/", 1)[1] for key in Archive(archive).select(Selection(**wanted)).column("key").to_pylist()]


def test_values_are_in_si_units_with_their_units(archive):
    layers = Archive(archive).layers(Selection(source=("survey A",)))
    assert layers.column("top_m").to_pylist() == [0.0, 0.2, 0.5]
    assert layers.column("organic_carbon_kg_kg").to_pylist() == pytest.approx([0.0153, 0.0087, 0.0031])
    assert layers.column("bulk_density_kg_m3").to_pylist() == [1310.0, 1450.0, None]
    assert layers.column("clay_kg_kg").to_pylist() == pytest.approx([0.201, 0.25, 0.3])
    assert layers.column("coarse_fragments_m3_m3").to_pylist() == [0.05, None, 0.1]
    assert layers.column("delta14c_permil").to_pylist() == [12.5, -101.3, None]
    assert layers.column("line").to_pylist() == [2, 3, 4]
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(archive / "imports" / "0001" / "layers.parquet")
    assert {name: schema.field(name).metadata[b"unit"].decode() for name in units()} == units()


def test_every_number_of_the_profile_table_is_kept():
    assert {variable.field for variable in VARIABLES} == set(HORIZON_FIELDS)


def test_a_profile_tells_how_deep_each_thing_is_known(archive):
    (found,) = Archive(archive).select(Selection(source=("survey A",))).to_pylist()
    assert (found["horizons"], found["depth_m"], found["sample_year"]) == (3, 1.1, 2001)
    assert (found["soc_depth_m"], found["soc_throughout_m"]) == (1.1, 1.1)
    assert (found["bulk_density_depth_m"], found["bulk_density_throughout_m"]) == (0.5, 0.5)
    assert (found["coarse_fragments_depth_m"], found["coarse_fragments_throughout_m"]) == (1.1, 0.2)
    assert (found["soc_stock_depth_m"], found["soc_stock_throughout_m"]) == (None, 0.0)


def test_unsound_profiles_are_refused_with_their_reason(archive):
    record = Archive(archive).imports[0]
    assert (record.profiles_read, record.profiles_kept, record.profiles_refused, record.with_gaps) == (5, 4, 1, 1)
    assert (record.rows_read, record.rows_kept, record.rows_refused, record.rows_above) == (9, 7, 2, 0)
    assert record.reasons == {"the horizon begins at ... cm and overlaps ... cm of line ...": 1}
    refused = (archive / record.folder / "refused.csv").read_text().splitlines()
    assert refused[1].startswith("wrong,10,top_cm,the horizon begins at 10 cm and overlaps 0-15 cm of line 9,")
    assert len(refused) == 2
    above = Archive(archive).imports[1]
    assert (above.rows_read, above.rows_kept, above.rows_above) == (5, 4, 1)


def test_the_record_tells_where_it_comes_from(archive):
    import hashlib

    from mollisol import __version__

    record = Archive(archive).imports[1]
    content = (archive.parent / "land.csv").read_bytes()
    assert (record.number, record.dataset, record.file, record.reader) == (2, "land", "land.csv", "he2016")
    assert record.sha256 == {"land.csv": hashlib.sha256(content).hexdigest()}
    assert record.version == __version__
    assert record.date.endswith("+00:00")


def test_box(archive):
    assert keys(archive, box=(5.0, 52.0, 6.0, 53.0)) == ["deep"]
    assert keys(archive, box=(5.2, 52.1, 5.2, 52.1)) == ["deep"]
    assert keys(archive, box=(5.3, 52.0, 6.0, 53.0)) == []
    # West of the date line and beyond it.
    assert keys(archive, box=(170.0, -10.0, -170.0, 10.0), gaps=True) == ["hole"]
    assert keys(archive, box=(-170.0, -10.0, 170.0, 10.0), gaps=True) == []


def test_depth_reached(archive):
    assert keys(archive, depth_m=1.0) == ["deep", "One_2001/1"]
    assert keys(archive, depth_m=1.1) == ["deep"]
    assert keys(archive, depth_m=1.11) == []


def test_what_was_measured_and_how_deep(archive):
    assert keys(archive, measured=("delta14c",)) == ["deep", "One_2001/1"]
    assert keys(archive, measured=("delta14c",), depth_m=1.0) == ["One_2001/1"]
    assert keys(archive, measured=("bulk_density", "clay")) == ["deep"]
    assert keys(archive, measured=("coarse_fragments",), depth_m=1.0) == ["deep"]
    assert keys(archive, measured=("coarse_fragments",), depth_m=1.0, throughout=True) == []
    assert keys(archive, measured=("coarse_fragments",), depth_m=0.2, throughout=True) == ["deep"]
    # Without a depth: as deep as carbon is known.
    assert keys(archive, measured=("clay",), throughout=True) == ["deep"]
    assert keys(archive, measured=("bulk_density",), throughout=True) == ["nowhere"]
    assert keys(archive, measured=("soc_stock",)) == []


def test_gaps_are_asked_for(archive):
    assert "hole" not in keys(archive)
    assert "hole" in keys(archive, gaps=True)
    # Below the gap carbon is measured, but not throughout.
    assert keys(archive, gaps=True, depth_m=0.5, source=("survey B",)) == ["hole"]
    assert keys(archive, gaps=True, depth_m=0.5, source=("survey B",), throughout=True) == []
    assert Archive(archive).left_out(Selection(source=("survey B",))) == LeftOut(gaps=1, repeats=0)
    assert Archive(archive).left_out(Selection(source=("survey B",), gaps=True)) == LeftOut(gaps=0, repeats=0)


def test_land_use_by_class_and_by_the_word_of_the_source(archive):
    assert keys(archive, land_use=("cropland",)) == ["One_2001/1"]
    assert keys(archive, land_use=("forest",)) == ["Two_2002/2"]
    assert keys(archive, land_use=("Temperate Forest", "cropland")) == ["One_2001/1", "Two_2002/2"]
    assert keys(archive, land_use=("alpine heath",)) == ["Two_2002/3"]
    (found,) = Archive(archive).select(Selection(land_use=("alpine heath",))).to_pylist()
    assert (found["land_use"], found["land_use_given"]) == (None, "alpine heath")


def test_source_by_dataset_reader_and_name(archive):
    assert keys(archive, source=("land",)) == keys(archive, source=("he2016",)) == keys(archive, source=("He et al.",))
    assert keys(archive, source=("two_2002",)) == ["Two_2002/2", "Two_2002/3"]
    assert keys(archive, source=("survey a", "One_2001")) == ["deep", "One_2001/1"]


def test_export_is_read_back(archive, tmp_path):
    """Every number of the plain table returns; carbon, which goes through g/kg, to the last bit or its neighbour."""
    for name in ("back.csv", "back.parquet"):
        assert write_plain(Archive(archive).layers(Selection(source=("field",))), tmp_path / name) == 5
        there = {profile.profile_id: profile for profile in read_profiles(tmp_path / name)}
        assert set(there) == {"field/deep", "field/rich", "field/nowhere"}
        for profile_id in ("deep", "rich", "nowhere"):
            here, back = read_profile(archive.parent / "field.csv", profile_id), there[f"field/{profile_id}"]
            for field in HORIZON_FIELDS:
                if field == "organic_carbon_percent":
                    np.testing.assert_array_max_ulp(getattr(back, field), getattr(here, field), maxulp=1)
                else:
                    np.testing.assert_array_equal(getattr(back, field), getattr(here, field), err_msg=field)
            assert back.source == here.source
            np.testing.assert_array_equal([back.latitude, back.longitude], [here.latitude, here.longitude])


def test_rich_soil_with_texture_from_a_format_in_g_kg_is_read_back(tmp_path):
    (tmp_path / "a.csv").write_text("SOURCEID,UHDICM,LHDICM,ORCDRC,CLYPPT,BLD\np,0,30,250,20,1.4\n")
    import_profiles(tmp_path / "soils", tmp_path / "a.csv")
    write_plain(Archive(tmp_path / "soils").layers(), tmp_path / "back.csv")
    assert read_profile(tmp_path / "back.csv").organic_carbon_percent.tolist() == [25.0]


def test_stocks_are_kept_and_exported(tmp_path):
    (tmp_path / "a.csv").write_text("profile_id,top_cm,bottom_cm,organic_carbon_stock_kg_m2\np,0,30,4.3\np,30,60,2.1\n")
    import_profiles(tmp_path / "soils", tmp_path / "a.csv")
    assert keys(tmp_path / "soils", measured=("soc_stock",), depth_m=0.6) == ["p"]
    assert keys(tmp_path / "soils", measured=("soc",)) == ["p"]
    assert keys(tmp_path / "soils", measured=("soc_content",)) == []
    write_plain(Archive(tmp_path / "soils").layers(), tmp_path / "back.csv")
    assert read_profile(tmp_path / "back.csv").organic_carbon_stock_kg_m2.tolist() == [4.3, 2.1]


def test_profiles_in_memory_equal_those_of_the_file(archive):
    found = {profile.profile_id: profile for profile in Archive(archive).profiles(Selection(source=("field",)))}
    here = read_profile(archive.parent / "field.csv", "deep")
    np.testing.assert_array_equal(found["field/deep"].bulk_density_g_cm3, here.bulk_density_g_cm3)
    with_gaps = Archive(archive).profiles(Selection(source=("field",), gaps=True))
    (hole,) = [profile for profile in with_gaps if profile.profile_id == "field/hole"]
    assert hole.flag("top_cm") == ("", "interpolated", "")
    assert Archive(archive).profiles(Selection(depth_m=20.0)) == []


def test_values_that_were_made_are_told(tmp_path):
    (tmp_path / "a.csv").write_text(
        "site_code,layer_top,layer_bot,lyr_soc,bd_tot,coarse_frac\nS,0,20,1,1.5,10\nS,20,40,1,1.5,0\n"
    )
    import_profiles(tmp_path / "soils", tmp_path / "a.csv")
    made = Archive(tmp_path / "soils").layers().column("converted").to_pylist()
    assert "bulk_density_g_cm3: fine_earth_density_from_whole_soil" in made[0]
    assert "coarse_fragments_percent: coarse_volume_from_mass" in made[0]
    assert "coarse" not in made[1]


def test_the_same_file_is_not_imported_twice(archive, tmp_path):
    before = (archive / "archive.json").read_bytes()
    (tmp_path / "copy.csv").write_bytes((tmp_path / "land.csv").read_bytes())
    record, new = import_profiles(archive, tmp_path / "copy.csv")
    assert (record.dataset, new) == ("land", False)
    assert (archive / "archive.json").read_bytes() == before


def test_a_file_read_beside_another_counts_for_its_identity(tmp_path):
    (tmp_path / "a_horizons.csv").write_text("SOURCEID,UHDICM,LHDICM,ORCDRC\np,0,30,20\n")
    record, _ = import_profiles(tmp_path / "soils", tmp_path / "a_horizons.csv")
    assert list(record.sha256) == ["a_horizons.csv"]
    (tmp_path / "a_sites.csv").write_text("SOURCEID,LONWGS84,LATWGS84,DATE\np,5.2,52.1,1998-06-01\n")
    record, new = import_profiles(tmp_path / "soils", tmp_path / "a_horizons.csv", dataset="placed")
    assert (new, sorted(record.sha256)) == (True, ["a_horizons.csv", "a_sites.csv"])


def test_folder_of_an_israd_entry_is_named_by_the_folder(tmp_path):
    entry = tmp_path / "entry"
    entry.mkdir()
    (entry / "layer.csv").write_text("entry_name,site_name,pro_name,lyr_top,lyr_bot,lyr_c_org\nE,S,P,0,30,1.0\n")
    (entry / "profile.csv").write_text("entry_name,site_name,pro_name,pro_land_cover\nE,S,P,cultivated\n")
    assert import_profiles(tmp_path / "soils", entry)[0].dataset == "entry"
    assert keys(tmp_path / "soils", land_use=("cropland",)) == ["E/S/P"]
    assert import_profiles(tmp_path / "soils", entry / "layer.csv")[1] is False


def test_folders_with_any_name_can_be_archives(tmp_path):
    (tmp_path / "a.csv").write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\np,0,30,1\n")
    for name in ("it's [a]", "b*c?", "[!x]"):
        import_profiles(tmp_path / name, tmp_path / "a.csv")
        (tmp_path / "b.csv").write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\nq,0,30,1\n")
        import_profiles(tmp_path / name, tmp_path / "b.csv")
        assert keys(tmp_path / name) == ["p", "q"]


def test_layers_of_a_profile_stand_from_the_surface_down_whatever_the_file_says(tmp_path):
    text = "profile_id,top_cm,bottom_cm,organic_carbon_percent\np,30,60,1\nq,0,30,3\np,0,30,2\nq,30.005,50,1\n"
    (tmp_path / "a.csv").write_text(text)
    import_profiles(tmp_path / "soils", tmp_path / "a.csv")
    layers = Archive(tmp_path / "soils").layers()
    assert layers.column("key").to_pylist() == ["a/p", "a/p", "a/q", "a/q"]
    # Limits that differ by rounding only are one limit, as in a profile that is read by itself.
    assert layers.column("top_m").to_pylist() == [0.0, 0.3, 0.0, 0.3]
    assert read_profile(tmp_path / "a.csv", "q").top_cm.tolist() == [0.0, 30.0]


def test_everything_that_can_be_asked_for_is_answered(archive):
    for name in MEASURED:
        Archive(archive).select(Selection(measured=(name,), depth_m=0.1, throughout=True))


@pytest.mark.parametrize("value", [0.1, 1.1, 2.34567, 99.9, 57.123456789012, 1e-5, 33.3333333333333])
def test_conversions_there_and_back_are_exact(value):
    assert rounded(value / 100.0 * 100.0) == value
    assert rounded(value * 1000.0 / 1000.0) == value


def test_importing_the_archive_loads_neither_database_nor_tables():
    code = (
        "import sys, mollisol.soil.archive, mollisol.cli.archive; "
        "print([m for m in ('duckdb', 'pyarrow', 'pandas', 'jax', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
