"""What the report needs to know beside the result: the site, the model, the data and what was assumed.

Only NumPy is needed here. Amounts are kg C/m2 per layer, depths as their names say; a value that is not known
is NaN in an array and None elsewhere, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mollisol.clocks import Permanence
    from mollisol.practices.tradeoffs import Ledger
    from mollisol.study.conditioning import Conditioned

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Horizon:
    """One sampled horizon, as it was measured.

    Attributes
    ----------
    top_cm, bottom_cm : its limits, cm.
    soc : organic carbon stock of the horizon, kg C/m2.
    error : its standard error (1 sd), kg C/m2; NaN where unknown.
    """

    top_cm: float
    bottom_cm: float
    soc: float
    error: float = float("nan")


@dataclass(frozen=True)
class MeasuredProfile:
    """The measured profile, on the layers of the result.

    Attributes
    ----------
    soc : (layer,) measured SOC, kg C/m2; NaN where nothing was measured.
    error : (layer,) its error (1 sd), kg C/m2; NaN where unknown.
    depth : how deep the measurements go, m.
    horizons : the horizons as sampled; drawn in place of the layers where given.
    source : where the profile comes from, with its year.
    delta14c : (layer,) measured Delta14C, permil; NaN where nothing was measured; None where nothing is known at all.
    modelled_delta14c : (layer, member) of the model at the end of the year `delta14c_year` of sampling, permil.
    """

    soc: Array
    error: Array
    depth: float
    horizons: Sequence[Horizon] = ()
    source: str = ""
    delta14c: Array | None = None
    modelled_delta14c: Array | None = None
    delta14c_year: int | None = None


@dataclass(frozen=True)
class InitialState:
    """How the run started.

    Attributes
    ----------
    kind : `equilibrium`, `measured` or `balanced`.
    chosen : (layer,) SOC at the start, median of the members, kg C/m2.
    equilibrium : (layer,) SOC of the model's steady state under the past management, without any
        adjustment, median of the members, kg C/m2.
    balance_factor : (layer,) factor on the loss of mineral-associated carbon; None where none was fitted.
    text : sentences that say how the state was made, for a reader who does not know the model.
    warnings : what is doubtful about it (misfit beyond the error, a factor outside 1/3 to 3, ...).
    measured_trend : a sentence on the trend that the run would have had from the measured state.
    """

    kind: str
    chosen: Array
    equilibrium: Array | None = None
    balance_factor: Array | None = None
    text: str = ""
    warnings: Sequence[str] = ()
    measured_trend: str = ""


@dataclass(frozen=True)
class FilledValue:
    """A property that was not measured and was filled in.

    Attributes
    ----------
    variable : what was filled (`bulk density`, ...).
    top_cm, bottom_cm : over which depths, cm.
    function : what filled it (the pedotransfer function, `carried down from the last measured layer`, ...).
    """

    variable: str
    top_cm: float
    bottom_cm: float
    function: str


@dataclass(frozen=True)
class RootStatement:
    """How the roots of one crop are spread over depth.

    Attributes
    ----------
    crop : its name.
    kind : the form of the distribution in words (`Jackson beta`, `Schenk-Jackson logistic`, ...).
    parameters : its parameters as text (`beta 0.961`).
    """

    crop: str
    kind: str
    parameters: str = ""


@dataclass(frozen=True)
class TurnoverReference:
    """One row of published turnover times (stock / below-ground net primary productivity), yr.

    Attributes
    ----------
    top_cm, bottom_cm : depth, cm.
    mean, median, lower_quartile, upper_quartile : over the published profiles, yr.
    source : where the row comes from.
    """

    top_cm: float
    bottom_cm: float
    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    source: str


@dataclass(frozen=True)
class ReportContext:
    """Everything in the report that the result does not hold.

    Attributes
    ----------
    name : name of the study.
    latitude, longitude : degrees north and east.
    elevation_m : elevation, m; None where unknown.
    years : first and last simulated calendar year, both simulated.
    model : name of the model.
    slots : the alternative chosen in each slot of the model.
    parameters : how many parameters the ensemble draws.
    seed : seed of the draws.
    rotation_years : length of the last full rotation, yr; turnover times are taken over it.
    measured : the measured profile; None where there is none.
    initial : how the run started.
    defaults_used : study keys that the user left out, with the value that was used.
    filled : what was not measured and was filled in.
    warnings : sentences about what the reader should doubt.
    roots : root distribution of each crop of the baseline.
    root_alternatives : other ways to spread the same below-ground productivity over depth, (layer,) shares
        of 1 by name; the turnover table shows what they would give. `ROOT_ALTERNATIVES` are
        used where this is None.
    turnover_reference : published turnover times; the cropland rows that come with the package where None.
    permanence : how long what enters at the end of the baseline stays; None where it is not known.
    tradeoffs : what practices cost or bring beside the carbon; None where it is not known.
    practice_notes : what each practice is, in a sentence, by its name in the result.
    parameters_from : sentences on where the parameters come from; "" where from published ranges alone.
    calibrated : whether parameters come from a calibration.
    conditioned : what conditioning on the site's profile did, by structure of the model ("" where there is one).
    history : a sentence on the past management that the initial state assumes.
    sources : data and their citations, one text each.
    versions : version of each program and library.
    command : the command that repeats the run.
    compared : what the comparison of the practices beside the report says; empty where there is none.
    """

    name: str
    latitude: float
    longitude: float
    years: tuple[int, int]
    model: str = "whole_profile"
    elevation_m: float | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    parameters: int = 0
    seed: int | None = None
    rotation_years: int = 1
    measured: MeasuredProfile | None = None
    initial: InitialState | None = None
    defaults_used: Mapping[str, Any] = field(default_factory=dict)
    filled: Sequence[FilledValue] = ()
    warnings: Sequence[str] = ()
    roots: Sequence[RootStatement] = ()
    root_alternatives: Mapping[str, Array] | None = None
    turnover_reference: Sequence[TurnoverReference] | None = None
    permanence: Permanence | None = None
    tradeoffs: Ledger | None = None
    practice_notes: Mapping[str, str] = field(default_factory=dict)
    parameters_from: str = ""
    calibrated: bool = False
    conditioned: Mapping[str, Conditioned] = field(default_factory=dict)
    history: str = ""
    sources: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    compared: Sequence[str] = ()
