"""NetCDF: points, CF names and units."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.climate import monthly, read_climate
from mollisol.units import InputError

xarray = pytest.importorskip("xarray")

ERA5 = Path(__file__).parents[2].parent / "shared/data/climate/era5_daily_canadian_cities_1990-1993.nc"


def grid_file(path, **units):
    time = np.arange("2020-01-01", "2021-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
    shape = (time.size, 2, 2)
    place = np.arange(4.0).reshape(2, 2)
    data = xarray.Dataset(
        {
            "tas": (("time", "lat", "lon"), 280.0 + np.zeros(shape) + place, {"units": units.get("tas", "K")}),
            "pr": (("time", "lat", "lon"), np.full(shape, 2e-5), {"units": units.get("pr", "kg m-2 s-1")}),
            "rsds": (("time", "lat", "lon"), np.full(shape, 150.0), {"units": "W m-2"}),
        },
        {"time": time, "lat": [40.0, 41.0], "lon": [5.0, 6.0]},
    )
    data.to_netcdf(path, engine="scipy")
    return path


def test_nearest_grid_point_in_cf_units(tmp_path):
    climate = read_climate(grid_file(tmp_path / "a.nc"), latitude=40.9, longitude=5.2)
    assert climate.resolution == "daily"
    assert climate.temperature[0] == pytest.approx(282.0 - 273.15)
    assert climate.precipitation[0] == pytest.approx(2e-5 * 86400.0)
    assert climate.radiation[0] == pytest.approx(150.0 * 0.0864)


def test_several_points_need_a_choice(tmp_path):
    with pytest.raises(InputError, match="several points along lat, lon"):
        read_climate(grid_file(tmp_path / "a.nc"))


def test_unknown_unit_is_refused(tmp_path):
    with pytest.raises(InputError, match="'furlong' is not understood"):
        read_climate(grid_file(tmp_path / "a.nc", pr="furlong"), latitude=40.0, longitude=5.0)


def test_kelvin_without_saying_so(tmp_path):
    with pytest.raises(InputError, match="kelvin"):
        read_climate(grid_file(tmp_path / "a.nc", tas="degC"), latitude=40.0, longitude=5.0)


def test_damaged_file(tmp_path):
    path = tmp_path / "bad.nc"
    path.write_bytes(b"CDF\x01" + bytes(20))
    with pytest.raises(InputError, match=r"bad\.nc"):
        read_climate(path)


@pytest.mark.skipif(not ERA5.is_file(), reason="../shared/data/climate absent")
def test_named_point_of_a_netcdf4_file():
    pytest.importorskip("h5py")
    climate = read_climate(ERA5, point="Victoria")
    assert len(climate) == 1461
    assert climate.pet is not None
    assert 7.0 < monthly(climate).temperature.mean() < 12.0
    with pytest.raises(InputError, match="did you mean 'Victoria'"):
        read_climate(ERA5, point="Victorya")
