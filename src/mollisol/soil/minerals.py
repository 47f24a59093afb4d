"""What a soil's minerals are, beside its texture: charge class, oxides, pH and weathering by layer.

They set how much carbon the minerals can hold and how strongly they bind. All are soil-bound, per mass of fine earth:
they move with the soil, and a practice may change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.layers import SoilLayers
from mollisol.units import parameter

Array = NDArray[np.float64]

GIVEN = ("high_charge", "oxides", "ph", "weathering")
"""What a user may give."""


@dataclass(frozen=True)
class MineralParameters:
    """What is assumed where nothing is given."""

    tropics: float = parameter(
        23.5, "degrees", 0.0, 45.0, "low-activity minerals prevail in the weathered soils of the humid tropics, "
        "high-activity ones elsewhere (Georgiou et al. 2022, map); the limit is a rule of thumb", confidence="low",
        about="latitude within which a soil's minerals are taken as of low activity",
    )  # fmt: skip
    weathering_depth: float = parameter(
        1.0, "m", 0.2, 10.0, "mineral surface area rises above about 3 m in two deep profiles (Fisher et al. 2023): a "
        "third of that", confidence="low", distribution="lognormal", spread=0.7,
        about="depth over which the weathering index falls by the factor e",
    )  # fmt: skip
    neutral_ph: float = parameter(
        6.5, "1", 5.0, 8.0, "pH at which the affinity of minerals is that of the model's sorption rate",
        confidence="low", about="pH taken where none was measured",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Minerals:
    """Properties of the minerals by layer; every array is (layer,).

    Attributes
    ----------
    high_charge : share of high-activity (2:1) minerals, 0-1.
    oxides : pedogenic iron and aluminium oxides, kg/kg fine earth.
    ph : in water.
    weathering : index of how far mineral surfaces are altered, 1 at the surface to 0 in fresh rock.
    illuvial : index of how much high-charge clay and oxide has accumulated beyond what `high_charge` and `oxides`
        tell, 0-1.
    notes : what was assumed, in sentences.
    """

    high_charge: Array
    oxides: Array
    ph: Array
    weathering: Array
    illuvial: Array
    notes: tuple[str, ...] = field(default=())


def minerals_of(
    layers: SoilLayers,
    latitude: float,
    given: Mapping[str, Array] | None = None,
    parameters: MineralParameters | None = None,
) -> Minerals:
    """Return the minerals of a soil: what is given, else the profile's pH and what is typical of the latitude.

        weathering = exp(-z / weathering_depth),   illuvial = 1 - weathering

    Illuviation is 0 where charge or oxides are given by depth: they hold it.

    Parameters
    ----------
    layers : the soil.
    latitude : degrees.
    given : (layer,) by name, any of `GIVEN`; NaN counts as not given.
    """
    assumed, known = MineralParameters() if parameters is None else parameters, dict(given or {})
    count, notes = len(layers), []
    charge = 0.0 if abs(latitude) < assumed.tropics else 1.0
    if "high_charge" not in known:
        kind = "high" if charge else "low"
        notes.append(f"The minerals are taken to be of {kind} activity, as is common at this latitude.")
    ph = known.get("ph", layers.ph)
    if np.isnan(ph).any():
        notes.append(f"The profile has no pH: {assumed.neutral_ph:g} is used where it is missing.")
    weathering = known.get("weathering", np.exp(-layers.grid.centres / assumed.weathering_depth))
    by_depth = any(np.ptp(known[name]) > 0.0 for name in ("high_charge", "oxides") if name in known)
    return Minerals(
        known.get("high_charge", np.full(count, charge)),
        known.get("oxides", np.zeros(count)),
        np.where(np.isnan(ph), assumed.neutral_ph, ph),
        weathering,
        np.zeros(count) if by_depth else 1.0 - weathering,
        tuple(notes),
    )
