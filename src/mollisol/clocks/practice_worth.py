"""What a practice is worth to the climate against the baseline, from how its carbon differs from year to year.

    CS(H)  = int_0^H D(t) dt                          kg C yr/m2, D the additional carbon of the whole column
    CBS(H) = -int_0^H AGWP(H - s) D'(s) ds            W m-2 yr per m2; negative where storing cools
    T(H)   = -int_0^H AGTP(H - s) D'(s) ds            K per m2, at the horizon

D is linear between the ends of the years, so that both integrals are closed. Every change of D is taken to be exchanged
with the air as CO2. A reversal releases what was stored, and later than it was stored: what it leaves of the benefit
is the worth of a D that returns to zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.clocks.impulse import ATMOSPHERE
from mollisol.clocks.propagate import times_of
from mollisol.units import CO2_PER_C, InputError

Array = NDArray[np.float64]


def _integral_of_warming_potential(time: Array) -> Array:
    """Integral of AGWP over 0 to `time`, W m-2 yr2 per kg CO2."""
    shares, rates = ATMOSPHERE.shares(), ATMOSPHERE.rates()[1:]
    rt = time[..., None] * rates
    lasting = 0.5 * shares[0] * time**2
    fading = ((rt + np.expm1(-rt)) / rates**2) @ shares[1:]
    return np.asarray(ATMOSPHERE.radiative_efficiency * (lasting + fading))


def _integral_of_temperature_potential(time: Array) -> Array:
    """Integral of AGTP over 0 to `time`, K yr per kg CO2."""
    (response, rate), shares, rates = ATMOSPHERE.warming(), ATMOSPHERE.shares(), ATMOSPHERE.rates()
    t, slow = time[..., None, None], np.where(rates > 0.0, rates, 1.0)
    air = np.where(rates > 0.0, -np.expm1(-t * slow) / slow, t)
    both = response[:, None] * shares * (air - -np.expm1(-t * rate[:, None]) / rate[:, None])
    return np.asarray(ATMOSPHERE.radiative_efficiency * np.sum(both / (rate[:, None] - rates), axis=(-2, -1)))


def _checked(additional: ArrayLike, horizon: ArrayLike) -> tuple[Array, Array]:
    difference, times = np.asarray(additional, dtype=np.float64), times_of(horizon, "horizon")
    years = len(difference) - 1
    if np.any(difference[0] != 0.0):
        raise InputError("a practice and its baseline must start with the same carbon", key="additional")
    if years < 1 or not np.all(times <= years):
        raise InputError(
            f"a horizon of {np.max(times):g} yr, but the difference is known for {years} yr",
            key="horizon",
            remedy="take a horizon within the run, or run for longer",
        )
    return difference, times


def carbon_years(additional: ArrayLike, horizon: ArrayLike) -> Array:
    """CS(H) of a practice, kg C yr/m2.

    Parameters
    ----------
    additional : (year + 1, ...), carbon of the practice less that of the baseline at the start and each year's end,
        kg C/m2, the whole column with its litter.
    horizon : yr, up to the length of the run; one or (m,).

    Returns
    -------
    (...) for one horizon, (m, ...) for many.

    Raises
    ------
    InputError
        For a horizon beyond what is known.
    """
    difference, times = _checked(additional, horizon)
    found = []
    for h in times.reshape(-1):
        whole = int(np.floor(h))
        area = 0.5 * (difference[1 : whole + 1] + difference[:whole]).sum(axis=0)
        part = h - whole
        if part > 0.0:
            area = area + part * (difference[whole] + 0.5 * part * (difference[whole + 1] - difference[whole]))
        found.append(area)
    return np.asarray(np.stack(found).reshape((*times.shape, *difference.shape[1:])))


def practice_climate_benefit(additional: ArrayLike, horizon: ArrayLike) -> Array:
    """CBS(H) of a practice, W m-2 yr per m2 of the field: negative where it cools; parameters as `carbon_years`."""
    return _response(additional, horizon, _integral_of_warming_potential)


def practice_temperature_benefit(additional: ArrayLike, horizon: ArrayLike) -> Array:
    """Change of the mean temperature at the horizon by a practice, K per m2 of the field; as `carbon_years`."""
    return _response(additional, horizon, _integral_of_temperature_potential)


def _response(additional: ArrayLike, horizon: ArrayLike, integral: Callable[[Array], Array]) -> Array:
    difference, times = _checked(additional, horizon)
    taken_up = np.diff(difference, axis=0)
    start = np.arange(len(taken_up))
    first = times.reshape(-1)[:, None]
    # of a year that the horizon cuts, only what lies before it
    before = integral(np.maximum(first - start, 0.0)) - integral(np.maximum(first - start - 1.0, 0.0))
    found = -CO2_PER_C * np.tensordot(before, taken_up, axes=(1, 0))
    return np.asarray(found.reshape((*times.shape, *difference.shape[1:])))


def reversed_at(additional: ArrayLike, year: int) -> Array:
    """Additional carbon that is all released in the year that begins at `year`: the dearest reversal there is."""
    difference = np.array(additional, dtype=np.float64)
    if not 0 <= year < len(difference):
        raise InputError(f"a reversal in year {year}, allowed is 0 to {len(difference) - 1}", key="year")
    difference[year + 1 :] = 0.0
    return difference


def reversal_cost(additional: ArrayLike, reversed_run: ArrayLike, horizon: ArrayLike) -> Array:
    """Share of a practice's climate benefit that its reversal takes away within the horizon; NaN without a benefit.

    Parameters
    ----------
    additional, reversed_run : (year + 1, ...), as for `carbon_years`, of the practice that lasts and of the one that
        is given up (a run of its own, or `reversed_at`).
    horizon : yr.
    """
    lasting = practice_climate_benefit(additional, horizon)
    kept = practice_climate_benefit(reversed_run, horizon)
    some = lasting != 0.0
    return np.where(some, 1.0 - kept / np.where(some, lasting, 1.0), np.nan)
