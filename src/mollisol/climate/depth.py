"""The climate at depth: temperature, water, air and percolation of every layer from climate and soil."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.climate.aggregation import climatology, monthly
from mollisol.climate.mean_preserving import within_months
from mollisol.climate.parameters import DepthParameters, numbers
from mollisol.climate.potential import potential_evapotranspiration
from mollisol.climate.series import Array, Climate
from mollisol.climate.site import Site, make_site
from mollisol.climate.steps import Steps, daily_steps, mean_year
from mollisol.climate.thermal import heat_capacity, thermal_conductivity
from mollisol.climate.variability import WithinMonth, fifths, moisture_of_days, rows, within_month
from mollisol.grid import Grid
from mollisol.units import InputError

if TYPE_CHECKING:
    from mollisol.climate.ground import Ground
    from mollisol.climate.temperature import HeatRun
    from mollisol.climate.water import HydraulicsLike, WaterRun

SPIN_UP_YEARS = 10
"""A series starts from the periodic state of the climatology of its first years."""

_M_PER_YEAR = 12.0  # a month's total times 12: the mean over twelve months is then the year's total


@dataclass(frozen=True, eq=False)
class DepthClimate:
    """Monthly climate of the soil; time is 12 months, means over the drawn years, or every whole month of a series.

    Attributes
    ----------
    time : (time,) months 1-12, or datetime64[D] of each month's first day.
    temperature : (time, layer, column) degC.
    water : (time, layer, column) m3/m3.
    matric_potential : (time, layer, column) MPa, negative: the value whose logarithm is the mean over days (and years).
    air_filled_porosity : (time, layer, column) m3/m3.
    percolation : (time, layer, column) water through the bottom of each layer, m/yr, positive down.
    infiltration, runoff : (time, column) into and off the soil, m/yr.
    evapotranspiration : (time, column) from soil, roots and snow, m/yr.
    potential_evapotranspiration : (time, column) m/yr.
    snow : (time, column) mean water equivalent of the snow, m.
    surface_temperature : (time, column) of the soil surface, under snow where there is any, degC.
    surface_matric_potential : (time, column) of the litter, MPa: the value whose logarithm is the mean over days.
    within_month : what varies within the month, at the surface and in every layer.
    pet_method : how potential evapotranspiration was found.

    Fluxes of a month are its total times 12.
    """

    time: NDArray[Any]
    temperature: Array
    water: Array
    matric_potential: Array
    air_filled_porosity: Array
    percolation: Array
    infiltration: Array
    runoff: Array
    evapotranspiration: Array
    potential_evapotranspiration: Array
    snow: Array
    surface_temperature: Array
    surface_matric_potential: Array
    within_month: WithinMonth
    pet_method: str


def at_depth(
    climate: Climate,
    hydraulics: HydraulicsLike,
    *,
    grid: Grid,
    latitude: ArrayLike,
    sand: ArrayLike,
    bulk_density: ArrayLike,
    root_share: ArrayLike,
    organic_matter: ArrayLike = 0.0,
    cover: ArrayLike | None = None,
    elevation: ArrayLike = 0.0,
    pet_method: str | None = None,
    parameters: DepthParameters | None = None,
) -> DepthClimate:
    """Compute the climate of every layer.

    A climatology stands for `rain.YEARS` drawn years that repeat for ever, and gives the means over them; a series
    starts from the mean state of the years drawn around the climatology of its first ten. Order: potential
    evapotranspiration, snow and litter, soil water, energy balance of the surface, heat conduction with the
    conductivity of each month's water.

    Parameters
    ----------
    climate : series or climatology; values (time,) or (time, column).
    hydraulics : (layer, column) properties, as of `mollisol.soil`.
    grid : layers.
    latitude, elevation : degrees and m, scalar or (column,).
    sand : mass fraction of the mineral soil, 0-1; it and the next two are (layer, column) or broadcast to it.
    bulk_density : of the whole layer, g/cm3.
    organic_matter : mass fraction, 0-1.
    root_share : (layer, column), or (12, layer, column) or (time, layer, column): share of the roots that take
        up water; scaled to sum to 1 over the layers.
    cover : share of the demand that acts through living plants, 0-1: scalar, (column,), (12, column), (time, column)
        or, with a climatology, (12 R, column) for the R years of a rotation; default `Water.cover`.
    pet_method : to force a formula (`potential_evapotranspiration`).

    Returns
    -------
    DepthClimate

    Raises
    ------
    InputError
        If the climate or a property of the soil is impossible.
    RunError
        If no periodic state was found.
    """
    parameters = parameters or DepthParameters()
    site = make_site(
        hydraulics, grid, latitude, elevation, sand, bulk_density, organic_matter, root_share, cover, parameters
    )
    for name in climate.__dataclass_fields__:
        values = getattr(climate, name)
        if isinstance(values, np.ndarray) and values.dtype.kind == "f" and not np.all(np.isfinite(values)):
            row = int(np.argmax(~np.isfinite(values).reshape(len(climate), -1).all(axis=1)))
            raise InputError(f"{name} of {climate.time[row]} is missing", file=climate.source or None, key=name,
                             remedy="give every period a value")  # fmt: skip
    series = monthly(climate)
    pet, method = potential_evapotranspiration(climate, latitude, elevation, pet_method)
    if climate.resolution == "climatology":
        return _assemble(series, method, site, *_run(climate, pet, site, None))
    first = climatology(_first_years(replace(climate, pet=pet), SPIN_UP_YEARS))
    # The mean year turns so that it ends where the series starts.
    start = int(series.months[0]) - 1
    assert first.pet is not None
    spun = _run(first, first.pet, site.typical(series.months), None, turn=start)
    return _assemble(series, method, site, *_run(climate, pet, site, spun))


_State = tuple[Steps, "Ground", "WaterRun", "HeatRun", WithinMonth]


def _run(climate: Climate, pet: Array, site: Site, before: _State | None, turn: int = 0) -> _State:
    from mollisol.climate.ground import ground
    from mollisol.climate.phases import typical_water
    from mollisol.climate.snow import snow_cover, snow_resistance
    from mollisol.climate.surface import surface_exchange
    from mollisol.climate.temperature import soil_temperature
    from mollisol.climate.water import soil_water

    parameters, grid = site.parameters, site.grid
    periodic = before is None
    steps = daily_steps(climate, pet, site.columns, parameters.wet_days)
    series = monthly(climate)
    if turn:
        steps = Steps(*(np.roll(getattr(steps, name), -turn, axis=0) for name in steps.__dataclass_fields__))
        series = series.map_arrays(lambda a: np.roll(a, -turn, axis=0))
    months = len(series)
    roots, cover = site.plants(steps.calendar, months)

    above = ground(steps, parameters, None if before is None else before[1])
    litter = {"saturation": above.litter_share, "log": above.litter_log}
    litter = {name: fifths(np.asarray(value), steps.days, months) for name, value in litter.items()}
    snow = numbers(parameters.snow)
    hidden, insulation = np.asarray(snow_cover(above.snow, snow)), np.asarray(snow_resistance(above.snow, snow))
    if before is None:
        water, layers = typical_water(above.liquid, above.demand, steps.days, site, roots, cover)
        # From here on it is the mean year: snow and litter, too, are means over the drawn years.
        hidden, cover, above, steps = mean_year(hidden), mean_year(cover), above.mean_year(), steps.mean_year()
    else:
        water = soil_water(
            above.liquid, above.demand, steps.days, site.hydraulics, grid, roots, cover,
            initial=before[2].final, parameters=parameters,
        )  # fmt: skip
        daily = {"saturation": water.daily_saturation, "log": water.daily_log_saturation}
        layers = {name: fifths(np.asarray(value), steps.days, months) for name, value in daily.items()}
    lengths = steps.month_days
    evaporated = np.asarray(water.evaporation + above.sublimation.sum(axis=1))
    mean_hidden = (hidden * steps.days[:, :, None]).sum(axis=1) / lengths[:, None]
    excess, resistance = surface_exchange(
        series, site.latitude, site.elevation, evaporated / lengths[:, None], mean_hidden, cover,
        parameters.surface, parameters.snow,
    )  # fmt: skip
    shape = (months, site.columns)
    whole = lengths.astype(np.int64)
    excess = within_months(np.array(np.broadcast_to(excess, shape)), whole, steps.days, periodic)
    outside = steps.temperature + excess
    # A snow surface is never warmer than 0 degC: what more it receives melts it.
    outside = np.where(outside > 0.0, outside * (1.0 - hidden), outside)
    theta = np.asarray(water.storage) / grid.thickness[:, None]
    pores = np.asarray(site.hydraulics.saturation)
    solids = site.mineral + site.organic
    conductivity = thermal_conductivity(theta, pores, site.sand, site.organic / np.where(solids > 0.0, solids, 1.0))
    capacity = heat_capacity(theta, site.mineral, site.organic)
    # Years with and without snow: the mean resistance keeps too warm, that of the mean conductance too cold.
    path = np.broadcast_to(resistance, shape)[np.arange(len(insulation)) % months, None] + insulation
    path = np.exp(mean_year(np.log(path), months))
    heat = soil_temperature(
        outside, steps.days, conductivity, capacity, grid, resistance=path, water=theta,
        freezing_range=parameters.surface.freezing_range, initial=None if before is None else before[3].final,
        depth=parameters.surface.depth, along=moisture_of_days(above, water),
    )  # fmt: skip
    moist = {name: rows(litter[name], layers[name]) for name in layers}
    within = within_month(series, site, steps, above, water, moist, heat, path, conductivity, capacity)
    return steps, above, water, heat, within


def _assemble(
    series: Climate,
    method: str,
    site: Site,
    steps: Steps,
    above: Ground,
    water: WaterRun,
    heat: HeatRun,
    within: WithinMonth,
) -> DepthClimate:
    hydraulics, grid = site.hydraulics, site.grid
    theta = np.asarray(water.storage) / grid.thickness[:, None]
    pores = np.asarray(hydraulics.saturation)
    exponent = np.asarray(hydraulics.retention_exponent)
    suction = np.asarray(hydraulics.air_entry) * np.exp(-exponent * np.asarray(water.log_saturation))
    evaporated = water.evaporation + water.uptake.sum(axis=1) + above.sublimation.sum(axis=1)
    return DepthClimate(
        time=series.time,
        temperature=np.asarray(heat.temperature),
        water=theta,
        matric_potential=-suction / 1000.0,
        air_filled_porosity=pores - theta,
        percolation=np.asarray(water.percolation) * _M_PER_YEAR,
        infiltration=np.asarray(water.infiltration) * _M_PER_YEAR,
        runoff=np.asarray(water.runoff) * _M_PER_YEAR,
        evapotranspiration=np.asarray(evaporated) * _M_PER_YEAR,
        potential_evapotranspiration=steps.demand.sum(axis=1) * _M_PER_YEAR,
        snow=(np.asarray(above.snow) * steps.days[:, :, None]).sum(axis=1) / steps.month_days[:, None],
        surface_temperature=np.asarray(heat.surface),
        surface_matric_potential=-np.exp(np.asarray(above.litter_log_suction)),
        within_month=within,
        pet_method=method,
    )


def _first_years(climate: Climate, years: int) -> Climate:
    if climate.resolution == "climatology":
        return climate
    keep = climate.time < climate.time[0].astype("datetime64[M]") + 12 * years
    return climate.map_arrays(lambda values: values[keep])
