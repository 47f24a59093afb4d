"""What the report does not say, and the words it uses."""

from __future__ import annotations

from mollisol.show.context import ReportContext
from mollisol.show.view import ResultView, cm

GLOSSARY = (
    ("SOC", "soil organic carbon: all organic carbon in the soil, fresh residue that was mixed in included; litter "
     "that lies on the surface is counted apart."),
    ("Mg C/ha", "megagrams of carbon per hectare, the same as tonnes per hectare; 10 Mg C/ha are 1 kg C/m²."),
    ("baseline", "the present plan, continued. Every practice is compared with it."),
    ("parameter set", "one draw of the model's uncertain parameters. All practices are run with the same sets, and "
     "a difference is taken within a set before anything is averaged."),
    ("90 % interval", "the range that leaves out the lowest and the highest 5 % of the parameter sets."),
    ("gain in … %", "the share of parameter sets in which the practice holds more carbon than the baseline."),
    ("steady state", "the carbon that the soil would hold if one management went on until nothing changed from one "
     "rotation to the next."),
    ("turnover time", "a stock divided by a flux, in years. It is neither the age of the carbon nor the time that new "
     "carbon stays."),
    ("BNPP", "below-ground net primary productivity: the carbon that roots bring into the soil in a year."),
    ("respiration", "CO₂ from decomposition, without what living roots breathe out themselves."),
    ("root respiration", "CO₂ of living roots. It comes from this year's photosynthesis and is no part of the soil's "
     "carbon budget, but chambers on the field measure it together with respiration. Field studies that exclude the "
     "roots count what microbes make of root exudates as the roots'; here that is respiration."),
    ("mineral-associated carbon", "organic carbon held on the surfaces of clay and oxides; most of the stock, and "
     "the slowest part of it."),
)  # fmt: skip
"""Words of the report and their meaning."""


LITERATURE = (
    "The parameters come from the literature and are not calibrated to measurements of this field through time."
)
CALIBRATED = "The parameters are calibrated to measurements of other fields, not of this one through time."


def limits_of(view: ResultView, context: ReportContext) -> list[str]:
    """Return what the reader should not take from the report."""
    if view.members > 1:
        first = (
            f"The intervals hold the uncertainty of {_held(context)}. {_not_held(context)} uncertain as well, and the "
            "true uncertainty is larger."
        )
    else:
        first = "One parameter set was run: nothing here says how uncertain the numbers are."
    limits = [
        first,
        f"{CALIBRATED if context.calibrated else LITERATURE} A difference between practices says what follows from "
        "them, not what was observed.",
        "A gain of soil carbon is not yet a gain for the climate: "
        + ("nitrous oxide, methane and fuel are in the net effect, " if context.tradeoffs is not None else "")
        + f"{'but ' if context.tradeoffs is not None else 'nitrous oxide, methane, fuel, '}"
        "the making of fertiliser, and the carbon of manure or compost that would have gone to another field are not "
        "counted.",
        "The pools of the model are not fractions that a laboratory can separate, though some have similar names.",
        "Stocks are compared at fixed depth. Where a practice changes the density of the soil, part of a "
        "difference may come from that"
        + (": see the table at equal mass." if view.values("soc_equal_mass") is not None else "."),
        "Turnover times are ratios at the end of the run. They are not ages and not the time that new carbon "
        "stays, and they depend on the roots at depth, which are poorly known.",
    ]
    if context.initial is not None and context.initial.kind in ("equilibrium", "balanced"):
        limits.append(
            "That the soil was at the steady state of its past management is an assumption. If it was not, the "
            "baseline's own trend is wrong; differences between practices depend on it less."
        )
    if context.measured is not None and context.measured.depth < view.grid.bottom - 1e-9:
        limits.append(
            f"Nothing was measured below {cm(context.measured.depth)} cm: the carbon there follows the shape of the "
            "model's own profile."
        )
    return limits


def _held(context: ReportContext) -> str:
    told = "measurements elsewhere tell" if context.calibrated else "the literature tells"
    also = " and of the measured profile" if context.conditioned else ""
    return f"the model's parameters{also or ' alone'}, as far as {told} it"


def _not_held(context: ReportContext) -> str:
    profile = "" if context.conditioned else ", the yields and the measured profile"
    return f"The form of the model, the weather to come{profile or ' and the yields'} are"
