"""Every format read from a small file made here, to the same profile."""
# ruff: noqa: E501 (tables as they stand in their files)

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from mollisol.soil import read_profile, read_profiles, scan_profiles
from mollisol.soil.formats import FORMATS
from mollisol.soil.reading import read_rows
from mollisol.units import InputError

PLAIN = """profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,silt_percent,sand_percent,coarse_fragments_percent,ph_h2o,latitude,longitude,source
p,0,20,1.5,1.3,20,40,40,5,6.5,52.1,5.2,here
p,20,50,0.8,1.45,25,38,37,,6.8,52.1,5.2,here
p,50,110,0.3,,30,35,35,10,7.1,52.1,5.2,here
"""
WOSIS = """profile_id\tprofile_layer_id\tupper_depth\tlower_depth\torgc_value\torgc_value_avg\tbdfiod_value_avg\tclay_value_avg\tsilt_value_avg\tsand_value_avg\tcfvo_value_avg\tphaq_value_avg\tlatitude\tlongitude\tcountry_name
p\t1\t0\t20\t{1:15}\t15\t1.3\t20\t40\t40\t5\t6.5\t52.1\t5.2\tNetherlands
p\t2\t20\t50\t{1:8}\t8\t1.45\t25\t38\t37\t\t6.8\t52.1\t5.2\tNetherlands
p\t3\t50\t110\t{1:3}\t3\t\t30\t35\t35\t10\t7.1\t52.1\t5.2\tNetherlands
"""
AFSP = """SOURCEID,UHDICM,LHDICM,MCOMNS,ORCDRC,PHIHOX,SNDPPT,SLTPPT,CLYPPT,CRFVOL,BLD
p,0.0,20.0,,15,6.5,40,40,20,5,1.3
p,20.0,50.0,,8,6.8,37,38,25,,1.45
p,50.0,110.0,,3,7.1,35,35,30,10,
"""
SODAH = """site_code,location_name,google_dir,lat,long,L1,L1_level,L2,L2_level,observation_date,hzn,layer_top,layer_bot,lyr_soc,bd_samp,bd_tot,coarse_frac,sand,silt,clay,ph_h2o
S,field,set,52.1,5.2,1,Plot,a17,,2014-05-01,Oi,-3,0,42,,,,,,,4.0
S,field,set,52.1,5.2,1,Plot,a18,,2014-05-01,Ap,0,20,1.5,1.3,,0,40,40,20,6.5
S,field,set,52.1,5.2,1,Plot,a19,,2014-05-01,B,20,50,0.8,1.45,,,37,38,25,6.8
S,field,set,52.1,5.2,1,Plot,a20,,2014-05-01,C,50,110,0.3,,,NA,35,35,30,7.1
"""
ISRAD = """entry_name,site_name,pro_name,lyr_name,lyr_obs_date_y,lyr_top,lyr_bot,lyr_bd_samp,lyr_c_org,lyr_14c,lyr_clay_tot_psa,lyr_silt_tot_psa,lyr_sand_tot_psa,lyr_ph_h2o
E,S,P,a,2001,-4,0,0.1,44,90,,,,4.0
E,S,P,b,2001,0,20,1.3,1.5,10,20,40,40,6.5
E,S,P,c,2001,20,50,1.45,0.8,-100,25,38,37,6.8
E,S,P,d,2001,50,110,,0.3,-350,30,35,35,7.1
"""
HE2016 = """pc_dataset_name,ProfileID,Lat,Lon,VegTypeCodeStr_Local,SampleYear,Layer_top,Layer_bottom,Layer_top_norm,Layer_bottom_norm,pct_C_original,pct_C,BulkDensity_original,BulkDensity,PH_H2O,sand_pct,silt_pct,clay_pct,D14C_BulkLayer_text,D14C_BulkLayer,14C_age,FractionModern
Study_2001,9,52.1,5.2,cropland,2001,0,4,-4,0,44,44,,0.2,4.0,,,,,,,
Study_2001,9,52.1,5.2,cropland,2001,4,24,0,20,15,1.5,1.3,1.3,6.5,40,40,20,10,10,,
Study_2001,9,52.1,5.2,cropland,2001,24,54,20,50,0.8,0.8,1.45,1.45,6.8,37,38,25,-100,-100,,
Study_2001,9,52.1,5.2,cropland,2001,54,114,50,110,0.3,0.3,,1.5,7.1,35,35,30,,0.0,3460,modern
"""
KSSL = """pedon_key,pedlabsampnum,labsampnum,hzn_top,hzn_bot,hzn_desgn,sand,silt,clay,oc,c_tot,caco3,estimated_oc,ph_h2o,db_13b,frags,x,y
11,p,a,0,20,A,40,40,20,1.5,1.6,,1.4,6.5,1.3,0,5.2,52.1
11,p,b,20,50,B,37,38,25,,0.9,,0.8,6.8,1.45,,5.2,52.1
11,p,c,50,110,C,35,35,30,,1.5,10,,7.1,,NA,5.2,52.1
"""


