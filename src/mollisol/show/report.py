"""The report: one HTML file that needs nothing else, from the tables, the figures and the context."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mollisol.show.answer import answer_of
from mollisol.show.beside import beside_table
from mollisol.show.budget import budget_of
from mollisol.show.captions import alternatives, captions
from mollisol.show.carbon_dioxide import carbon_dioxide_table
from mollisol.show.composition import composition_table, pool_gain_table
from mollisol.show.conditioning import conditioning_tables, conditions
from mollisol.show.context import ReportContext
from mollisol.show.files import write_atomically
from mollisol.show.layout import RESOLUTION
from mollisol.show.limits import GLOSSARY, limits_of
from mollisol.show.moved import choice_sentences, choice_table, equal_mass_table
from mollisol.show.permanence import permanence_table
from mollisol.show.radiocarbon import carbon13_table, clock_table, leaving_table, sampled_table
from mollisol.show.ranking import ranking_table
from mollisol.show.tables import difference_table, profile_table, stock_table, turnover_tables
from mollisol.show.tradeoffs import field_table, gas_table, left_out
from mollisol.show.turnover import references
from mollisol.show.view import ResultView, cm
from mollisol.show.wording import amount, number, scientific, title
from mollisol.show.worth_table import worth_table

if TYPE_CHECKING:
    import xarray as xr


CLOSED = 1e-6
"""A budget error below this (Mg C/ha) is rounding of the computer."""

PIXELS_PER_INCH = 108
"""At which size a figure is shown on a wide screen."""


def render_report(result: xr.Dataset, context: ReportContext, figures: Mapping[str, Path]) -> str:
    """Return the report as HTML: figures and style inside, no script, nothing fetched.

    Whatever comes from the user (names, texts) is escaped.

    Parameters
    ----------
    result : dataset with the variables and dimensions of `result.nc`.
    context : what the report says beside it.
    figures : paths of PNG files by name, as `write_figures` returns them; one that is missing is left out.
    """
    return fill_template("report.html", **_values(ResultView(result), context, figures))


def fill_template(name: str, **values: Any) -> str:
    """Return a page of the templates, filled with values, with the style sheet in it; texts are escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("mollisol.show").joinpath("templates")

    def text(file: str) -> str:
        return folder.joinpath(file).read_text(encoding="utf-8")

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(text),
    )
    environment.filters.update(amount=amount, title=title, cm=cm, scientific=scientific)
    return environment.get_template(name).render(values, style=_style(folder.joinpath("report.css")))


def write_report(result: xr.Dataset, context: ReportContext, figures: Mapping[str, Path], path: Path) -> Path:
    """Write `render_report` to `path` (complete or not at all) and return the path."""
    write_atomically(Path(path), render_report(result, context, figures).encode("utf-8"))
    return Path(path)


def _style(path: Any) -> Any:
    """Return the project's own style sheet, which goes into the page unescaped."""
    from markupsafe import Markup

    return Markup(path.read_text(encoding="utf-8"))


def _values(view: ResultView, context: ReportContext, figures: Mapping[str, Path]) -> dict[str, Any]:
    pictures = pictures_of(figures, captions(view), alternatives(view, context))
    warnings = [*context.warnings, *(context.initial.warnings if context.initial is not None else ())]
    budget, (times, roots) = budget_of(view), turnover_tables(view, context)
    return {
        "context": context,
        "view": view,
        "pictures": pictures,
        "answer": answer_of(view),
        "warnings": warnings,
        "stocks": stock_table(view),
        "differences": difference_table(view),
        "ranking": ranking_table(view),
        "profile": profile_table(view, context),
        "turnover": times,
        "roots": roots,
        "turnover_sources": list(dict.fromkeys(row.source for row in references(context))),
        "budget": budget,
        "carbon_dioxide": carbon_dioxide_table(view),
        "composition": composition_table(view),
        "clocks": clock_table(view),
        "leaving": leaving_table(view),
        "carbon13": carbon13_table(view),
        "radiocarbon": sampled_table(view, context),
        "permanence": permanence_table(context),
        "worth": worth_table(view),
        "gases": gas_table(context.tradeoffs),
        "field": field_table(context.tradeoffs),
        "equal_mass": equal_mass_table(view),
        "choices": choice_table(view),
        "choice_sentences": choice_sentences(view),
        "beside": beside_table(view),
        "pool_gains": pool_gain_table(view),
        "left_out": left_out(context.tradeoffs),
        "closed": CLOSED,
        "conditioning": conditioning_tables(context),
        "conditions": conditions(context.conditioned),
        "fitted": context.calibrated or any(one.modelled_delta14c is not None for one in context.conditioned.values()),
        "limits": limits_of(view, context),
        "glossary": GLOSSARY,
        "site": _site(context),
        "start": view.moment(0),
        "end": view.moment(-1),
    }


def pictures_of(
    figures: Mapping[str, Path], under: Mapping[str, str], instead: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return figures as a page holds them, by name, with their captions and the texts that stand for them."""
    images = {name: Path(path).read_bytes() for name, path in figures.items()}
    return {
        name: {
            "data": base64.b64encode(image).decode("ascii"),
            "width": _shown_width(image),
            "caption": under.get(name, ""),
            "alt": instead.get(name, title(name)),
        }
        for name, image in images.items()
    }


def _shown_width(image: bytes) -> int:
    """Return the width of a PNG on the page, px: its own, at a resolution that screens have."""
    return round(int.from_bytes(image[16:20], "big") * PIXELS_PER_INCH / RESOLUTION)


def _site(context: ReportContext) -> str:
    north = f"{abs(context.latitude):.2f}° {'N' if context.latitude >= 0 else 'S'}"
    east = f"{abs(context.longitude):.2f}° {'E' if context.longitude >= 0 else 'W'}"
    height = "" if context.elevation_m is None else f", {number(context.elevation_m, 0)} m above sea level"
    return f"{north}, {east}{height}"
