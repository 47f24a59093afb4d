"""What a user can get wrong in a profile: each a clear error with file, line, column and remedy."""

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from mollisol.soil import profile_of, read_profile
from mollisol.units import InputError

HEAD = "profile_id,top_cm,bottom_cm,organic_carbon_percent"

# name: text, line, column, words of the message, words of the remedy
CASES = {
    "overlap": (f"{HEAD}\np,0,30,1\np,20,60,1\n", 3, "top_cm", "overlaps 0-30 cm of line 2", "begin where the last"),
    "gap": (f"{HEAD}\np,0,30,1\np,40,60,1\n", 3, "top_cm", "gap from 30 cm (line 2) to 40 cm", "fill_gaps"),
    "gap at the surface": (f"{HEAD}\np,10,30,1\n", 2, "top_cm", "begins at 10 cm", "fill_gaps"),
    "duplicate row": (f"{HEAD}\np,0,30,1\np,0,30,1\n", 3, "top_cm", "already given in line 2", "keep one"),
    "top below bottom": (f"{HEAD}\np,30,0,1\n", 2, "bottom_cm", "ends at 0 cm and begins at 30", "increase with depth"),
    "no thickness": (f"{HEAD}\np,0,0,1\n", 2, "bottom_cm", "ends at 0 cm", "increase with depth"),
    "negative carbon": (f"{HEAD}\np,0,30,-1\n", 2, "organic_carbon_percent", "-1 is outside 0 to 60", "empty"),
    "missing code": (f"{HEAD}\np,0,30,-9999\n", 2, "organic_carbon_percent", "outside", "missing value empty"),
    "carbon above 60 %": (f"{HEAD}\np,0,30,75\n", 2, "organic_carbon_percent", "75 is outside", "organic_carbon_g_kg"),
    "g/kg by density": (
        f"{HEAD},bulk_density_g_cm3\np,0,30,18,1.3\np,30,60,7,1.5\n",
        2, "organic_carbon_percent", "looks like g/kg", "organic_carbon_g_kg",
    ),
    "g/kg by texture": (
        f"{HEAD},clay_percent,sand_percent\np,0,30,25,20,40\n",
        2, "organic_carbon_percent", "looks like g/kg", "organic_carbon_g_kg",
    ),
    "texture in g/kg": (
        f"{HEAD},sand_percent,silt_percent,clay_percent\np,0,30,1,400,400,200\n",
        2, "clay_percent", "200 is outside 0 to 100", "g/kg divided by 10",
    ),
    "texture in fractions": (
        f"{HEAD},sand_percent,silt_percent,clay_percent\np,0,30,1,0.4,0.4,0.2\n",
        2, "clay_percent", "sum to 1 %", "multiply them by 100",
    ),
    "texture off": (
        f"{HEAD},sand_percent,silt_percent,clay_percent\np,0,30,1,40,40,12\n",
        2, "clay_percent", "sum to 92 %", "leave one of them empty",
    ),
    "two textures above 100": (
        f"{HEAD},sand_percent,clay_percent\np,0,30,1,70,40\n", 2, "clay_percent", "sum to 110 %", "percent",
    ),
    "density in kg/m3": (
        f"{HEAD},bulk_density_g_cm3\np,0,30,1,1350\n", 2, "bulk_density_g_cm3", "1350 is outside", "divided by 1000",
    ),
    "all stones": (
        f"{HEAD},coarse_fragments_percent\np,0,30,1,100\n", 2, "coarse_fragments_percent", "100 is outside", "volume",
    ),
    "pH": (f"{HEAD},ph_h2o\np,0,30,1,65\n", 2, "ph_h2o", "65 is outside", "pH in water"),
    "stock in t/ha": (
        "profile_id,top_cm,bottom_cm,organic_carbon_stock_kg_m2\np,0,30,75\n",
        2, "organic_carbon_stock_kg_m2", "more carbon than peat", "divided by 10",
    ),
    "NaN": (
        f"{HEAD}\np,0,30,NaN\n",
        2, "organic_carbon_percent", "'NaN' is not a number", "leave a missing value empty",
    ),
    "infinity": (f"{HEAD}\np,0,30,inf\n", 2, "organic_carbon_percent", "'inf' is not a number", "empty"),
    "NA": (f"{HEAD}\np,0,30,NA\n", 2, "organic_carbon_percent", "'NA' is not a number", "empty"),
    "text": (f"{HEAD}\np,0,30,low\n", 2, "organic_carbon_percent", "'low' is not a number", "plain number"),
    "below detection": (f"{HEAD}\np,0,30,<0.1\n", 2, "organic_carbon_percent", "'<0.1' is not", "such as '<'"),
    "decimal comma": (f"{HEAD.replace(',', ';')}\np;0;30;1,5\n", 2, "organic_carbon_percent", "'1,5'", "point"),
    "underscore": (f"{HEAD}\np,0,3_0,1\n", 2, "bottom_cm", "'3_0' is not a number", "plain number"),
    "missing column": (
        "profile_id,top_cm,bottom,organic_carbon_percent\np,0,30,1\n", 1, "bottom_cm", "missing", "rename 'bottom'",
    ),
    "no carbon column": (
        "profile_id,top_cm,bottom_cm,organic_carbon_pct\np,0,30,1\n",
        1, "organic_carbon_percent", "no column for organic carbon", "rename 'organic_carbon_pct'",
    ),
    "unknown column": (f"{HEAD},clay\np,0,30,1,20\n", 1, "clay", "unknown", "did you mean 'clay_percent'"),
    "mixed units": (
        f"{HEAD},organic_carbon_g_kg\np,0,30,1,10\n",
        1, "organic_carbon_g_kg", "mixed units", "exactly one",
    ),
    "column twice": (f"{HEAD},top_cm\np,0,30,1,0\n", 1, "top_cm", "twice", "keep one"),
    "nameless column": (f"{HEAD},\np,0,30,1,\n", 1, None, "column 5 has no name", "name the column"),
    "empty file": ("", None, None, "the file is empty", "at least one horizon"),
    "blank file": ("\n \n", None, None, "the file is empty", "at least one horizon"),
    "header only": (f"{HEAD}\n", None, None, "no rows", "at least one horizon"),
    "ragged row": (f"{HEAD}\np,0,30\n", 2, None, "3 cells and the header 4", "one cell per column"),
    "open quote": (f'{HEAD}\np,0,30,"1\n', 2, None, "not readable as CSV", "quotes"),
    "nameless profile": (f"{HEAD}\n,0,30,1\n", 2, "profile_id", "empty", "name the profile"),
    "missing depth": (f"{HEAD}\np,,30,1\n", 2, "top_cm", "depth is missing", "limits"),
    "3 cm": (f"{HEAD}\np,0,3,1\n", 2, "organic_carbon_percent", "3 cm only, too shallow", "10 cm"),
    "carbon to 5 cm": (f"{HEAD}\np,0,5,1\np,5,90,\n", 2, "organic_carbon_percent", "5 cm only", "10 cm"),
    "no carbon": (f"{HEAD}\np,0,30,\n", 2, "organic_carbon_percent", "no horizon", "give organic carbon"),
    "hole in carbon": (
        f"{HEAD}\np,0,30,1\np,30,60,\np,60,90,1\n",
        3, "organic_carbon_percent", "missing above", "fill_gaps",
    ),
    "above the surface": (f"{HEAD}\np,-5,30,1\n", 2, "top_cm", "-5 is outside", "downwards"),
    "millimetres": (f"{HEAD}\np,0,30,1\np,30,9000,1\n", 3, "bottom_cm", "9000 is outside", "in cm"),
    "latitude": (f"{HEAD},latitude\np,0,30,1,95\n", 2, "latitude", "95 is outside -90 to 90", "exchanged"),
    "longitude": (f"{HEAD},longitude\np,0,30,1,270\n", 2, "longitude", "270 is outside", "-180 to 180"),
    "two places": (f"{HEAD},latitude\np,0,30,1,50\np,30,60,1,51\n", 3, "latitude", "50 in line 2", "one place"),
    "fraction modern": (f"{HEAD},delta14c_permil\np,0,30,1,-2000\n", 2, "delta14c_permil", "outside", "permil"),
    "year": (f"{HEAD},sample_year\np,0,30,1,98\n", 2, "sample_year", "98 is outside", "four digits"),
    "another table": ("a,b\n1,2\n", 1, None, "no profile table", "top_cm, bottom_cm"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_table(tmp_path, name):
    text, line, key, message, remedy = CASES[name]
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_profile(path)
    error = caught.value
    assert error.file == str(path)
    assert error.line == line
    assert error.key == key
    assert message in error.message
    assert remedy in error.remedy


def test_all_problems_are_listed(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(f"{HEAD},ph_h2o\np,0,30,x,7\np,30,60,-1,77\n")
    with pytest.raises(InputError) as caught:
        read_profile(path)
    assert caught.value.line == 2
    assert "line 3, 'organic_carbon_percent': -1 is outside" in str(caught.value)
    assert "line 3, 'ph_h2o': 77 is outside" in str(caught.value)


def test_many_problems_are_counted(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(HEAD + "\n" + "".join(f"p,{k},{k + 1},-1\n" for k in range(30)))
    with pytest.raises(InputError, match="and 21 more"):
        read_profile(path)


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"profile_id,top_cm\n\x00\n", "p\xe9dologie,top_cm\n".encode("latin-1")],
)
def test_binary_files(tmp_path, content):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"binary|UTF-8"):
        read_profile(path)


def test_broken_and_odd_parquet(tmp_path):
    path = tmp_path / "p.parquet"
    path.write_bytes(b"PAR1 and then nothing of the kind")
    with pytest.raises(InputError, match="not readable as Parquet"):
        read_profile(path)
    columns = {"profile_id": ["p"], "top_cm": [0.0], "bottom_cm": [30.0]}
    pyarrow.parquet.write_table(pyarrow.table({**columns, "organic_carbon_percent": [float("nan")]}), path)
    with pytest.raises(InputError, match="nan is not a number"):
        read_profile(path)
    pyarrow.parquet.write_table(pyarrow.table({**columns, "organic_carbon_percent": [True]}), path)
    with pytest.raises(InputError, match="True is not a number"):
        read_profile(path)
    pyarrow.parquet.write_table(pyarrow.table({**columns, "organic_carbon_percent": [1.0]}).slice(0, 0), path)
    with pytest.raises(InputError, match="no rows"):
        read_profile(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_profile(tmp_path / "p.csv")
    with pytest.raises(InputError, match=r"no layer\.csv"):
        read_profile(tmp_path)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("profile_id,upper_depth,lower_depth\np,0,30\n", "orgc_value_avg"),
        ("SOURCEID,UHDICM,LHDICM\np,0,30\n", "ORCDRC"),
        ("pro_name,lyr_top,lyr_bot,entry_name,site_name\np,0,30,e,s\n", "lyr_c_org"),
        ("layer_top,layer_bot,lyr_soc\n0,30,1\n", "site_code"),
    ],
)
def test_published_tables_lacking_a_column(tmp_path, text, column):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="missing") as caught:
        read_profile(path)
    assert caught.value.key == column


