"""Writing profiles and tables, and what the commands print."""

import subprocess
import sys

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.soil import (
    check_profile,
    describe,
    harmonise,
    harmonised_table,
    profile_of,
    read_profile,
    read_profiles,
    write_profile,
    write_table,
)
from mollisol.soil.columns import HORIZON_FIELDS
from mollisol.units import InputError

RICH = {
    "bulk_density_g_cm3": [1.0 / 3.0, 1.1, None],
    "clay_percent": [0.1 + 0.2, 20, 30],
    "ph_h2o": [6.1, None, 7.0],
    "delta14c_permil": [1e-3, -123.456789012345, None],
    "sample_year": [1998, 1998, 1999],
    "latitude": 52.123456789,
    "longitude": -5.5,
}


def rich(**more):
    return profile_of([0, 20, 50], [20, 50, 110.5], [3.3, 1.1, 0.7], **{**RICH, **more})


def test_round_trip_is_exact(tmp_path):
    profile, path = rich(), tmp_path / "p.csv"
    write_profile(profile, path)
    again = read_profile(path)
    for name in HORIZON_FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(profile, name))
    assert (again.latitude, again.longitude) == (profile.latitude, profile.longitude)
    write_profile(again, tmp_path / "q.csv")
    assert (tmp_path / "q.csv").read_text() == path.read_text()


def test_stock_round_trip(tmp_path):
    profile = profile_of([0, 20], [20, 50], organic_carbon_stock_kg_m2=[3.3, 2.2])
    write_profile(profile, tmp_path / "p.csv")
    assert read_profile(tmp_path / "p.csv").organic_carbon_stock_kg_m2.tolist() == [3.3, 2.2]
    with pytest.raises(InputError, match="percent and as a stock"):
        write_profile([profile, rich()], tmp_path / "both.csv")
    assert not (tmp_path / "both.csv").exists()


def test_what_filled_a_gap_is_not_written(tmp_path):
    profile = profile_of([0, 40, 60], [20, 60, 80], [2.0, None, 0.5], fill_gaps=True)
    write_profile(profile, tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text().splitlines()[1:] == [
        "profile,0.0,20.0,2.0",
        "profile,40.0,60.0,",
        "profile,60.0,80.0,0.5",
    ]


def test_several_profiles_in_one_file(tmp_path):
    write_profile([rich(profile_id="a"), rich(profile_id='b, "the" second')], tmp_path / "p.csv")
    assert [profile.profile_id for profile in read_profiles(tmp_path / "p.csv")] == ["a", 'b, "the" second']


def test_a_failed_write_leaves_nothing(tmp_path):
    class Unprintable:
        def __str__(self):
            raise RuntimeError("half way")

    target = tmp_path / "t.csv"
    target.write_text("before")
    with pytest.raises(RuntimeError, match="half way"):
        write_table({"a": [1, Unprintable()]}, target)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    assert target.read_text() == "before"
    with pytest.raises(InputError, match="cannot be written"):
        write_table({"a": [1]}, tmp_path / "nowhere" / "t.csv")


def test_description_names_stock_and_what_is_filled():
    text = describe(profile_of([0, 30], [30, 100], [2.0, 0.5], bulk_density_g_cm3=[1.25, None], profile_id="P1"))
    assert "profile P1: 2 horizons to 100 cm" in text
    assert "75.0" in text
    assert "filled: bulk density of 1 of 2 horizons: adams_1973" in text
    assert "filled: clay of 2 of 2 horizons: loam_clay" in text


def test_check_lists_sound_profiles_and_reasons(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\nok,0,30,1\ngap,0,30,1\ngap,40,60,1\n")
    lines = check_profile(path)
    assert "1 sound profile(s), 1 with problems" in lines[0]
    assert any(line.startswith("gap: line 4, 'top_cm': there is a gap from 30 cm (line 3) to 40 cm") for line in lines)
    assert "0 with problems" in check_profile(path, fill_gaps=True)[0]


def test_harmonised_table_can_be_written(tmp_path):
    table = harmonised_table(harmonise(rich(), Grid([0, 0.3, 1.0, 2.0])))
    assert table["top_cm"] == [0.0, 30.0, 100.0]
    assert table["measured_share"] == [1.0, 1.0, 0.105]
    assert "clay: carried_down" not in table["filled"][2]
    assert "bulk_density: adams_1973" in table["filled"][1]
    write_table(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().count("\n") == 4


def test_importing_the_room_loads_no_heavy_library():
    code = (
        "import sys, mollisol.soil as s; s.read_profile; s.harmonise; "
        "print([m for m in ('jax', 'xarray', 'pandas', 'pyarrow', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