@pytest.fixture
def files(tmp_path):
    paths = {}
    for name, text in (("plain", PLAIN), ("wosis", WOSIS), ("sodah", SODAH), ("he2016", HE2016), ("kssl", KSSL)):
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text(text)
    paths["afsp"] = tmp_path / "some_horizons_soc.csv"
    paths["afsp"].write_text(AFSP)
    (tmp_path / "some_sites.csv").write_text("SOURCEID,LONWGS84,LATWGS84,DATE\np,5.2,52.1,1998-06-01\nq,1,2,\n")
    paths["israd"] = tmp_path / "entry"
    paths["israd"].mkdir()
    (paths["israd"] / "layer.csv").write_text(ISRAD)
    (paths["israd"] / "site.csv").write_text("entry_name,site_name,site_lat,site_long\nE,S,52.1,5.2\n")
    return paths


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_same_soil_from_every_format(files, name):
    profile = read_profile(files[name])
    assert profile.top_cm.tolist() == [0, 20, 50]
    assert profile.bottom_cm.tolist() == [20, 50, 110]
    assert profile.organic_carbon_percent == pytest.approx([1.5, 0.8, 0.3], rel=1e-15)
    assert profile.bulk_density_g_cm3 == pytest.approx([1.3, 1.45, np.nan], nan_ok=True)
    assert profile.clay_percent.tolist() == [20, 25, 30]
    assert profile.silt_percent.tolist() == [40, 38, 35]
    assert profile.sand_percent.tolist() == [40, 37, 35]
    assert profile.ph_h2o.tolist() == [6.5, 6.8, 7.1]
    assert (profile.latitude, profile.longitude) == (52.1, 5.2)
    if name in ("plain", "wosis", "afsp"):
        assert profile.coarse_fragments_percent == pytest.approx([5, np.nan, 10], nan_ok=True)


def test_every_format_is_told_from_its_columns(files):
    assert {name: scan_profiles(path).format for name, path in files.items()} == {name: name for name in files}


def test_layers_above_the_mineral_soil_are_left_out_and_noted(files):
    for name in ("sodah", "israd", "he2016"):
        assert read_profile(files[name]).notes == ("1 layer(s) above the mineral soil left out",)


def test_radiocarbon_and_year(files):
    profile = read_profile(files["israd"])
    assert profile.delta14c_permil.tolist() == [10, -100, -350]
    assert profile.sample_year.tolist() == [2001] * 3
    assert read_profile(files["afsp"]).sample_year.tolist() == [1998] * 3
    assert read_profile(files["sodah"]).sample_year.tolist() == [2014] * 3
    compiled = read_profile(files["he2016"])
    assert compiled.sample_year.tolist() == [2001] * 3
    # A zero beside an age of 3,460 years is a placeholder, not modern carbon.
    assert compiled.delta14c_permil == pytest.approx([10, -100, np.nan], nan_ok=True)