def test_conversion_shows_what_the_file_has(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("profile_id,top_cm,bottom_cm,organic_carbon_g_kg\np,0,30,750\n")
    with pytest.raises(InputError, match=r"750 \(= 75 %\) is outside 0 to 60") as caught:
        read_profile(path)
    assert caught.value.key == "organic_carbon_g_kg"


def test_stones_heavier_than_the_soil(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "profile_id,upper_depth,lower_depth,orgc_value_avg,bdwsod_value_avg,cfvo_value_avg\np,0,30,10,1.2,60\n"
    )
    with pytest.raises(InputError, match="leaves no mass for the fine earth"):
        read_profile(path)


def test_organic_soil_in_percent_is_noted_not_refused():
    profile = profile_of([0, 30], [30, 60], [18.0, 9.0])
    assert "18 % of organic carbon is organic soil" in profile.notes[0]
    peat = profile_of([0, 30], [30, 60], [45.0, 40.0], bulk_density_g_cm3=[0.12, 0.15])
    assert peat.organic_carbon_percent.tolist() == [45, 40]


def test_arrays_are_checked_like_files():
    with pytest.raises(InputError, match="overlaps"):
        profile_of([0, 20], [30, 50], [1, 1])
    with pytest.raises(InputError, match="unknown"):
        profile_of([0], [30], [1], clay=[20])
    assert np.isnan(profile_of([0], [30], [1]).clay_percent[0])
