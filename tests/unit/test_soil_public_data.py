"""The readers on the real tables, where they are at hand."""

import collections
import pathlib
import time

import numpy as np
import pytest

from mollisol.soil import harmonise, read_profile, scan_profiles

DATA = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not (DATA / "profiles").is_dir(), reason="shared/data/profiles is absent")


def test_israd_entry():
    scan = scan_profiles(DATA / "radiocarbon" / "gaudinski2001")
    assert len(scan.profiles) == 2
    assert all("below the surface of the mineral soil" in problem.message for problem in scan.problems)
    profile = read_profile(DATA / "radiocarbon" / "gaudinski2001", "Gaudinski_2001/Howland Forest/Tower Pit")
    assert profile.carbon_depth_cm == 80.5
    assert profile.latitude == 45.167
    assert profile.delta14c_permil[-1] == pytest.approx(-116.38, abs=0.01)


def test_sodah_in_one_pass():
    scan = scan_profiles(DATA / "profiles" / "sodah_layers_soc.csv")
    assert scan.format == "sodah"
    assert len(scan.profiles) > 4000
    deep = [profile for profile in scan.profiles if profile.carbon_depth_cm >= 100]
    assert len(deep) > 200
    horizons = sum(len(profile) for profile in scan.profiles)
    assert horizons > 9000
    assert all(problem.remedy and problem.line for problem in scan.problems)


def test_sodah_has_the_kellogg_cores():
    scan = scan_profiles(DATA / "profiles" / "sodah_layers_soc.csv")
    cores = [profile for profile in scan.profiles if profile.profile_id.startswith("KBS/")]
    assert len(cores) > 30
    assert np.median([core.carbon_depth_cm for core in cores]) == 70
    stocks = [np.nansum(harmonise(core).organic_carbon) for core in cores]
    assert 3.0 < np.median(stocks) < 8.0


@pytest.mark.slow
def test_africa_soil_profiles_in_one_pass():
    """Every profile is read and harmonised, or has reasons; none stops the pass."""
    begin = time.perf_counter()
    scan = scan_profiles(DATA / "profiles" / "afsp_horizons_soc.csv")
    seconds = time.perf_counter() - begin
    rejected = scan.rejected
    assert len(scan.profiles) + len(rejected) == 22_574
    assert len(scan.profiles) > 20_000
    assert seconds < 60
    kinds = collections.Counter(" ".join(problem.message.split()[:3]) for problem in scan.problems)
    assert {"there is a", "the horizon begins"} <= set(kinds)
    assert not {profile.profile_id for profile in scan.profiles} & set(rejected)
    for profile in scan.profiles:
        layers = harmonise(profile)
        assert np.nanmin(layers.organic_carbon) >= 0.0
        assert np.isfinite(layers.mineral_mass).all()
    filled = scan_profiles(DATA / "profiles" / "afsp_horizons_soc.csv", fill_gaps=True)
    assert len(filled.profiles) > len(scan.profiles)
