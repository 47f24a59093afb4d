"""Reading a climate from NetCDF, at one point, with CF units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mollisol.climate.checks import check, check_months, resolution_of
from mollisol.climate.columns import COLUMNS, Column
from mollisol.climate.series import MONTH_DAYS, Array, Climate, Resolution
from mollisol.units import ZERO_CELSIUS, InputError, RunError, nearest

_AS_IT_IS = {
    "degc", "c", "celsius", "degrees_celsius", "degree_celsius", "deg_c", "°c", "mm", "kg m-2", "kg/m2",
    "mj m-2", "mj/m2", "mj m-2 day-1", "mj m-2 d-1", "mj/m2/day", "m s-1", "m/s", "%", "percent",
}  # fmt: skip
_FACTOR = {
    "radiation": {"w m-2": 0.0864, "w/m2": 0.0864, "j m-2": 1e-6},
    "precipitation": {"m": 1000.0, "cm": 10.0},
    "pet": {"m": 1000.0, "cm": 10.0},
    "relative_humidity": {"1": 100.0, "": 100.0},
}
_PER_SECOND = {"kg m-2 s-1": 86400.0, "kg/m2/s": 86400.0, "mm s-1": 86400.0, "mm/s": 86400.0,
               "mm/day": 1.0, "mm d-1": 1.0, "mm day-1": 1.0, "kg m-2 d-1": 1.0}  # fmt: skip
_BELOW_ZERO = {
    "precipitation": (1e-3, "as packing leaves them"),
    "pet": (0.5, "dew, which is no demand for water"),
}
"""mm a day by which totals of gridded products fall below 0, and why."""

_WIND_TO_2_M = 4.87 / np.log(67.8 * 10.0 - 5.42)
"""CMIP's wind is at 10 m (FAO-56 equation 47)."""


def read_netcdf(
    path: Path, *, point: str | None = None, latitude: float | None = None, longitude: float | None = None
) -> Climate:
    """Read one point of a NetCDF file; see `reading.read_climate`.

    Raises
    ------
    InputError
        If variables, units or the point cannot be told.
    RunError
        If no library that reads this kind of NetCDF is installed.
    """
    import xarray

    file = str(path)
    with path.open("rb") as opened:
        engine = "scipy" if opened.read(3) == b"CDF" else "h5netcdf"
    try:
        data = xarray.open_dataset(path, engine=engine)
    except ImportError as missing:
        raise RunError(f"{file}: reading this NetCDF needs a library that is not installed ({missing}). "
                       "Install h5py, or save the file as NetCDF 3 or CSV.") from None  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError) as damaged:
        raise InputError(f"the file cannot be read as NetCDF ({damaged})", file=file,
                         remedy="check that it is whole, with times in the standard calendar") from None  # fmt: skip
    with data:
        return _at_point(data, file, point, latitude, longitude)


def _at_point(data: Any, file: str, point: str | None, latitude: float | None, longitude: float | None) -> Climate:
    names = {column.name: _variable(data, column) for column in COLUMNS}
    for column in COLUMNS:
        if column.required and names[column.name] is None:
            close = nearest(column.name, [str(name) for name in data.data_vars])
            raise InputError("no such variable", file=file, key=column.name, remedy=(
                (f"did you mean '{close}'? Rename it" if close else "add it")
                + f", or give it the standard name {column.standard_names[0]} and units"))  # fmt: skip
    axis = "time" if "time" in data.dims else "month"
    if axis not in data.dims:
        raise InputError("the file has neither `time` nor `month`", file=file, key="time",
                         remedy="give a series along `time` or a climatology along `month`")  # fmt: skip
    data = _select(data[[name for name in names.values() if name]], axis, file, point, latitude, longitude)
    if axis == "month":
        time = np.asarray(data[axis].values, dtype=np.int64)
        check_months(time, file, 1)
        days = MONTH_DAYS.astype(np.float64)
        resolution: Resolution = "climatology"
    else:
        if not np.issubdtype(data[axis].dtype, np.datetime64):
            raise InputError("times are not of the standard calendar", file=file, key="time",
                             remedy="convert them to the (proleptic) Gregorian calendar")  # fmt: skip
        time = data[axis].values.astype("datetime64[D]")
        resolution = resolution_of(time, file, 1)
        if resolution == "monthly":
            time = time.astype("datetime64[M]").astype("datetime64[D]")
        days = Climate(resolution, time, np.empty(0), np.empty(0)).days.astype(float)
    values: dict[str, Any] = {
        column.field: _in_unit(data[name], column, days, file)
        for column in COLUMNS
        if (name := names[column.name]) is not None
    }
    warnings = []
    for field, (depth, why) in _BELOW_ZERO.items():
        total = values.get(field)
        if total is not None and np.any(noise := (total < 0.0) & (total > -depth * days)):
            values[field] = np.where(noise, 0.0, total)
            warnings.append(f"{field}: {noise.sum()} values just below 0 ({why}) are read as 0")
    return check(Climate(resolution, time, **values, source=file, warnings=tuple(warnings)), 1)


def _variable(data: Any, column: Column) -> str | None:
    for name in (column.name, *column.aliases):
        if name in data:
            return name
    fits = [str(name) for name in data.data_vars if data[name].attrs.get("standard_name") in column.standard_names]
    # Several variables may share a standard name (mean, minimum, maximum): then only the plain name decides.
    return fits[0] if len(fits) == 1 else None


def _select(data: Any, axis: str, file: str, point: str | None, latitude: float | None, longitude: float | None) -> Any:
    if latitude is not None and longitude is not None:
        for long, short, degrees in (("latitude", "lat", latitude), ("longitude", "lon", longitude)):
            name = long if long in data.coords else short
            if name in data.dims:
                data = data.sel({name: degrees}, method="nearest")
    rest = [str(dim) for dim in data.dims if dim != axis and data.sizes[dim] > 1]
    if point is not None:
        for dim in rest:
            labels = [str(label) for label in data[dim].values] if dim in data.coords else []
            if point in labels:
                return _select(data.isel({dim: labels.index(point)}), axis, file, None, None, None)
            close = nearest(point, labels)
            if labels:
                raise InputError(
                    f"no point '{point}'",
                    file=file,
                    key=dim,
                    remedy=f"did you mean '{close}'?" if close else f"it has {', '.join(labels[:9])}",
                )
    if rest:
        raise InputError(f"several points along {', '.join(rest)}", file=file, key=rest[0],
                         remedy="name the point, or give its latitude and longitude")  # fmt: skip
    return data.squeeze(drop=True)


def _in_unit(variable: Any, column: Column, days: Array, file: str) -> Array:
    values = np.asarray(variable.values, dtype=np.float64).reshape(-1)
    unit = str(variable.attrs.get("units", "")).strip()
    known = unit.lower()
    if variable.name == "sfcWind":
        values = values * _WIND_TO_2_M
    if "units" not in variable.attrs and variable.name == column.name:
        return values
    if known in _AS_IT_IS:
        return values
    if known in ("k", "kelvin") and column.field.startswith("temperature"):
        return values - ZERO_CELSIUS
    if known in _PER_SECOND and column.total:
        return values * _PER_SECOND[known] * days
    if known in (factors := _FACTOR.get(column.field, {})):
        return values * factors[known]
    raise InputError(f"unit '{unit}' is not understood", file=file, key=str(variable.name), remedy=column.hint)
