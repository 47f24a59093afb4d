"""How much of an input is still stored after some years, by the depth at which it enters."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mollisol.show.context import ReportContext
from mollisol.show.drawing import new_figure, plain_log, settings
from mollisol.show.files import write_atomically
from mollisol.show.layout import RESOLUTION
from mollisol.show.view import ResultView, span

if TYPE_CHECKING:
    from mollisol.clocks import Permanence

DOTTED = (10.0, 50.0, 100.0, 500.0)
LITTER_COLOUR = "#8a4b08"
BAR_COLOUR = "#0072b2"


def draw(found: Permanence) -> Figure:
    """Draw the share of an input that is left against time (left), and quantiles of its transit time by depth."""
    left, transit = found.left.mean(axis=0), np.median(found.transit, axis=0)
    edges = found.edges.edges
    labels = ["litter on the surface", *(f"{span(a, b)} cm" for a, b in pairwise(edges))]
    years = found.years[1:]
    figure = new_figure(9.0, 4.6)
    curves, depth = figure.subplots(1, 2)
    shades = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(edges) - 1))
    for label, share, colour in zip(labels, left, [LITTER_COLOUR, *shades], strict=True):
        if np.isfinite(share).all():
            style = "--" if colour is LITTER_COLOUR else "-"
            curves.plot(years, 100.0 * share[1:], color=colour, linestyle=style, label=label)
    for year in DOTTED:
        curves.axvline(year, color="#999999", linewidth=0.7, linestyle=":")
    plain_log(curves, years[0], years[-1])
    curves.set_ylim(0.0, 100.0)
    curves.set_xlabel("Years after it entered")
    curves.set_ylabel("Still stored anywhere in the soil (%)")
    curves.legend(title="entered as / at", frameon=True, facecolor="white", edgecolor="none", framealpha=1.0)
    # what lies on the surface stands apart, above the soil
    places = np.concatenate([[-0.5], np.arange(len(edges) - 1) + 0.5])
    known = np.isfinite(transit).all(axis=1)
    low, median, high = transit[known].T
    depth.errorbar(
        median, places[known], xerr=[median - low, high - median], fmt="o", color=BAR_COLOUR, capsize=2.5, markersize=5
    )
    plain_log(depth, 0.8 * float(low.min()), 1.25 * float(high.max()))
    depth.axhline(0.0, color="#555555", linewidth=0.8)
    depth.set_ylim(len(edges) - 1, -1.0)
    depth.set_yticks(places, ["litter", *(span(a, b) for a, b in pairwise(edges))])
    depth.set_xlabel("Years until it leaves: median and middle half")
    depth.set_ylabel("Depth at which it entered (cm)")
    return figure


def draw_in_report(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw the permanence of the baseline's inputs; None where it was left out."""
    return None if context.permanence is None else draw(context.permanence)


def write_permanence(found: Permanence, path: Path) -> None:
    """Write the figure as PNG."""
    with settings():
        image = io.BytesIO()
        FigureCanvasAgg(draw(found)).print_figure(image, dpi=RESOLUTION, format="png")
    write_atomically(path, image.getvalue())
