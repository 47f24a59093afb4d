"""The atmosphere's response to CO2: what stays airborne, the forcing it causes and the warming.

    h(t)     = a_0 + sum_i a_i e^(-t / tau_i)                               airborne share of a pulse
    I(H)     = a_0 H + sum_i a_i tau_i (1 - e^(-H / tau_i))                 its integral, yr
    AGWP(H)  = k I(H)                                                       W m-2 yr per kg CO2
    AGTP(H)  = k int_0^H h(s) sum_j c_j / d_j e^(-(H - s) / d_j) ds         K per kg CO2

h after Joos et al. (2013, doi:10.5194/acp-13-2793-2013), the multi-model mean at 389 ppm; k, c and d after IPCC AR5,
chapter 8, supplementary material.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.clocks.propagate import Array, times_of
from mollisol.units import parameter

_JOOS = "Joos et al. 2013, table 5, multi-model mean"
_AR5 = "IPCC AR5 WG1, 8.SM.11"


@dataclass(frozen=True)
class Atmosphere:
    """Parameters of the atmosphere's response."""

    share_for_ever: float = parameter(0.2173, "1", 0.0, 1.0, _JOOS, confidence="opened", about="a_0")
    share_slow: float = parameter(0.2240, "1", 0.0, 1.0, _JOOS, confidence="opened", about="a_1")
    share_medium: float = parameter(0.2824, "1", 0.0, 1.0, _JOOS, confidence="opened", about="a_2")
    share_fast: float = parameter(0.2763, "1", 0.0, 1.0, _JOOS, confidence="opened", about="a_3")
    time_slow: float = parameter(394.4, "yr", 1.0, 1e5, _JOOS, confidence="opened", about="tau_1")
    time_medium: float = parameter(36.54, "yr", 1.0, 1e4, _JOOS, confidence="opened", about="tau_2")
    time_fast: float = parameter(4.304, "yr", 0.1, 1e3, _JOOS, confidence="opened", about="tau_3")
    radiative_efficiency: float = parameter(
        1.7517e-15,
        "W m-2 kg-1 CO2",
        1e-15,
        3e-15,
        f"{_AR5}: AGWP100 of 9.17e-14 W m-2 yr kg-1 over the integrated response of 52.4 yr",
        confidence="computed",
        about="k, forcing of a kg of CO2 in the air",
    )
    sensitivity_fast: float = parameter(0.631, "K m2 W-1", 0.0, 5.0, _AR5, confidence="high", about="c_1")
    sensitivity_slow: float = parameter(0.429, "K m2 W-1", 0.0, 5.0, _AR5, confidence="high", about="c_2")
    warming_fast: float = parameter(8.4, "yr", 0.1, 1e3, _AR5, confidence="high", about="d_1")
    warming_slow: float = parameter(409.5, "yr", 1.0, 1e5, _AR5, confidence="high", about="d_2")

    def shares(self) -> Array:
        """Shares a (4,) of the boxes: the one that stays, slow, medium, fast."""
        return np.array([self.share_for_ever, self.share_slow, self.share_medium, self.share_fast])

    def rates(self) -> Array:
        """Rates 1 / tau (4,), 1/yr, of the boxes."""
        return np.array([0.0, 1.0 / self.time_slow, 1.0 / self.time_medium, 1.0 / self.time_fast])

    def warming(self) -> tuple[Array, Array]:
        """Response c / d (2,), K m2 W-1 yr-1, and rates 1 / d (2,), 1/yr, of the two parts of the warming."""
        d = np.array([self.warming_fast, self.warming_slow])
        return np.array([self.sensitivity_fast, self.sensitivity_slow]) / d, 1.0 / d


ATMOSPHERE = Atmosphere()


def impulse_response(t: ArrayLike) -> Array:
    """Share of a pulse of CO2 that is in the air t years later, in the shape of t; `InputError` for t < 0.

    Examples
    --------
    >>> impulse_response([0.0, 100.0]).round(4).tolist()
    [1.0, 0.4094]
    """
    times = times_of(t)
    return np.asarray(np.exp(-times[..., None] * ATMOSPHERE.rates()) @ ATMOSPHERE.shares())


def integrated_impulse_response(horizon: ArrayLike) -> Array:
    """Integral of `impulse_response` over 0 to the horizon (yr), yr, in the shape of the horizon.

    Examples
    --------
    >>> integrated_impulse_response([20.0, 100.0]).round(1).tolist()
    [14.2, 52.4]
    """
    times = times_of(horizon, "horizon")
    rates, shares = ATMOSPHERE.rates()[1:], ATMOSPHERE.shares()
    lasting = shares[0] * times
    return np.asarray(lasting + (-np.expm1(-times[..., None] * rates) / rates) @ shares[1:])


def absolute_warming_potential(horizon: ArrayLike) -> Array:
    """AGWP: forcing of a pulse of 1 kg CO2, integrated over the horizon (yr), W m-2 yr kg-1."""
    return ATMOSPHERE.radiative_efficiency * integrated_impulse_response(horizon)


def absolute_temperature_potential(horizon: ArrayLike) -> Array:
    """AGTP: warming by a pulse of 1 kg CO2, at the horizon (yr), K kg-1."""
    times = times_of(horizon, "horizon")[..., None, None]
    (response, rate), shares, rates = ATMOSPHERE.warming(), ATMOSPHERE.shares(), ATMOSPHERE.rates()
    both = response[:, None] * shares * (np.exp(-times * rates) - np.exp(-times * rate[:, None]))
    return np.asarray(ATMOSPHERE.radiative_efficiency * np.sum(both / (rate[:, None] - rates), axis=(-2, -1)))