def test_zero_carbon_that_was_never_measured_is_missing(files):
    text = files["he2016"].read_text().replace(",0.3,0.3,", ",,0.0,")
    files["he2016"].write_text(text)
    assert read_profile(files["he2016"]).organic_carbon_percent == pytest.approx([1.5, 0.8, np.nan], nan_ok=True)
    files["he2016"].write_text(text.replace(",,0.0,,1.5,", ",0,0.0,,1.5,"))
    assert read_profile(files["he2016"]).organic_carbon_percent == pytest.approx([1.5, 0.8, 0.0])


def test_organic_carbon_of_the_laboratory_and_by_difference_is_flagged(files):
    profile = read_profile(files["kssl"])
    # 1.5 % of total carbon, of which 0.12 x 10 % are carbonate's.
    assert profile.flag("organic_carbon_percent") == (
        "",
        "organic_carbon_estimated_by_laboratory",
        "total_carbon_less_carbonate",
    )
    assert profile.coarse_fragments_percent == pytest.approx([0.0, np.nan, np.nan], nan_ok=True)


def test_carbonate_that_leaves_no_carbon_leaves_it_unknown(files):
    files["kssl"].write_text(files["kssl"].read_text().replace("1.5,10,", "1.1,10,"))
    assert np.isnan(read_profile(files["kssl"]).organic_carbon_percent[2])


def test_names_of_the_lab_data_mart(files, tmp_path):
    path = tmp_path / "mart.csv"
    names = {
        "oc": "organic_carbon_walkley_black", "c_tot": "total_carbon_ncs", "caco3": "caco3_lt_2_mm",
        "db_13b": "bulk_density_third_bar", "clay": "clay_total", "silt": "silt_total", "sand": "sand_total",
        "y": "latitude_decimal_degrees", "x": "longitude_decimal_degrees", "estimated_oc": "estimated_organic_carbon",
    }  # fmt: skip
    header, rest = files["kssl"].read_text().split("\n", 1)
    path.write_text(",".join(names.get(name, name) for name in header.split(",")) + "\n" + rest)
    ours, mart = read_profile(files["kssl"]), read_profile(path)
    for name in ("organic_carbon_percent", "bulk_density_g_cm3", "clay_percent", "sand_percent", "silt_percent"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(mart, name))
    assert (mart.latitude, mart.longitude) == (52.1, 5.2)


