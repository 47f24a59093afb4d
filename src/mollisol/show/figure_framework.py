"""The first figure: roots, productivity and carbon by depth; turnover by depth; carbon against productivity."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mollisol.evidence.figure1.data import LAND_USES, Measured
from mollisol.evidence.figure1.productivity import TAILS
from mollisol.evidence.figure1.table import EDGES_CM, FigureRow, by_depth
from mollisol.show.context import Array
from mollisol.show.drawing import new_figure, plain_log, settings
from mollisol.show.files import write_atomically

RESOLUTION = 150
COLOURS = {"cropland": "#d55e00", "grassland": "#0072b2", "forest": "#009e73"}
MARKERS = {"cropland": "o", "grassland": "s", "forest": "^"}
CARBON, AFRICA, ROOTS, PRODUCTIVITY, DATA = "#222222", "#8c8c8c", "#cc79a7", "#e69f00", "#222222"
LINES = dict(zip(TAILS, ("-", "--", ":"), strict=True))
FRAMEWORK = "#7b3294"
NOTE = (
    "Filled symbols and bars: medians and quartiles of profiles or pits. Open symbols: means. "
    "Lines of the model: medians of its draws; shaded: 5–95 % for cropland.\n"
    "BNPP: below-ground net primary productivity, spread over depth in three ways."
)


def draw(measured: Measured, model: Sequence[FigureRow] = ()) -> Figure:
    """Draw the three panels.

    Parameters
    ----------
    measured : data; its points are drawn where it has them.
    model : rows of the model; none are drawn where there are none.
    """
    rows = [*measured.rows, *model]
    figure = new_figure(12.0, 5.4)
    shares, turnover, against = figure.subplots(1, 3)
    _shares(shares, rows)
    _turnover(turnover, rows)
    _against(against, rows, measured)
    for axes, letter, title in (
        (shares, "a", "Roots, productivity and carbon"),
        (turnover, "b", "Turnover time: SOC / BNPP"),
        (against, "c", "Carbon against productivity, by layer"),
    ):
        axes.set_title(f"({letter})  {title}")
        axes.legend(loc="upper center", bbox_to_anchor=(0.48, -0.13), fontsize=7.4, ncols=2, columnspacing=1.2)
    figure.supxlabel(NOTE, fontsize=7.6, color="#444444", x=0.03, ha="left", linespacing=1.4)
    return figure


def _edges(rows: Sequence[FigureRow]) -> Array:
    return np.array([rows[0].top_cm, *(row.bottom_cm for row in rows)])


def _middles(rows: Sequence[FigureRow]) -> Array:
    return np.array([0.5 * (row.top_cm + row.bottom_cm) for row in rows])


def _values(rows: Sequence[FigureRow], name: str) -> Array:
    return np.array([getattr(row, name) for row in rows])


def _line(axes: Axes, rows: Sequence[FigureRow], **style: Any) -> None:
    if rows:
        axes.plot(_values(rows, "median"), _middles(rows), **style)


def _band(axes: Axes, rows: Sequence[FigureRow], colour: str, alpha: float) -> None:
    if rows:
        low, high = _values(rows, "low"), _values(rows, "high")
        axes.fill_betweenx(_middles(rows), low, high, color=colour, alpha=alpha, linewidth=0)


def _whiskers(axes: Axes, rows: Sequence[FigureRow], shift: float, **style: Any) -> None:
    """Medians with quartiles, moved by `shift` cm so that neighbours stay apart."""
    middle = _values(rows, "median")
    error = np.stack([middle - _values(rows, "low"), _values(rows, "high") - middle])
    axes.errorbar(middle, _middles(rows) + shift, xerr=error, capsize=2.2, elinewidth=1.0, linestyle="none", **style)


def _depth(axes: Axes) -> None:
    axes.set_ylim(EDGES_CM[-1], 0.0)
    axes.set_yticks([0, 20, 40, 60, 80, 100, 150, 200])
    axes.set_ylabel("Depth (cm)")


def _shares(axes: Axes, rows: Sequence[FigureRow]) -> None:
    for name, line in LINES.items():
        _line(axes, by_depth(rows, "a", f"BNPP, {name}", "share"), color=PRODUCTIVITY, linestyle=line,
              label=f"BNPP, {name}", linewidth=1.8)  # fmt: skip
    for series, colour, marker, shift in (
        ("root biomass", ROOTS, "D", -1.8),
        ("SOC", CARBON, "o", 0.0),
        ("SOC, Africa", AFRICA, "s", 1.8),
    ):
        of = by_depth(rows, "a", series, "share")
        if of:
            _whiskers(axes, of, shift, color=colour, marker=marker, markersize=4.2,
                      label=f"{series} (n = {of[0].count})")  # fmt: skip
    for use in LAND_USES:
        _line(axes, by_depth(rows, "a", f"model: {use}", "share"), color=COLOURS[use], linewidth=1.2, alpha=0.9,
              label=f"model, SOC: {use}")  # fmt: skip
    plain_log(axes, 0.01, 100.0)
    axes.set_xlabel("Share of 0–200 cm (% in 20 cm of soil)")
    _depth(axes)


def _turnover(axes: Axes, rows: Sequence[FigureRow]) -> None:
    _band(axes, by_depth(rows, "b", "model: cropland", "turnover"), COLOURS["cropland"], 0.15)
    for name, line in LINES.items():
        _line(axes, by_depth(rows, "b", f"stock / BNPP, {name}", "turnover"), color=PRODUCTIVITY, linestyle=line,
              linewidth=1.8, label=f"SOC / BNPP, {name}")  # fmt: skip
    for use in LAND_USES:
        _line(axes, by_depth(rows, "b", f"model: {use}", "turnover"), color=COLOURS[use], label=f"model: {use}")
    for name, line in LINES.items():
        _line(axes, by_depth(rows, "b", f"model: all biomes, {name}", "turnover"), color=DATA, linestyle=line,
              linewidth=1.0, label=f"model, all: {name}")  # fmt: skip
    for series, colour, marker, shift in (("all biomes", DATA, "o", -2.2), ("cropland", COLOURS["cropland"], "D", 2.2)):
        of = by_depth(rows, "b", series, "turnover")
        _whiskers(axes, of, shift, color=colour, marker=marker, markersize=4.5,
                  label=series)  # fmt: skip
        axes.plot(_values(of, "mean"), _middles(of) + shift, marker=marker, color=colour, linestyle="none",
                  markerfacecolor="white", markersize=4.5, label=f"{series}: mean")  # fmt: skip
    ends = by_depth(rows, "b", "framework", "turnover")
    axes.plot(_values(ends, "median"), _middles(ends), color=FRAMEWORK, linewidth=1.0, linestyle=(0, (1, 1)),
              marker="*", markersize=9, label="framework: 50 to > 4,000 yr")  # fmt: skip
    axes.annotate("", (3.0 * ends[-1].median, _middles(ends)[-1]), (ends[-1].median, _middles(ends)[-1]),
                  arrowprops={"arrowstyle": "->", "color": FRAMEWORK})  # fmt: skip
    plain_log(axes, 10.0, 100_000.0)
    axes.set_xlabel("Years (logarithmic scale)")
    _depth(axes)


def _against(axes: Axes, rows: Sequence[FigureRow], measured: Measured) -> None:
    for use in LAND_USES:
        of = measured.land_use == use
        if of.any():
            axes.plot(measured.bnpp[of], measured.soc[of], MARKERS[use], color=COLOURS[use], markersize=2.0,
                      alpha=0.13, markeredgewidth=0, rasterized=True)  # fmt: skip
    for use in LAND_USES:
        stock, flux = (by_depth(rows, "c", use, name) for name in ("soc", "bnpp"))
        middle, x = _values(stock, "median"), _values(flux, "median")
        error = np.stack([middle - _values(stock, "low"), _values(stock, "high") - middle])
        axes.errorbar(x, middle, yerr=error, marker=MARKERS[use], color=COLOURS[use], linestyle="none", markersize=5.5,
                      capsize=2.0, elinewidth=0.9, markeredgecolor="white", markeredgewidth=0.6, zorder=3,
                      label=use)  # fmt: skip
        stock, flux = (by_depth(rows, "c", f"model: {use}", name) for name in ("soc", "bnpp"))
        if stock:
            axes.plot(_values(flux, "median"), _values(stock, "median"), color=COLOURS[use], linewidth=1.4, zorder=2,
                      label=f"model: {use}")  # fmt: skip
    known = {row.quantity: row.median for row in rows if row.series == "all land uses"}
    x = np.array([0.002, 4.0])
    axes.plot(x, 10.0 ** known["intercept"] * x ** known["slope"], color="#444444", linewidth=1.2, linestyle="--",
              label=f"fit, slope {known['slope']:.2f}")  # fmt: skip
    count = next(row.count for row in rows if row.series == "all land uses")
    axes.text(0.03, 0.97, f"R² = {known['R2, all depths']:.2f}: {count:,} layers of profiles\n"
              f"R² = {known['R2, medians']:.2f}: medians by depth and land use\n"
              f"R² = {known['R2, within depths']:.2f}: within depths",
              transform=axes.transAxes, va="top", ha="left", fontsize=7.6,
              bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2.0})  # fmt: skip
    plain_log(axes, 0.002, 5.0)
    plain_log(axes, 0.5, 400.0, vertical=True)
    axes.set_xlabel("BNPP (Mg C ha⁻¹ yr⁻¹ in 20 cm of soil)")
    axes.set_ylabel("SOC (Mg C ha⁻¹ in 20 cm of soil)")


def write(measured: Measured, model: Sequence[FigureRow], path: Path) -> None:
    """Write the figure as PNG."""
    with settings():
        image = io.BytesIO()
        FigureCanvasAgg(draw(measured, model)).print_figure(image, dpi=RESOLUTION, format="png")
    write_atomically(path, image.getvalue())
