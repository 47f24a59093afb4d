"""The result of a run as an xarray Dataset, as `result.nc` holds it; names and units come from `variables.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.study.choices import CHOICES
from mollisol.units import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


def dataset(
    values: Mapping[str, Array],
    practices: Sequence[str],
    members: int,
    grid: Grid,
    pools: Sequence[str],
    years: tuple[int, int],
    attributes: Mapping[str, str],
) -> xr.Dataset:
    """Put arrays (in the dimensions of `variables.toml`) into a CF-1.11 dataset."""
    import xarray as xr

    first, last = years
    time = np.array([f"{year:04d}-01-01" for year in range(first, last + 2)], dtype="datetime64[s]")
    coordinates = {
        "practice": ("practice", list(practices), {"long_name": "Practice"}),
        "member": ("member", np.arange(members), {"long_name": "Member of the ensemble of parameters"}),
        "time": ("time", time, {"long_name": "Time", "standard_name": "time"}),
        "layer": (
            "layer",
            grid.centres,
            {
                "long_name": "Depth of the middle of the layer",
                "standard_name": "depth",
                "units": "m",
                "positive": "down",
                "axis": "Z",
                "bounds": "layer_bounds",
            },
        ),
        "layer_bounds": (("layer", "bounds"), np.stack([grid.edges[:-1], grid.edges[1:]], axis=-1)),
        "pool": ("pool", list(pools), {"long_name": "Carbon pool"}),
        "choice": ("choice", list(CHOICES), {"long_name": "What moves with soil that is moved"}),
        "month": ("month", np.arange(1, 13), {"long_name": "Month of the year"}),
    }
    data = {}
    for name, value in values.items():
        variable = VARIABLES[name]
        described = {"long_name": variable.long_name, "units": variable.unit}
        if variable.standard_name:
            described["standard_name"] = variable.standard_name
        if variable.about:
            described["comment"] = variable.about
        data[name] = (variable.dimensions, np.asarray(value, dtype=np.float64), described)
    used = {dimension for dimensions, _, _ in data.values() for dimension in dimensions}
    kept = {name: one for name, one in coordinates.items() if name == "layer_bounds" or name in used}
    return xr.Dataset(data, kept, {"Conventions": "CF-1.11", **attributes})


def write_netcdf(result: xr.Dataset, path: Path) -> None:
    """Write a result, compressed and atomically."""
    from mollisol.study.atomic import atomic_write

    encoding: dict[str, Any] = {
        name: {"zlib": True, "complevel": 1, "shuffle": True, "dtype": "float64", "_FillValue": np.nan}
        for name in result.data_vars
    }
    encoding["time"] = {"units": "days since 1850-01-01", "calendar": "proleptic_gregorian", "dtype": "float64"}
    with atomic_write(path) as temporary:
        result.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)


def yearly(first: Array, rest: Array) -> Array:
    """Join the state at the start with the yearly values: (year, ...) to (year + 1, ...)."""
    return np.concatenate([first[None], rest])


def by_plan(array: Array, plans: int, members: int) -> Array:
    """Turn (..., plan * member) into (plan, member, ...)."""
    split = array.reshape(*array.shape[:-1], plans, members)
    return np.moveaxis(split, (-2, -1), (0, 1))
