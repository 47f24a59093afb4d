"""When a plant covers the ground, grows, and gives its carbon to the soil, month by month.

Ground cover follows the crop's four stages (FAO 56) from the middle of the month of sowing to the middle of
the month of harvest: rising to a tenth of its greatest value, then to the greatest, staying, falling to three
tenths. Growth below ground is proportional to cover. Rhizodeposits enter as roots grow; an annual's roots die
partly while it grows and otherwise at harvest; straw falls at harvest, a perennial's litter when growth ends.

The carbon of a crop belongs to the calendar year of its harvest, so each year's total is exact: what a crop
sown the year before gives in autumn is counted in the same months of the harvest year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.plants.crops import Crop
from mollisol.units import MONTHS_PER_YEAR, InputError, parameter

Array = NDArray[np.float64]

_SAMPLES = 60  # points per month at which the cover curve is averaged


@dataclass(frozen=True)
class TimingParameters:
    """Numbers of the timing of below-ground carbon."""

    seasonal_root_death: float = parameter(
        0.3, "1", 0.0, 0.8, "roots of cereals that decay before harvest (Swinnen et al. 1995)",
        confidence="low", distribution="logit", spread=0.5,
        about="share of an annual's root carbon that dies while the crop grows",
    )  # fmt: skip
    root_respiration_ratio: float = parameter(
        0.6, "1", 0.2, 1.2,
        "between root respiration of labelled cereals, about 0.2 of BNPP (Kuzyakov & Domanski 2000), and "
        "autotrophic respiration over NPP of whole plants, about 1.1 (Waring et al. 1998)",
        confidence="low", distribution="lognormal", spread=0.4,
        about="autotrophic respiration of roots over below-ground net primary productivity",
    )  # fmt: skip
    root_respiration_q10: float = parameter(
        2.0, "1", 1.0, 3.0,
        "roots between 5 and 25 degC: about 2, less where they acclimate (Atkin, Edwards & Loveys 2000, New Phytol. "
        "147:141)", confidence="medium",
        about="factor per 10 degC by which root respiration of one month differs from that of another",
    )  # fmt: skip


DEFAULTS = TimingParameters()


def local_month(month: int, latitude: float) -> int:
    """Return a month (1-12) of the northern calendar in the local one: six months later south of the equator."""
    return (month - 1 + (6 if latitude < 0.0 else 0)) % MONTHS_PER_YEAR + 1


@dataclass(frozen=True)
class Season:
    """A plant's year on the field.

    Attributes
    ----------
    sow, harvest : local months (1-12); start and end of growth of a perennial.
    cover : (24,) ground cover of the months of the year before the harvest and of the year of the harvest.
    """

    sow: int
    harvest: int
    cover: Array

    @property
    def growth(self) -> Array:
        """(12,) share of the growth below ground in each month of the harvest year, sum 1."""
        weights = self.cover[:MONTHS_PER_YEAR] + self.cover[MONTHS_PER_YEAR:]
        return np.asarray(weights / weights.sum(), dtype=np.float64)


def _curve(progress: Array, stages: tuple[float, ...]) -> Array:
    """Return cover relative to its greatest at `progress` (0-1 through the season), 0 outside."""
    ends = np.cumsum(stages) / np.sum(stages)
    level = np.interp(progress, [0.0, ends[0], ends[1], ends[2], 1.0], [0.0, 0.1, 1.0, 1.0, 0.3])
    return np.where((progress >= 0.0) & (progress <= 1.0), level, 0.0)


def _monthly(begin: float, end: float, stages: tuple[float, ...], months: int) -> Array:
    """Average the curve between `begin` and `end` (months from the start of the axis) over each month."""
    time = (np.arange(months * _SAMPLES) + 0.5) / _SAMPLES
    level = _curve((time - begin) / (end - begin), stages)
    return np.asarray(level.reshape(months, _SAMPLES).mean(axis=1), dtype=np.float64)


def season(plant: Crop, latitude: float = 45.0) -> Season:
    """Return when a crop is on the field and how it covers the ground.

    Examples
    --------
    >>> from mollisol.plants.crops import crop
    >>> season(crop("wheat"), -35.0).harvest
    1
    """
    sow, harvest = local_month(plant.sow, latitude), local_month(plant.harvest, latitude)
    if plant.perennial:
        # Growth may cross the new year in the south: the year is a circle for what stays on the field.
        length = (harvest - sow) % MONTHS_PER_YEAR + 1
        level = _monthly(float(sow - 1), float(sow - 1 + length), plant.stages, 2 * MONTHS_PER_YEAR)
        circle = level[:MONTHS_PER_YEAR] + level[MONTHS_PER_YEAR:]
        year = plant.cover_dormant + (plant.cover - plant.cover_dormant) * circle
        return Season(sow, harvest, np.concatenate([year, year]))
    wraps = sow > harvest
    begin = sow - 0.5 + (0 if wraps else MONTHS_PER_YEAR)
    end = harvest - 0.5 + MONTHS_PER_YEAR
    return Season(sow, harvest, plant.cover * _monthly(begin, end, plant.stages, 2 * MONTHS_PER_YEAR))


def cover_season(plant: Crop, sow: int, months: int) -> Array:
    """Return (24,) ground cover of a green cover sown in month `sow`, over that year and the next.

    `months` is how many it stays, the month of sowing and that of its end included (at least 2).
    """
    if months < 2 or months > MONTHS_PER_YEAR:
        raise InputError(f"a cover crop cannot stay {months} months", key="cover_crop")
    # It is ended while green: no late stage.
    stages = (plant.stages[0], plant.stages[1], plant.stages[2], 0.0)
    end = sow - 0.5 + months - 1
    time_level = _monthly(sow - 0.5, end, (*stages[:3], 1e-12), 2 * MONTHS_PER_YEAR)
    return np.asarray(plant.cover * time_level, dtype=np.float64)


@dataclass(frozen=True)
class InputTiming:
    """(12,) shares of a year's straw, root and rhizodeposit carbon in each month, each summing to 1."""

    straw: Array
    roots: Array
    rhizodeposits: Array


