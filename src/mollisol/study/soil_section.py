"""The section `soil` of a study: what the horizon table does not tell of the minerals, each one value or by depth."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from mollisol.grid import Grid
from mollisol.study.fields import Listed, Number, Section, broken, short_form, wrong
from mollisol.units import CM_PER_M

Array = NDArray[np.float64]

CHARGE_WORDS = {"high": 1.0, "low": 0.0}
DEEPEST_CM = 2000.0
G_PER_KG = 1000.0

Depths = Annotated[tuple[Annotated[float, Number(0, DEEPEST_CM, "cm", above=True)], ...], Listed(1, 100, "depths")]


def _charge(value: Any) -> Any:
    return CHARGE_WORDS.get(value, value) if isinstance(value, str) else value


class ByDepth(Section):
    """A property in intervals of depth; below the last one its value goes on."""

    depth_cm: Depths = Field(description="lower depths of the intervals, cm")
    values: tuple[float, ...]

    @model_validator(mode="after")
    def _fit(self) -> ByDepth:
        if any(lower <= upper for upper, lower in pairwise(self.depth_cm)) or len(self.values) != len(self.depth_cm):
            raise broken("needs 'depth_cm' that increases downwards and one of 'values' for each depth")
        return self

    def on(self, grid: Grid) -> Array:
        """Return (layer,) the mean of each layer, by thickness."""
        edges = np.array(self.depth_cm) / CM_PER_M
        edges[-1] = max(edges[-1], grid.bottom)
        shares = np.diff(np.stack([grid.depth_share(z) for z in (0.0, *np.minimum(edges, grid.bottom))]), axis=0)
        return np.asarray(np.array(self.values) @ shares)


class ChargeByDepth(ByDepth):
    """Mineral charge class by depth."""

    values: Annotated[
        tuple[Annotated[float, Number(0, 1, "(share of high-activity minerals)"), short_form(_charge)], ...],
        Listed(1, 100, "values"),
    ] = Field(description="share of high-activity minerals in each interval, or the words high and low")


class OxidesByDepth(ByDepth):
    """Pedogenic oxides by depth."""

    values: Annotated[tuple[Annotated[float, Number(0, 500, "g/kg")], ...], Listed(1, 100, "values")] = Field(
        description="g per kg of fine earth in each interval"
    )


class PhByDepth(ByDepth):
    """pH by depth."""

    values: Annotated[tuple[Annotated[float, Number(2, 11, "(pH in water)")], ...], Listed(1, 100, "values")] = Field(
        description="pH in water in each interval"
    )


class IndexByDepth(ByDepth):
    """An index from 0 to 1 by depth."""

    values: Annotated[tuple[Annotated[float, Number(0, 1)], ...], Listed(1, 100, "values")] = Field(
        description="index in each interval"
    )


def _anywhere(kinds: str) -> Callable[[Any], Any]:
    def write_out(value: Any) -> Any:
        if isinstance(value, dict | ByDepth) or value is None:
            return value
        if isinstance(value, list | tuple):
            raise wrong(value, f"{kinds}, or a mapping such as {{depth_cm: [30, 200], values: [..., ...]}}")
        return {"depth_cm": [DEEPEST_CM], "values": [value]}

    return write_out


class SoilSection(Section):
    """What is known of the soil's minerals beside the horizon table."""

    mineral_charge: Annotated[ChargeByDepth, short_form(_anywhere("high, low or a share"))] | None = Field(
        default=None,
        description="activity of the minerals: high (2:1 clays), low (kaolinite) or the share of high ones; one "
        "value or by depth",
    )
    oxides_g_kg: Annotated[OxidesByDepth, short_form(_anywhere("a number in g/kg"))] | None = Field(
        default=None, description="pedogenic iron and aluminium oxides, g/kg fine earth; one value or by depth"
    )
    ph: Annotated[PhByDepth, short_form(_anywhere("a pH"))] | None = Field(
        default=None, description="pH in water, instead of the profile's; one value or by depth"
    )
    weathering: Annotated[IndexByDepth, short_form(_anywhere("an index from 0 to 1"))] | None = Field(
        default=None, description="how far mineral surfaces are altered, 1 wholly to 0 fresh; one value or by depth"
    )

    def on(self, grid: Grid) -> dict[str, Array]:
        """Return (layer,) what is given, by the names of `mollisol.soil.minerals_of`."""
        given = {"high_charge": self.mineral_charge, "ph": self.ph, "weathering": self.weathering}
        found = {name: one.on(grid) for name, one in given.items() if one is not None}
        if self.oxides_g_kg is not None:
            found["oxides"] = self.oxides_g_kg.on(grid) / G_PER_KG
        return found
