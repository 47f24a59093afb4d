"""The study file as a whole: its keys, their ranges and their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mollisol.study.erosion import Erosion, SoilLoss
from mollisol.study.fields import (
    Choice,
    Flag,
    Listed,
    Number,
    Section,
    Text,
    broken,
    explain_unknown,
    short_form,
    wrong,
)
from mollisol.study.isotopes import Isotopes
from mollisol.study.plan import Amendments, Rotation, TillagePlan
from mollisol.study.soil_section import SoilSection

SLOTS = (
    "temperature", "moisture", "oxygen", "carbon_use_efficiency", "depolymerisation", "energy", "persistence",
    "nutrients", "priming", "variability", "protection", "occlusion", "bioturbation", "dissolved_transport", "nonlocal",
    "erosion",
)  # fmt: skip
"""The slots of a model, each of which holds one of several hypotheses."""

DEFAULT_MODEL = "whole_profile"
ENSEMBLE = "ensemble"
"""What stands for a model where several are to be run, by weight."""

DEFAULT_SEED = 1
FIRST_YEAR, LAST_YEAR = 1000, 3000


class Site(Section):
    """Where the field is."""

    latitude: Annotated[float, Number(-90, 90, "degrees, north positive")] = Field(
        description="degrees north, -90 to 90"
    )
    longitude: Annotated[float, Number(-180, 180, "degrees, east positive")] = Field(
        description="degrees east, -180 to 180"
    )
    elevation_m: Annotated[float, Number(-450, 6000, "m")] = Field(default=0.0, description="m above sea level")


class Years(Section):
    """First and last year of the run, both run in full."""

    start: Annotated[int, Number(FIRST_YEAR, LAST_YEAR)] = Field(description="first year")
    end: Annotated[int, Number(FIRST_YEAR, LAST_YEAR)] = Field(description="last year")

    @model_validator(mode="after")
    def _in_order(self) -> Years:
        if self.end < self.start:
            raise broken(f"end ({self.end}) lies before start ({self.start})", "swap the two")
        return self


class Period(Section):
    """A period of the past, from the 1 January of a year until the next period or the run begins."""

    start: Annotated[int, Number(-10000, LAST_YEAR)] = Field(alias="from", description="its first year")
    land_use: Annotated[str, Text()] | None = Field(default=None, description="natural or permanent cover")
    crops: Rotation | None = Field(default=None, description="rotation")
    tillage: TillagePlan = Field(
        default=None, description="regular tillage or none", json_schema_extra={"if_absent": "none"}
    )
    amendments: Amendments = Field(default=(), description="regular amendments")
    erosion_t_ha_yr: SoilLoss | None = Field(
        default=None,
        description="soil that left, t/ha/yr; by default the plan's under crops, none under permanent cover",
    )

    @model_validator(mode="after")
    def _one_use(self) -> Period:
        if (self.land_use is None) == (self.crops is None):
            raise broken("exactly one of land_use, crops is needed")
        if self.land_use is not None and self.tillage is not None:
            raise broken("'tillage' goes with 'crops', not with 'land_use'")
        return self


class ModelChoice(Section):
    """A model and, by slot, the hypotheses that differ from its own."""

    name: Annotated[str, Text()] = Field(default=DEFAULT_MODEL, description="name of the model")
    slots: dict[str, Annotated[str, Text()]] = Field(default_factory=dict, description="alternatives by slot")
    parameters: dict[str, Annotated[float, Number(-1e12, 1e12)]] = Field(
        default_factory=dict, description="values of parameters, as slot.parameter: value; the same in every member"
    )
    parameter_set: Annotated[str, Text()] | None = Field(
        default=None,
        description="calibrated parameters to draw from: a name, a file, or priors",
        json_schema_extra={"if_absent": "the one that comes with Mollisol and holds for the slots, else priors"},
    )
    ensemble: Annotated[str, Text()] | None = Field(
        default=None,
        description="with the model `ensemble`: its name, or a file with structures and weights",
        json_schema_extra={"if_absent": None},
    )


def _model(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if not isinstance(value, dict):
        return value
    own = ("name", "parameters", "parameter_set", "ensemble")
    if "ensemble" in value and "name" not in value:
        value = {"name": ENSEMBLE, **value}
    for key in value:
        if key not in (*own, *SLOTS):
            close = explain_unknown(key, (*own, *SLOTS))
            hint = f"did you mean '{close}'? " if close else ""
            raise broken(f"unknown slot '{key}'", f"{hint}slots are {', '.join(SLOTS)}; other keys {', '.join(own)}")
    slots = {key: alternative for key, alternative in value.items() if key not in own}
    return {**{key: value[key] for key in value if key in own}, "slots": slots}


class PracticePart(Section):
    """One practice with its parameters; what is not named here is a parameter of that practice."""

    model_config = ConfigDict(extra="allow")

    practice: Annotated[str, Text()] = Field(description="name of the practice")
    label: Annotated[str, Text()] | None = Field(default=None, description="name in the results")
    year: Annotated[int, Number(FIRST_YEAR, LAST_YEAR)] | None = Field(
        default=None, description="year in which it begins", json_schema_extra={"if_absent": "the first"}
    )
    until: Annotated[int, Number(FIRST_YEAR, LAST_YEAR)] | None = Field(
        default=None, description="last year in which it holds", json_schema_extra={"if_absent": "it goes on"}
    )
    area: Annotated[float, Number(0, 1, "share of the field", above=True)] | None = Field(
        default=None, description="share of the field on which it is done", json_schema_extra={"if_absent": "all of it"}
    )

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters that the user gave, as written."""
        return dict(self.model_extra or {})