def _timing(growth: Array, harvest: int, in_season: float) -> InputTiming:
    at_harvest = np.zeros(MONTHS_PER_YEAR)
    at_harvest[harvest - 1] = 1.0
    roots = in_season * growth + (1.0 - in_season) * at_harvest
    return InputTiming(at_harvest, roots, growth)


def input_timing(plant: Crop, latitude: float = 45.0, parameters: TimingParameters = DEFAULTS) -> InputTiming:
    """Return in which months of its harvest year a crop gives its carbon to the soil.

    A perennial's roots die in proportion to growth, all year round; its standing stock is not followed.
    """
    year = season(plant, latitude)
    in_season = 1.0 if plant.perennial else parameters.seasonal_root_death
    return _timing(year.growth, year.harvest, in_season)


def respiration_timing(growth: Array, temperature: ArrayLike, parameters: TimingParameters = DEFAULTS) -> Array:
    """Return (12,) shares of a year's root respiration in each month: growth times q10^(T / 10), sum 1.

    The year's total follows the carbon that the roots get; what is grown in the cold respires less of it.

    Parameters
    ----------
    growth : (12,) shares of the growth below ground.
    temperature : (12,) degC.

    Examples
    --------
    >>> even = np.full(12, 1.0 / 12.0)
    >>> respiration_timing(even, np.where(np.arange(12) < 6, 0.0, 10.0))[[0, 6]].round(4).tolist()
    [0.0556, 0.1111]
    """
    warmth = np.asarray(temperature, dtype=np.float64)
    weights = growth * parameters.root_respiration_q10 ** ((warmth - warmth.mean()) / 10.0)
    return np.asarray(weights / weights.sum())


def cover_timing(
    cover: Array, sow: int, months: int, parameters: TimingParameters = DEFAULTS
) -> tuple[int, InputTiming]:
    """Return (years after sowing, timing) of a green cover: its carbon belongs to the year in which it ends.

    `cover` is `cover_season(...)`; months before that year's 1 January are carried by the months after it.
    """
    last = sow + months - 1
    later = (last - 1) // MONTHS_PER_YEAR
    weights = cover[later * MONTHS_PER_YEAR : (later + 1) * MONTHS_PER_YEAR]
    total = weights.sum()
    return later, _timing(weights / total, last - later * MONTHS_PER_YEAR, parameters.seasonal_root_death)
