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

from mollisol.show.drawing import new_figure, plain_log, settings
from mollisol.show.files import write_atomically
from mollisol.show.layout import RESOLUTION
from mollisol.units import CM_PER_M

if TYPE_CHECKING:
    from mollisol.study.clocks import StudyClocks

TIMES = np.concatenate([[0.0], np.geomspace(0.5, 1000.0, 60)])
"""Years of the curves."""

DOTTED = (10.0, 50.0, 100.0, 500.0)


def draw(found: StudyClocks) -> Figure:
    """Draw the share of an input that is left against time (left), and quantiles of its transit time by depth."""
    left, _ = found.profile.permanence(found.edges, TIMES)
    quantiles = found.profile.transit_time_quantile(found.edges, [0.25, 0.5, 0.75])
    edges = CM_PER_M * found.edges.edges
    labels = ["litter on the surface", *(f"{a:g}–{b:g} cm" for a, b in pairwise(edges))]
    figure = new_figure(9.0, 4.6)
    curves, depth = figure.subplots(1, 2)
    shades = np.linspace(0.0, 0.85, len(labels))
    colours = matplotlib.colormaps["viridis"]
    for label, share, shade in zip(labels, left, shades, strict=True):
        if np.isfinite(share).all():
            curves.plot(TIMES[1:], 100.0 * share[1:], color=colours(shade), label=label)
    for year in DOTTED:
        curves.axvline(year, color="#999999", linewidth=0.7, linestyle=":")
    plain_log(curves, TIMES[1], TIMES[-1])
    curves.set_ylim(0.0, 100.0)
    curves.set_xlabel("Years after it entered")
    curves.set_ylabel("Still stored (%)")
    curves.legend(title="entered as / at")
    centres = np.concatenate([[-0.03 * edges[-1]], 0.5 * (edges[1:] + edges[:-1])])
    known = np.isfinite(quantiles).all(axis=1)
    low, median, high = quantiles[known].T
    depth.errorbar(
        median, centres[known], xerr=[median - low, high - median], fmt="o", color="#0072b2", capsize=2.5, markersize=5
    )
    plain_log(depth, 0.8 * float(low.min()), 1.25 * float(high.max()))
    depth.set_ylim(edges[-1], -0.07 * edges[-1])
    depth.set_xlabel("Transit time (years): median and middle half")
    depth.set_ylabel("Depth at which it entered (cm); above 0: litter")
    return figure


def write_permanence(found: StudyClocks, path: Path) -> None:
    """Write the figure as PNG."""
    with settings():
        image = io.BytesIO()
        FigureCanvasAgg(draw(found)).print_figure(image, dpi=RESOLUTION, format="png")
    write_atomically(path, image.getvalue())
