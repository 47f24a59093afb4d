"""Soil temperature and moisture against the US Climate Reference Network, 2020.

`python -m validation.soil_climate [DATA_FOLDER] [--markdown FILE] [--json FILE] [--wet-days]`

Every station has one year of daily air temperature, precipitation and radiation, and soil temperature and
moisture at 5, 10, 20, 50 and 100 cm. The year is run as a daily series and, to see what days are worth, as a series of
its twelve months; both start from the mean state of years drawn around it.
Not known at the stations, and the same for all: texture (loam, 40 % sand, 20 % clay), organic carbon 1 %, bulk
density 1.4 g/cm3, roots of grassland (Jackson beta 0.943), the package's default plant cover, wind 2 m/s,
elevation 0. Nothing is tuned to a station.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEPTHS = (5, 20, 50, 100)
FILE = "climate/uscrn_daily_2020_soil_depths.csv.gz"
MONTH_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
LEAST_DAYS = {"t_daily_avg": 350, "p_daily_calc": 340, **{f"soil_temp_{depth}_daily": 330 for depth in DEPTHS}}
SAND, CLAY, ORGANIC_CARBON, BULK_DENSITY, ROOT_BETA = 0.40, 0.20, 1.0, 1.4, 0.943


def daily(folder: Path) -> dict[str, dict[str, Array]]:
    """Read (366,) arrays by station and column; a missing value is NaN."""
    stations: dict[str, dict[str, Array]] = defaultdict(lambda: defaultdict(lambda: np.full(366, np.nan)))
    with gzip.open(folder / FILE, "rt", newline="") as opened:
        for row in csv.DictReader(opened):
            date = np.datetime64(row.pop("lst_date"))
            day = int((date - np.datetime64("2020-01-01")).astype(int))
            for name, cell in row.items():
                if cell:
                    stations[row["wban"]][name][day] = float(cell)
    return stations


def complete(station: dict[str, Array]) -> bool:
    """Whether a station has enough days of air and soil temperature and of precipitation."""
    forcing = ("t_daily_avg", "t_daily_min", "t_daily_max", "solarad_daily", "p_daily_calc")
    return all(np.isfinite(station[name]).sum() >= least for name, least in LEAST_DAYS.items()) and all(
        np.isfinite(month).sum() >= 10 for name in forcing for month in by_month(station[name])
    )


def by_month(values: Array) -> list[Array]:
    """Cut a year of days into its months."""
    return np.split(values, np.cumsum(MONTH_DAYS)[:-1])


def monthly_mean(values: Array, least: int = 20) -> Array:
    """Means of the months with at least `least` values, else NaN."""
    return np.array([np.nanmean(m) if np.isfinite(m).sum() >= least else np.nan for m in by_month(values)])


def filled(values: Array) -> Array:
    """Give days without a reading the mean of the month's others."""
    return np.concatenate([np.where(np.isfinite(month), month, np.nanmean(month)) for month in by_month(values)])


def simulate(stations: list[dict[str, Array]], months: bool = False) -> tuple[Any, Any]:
    """Run every station as a column of one series, of days or of months."""
    from mollisol.climate import Climate, at_depth, monthly
    from mollisol.grid import Grid
    from mollisol.soil.hydraulics import hydraulics

    def table(name: str) -> Array:
        return np.stack([filled(station[name]) for station in stations], axis=1)

    low, high, mean = table("t_daily_min"), table("t_daily_max"), table("t_daily_avg")
    climate = Climate(
        "daily",
        np.arange("2020-01-01", "2021-01-01", dtype="datetime64[D]"),
        mean,
        table("p_daily_calc"),
        temperature_min=np.minimum(low, mean),
        temperature_max=np.maximum(high, mean),
        radiation=table("solarad_daily"),
    )
    grid = Grid()
    shape = (len(grid), len(stations))
    roots = np.diff(1.0 - ROOT_BETA ** (grid.edges * 100.0))[:, None]
    return grid, at_depth(
        monthly(climate) if months else climate,
        hydraulics(np.full(shape, SAND), np.full(shape, CLAY), np.full(shape, ORGANIC_CARBON)),
        grid=grid,
        latitude=np.array([np.nanmean(station["latitude"]) for station in stations]),
        sand=SAND,
        bulk_density=BULK_DENSITY,
        organic_matter=0.01 * 1.724 * ORGANIC_CARBON,
        root_share=np.broadcast_to(roots, shape),
    )


def at(depth_cm: int, grid: Any, surface: Array | None, values: Array) -> Array:
    """Interpolate (month, layer, column) linearly to a depth, between the layers' middles (and the surface)."""
    depths = grid.centres if surface is None else np.concatenate([[0.0], grid.centres])
    profile = values if surface is None else np.concatenate([surface[:, None], values], axis=1)
    months, _, columns = profile.shape
    return np.array(
        [[np.interp(depth_cm / 100.0, depths, profile[m, :, c]) for c in range(columns)] for m in range(months)]
    )