def _part(value: Any) -> Any:
    return {"practice": value} if isinstance(value, str) else value


def _together(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str | dict | PracticePart):
        return (value,)
    raise wrong(value, "a practice's name, a mapping {practice: NAME, ...}, or a list of those (together)")


Together = Annotated[
    tuple[Annotated[PracticePart, short_form(_part)], ...],
    Listed(1, 20, "practices"),
    short_form(_together),
]
"""Practices that are applied together and compared with the baseline as one."""


class Output(Section):
    """What is written."""

    pools: Annotated[bool, Flag()] = Field(default=True, description="false leaves `carbon` by pool out of result.nc")
    radiocarbon: Annotated[bool, Flag()] = Field(
        default=True, description="false leaves out ages and radiocarbon, which take time"
    )
    permanence: Annotated[bool, Flag()] = Field(
        default=True, description="false leaves out how long what enters now stays, which takes time"
    )


def _edges(value: Any) -> Any:
    return None if value == "default" else value


class _Common(Section):
    """Keys whose value is the same in the file and in the checked study."""

    name: Annotated[str, Text()] = Field(description="name of the study")
    site: Site = Field(description="where the field is: latitude, longitude, elevation_m")
    years: Years = Field(description="first and last year: start, end")
    crops: Rotation = Field(description="rotation: a list of crops, repeated")
    tillage: TillagePlan = Field(
        default=None, description="regular tillage or none", json_schema_extra={"if_absent": "none"}
    )
    amendments: Amendments = Field(default=(), description="regular amendments of the plan")
    erosion: Erosion | None = Field(
        default=None, description="soil that leaves or arrives", json_schema_extra={"if_absent": "no soil moves"}
    )
    soil: SoilSection | None = Field(default=None, description="minerals, beside the profile's horizon table")
    isotopes: Isotopes = Field(default=Isotopes(), description="radiocarbon of the air, and 13C")
    history: Annotated[tuple[Period, ...], Listed(0, 50, "periods")] = Field(
        default=(),
        description="past land use, oldest first",
        json_schema_extra={"if_absent": "the present plan has always held"},
    )
    initial: Annotated[
        Literal["equilibrium", "measured", "balanced"], Choice(("equilibrium", "measured", "balanced"))
    ] = Field(default="balanced", description="how the initial carbon is made")
    condition: Annotated[Literal["none", "site"], Choice(("none", "site"))] = Field(
        default="none", description="whether the site's own profile weighs the members: none or site"
    )
    model: Annotated[ModelChoice, short_form(_model)] = Field(
        default=ModelChoice(), description="model, or {name: ..., slot: alternative}"
    )
    baseline: Annotated[Literal["current"], Choice(("current",))] = Field(
        default="current", description="what the practices are compared with: the plan"
    )
    ensemble: Annotated[int, Number(1, 10000, "members")] = Field(
        default=50, description="parameter draws; 1 = best estimate"
    )
    seed: Annotated[int, Number(0, 2**63 - 1)] = Field(default=DEFAULT_SEED, description="seed of the draws")
    output: Output = Field(default=Output(), description="what is written: {pools: true}")
    steps_per_month: Annotated[int, Number(1, 31)] | None = Field(
        default=None, description="time steps in a month", json_schema_extra={"if_absent": "the model's own"}
    )
    grid: Annotated[
        Annotated[tuple[Annotated[float, Number(0, 10, "m")], ...], Listed(2, 201, "depths in m")] | None,
        short_form(_edges),
    ] = Field(
        default=None,
        description="depths of the layers' interfaces, m, from 0 down",
        json_schema_extra={"if_absent": "20 layers to 2 m"},
    )

    @model_validator(mode="after")
    def _consistent(self) -> _Common:
        starts = [period.start for period in self.history]
        for i, (earlier, later) in enumerate(pairwise(starts), start=1):
            if later <= earlier:
                raise broken(
                    f"{later} follows {earlier}: history is out of order",
                    "list the oldest period first",
                    at=("history", i, "from"),
                )
        if starts and starts[-1] >= self.years.start:
            raise broken(
                f"{starts[-1]} is not before the first year of the run ({self.years.start})",
                "history ends where the run begins; from then on the plan holds",
                at=("history", len(starts) - 1, "from"),
            )
        if self.condition == "site" and self.initial != "balanced":
            raise broken(
                f"'site' needs 'initial: balanced', here it is '{self.initial}'",
                "only a balanced start asks how far the profile is known",
                at=("condition",),
            )
        edges = self.grid or (0.0, 1.0)
        if edges[0] != 0.0 or any(lower <= upper for upper, lower in pairwise(edges)):
            raise broken("depths must begin at 0 and increase downwards (m)", at=("grid",))
        return self