def test_kssl_without_any_carbon_is_refused(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("pedon_key,hzn_top,hzn_bot,c_tot\n1,0,20,1.5\n")
    with pytest.raises(InputError, match="no column for organic carbon") as caught:
        read_profile(path)
    assert caught.value.file == str(path)
    assert caught.value.key == "oc"


def test_land_use_is_kept_in_the_words_of_the_source(files):
    (files["israd"] / "profile.csv").write_text("entry_name,site_name,pro_name,pro_land_cover\nE,S,P,cultivated\n")
    assert set(read_rows(files["israd"])[0].land_use) == {"cultivated"}
    assert set(read_rows(files["he2016"])[0].land_use) == {"cropland"}
    assert set(read_rows(files["plain"])[0].land_use) == {""}


def test_files_read_beside_the_table_are_named(files):
    assert [path.rsplit("/", 1)[1] for path in read_rows(files["afsp"])[0].beside] == ["some_sites.csv"]
    assert [path.rsplit("/", 1)[1] for path in read_rows(files["israd"])[0].beside] == ["site.csv"]


def test_provenance_of_a_cell(files):
    profile = read_profile(files["wosis"])
    assert profile.provenance("clay_percent", 1) == f"{files['wosis']}, line 3, 'clay_value_avg'"
    assert profile.provenance("delta14c_permil", 1) == "not given"


def test_parquet_equals_csv(files, tmp_path):
    path = tmp_path / "p.parquet"
    csv_profile = read_profile(files["plain"])
    columns = {
        name: getattr(csv_profile, name) for name in ("top_cm", "bottom_cm", "organic_carbon_percent", "clay_percent")
    }
    columns["bulk_density_g_cm3"] = [1.3, 1.45, None]
    pyarrow.parquet.write_table(pyarrow.table({"profile_id": [7, 7, 7], **columns}), path)
    profile = read_profile(path)
    assert profile.profile_id == "7"
    assert profile.lines == (2, 3, 4)
    for name in ("organic_carbon_percent", "clay_percent", "bulk_density_g_cm3"):
        np.testing.assert_array_equal(getattr(profile, name), getattr(csv_profile, name))


@pytest.mark.parametrize(("column", "factor"), [("organic_carbon_g_kg", 10.0), ("organic_carbon_percent", 1.0)])
def test_carbon_in_either_unit(tmp_path, column, factor):
    path = tmp_path / "p.csv"
    path.write_text(f"profile_id,top_cm,bottom_cm,{column}\np,0,30,{1.2 * factor}\np,30,60,{0.5 * factor}\n")
    assert read_profile(path).organic_carbon_percent == pytest.approx([1.2, 0.5])


def test_rows_in_any_order_semicolons_and_bom(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(
        b"\xef\xbb\xbfprofile_id;top_cm;bottom_cm;organic_carbon_percent\r\np;30;60;0.5\r\n\r\np;0;30;1.2\r\n"
    )
    profile = read_profile(path)
    assert profile.organic_carbon_percent.tolist() == [1.2, 0.5]
    assert profile.lines == (4, 2)


def test_whole_soil_density_and_stones_by_mass_are_converted_and_flagged(tmp_path):
    # 20 % of the volume are stones of 2.65, the rest fine earth of 1.2: the whole soil has 1.49 g/cm3.
    whole, share = 0.2 * 2.65 + 0.8 * 1.2, 0.2 * 2.65 / (0.2 * 2.65 + 0.8 * 1.2)
    path = tmp_path / "p.csv"
    path.write_text(
        "entry_name,site_name,pro_name,lyr_top,lyr_bot,lyr_c_org,lyr_bd_tot,lyr_coarse_tot\n"
        f"E,S,P,0,30,1.0,{whole},{100 * share}\n"
    )
    profile = read_profile(path)
    assert profile.coarse_fragments_percent == pytest.approx([20.0])
    assert profile.bulk_density_g_cm3 == pytest.approx([1.2])
    assert profile.flag("coarse_fragments_percent") == ("coarse_volume_from_mass",)
    assert profile.flag("bulk_density_g_cm3") == ("fine_earth_density_from_whole_soil",)


def test_replicates_at_one_place_are_told_apart(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "site_code,layer_top,layer_bot,lyr_soc\n"
        + "".join(f"S,{a},{b},{c}\n" for a, b, c in [(0, 10, 2), (10, 30, 1), (0, 15, 3), (15, 30, 1.5)])
    )
    found = read_profiles(path)
    assert [profile.profile_id for profile in found] == ["S#1", "S#2"]
    assert [profile.organic_carbon_percent.tolist() for profile in found] == [[2, 1], [3, 1.5]]


def test_several_profiles_need_a_name(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "profile_id,top_cm,bottom_cm,organic_carbon_percent\n" + "".join(f"site_{k},0,30,{k + 1}\n" for k in range(12))
    )
    with pytest.raises(InputError, match=r"12 profiles.*'site_0'.*and 4 more") as caught:
        read_profile(path)
    assert caught.value.key == "profile_id"
    assert read_profile(path, "site_7").organic_carbon_percent.tolist() == [8]
    with pytest.raises(InputError, match="did you mean 'site_1'"):
        read_profile(path, "site1")
    assert len(read_profiles(path)) == 12


def test_a_bad_profile_does_not_spoil_its_neighbour(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\ngood,0,30,1\nbad,0,30,-1\n")
    assert read_profile(path, "good").profile_id == "good"
    scan = scan_profiles(path)
    assert [profile.profile_id for profile in scan.profiles] == ["good"]
    assert list(scan.rejected) == ["bad"]
    with pytest.raises(InputError, match="-1 is outside 0 to 60 %"):
        read_profiles(path)
