"""Climate at depth: soil temperature and moisture of the baseline by month."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mollisol.show.context import ReportContext
from mollisol.show.drawing import depth_axis, new_figure
from mollisol.show.view import ResultView
from mollisol.units import CM_PER_M

KINDS = (
    ("soil_temperature", "Soil temperature (°C)", "inferno"),
    ("soil_moisture", "Soil moisture (m³ m⁻³)", "viridis_r"),
)


def draw(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw temperature and moisture as month by depth, each with its own scale."""
    shown = [(kind, values) for kind in KINDS if (values := view.values(kind[0])) is not None]
    if not shown:
        return None
    figure = new_figure(4.4 * len(shown), 4.2)
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    depths = view.grid.edges * CM_PER_M
    for panel, ((_, label, colours), values) in enumerate(shown):
        axes, field = panels[panel], values[view.baseline]
        mesh = axes.pcolormesh(np.arange(0.5, 13.0), depths, field.T, cmap=colours, rasterized=True)
        axes.grid(visible=False)
        figure.colorbar(mesh, ax=axes, pad=0.02, shrink=0.9)
        axes.set_xticks(range(1, 13), list("JFMAMJJASOND"))
        axes.set_xlabel("Month")
        axes.set_title(f"{'ab'[panel]}  {label}")
        depth_axis(axes, view, label=panel == 0)
    figure.supxlabel("Baseline, mean year of the climate.", fontsize=8, color="#444444")
    return figure
