"""How long biochar stays: from its hydrogen over carbon to the part that decays soon and the rate of the rest.

    F(100 yr, 14.9 degC) = intercept - slope H/C                               Woolf et al. 2021
    (1 - labile) exp(-100 k) = F,  factor = k / (k_model Q10^((14.9 - 10) / 10))

k_model and Q10 are the best estimates of the models' char (`depolymerisation.pyrogenic`, `temperature.q10`): the
published share is left where the soil is as warm as the relation's reference; an ensemble's spread of them stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.units import InputError, parameter

REFERENCE_TEMPERATURE = 14.9
"""degC, for which the relation holds."""

HORIZON = 100.0
"""yr."""


@dataclass(frozen=True)
class BiocharParameters:
    """Numbers of the persistence of biochar."""

    intercept: float = parameter(
        1.0445, "1", 0.9, 1.2, "Woolf et al. 2021, Environ. Sci. Technol. 55:14795, workbook", confidence="opened",
        about="share left after 100 years without any hydrogen",
    )  # fmt: skip
    slope: float = parameter(
        0.6351, "1", 0.4, 0.9, "Woolf et al. 2021, Environ. Sci. Technol. 55:14795, workbook", confidence="opened",
        about="loss of that share per hydrogen over organic carbon (molar)",
    )  # fmt: skip
    labile: float = parameter(
        0.03, "1", 0.0, 0.2, "Wang et al. 2016: 3 % with a mean residence time of 108 d", confidence="opened",
        about="share of the carbon that decays like fast litter",
    )  # fmt: skip
    rate: float = parameter(
        0.0018, "1/yr", 0.0002, 0.02, "best estimate of the models' char (Wang et al. 2016: 556 yr)",
        confidence="opened", about="rate of char in the models at 10 degC",
    )  # fmt: skip
    q10: float = parameter(
        2.2, "1", 1.2, 4.0, "best estimate of the models' temperature response", confidence="opened",
        about="factor per 10 degC",
    )  # fmt: skip


@dataclass(frozen=True)
class Persistence:
    """What a biochar is made of and how fast it decays: labile share, and a factor on the rate of char."""

    labile: float
    factor: float


def permanent_share(hydrogen_to_carbon: float, parameters: BiocharParameters | None = None) -> float:
    """Return the share of the carbon that is left after 100 years at 14.9 degC.

    Examples
    --------
    >>> round(permanent_share(0.4), 3)
    0.79
    """
    p = parameters or BiocharParameters()
    return p.intercept - p.slope * hydrogen_to_carbon


def persistence(share: float, parameters: BiocharParameters | None = None) -> Persistence:
    """Return labile share and factor on the rate of char for a share that is left after 100 years at 14.9 degC.

    Raises
    ------
    InputError
        Where more is to be left than the labile part allows, or hardly anything.
    """
    p = parameters or BiocharParameters()
    if not 0.05 <= share < 1.0 - p.labile:
        raise InputError(
            f"{100 * share:g} % of a biochar are to be left after 100 years",
            key="hydrogen_to_carbon",
            remedy=f"give less than {100 * (1 - p.labile):g} % and at least 5 %, or an H/C from 0.13 to 1.5",
        )
    wanted = float(np.log((1.0 - p.labile) / share)) / HORIZON
    usual = p.rate * p.q10 ** ((REFERENCE_TEMPERATURE - 10.0) / 10.0)
    return Persistence(p.labile, wanted / usual)


CLASSES = ((400.0, 0.65), (525.0, 0.80), (650.0, 0.89))
"""Temperature of the pyrolysis (degC) in the middle of a class, and the share left after 100 years (IPCC 2019, Vol. 4,
Appendix 4: low 350-450, medium 450-600, high above 600 degC)."""


def share_of_temperature(pyrolysis_c: float) -> float:
    """Return the share left after 100 years for a temperature of the pyrolysis, between the classes of the IPCC.

    Examples
    --------
    >>> share_of_temperature(525.0)
    0.8
    """
    warmth, share = zip(*CLASSES, strict=True)
    return float(np.interp(pyrolysis_c, warmth, share))
