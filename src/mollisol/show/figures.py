"""The figures of a run: which there are, and writing them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mollisol.show import (
    figure_climate,
    figure_difference,
    figure_flux,
    figure_initial,
    figure_permanence,
    figure_profile,
    figure_time,
    figure_turnover,
)
from mollisol.show.context import ReportContext
from mollisol.show.drawing import settings
from mollisol.show.files import write_atomically
from mollisol.show.layout import RESOLUTION
from mollisol.show.view import ResultView

if TYPE_CHECKING:
    import xarray as xr

FIGURES: dict[str, Callable[[ResultView, ReportContext], Figure | None]] = {
    "profile": figure_profile.draw,
    "difference_by_interval": figure_difference.draw_by_interval,
    "difference_by_depth": figure_difference.draw_by_depth,
    "through_time": figure_time.draw,
    "input_and_respiration": figure_flux.draw,
    "turnover": figure_turnover.draw,
    "permanence": figure_permanence.draw_in_report,
    "climate_at_depth": figure_climate.draw,
    "initial_state": figure_initial.draw,
}
"""Every figure by the name of its file; a drawer returns None where the result lacks what it shows."""


def write_figures(result: xr.Dataset, context: ReportContext, directory: Path) -> dict[str, Path]:
    """Write every figure that the result allows as PNG into `directory` and return their paths by name.

    Parameters
    ----------
    result : dataset with the variables and dimensions of `result.nc`.
    context : what the figures need beside it (measured profile, initial state, published turnover).
    directory : folder of the figures, created where needed.
    """
    view = ResultView(result)
    paths: dict[str, Path] = {}
    with settings():
        for name, draw in FIGURES.items():
            figure = draw(view, context)
            if figure is None:
                continue
            paths[name] = write_figure(figure, Path(directory) / f"{name}.png")
    return paths


def write_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG (complete or not at all) and return the path."""
    image = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(image, dpi=RESOLUTION, format="png")
    write_atomically(path, image.getvalue())
    return path
