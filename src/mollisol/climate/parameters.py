"""Parameters of the soil's climate, each with its unit, range and source."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from mollisol.climate.wet_days import WetDays
from mollisol.units import parameter

_FAO = "Allen et al. 1998, FAO-56"


@dataclass(frozen=True)
class Snow:
    """Snow by degree-days, with day-to-day variation of temperature (Calov & Greve 2005)."""

    melt: float = parameter(
        2.74e-3, "m K-1 d-1", 1.6e-3, 6.0e-3, "USDA NRCS National Engineering Handbook 630, chapter 11 (2004)",
        confidence="high", about="Melt per degree-day above 0 degC.",
    )  # fmt: skip
    threshold: float = parameter(
        1.0, "degC", 0.0, 2.0, "US National Weather Service, SNOW-17 manual: PXTEMP 0 to 2 degC",
        confidence="high", about="Daily mean at which half of the precipitation is snow.",
    )  # fmt: skip
    spread: float = parameter(
        1.0, "degC", 0.1, 3.0, "share of snow from all to none between -1 and 3 degC: choice", confidence="low",
        about="Standard deviation of the rain-snow boundary within days of one mean temperature.",
    )  # fmt: skip
    density: float = parameter(
        250.0, "kg m-3", 100.0, 500.0, "Sturm et al. 2010, J. Hydrometeorol. 11:1380, seasonal snow",
        confidence="medium", about="Bulk density of the snow.",
    )  # fmt: skip
    albedo: float = parameter(
        0.7, "1", 0.4, 0.9, "Oke 1987, Boundary Layer Climates: old 0.40 to fresh 0.95", confidence="high",
        about="Albedo of ground under snow.",
    )  # fmt: skip
    half_cover: float = parameter(
        0.1, "m", 0.01, 0.5, "Dickinson et al. 1993, BATS: cover = d / (0.1 m + d)", confidence="medium",
        about="Snow depth that hides half of the ground.",
    )  # fmt: skip
    sublimation: float = parameter(
        0.34, "1", 0.0, 1.0, "(1 - snow albedo) / (1 - 0.23) x 2.45 / 2.83 MJ/kg", confidence="computed",
        about="Evaporative demand of snow relative to that of grass.",
    )  # fmt: skip


@dataclass(frozen=True)
class Water:
    """Infiltration, evaporation and uptake."""

    wet_hours: float = parameter(
        12.0, "h", 2.0, 24.0, "choice; with Yu et al. 1997, Trans. ASAE 40:1295", confidence="low",
        about="Hours of rain or melt in a wet day: the day's infiltration capacity is Ks times this.",
    )  # fmt: skip
    evaporation_depth: float = parameter(
        0.10, "m", 0.05, 0.3, f"{_FAO}, chapter 7: 0.10 to 0.15 m; table 19, with REW and TEW, is for 0.10 m",
        confidence="high", about="Depth that dries by evaporation.",
    )  # fmt: skip
    readily_evaporable: float = parameter(
        0.45, "1", 0.1, 0.8, f"{_FAO}, table 19: REW / TEW of loam", confidence="high",
        about="Share of evaporable water that leaves at the full rate.",
    )  # fmt: skip
    air_dry: float = parameter(
        0.5, "1", 0.2, 0.9, f"{_FAO}, equation 73", confidence="high",
        about="Water content of evaporated-out soil relative to wilting point.",
    )  # fmt: skip
    depletion: float = parameter(
        0.55, "1", 0.2, 0.8, f"{_FAO}, table 22: cereals, maize", confidence="high",
        about="Share of available water that roots take without stress.",
    )  # fmt: skip
    compensation: float = parameter(
        0.8, "1", 0.1, 1.0,
        "Jarvis 1989, J. Hydrol. 107:57: 0.5; crops compensate less than wild plants (Simunek & Hopmans 2009, Ecol. "
        "Modell. 220:505); moisture at 50 cm of 65 USCRN stations, 2020, is met with r = 0.72 at 0.5, 0.75 at 0.7 and "
        "0.80 at 1 (median in time)", confidence="medium",
        about="Weighted stress index above which wet layers make up for dry ones.",
    )  # fmt: skip
    cover: float = parameter(
        0.7, "1", 0.0, 1.0, "choice: mean over the year of a cropped field", confidence="low",
        about="Share of the ground under living plants, where none is given.",
    )  # fmt: skip


@dataclass(frozen=True)
class Surface:
    """Energy balance between air and soil surface."""

    albedo: float = parameter(
        0.23, "1", 0.1, 0.4, f"{_FAO}, equation 38", confidence="high", about="Albedo of snow-free ground."
    )
    aerodynamic: float = parameter(
        208.0, "1", 70.0, 400.0, f"{_FAO}, box 4: resistance 208 / u2 s/m of short grass", confidence="high",
        about="Aerodynamic resistance times wind speed at 2 m.",
    )  # fmt: skip
    freezing_range: float = parameter(
        1.0, "K", 0.1, 5.0, "choice; clays freeze over some K, sands within tenths", confidence="low",
        about="Below 0 degC soil water freezes linearly over this range.",
    )  # fmt: skip
    depth: float = parameter(
        15.0, "m", 8.0, 60.0, "e-7 of the annual wave at damping depth 2.1 m", confidence="computed",
        about="Least depth of the heat grid, with no flux through its bottom.",
    )  # fmt: skip


@dataclass(frozen=True)
class Litter:
    """Moisture of the litter on the ground.

    Retention is a power law through two points of the sorption isotherm of dry plant matter (wood at 21 degC:
    12.0 % moisture at 65 % relative humidity, 26.9 % at 98 %; Kelvin's equation gives -58 and -2.7 MPa).
    """

    capacity: float = parameter(
        1.75e-3, "m", 0.5e-3, 4e-3, "Floriancic et al. 2022, preprint: 1.3 to 2.2 mm of beech and spruce litter",
        confidence="medium", about="Water that the litter holds after draining.",
    )  # fmt: skip
    holding: float = parameter(
        2.6, "kg kg-1", 1.0, 4.0, "Floriancic et al. 2022, preprint: 1.8 to 3.4 kg/kg", confidence="medium",
        about="Water content of drained litter.",
    )  # fmt: skip
    exposure: float = parameter(
        0.3, "1", 0.05, 1.0, "Forests 14:478 (2023): half of the water gone in 27 to 90 h", confidence="medium",
        about="Share of potential evapotranspiration that acts on the litter.",
    )  # fmt: skip
    dry: float = parameter(
        0.12, "kg kg-1", 0.05, 0.3, "USDA Wood Handbook: equilibrium at 65 % humidity", confidence="high",
        about="Water content of air-dry litter.",
    )  # fmt: skip
    dry_potential: float = parameter(
        -58.0, "MPa", -200.0, -10.0, "Kelvin's equation at 65 % humidity, 20 degC", confidence="computed",
        about="Potential of air-dry litter.",
    )  # fmt: skip
    exponent: float = parameter(
        3.8, "1", 2.0, 8.0, "USDA Wood Handbook, 65 and 98 % humidity", confidence="computed",
        about="Exponent of the litter's retention curve.",
    )  # fmt: skip


@dataclass(frozen=True)
class DepthParameters:
    """Every parameter of the climate at depth."""

    snow: Snow = field(default_factory=Snow)
    water: Water = field(default_factory=Water)
    surface: Surface = field(default_factory=Surface)
    litter: Litter = field(default_factory=Litter)
    wet_days: WetDays = field(default_factory=WetDays)


def numbers(group: Any) -> dict[str, float]:
    """Return a group's values by name: what the compiled functions take, so that a new value compiles nothing."""
    return {entry.name: float(getattr(group, entry.name)) for entry in fields(group)}