class StudyFile(_Common):
    """The study file as written, shorthands written out."""

    profile: Annotated[str, Text()] = Field(description="file with the horizon table")
    climate: Annotated[str, Text()] = Field(description="file with the climate table")
    practices: Annotated[tuple[Together, ...], Listed(0, 100, "practices")] = Field(
        default=(), description="practices to compare with the baseline"
    )


class PracticeSet(Section):
    """What is compared with the baseline under one name.

    Attributes
    ----------
    name : unique; as in `practice` of the result.
    parts : the practices that are applied together.
    """

    name: str
    parts: tuple[PracticePart, ...]


class StudySpec(_Common):
    """A checked study: every name exists, every file is there.

    Attributes
    ----------
    source : the study file, absolute.
    profile, climate : absolute paths, inside the study's folder unless the user allowed others.
    practices : with unique names; the baseline is not among them.
    sections : values of keys that other rooms registered, by key.
    defaults_used : what the user did not give and what is used instead, by key, in the file's order.
    part : where the members are part of a larger ensemble, the first of them and how many that has.
    """

    source: Path
    profile: Path
    climate: Path
    practices: tuple[PracticeSet, ...] = ()
    sections: Mapping[str, Any] = Field(default_factory=dict)
    defaults_used: Mapping[str, Any] = Field(default_factory=dict)
    part: tuple[int, int] | None = None
