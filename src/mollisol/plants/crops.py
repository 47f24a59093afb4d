"""Crops and land covers: what the table says of each, by name.

The allocation follows Bolinder et al. (2007): net primary productivity is shared between the product, the
straw (all other parts above ground), the roots and the rhizodeposits, R_p + R_s + R_r + R_e = 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mollisol.plants.tables import read_toml, unknown


@dataclass(frozen=True)
class Source:
    """Where a group of a crop's figures comes from, and how well it is known."""

    text: str
    confidence: str


@dataclass(frozen=True)
class CoverAllocation:
    """A crop grown as a green cover: shares of its productivity and quality (C:N by mass, lignin kg/kg)."""

    above: float
    root: float
    rhizodeposit: float
    carbon_to_nitrogen: float
    root_carbon_to_nitrogen: float
    lignin: float


@dataclass(frozen=True)
class Crop:
    """A crop or land cover.

    Attributes
    ----------
    name, about, group : what it is; group "natural" is a land cover that nobody harvests.
    moisture : water per mass of product as sold (kg/kg).
    carbon : carbon of dry matter (kg/kg).
    product, straw, root, rhizodeposit : shares of net primary productivity, sum 1.
    straw_lignin, root_lignin : kg/kg dry matter, suberin and cutin included; root_suberin : of which suberin, kg/kg.
    straw_carbon_to_nitrogen, root_carbon_to_nitrogen : by mass.
    root_d50, root_d95, root_deepest : m; the last is the deepest seen, not a limit of the distribution.
    root_turnover : share of the standing roots that dies in a year (1/yr); 1 for annuals.
    sow, harvest : months in the temperate north; start and end of growth for what is perennial.
    stages : lengths of the initial, development, middle and late stages (only the ratio counts).
    cover, cover_dormant : ground cover at its greatest, and of a resting perennial.
    fixed_below_ground : carbon below ground whatever the yield (kg C/m2/yr), None where not known.
    salinity_threshold, salinity_slope : dS/m, and loss of yield per dS/m; None where not known.
    cover_crop : allocation as a green cover, None where the crop's own holds.
    sources : by group of figures (allocation, quality, roots, calendar, moisture, carbon, ...).
    """

    name: str
    about: str
    group: str
    moisture: float
    carbon: float
    product: float
    straw: float
    root: float
    rhizodeposit: float
    straw_lignin: float
    straw_carbon_to_nitrogen: float
    root_lignin: float
    root_suberin: float
    root_carbon_to_nitrogen: float
    root_d50: float
    root_d95: float
    root_deepest: float
    root_turnover: float
    sow: int
    harvest: int
    stages: tuple[float, float, float, float]
    cover: float
    cover_dormant: float
    fixed_below_ground: float | None
    salinity_threshold: float | None
    salinity_slope: float | None
    cover_crop: CoverAllocation | None
    sources: Mapping[str, Source]

    @property
    def perennial(self) -> bool:
        """Whether it stays on the field over winter after winter (land covers included)."""
        return self.group in ("perennial", "natural")

    @property
    def natural(self) -> bool:
        """Whether it is a land cover that nobody sows or harvests."""
        return self.group == "natural"


_META = ("source", "confidence")


def _read(name: str, row: Mapping[str, Any], texts: Mapping[str, str]) -> Crop:
    shares = row["allocation"]
    parts = ("product", "straw", "root", "rhizodeposit")
    total = sum(shares[part] for part in parts)
    quality, roots, calendar = row["quality"], row["roots"], row["calendar"]
    salinity, green = row.get("salinity", {}), row.get("cover_crop")
    cover_crop = None
    if green:
        # Printed shares may miss 1 by a thousandth: what is left out would be lost carbon.
        whole = green["above"] + green["root"] + green["rhizodeposit"]
        scaled = {part: green[part] / whole for part in ("above", "root", "rhizodeposit")}
        cover_crop = CoverAllocation(**scaled, **{key: green[key] for key in green if key not in (*scaled, *_META)})
    stages = [float(days) for days in calendar["stages"]]
    return Crop(
        name=name,
        about=row["about"],
        group=row["group"],
        moisture=row["moisture"]["value"],
        carbon=row["carbon"]["value"],
        product=shares["product"] / total,
        straw=shares["straw"] / total,
        root=shares["root"] / total,
        rhizodeposit=shares["rhizodeposit"] / total,
        straw_lignin=quality["straw_lignin"],
        straw_carbon_to_nitrogen=quality["straw_carbon_to_nitrogen"],
        root_lignin=quality["root_lignin"],
        root_suberin=row["suberin"]["root"],
        root_carbon_to_nitrogen=quality["root_carbon_to_nitrogen"],
        root_d50=roots["d50"],
        root_d95=roots["d95"],
        root_deepest=roots["deepest"],
        root_turnover=roots["turnover"],
        sow=calendar["sow"],
        harvest=calendar["harvest"],
        stages=(stages[0], stages[1], stages[2], stages[3]),
        cover=calendar["cover"],
        cover_dormant=calendar["cover_dormant"],
        fixed_below_ground=row.get("fixed", {}).get("below_ground"),
        salinity_threshold=salinity.get("threshold"),
        salinity_slope=salinity.get("slope"),
        cover_crop=cover_crop,
        sources=MappingProxyType(
            {
                group: Source(texts[figures["source"]], figures["confidence"])
                for group, figures in row.items()
                if isinstance(figures, dict)
            }
        ),
    )


def _all() -> Mapping[str, Crop]:
    table = read_toml("crops.toml")
    return MappingProxyType({name: _read(name, row, table["sources"]) for name, row in table["crops"].items()})


CROPS: Mapping[str, Crop] = _all()
"""Every crop and land cover of the table, by name."""


def crop(name: str) -> Crop:
    """Return the crop or land cover called `name`.

    Raises
    ------
    InputError
        If there is none; names the nearest.

    Examples
    --------
    >>> crop("maize").moisture
    0.15
    """
    if name not in CROPS:
        raise unknown("crop", name, CROPS, "see 'mollisol crops' for the list")
    return CROPS[name]