def validate(folder: Path, months: bool = False) -> dict[str, Any]:
    """Compare all complete stations; return the figures."""
    stations = [station for _, station in sorted(daily(folder).items()) if complete(station)]
    grid, found = simulate(stations, months)
    rows = []
    for depth in DEPTHS:
        measured = np.stack([monthly_mean(s[f"soil_temp_{depth}_daily"]) for s in stations], axis=1)
        wet = np.stack([monthly_mean(s[f"soil_moisture_{depth}_daily"]) for s in stations], axis=1)
        air = np.stack([monthly_mean(s["t_daily_avg"]) for s in stations], axis=1)
        error = at(depth, grid, found.surface_temperature, found.temperature) - measured
        water = at(depth, grid, None, found.water)
        both = np.isfinite(wet)
        departures = [
            np.corrcoef(water[ok, c], wet[ok, c])[0, 1]
            for c in range(len(stations))
            if (ok := both[:, c]).sum() >= 9 and np.ptp(wet[ok, c]) > 0.0 and np.ptp(water[ok, c]) > 0.0
        ]
        rows.append(
            {
                "depth_cm": depth,
                "temperature_months": int(np.isfinite(error).sum()),
                "temperature_rmse": float(np.sqrt(np.nanmean(error**2))),
                "temperature_bias": float(np.nanmean(error)),
                "air_temperature_rmse": float(np.sqrt(np.nanmean((air - measured) ** 2))),
                "winter_bias": float(np.nanmean(error[[11, 0, 1]])),
                "summer_bias": float(np.nanmean(error[5:8])),
                "moisture_months": int(both.sum()),
                "moisture_correlation": float(np.corrcoef(water[both], wet[both])[0, 1]),
                "moisture_correlation_in_time": float(np.median(departures)),
                "moisture_bias": float(np.mean(water[both] - wet[both])),
            }
        )
    resolution = "monthly" if months else "daily"
    return {"stations": len(stations), "resolution": resolution, "pet_method": found.pet_method, "depths": rows}


def wet_day_relation(folder: Path) -> tuple[float, float, float]:
    """Fit share of days with >= 1 mm = 1 - exp(-(P / (scale days))^shape): scale, shape, residual days."""
    from scipy.optimize import curve_fit

    mean, share = [], []
    for station in daily(folder).values():
        for month in by_month(station["p_daily_calc"]):
            known = month[np.isfinite(month)]
            if known.size >= 28:
                mean.append(known.mean())
                share.append(np.mean(known >= 1.0))
    x, y = np.array(mean), np.array(share)
    model = lambda p, scale, shape: 1.0 - np.exp(-((p / scale) ** shape))  # noqa: E731
    (scale, shape), _ = curve_fit(model, x, y, p0=(10.0, 0.6))
    return float(scale), float(shape), float(np.std(y - model(x, scale, shape)) * 30.0)


def markdown(result: dict[str, Any]) -> str:
    """Write the figures as a table."""
    lines = [
        f"{result['stations']} stations of the US Climate Reference Network, 2020, {result['resolution']} weather; "
        "monthly means; "
        f"potential evapotranspiration: {result['pet_method']}.",
        "",
        "| depth cm | temperature RMSE degC | bias | winter bias | summer bias | RMSE of air temperature "
        "| moisture r (all) | r (in time, median) | bias m3/m3 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in result["depths"]:
        lines.append(
            f"| {row['depth_cm']} | {row['temperature_rmse']:.2f} | {row['temperature_bias']:+.2f} "
            f"| {row['winter_bias']:+.2f} | {row['summer_bias']:+.2f} | {row['air_temperature_rmse']:.2f} "
            f"| {row['moisture_correlation']:.2f} | {row['moisture_correlation_in_time']:.2f} "
            f"| {row['moisture_bias']:+.3f} |"
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the validation and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("data_folder", nargs="?", type=Path, default=default)
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--wet-days", action="store_true", help="print the fit of wet days to monthly rain")
    given = parser.parse_args(arguments)
    if not (given.data_folder / FILE).is_file():
        print(f"{given.data_folder / FILE} is absent: nothing to compare with", file=sys.stderr)
        return 2
    if given.wet_days:
        print("scale {:.1f} mm/d, shape {:.2f}, residual {:.1f} days".format(*wet_day_relation(given.data_folder)))
        return 0
    import jax

    jax.config.update("jax_enable_x64", True)
    results = [validate(given.data_folder, months) for months in (False, True)]
    text = "\n".join(markdown(result) for result in results)
    print(text)
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
