"""What stands under each figure, and what a reader who cannot see it is told."""

from __future__ import annotations

from mollisol.show.context import ReportContext
from mollisol.show.view import BASELINE, ResultView, cm, spread
from mollisol.show.wording import interval, number, title


def captions(view: ResultView) -> dict[str, str]:
    """Return the caption of each figure by its name."""
    against = "the baseline at the end" if view.others else "the start"
    return {
        "profile": "Soil organic carbon by depth: measured, at the model's steady state, at the start of the run "
        "and at its end. The area between a line and the axis is the stock: a layer of 10 cm at 5 on the axis "
        "holds 5 Mg C/ha.",
        "difference_by_interval": "What each practice has changed by the end of the run, by depth interval. "
        "The scales of the panels differ.",
        "difference_by_depth": f"Change by depth compared with {against}. A practice can gain in one layer "
        "and lose in another: the number gives the sum.",
        "through_time": "Soil organic carbon through time by depth interval. The scales of the panels differ. "
        "Above: change since the start, with the range of the baseline shaded."
        + (" Below: difference to the baseline under the same parameters." if view.others else ""),
        "input_and_respiration": "Where carbon enters the soil and where it leaves as CO₂, baseline, mean over "
        "the run. The surface litter lies on the soil and is counted apart.",
        "turnover": "How long the stock of a depth would take to be replaced at the flux of that depth, baseline. "
        "Only the blue line and dots are defined as the published values are.",
        "permanence": "What becomes of carbon that enters the baseline's soil at the end of the run, if rates stay as "
        "they are then. Left: how much of it is still somewhere in the soil. Right: how long it takes until it leaves; "
        "half of it leaves within the bar, a quarter before it and a quarter after it.",
        "climate_at_depth": "Temperature and moisture of the soil through the mean year, baseline.",
        "initial_state": "How the run starts. Right: the factor by which the loss of mineral-associated carbon "
        "was multiplied to meet the measurements, where one was fitted.",
    }


def alternatives(view: ResultView, context: ReportContext) -> dict[str, str]:
    """Return a text in place of each figure, with its main numbers."""
    bottom, end = cm(view.grid.bottom), view.moment(-1)
    totals = "; ".join(
        f"{title(name)} {number(spread(view.stocks[-1][index, :, -1]).mean)}"
        for index, name in enumerate(view.practices)
    )
    gains = "; ".join(_gain(view, index) for index in view.others)
    measured = (
        "" if context.measured is None else f" Measurements reach {cm(context.measured.depth)} cm; below, hatched."
    )
    return {
        "profile": f"Profile plot of soil organic carbon against depth, 0 at the top to {bottom} cm at the bottom."
        f"{measured} Whole-profile stocks at the {end}, Mg C/ha: {totals}.",
        "difference_by_interval": "Dots with bars, one row a practice and one panel a depth interval. "
        f"Whole profile at the {end}, Mg C/ha compared with the {BASELINE}: {gains}.",
        "difference_by_depth": "One panel a practice, change of soil organic carbon against depth. "
        + (f"Sums over the profile, Mg C/ha: {gains}." if gains else _own(view)),
        "through_time": "Lines against years, one panel a depth interval. " + (gains or _own(view)),
        "input_and_respiration": "Left: carbon input and respiration of the baseline against depth on a "
        "logarithmic scale. Right: bars for the surface litter and each depth interval. The budget table holds "
        "the sums.",
        "turnover": "Turnover times of the baseline against depth on a logarithmic axis, with boxes for published "
        "cropland values by 20 cm. The table below the figure holds the numbers.",
        "permanence": "Left: falling curves of what is left against years, one a depth of entry. Right: dots with "
        "bars, years until it leaves by depth of entry. The table below the figure holds the numbers.",
        "climate_at_depth": "Two maps, month across and depth down: soil temperature and soil moisture.",
        "initial_state": "Measured, steady-state and chosen starting profile against depth, and the balance "
        "factor. The table of this section holds the numbers.",
    }


def _gain(view: ResultView, index: int) -> str:
    whole = view.stocks[-1]
    found = spread(whole[index, :, -1] - whole[view.baseline, :, -1])
    limits = "" if view.members == 1 else f" ({interval(found.low, found.high, signed=True)})"
    return f"{title(view.practices[index])} {number(found.mean, signed=True)}{limits}"


def _own(view: ResultView) -> str:
    whole = view.stocks[-1][view.baseline]
    found = spread(whole[:, -1] - whole[:, 0])
    return f"The baseline changes by {number(found.mean, signed=True)} Mg C/ha over the run."
