"""Standard errors of the observations, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.soil.measurement_error import MeasurementError
from mollisol.units import parameter

Array = NDArray[np.float64]

NEIGHBOURS = (
    "computed from pairs of profiles of one study, land use and year within 2 km in the compilation of He et al. 2016: "
    "median over studies of the root mean square difference over sqrt 2 (`heterogeneity`)"
)
SAMPLINGS = (
    "computed: scatter of successive samplings of a treatment about a quadratic curve of time, logarithmic, "
    "median over treatments (`scatter`)"
)
FILLING = (
    "computed: the function of carbon by which the compilation of He et al. 2016 fills densities, against its measured "
    "ones (`density_filling`)"
)
TOPSOIL = 0.2
"""m; the depth at which the errors between neighbouring profiles change."""


@dataclass(frozen=True)
class ObservationError:
    """Errors of one standard deviation; relative ones are of the logarithm."""

    soc_place_top: float = parameter(
        0.24, "1", 0.0, 1.0, NEIGHBOURS, confidence="computed",
        about="Relative error of one profile's carbon density as that of its site, above 0.2 m.",
    )  # fmt: skip
    soc_place_below: float = parameter(
        0.38, "1", 0.0, 1.0, NEIGHBOURS, confidence="computed",
        about="Relative error of one profile's carbon density as that of its site, below 0.2 m.",
    )  # fmt: skip
    delta14c_place_top: float = parameter(
        60.0, "permil", 0.0, 200.0, NEIGHBOURS, confidence="computed",
        about="Error of one profile's Delta14C as that of its site, above 0.2 m.",
    )  # fmt: skip
    delta14c_place_below: float = parameter(
        74.0, "permil", 0.0, 300.0, NEIGHBOURS, confidence="computed",
        about="Error of one profile's Delta14C as that of its site, below 0.2 m.",
    )  # fmt: skip
    delta14c_laboratory: float = parameter(
        6.0, "permil", 0.5, 30.0, "median of the errors given in the compilation of He et al. 2016, rounded up",
        confidence="computed", about="Laboratory error of a Delta14C that is given without one.",
    )  # fmt: skip
    density_filled_open: float = parameter(
        0.20, "1", 0.05, 0.6, f"{FILLING}, 121 layers", confidence="computed",
        about="Relative error of a gap-filled bulk density of cropland and grassland.",
    )  # fmt: skip
    density_filled_other: float = parameter(
        0.42, "1", 0.05, 0.8, f"{FILLING}, 550 layers", confidence="computed",
        about="Relative error of a gap-filled bulk density elsewhere.",
    )  # fmt: skip
    fraction: float = parameter(
        0.08, "1", 0.01, 0.3, "chosen: one laboratory's recovery and separation of a fraction; recoveries of the "
        "synthesis of Georgiou et al. 2022 have quartiles 0.87 and 1.00", confidence="low",
        about="Error of a mineral-associated share of carbon, of one sample, absolute.",
    )  # fmt: skip
    ultuna: float = parameter(
        0.035, "1", 0.01, 0.1, SAMPLINGS, confidence="computed", about="Relative error of a stock at Ultuna.",
    )  # fmt: skip
    broadbalk: float = parameter(
        0.055, "1", 0.01, 0.15, SAMPLINGS, confidence="computed", about="Relative error of a stock of Broadbalk.",
    )  # fmt: skip
    hoosfield: float = parameter(
        0.065, "1", 0.01, 0.15, SAMPLINGS, confidence="computed", about="Relative error of a stock of Hoosfield.",
    )  # fmt: skip
    pendleton: float = parameter(
        0.025, "1", 0.01, 0.1, SAMPLINGS, confidence="computed", about="Relative error of a stock at Pendleton.",
    )  # fmt: skip
    sanborn: float = parameter(
        0.05, "1", 0.01, 0.15, SAMPLINGS, confidence="computed", about="Relative error of a stock of Sanborn field.",
    )  # fmt: skip
    incubation: float = parameter(
        0.10, "1", 0.02, 0.3, "chosen: replicate jars of one soil commonly differ by 5-15 %", confidence="low",
        about="Relative error of the carbon that a jar respired.",
    )  # fmt: skip


def soc_relative_error(
    mid_depth: ArrayLike,
    density_measured: ArrayLike,
    open_land: ArrayLike,
    errors: ObservationError | None = None,
    measured: MeasurementError | None = None,
) -> Array:
    """Return (layer,) the relative error of a layer's carbon density as that of its site.

    sqrt(carbon^2 + bulk density^2 + place^2), the laboratory's figures being those of the soil room.

    Parameters
    ----------
    mid_depth : (layer,) m.
    density_measured : (layer,) whether the bulk density was measured; else it was filled from carbon.
    open_land : (layer,) cropland or grassland.
    """
    own, laboratory = errors or ObservationError(), measured or MeasurementError()
    filled = np.where(open_land, own.density_filled_open, own.density_filled_other)
    density = np.where(density_measured, laboratory.density, filled)
    place = np.where(np.asarray(mid_depth) < TOPSOIL, own.soc_place_top, own.soc_place_below)
    return np.asarray(np.sqrt(laboratory.carbon**2 + density**2 + place**2))


def delta14c_error(mid_depth: ArrayLike, given: ArrayLike, errors: ObservationError | None = None) -> Array:
    """Return (layer,) the error of a layer's Delta14C as that of its site, permil: laboratory and place.

    Parameters
    ----------
    mid_depth : (layer,) m.
    given : (layer,) the laboratory's error, permil; NaN where not given.
    """
    own = errors or ObservationError()
    laboratory = np.where(np.isfinite(given), given, own.delta14c_laboratory)
    place = np.where(np.asarray(mid_depth) < TOPSOIL, own.delta14c_place_top, own.delta14c_place_below)
    return np.asarray(np.sqrt(laboratory**2 + place**2))
