"""Incubations of the soil incubation database SIDb: the share of a jar's carbon that was respired, by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.sheet import Array, Sheet, read_sheet, source_file
from mollisol.evidence.observations.split import Side, group_of, side_of_group
from mollisol.units import CM_PER_M, InputError

FOLDER = "incubation/sidb"
AIR = 0.209
"""m3/m3 of oxygen where the database tells none."""

HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class Entry:
    """How an entry of the database is to be read.

    Attributes
    ----------
    kind : whether its series are cumulative amounts or rates per day.
    factor : what turns a value into g C per kg of soil (`per` "soil") or g per g of the jar's carbon ("carbon").
    per : what the series are relative to.
    carbon_factor : what turns `carbonMean` into kg C per kg of soil.
    keys : the columns of `initConditions.csv` that tell a series' soil, as in its metadata.
    note : where the database contradicts itself.
    """

    kind: Literal["cumulative", "rate"]
    factor: float
    per: Literal["soil", "carbon"]
    carbon_factor: float
    keys: tuple[str, ...] = ()
    note: str = ""


ENTRIES: Mapping[str, Entry] = {
    "Fontaine2007": Entry(
        "cumulative", 1e-3, "soil", 0.01, (), "the unit says mg per kg of soil carbon; it is mg per kg of soil"
    ),
    "Salome2010": Entry(
        "cumulative", 1e-3, "carbon", 1e-3, ("midDepth",),
        "says percent and mg per g of soil; carbon is in g/kg and series in mg per g of carbon, else more carbon would "
        "leave than there is",
    ),
    "Gillabel2010": Entry("cumulative", 1e-3, "carbon", 0.01, ("midDepth",)),
    "Arevalo2012": Entry("cumulative", 1e-3, "carbon", 0.01, ("landCover",)),
    "Haddix2011": Entry("rate", 1e-3, "soil", 1e-3, ("site", "vegetation")),
    "Zhang2007": Entry("rate", 1e-3, "carbon", 0.01, ("site",)),
    "Doetterl2015": Entry("rate", 1e-6 * HOURS_PER_DAY, "carbon", 1.0, ("site",)),
}  # fmt: skip
"""Entries of mineral soil whose series can be turned into a share of the carbon; the others of the database are organic
layers, relative series, or without the carbon that the series need."""


@dataclass(frozen=True, eq=False)
class Jar:
    """One series of one entry.

    Attributes
    ----------
    study, group, name, site : names; `group` decides the side.
    depth : of the sample's middle, m.
    temperature : degC; NaN where not told.
    oxygen : m3/m3.
    sieved : whether the soil was sieved; None where not told.
    amended : what was added, "" if nothing.
    land_use : as the entry tells it.
    carbon : of the soil, kg/kg; NaN where not told.
    days : (time,) since the start.
    respired : (time,) share of the initial carbon that was respired, 1.
    error : relative standard error of `respired`.
    """

    study: str
    group: str
    name: str
    site: str
    depth: float
    temperature: float
    oxygen: float
    sieved: bool | None
    amended: str
    land_use: str
    carbon: float
    days: Array
    respired: Array
    error: float

    @property
    def side(self) -> Side:
        """ "fit" or "test"."""
        return side_of_group(self.group)

    @property
    def length(self) -> float:
        """Days to the last measurement."""
        return float(self.days[-1])

    def at(self, days: ArrayLike) -> Array:
        """Return the share respired by days, between the measurements; NaN after the last."""
        wanted = np.asarray(days, dtype=np.float64)
        days_from_start = np.concatenate([[0.0], self.days])
        share = np.interp(wanted, days_from_start, np.concatenate([[0.0], self.respired]))
        return np.where(wanted <= self.days[-1], share, np.nan)


def read_incubations(folder: str | Path, studies: Sequence[str] | None = None) -> list[Jar]:
    """Read the jars of entries of the database: all of `ENTRIES`, or those named.

    Rates are summed by the trapezoidal rule; before the first measurement the first rate holds.

    Raises
    ------
    InputError
        If an entry is not one of `ENTRIES`, or its files are absent or lack what its description needs.
    """
    jars: list[Jar] = []
    for study in ENTRIES if studies is None else studies:
        if study not in ENTRIES:
            remedy = f"give one of {', '.join(ENTRIES)}"
            raise InputError(f"the entry {study!r} is not read", key="study", remedy=remedy)
        jars += _read_entry(Path(folder), study)
    return jars


def _read_entry(folder: Path, study: str) -> list[Jar]:
    import yaml

    place = f"{FOLDER}/{study}"
    told = yaml.safe_load(source_file(folder, f"{place}/metadata.yaml").read_text(encoding="utf-8"))
    series = read_sheet(folder, f"{place}/timeSeries.csv")
    soils = read_sheet(folder, f"{place}/initConditions.csv")
    entry, general = ENTRIES[study], told["incubationInfo"]
    time = series.number("time")
    jars = []
    for one in told["variables"].values():
        if one["name"] == "time" or not series.has(one["name"]):
            continue
        values = series.number(one["name"])
        known = np.isfinite(values) & np.isfinite(time)
        if not known.any():
            continue
        carbon = _carbon(soils, entry, {**one, "midDepth": _depth(one, general)})
        days, respired = _shares(time[known], values[known], entry, carbon)
        if not np.isfinite(respired).all():
            raise InputError(
                "the series is relative to soil and its carbon is not told",
                file=str(folder / place),
                key=str(one["name"]),
                remedy="give the soil's carbon in initConditions.csv",
            )
        jars.append(
            Jar(
                study=study,
                group=group_of(study),
                name=str(one["name"]),
                site=str(one.get("site") or _one(told["siteInfo"].get("site"))),
                depth=_depth(one, general) / CM_PER_M,
                temperature=_number(one.get("temperature"), _number(general.get("temperature"))),
                oxygen=_number(one.get("oxygen"), 100.0 * AIR) / 100.0,
                sieved=_sieved(one, general),
                amended=_amended(one),
                land_use=str(one.get("landCover") or one.get("vegetation") or _one(told["siteInfo"].get("landCover"))),
                carbon=carbon,
                days=days,
                respired=respired,
                error=ObservationError().incubation,
            )
        )
    return jars


def _shares(time: Array, values: Array, entry: Entry, carbon: float) -> tuple[Array, Array]:
    """Return days and the share of the initial carbon respired by them."""
    scaled = values * entry.factor
    if entry.per == "soil":
        scaled = scaled / (1000.0 * carbon)
    if entry.kind == "rate":
        between = 0.5 * (scaled[1:] + scaled[:-1]) * np.diff(time)
        scaled = np.concatenate([[scaled[0] * time[0]], scaled[0] * time[0] + np.cumsum(between)])
    return time, scaled


def _carbon(soils: Sheet, entry: Entry, one: Mapping[str, Any]) -> float:
    """Return the carbon (kg/kg) of the soil of a series, NaN where no soil or several fit."""
    fits: NDArray[np.bool_] = np.ones(len(soils), dtype=np.bool_)
    for key in entry.keys:
        if soils.has(key):
            wanted = str(one.get(key, ""))
            fits &= np.array([_same(cell, wanted) for cell in soils.text(key)])
    found = soils.number("carbonMean")[fits] * entry.carbon_factor
    return float(found[0]) if found.size == 1 else float("nan")


def _same(cell: str, wanted: str) -> bool:
    try:
        return float(cell) == float(wanted)
    except ValueError:
        return cell.strip().lower() == wanted.strip().lower()


def _depth(one: Mapping[str, Any], general: Mapping[str, Any]) -> float:
    return _number(one.get("midDepth"), _number(general["depthInfo"].get("midDepth")))


def _number(value: Any, otherwise: float = float("nan")) -> float:
    return otherwise if value is None or value == "" else float(value)


def _one(value: Any) -> str:
    return (
        str(value[0])
        if isinstance(value, list) and len(set(value)) == 1
        else ""
        if isinstance(value, list)
        else str(value or "")
    )


def _sieved(one: Mapping[str, Any], general: Mapping[str, Any]) -> bool | None:
    if "disturbance" in one:
        return bool(one["disturbance"] == "sieved")
    told = (general.get("samplePreparation") or {}).get("sieving")
    return None if told is None else bool(told)


def _amended(one: Mapping[str, Any]) -> str:
    told = str(one.get("cellulose") or one.get("amendment") or "")
    return "" if told in ("", "control", "none") else "cellulose" if "cellulose" in told else told
