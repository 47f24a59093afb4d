"""Turnover times of the baseline by 20 cm, and what other root distributions would make of them.

A row's time is its stock over its flux, tau = S / F, both moved to the row first: times are never averaged over
layers. S is the mean SOC of the last rotation; F is below-ground net primary productivity, external input or
respiration, a variable of the result or, where that is missing, S / tau of the layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mollisol.show.context import Array, ReportContext, TurnoverReference
from mollisol.show.reference import cropland_turnover, root_alternatives
from mollisol.show.view import ResultView

if TYPE_CHECKING:
    import xarray as xr

ROW_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
"""Interfaces of the rows, m: by 20 cm as the published rows to 1 m, wider below."""

KINDS = {"turnover_time_bnpp": "bnpp", "turnover_time": "input", "loss_time": "respiration"}
"""The turnover times and the flux that each divides by."""


@dataclass(frozen=True)
class Middle:
    """Median over members with the 5 and 95 % quantiles (NaN for one member), yr."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class TurnoverRow:
    """One depth of the turnover table.

    Attributes
    ----------
    top, bottom : depth, m.
    times : `Middle` by kind (`turnover_time_bnpp`, `turnover_time`, `loss_time`), yr.
    alternatives : stock / BNPP if the same BNPP of the profile were spread in another way, by its name, yr.
    reference : the published row at this depth, or None.
    """

    top: float
    bottom: float
    times: dict[str, Middle]
    alternatives: dict[str, float]
    reference: TurnoverReference | None


def middle(values: Array) -> Middle:
    """Return the `Middle` of (member,) values.

    Times are skewed: their median is shown, and a ratio is never averaged.
    """
    known = values[~np.isnan(values)]
    if known.size < values.size or not known.size:
        return Middle(np.nan, np.nan, np.nan)
    # Nearest members in place of interpolation: an infinite time (no flux) must not turn its neighbours NaN.
    low, median, high = np.quantile(known, [0.05, 0.5, 0.95], method="closest_observation")
    finite = np.isfinite(known).all()
    centre = float(np.median(known)) if finite else float(median)
    if known.size < 2:
        return Middle(centre, np.nan, np.nan)
    if finite:
        low, high = np.quantile(known, [0.05, 0.95])
    return Middle(centre, float(low), float(high))


def ratio(stock: Array, flux: Array) -> Array:
    """Return stock / flux: infinite where carbon lies without a flux, NaN where there is neither."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where((stock == 0.0) & (flux == 0.0), np.nan, stock / flux))


def last_rotation(view: ResultView, rotation_years: int) -> Array:
    """Return (practice, member, layer) mean SOC of the last rotation, kg/m2: the mean of the years' ends."""
    return np.asarray(view.soc[:, :, -min(max(rotation_years, 1), view.years) :].mean(axis=2))


def layer_flux(view: ResultView, kind: str, rotation_years: int) -> Array | None:
    """Return (practice, member, layer) the flux that a turnover time divides by, kg/m2/yr; None if unknown."""
    flux = view.values(KINDS[kind])
    if flux is not None:
        if flux.ndim == 3:
            return flux
        return np.asarray(flux[:, :, -min(max(rotation_years, 1), view.years) :].mean(axis=2))
    times = view.values(kind)
    if times is None:
        return None
    stock = last_rotation(view, rotation_years)
    # No stock turned over in no time is no flux; an infinite time is no flux either.
    return np.divide(stock, times, out=np.zeros_like(stock), where=~((stock == 0.0) & (times == 0.0)))


def references(context: ReportContext) -> tuple[TurnoverReference, ...]:
    """Return the published rows of the context, or those that come with the package."""
    given = context.turnover_reference
    return cropland_turnover() if given is None else tuple(given)


def rows_of(view: ResultView, context: ReportContext) -> list[TurnoverRow]:
    """Return the rows of `turnover_table` for a view."""
    edges = [edge for edge in ROW_EDGES if edge < view.grid.bottom - 1e-9] + [view.grid.bottom]
    stock = view.in_rows(last_rotation(view, context.rotation_years)[view.baseline], edges)
    fluxes = {}
    for kind in KINDS:
        flux = layer_flux(view, kind, context.rotation_years)
        if flux is not None:
            fluxes[kind] = flux[view.baseline]
    others: dict[str, Array] = {}
    if "turnover_time_bnpp" in fluxes:
        total = fluxes["turnover_time_bnpp"].sum(axis=-1, keepdims=True)
        shares = context.root_alternatives
        for name, share in (root_alternatives(view.grid) if shares is None else shares).items():
            others[name] = ratio(stock, view.in_rows(total * np.asarray(share), edges))
    rows = []
    published = {(row.top_cm, row.bottom_cm): row for row in references(context)}
    times = {kind: ratio(stock, view.in_rows(flux, edges)) for kind, flux in fluxes.items()}
    for index, (top, bottom) in enumerate(pairwise(edges)):
        rows.append(
            TurnoverRow(
                top,
                bottom,
                {kind: middle(value[:, index]) for kind, value in times.items()},
                {name: middle(value[:, index]).median for name, value in others.items()},
                published.get((round(top * 100.0, 6), round(bottom * 100.0, 6))),
            )
        )
    return rows


def turnover_table(result: xr.Dataset, context: ReportContext) -> list[TurnoverRow]:
    """Return the baseline's turnover times by 20 cm (wider below 1 m) beside the published rows.

    Parameters
    ----------
    result : dataset with the variables and dimensions of `result.nc`.
    context : gives the rotation, the published rows and other root distributions to compare with.
    """
    return rows_of(ResultView(result), context)
