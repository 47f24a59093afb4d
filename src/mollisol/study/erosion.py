"""The section `erosion` of a study: how much soil leaves or arrives, and what it is. Loads no JAX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from mollisol.study.fields import Number, Section, broken, short_form, wrong
from mollisol.study.problems import Problem, unknown_name
from mollisol.units import MG_HA_PER_KG_M2, Parameter

if TYPE_CHECKING:
    from mollisol.study.schema import ModelChoice, StudyFile, StudySpec

SLOT, ALTERNATIVE = "erosion", "moving_surface"
ENRICHMENT = "erosion.enrichment"

TYPICAL_LOSS = Parameter(
    10.0, "t/ha/yr", 0.0, 500.0, "cropland 5-20 t soil/ha/yr typical", confidence="medium",
    about="soil loss where a study asks for erosion and does not say how much",
)  # fmt: skip

LARGEST_T_HA = 500.0


def _arriving(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        raise wrong(value, f"0 to {LARGEST_T_HA:g} t/ha/yr", "soil that arrives is given as 'deposition_t_ha_yr'")
    return value


SoilLoss = Annotated[float, Number(0, LARGEST_T_HA, "t soil/ha/yr"), short_form(_arriving)]


class Deposited(Section):
    """Soil that arrives; what is not given is as in the field's own topsoil."""

    organic_carbon_percent: Annotated[float, Number(0, 60, "% of the mass")] | None = Field(
        default=None, description="organic carbon, % of the mass", json_schema_extra={"if_absent": "as in the topsoil"}
    )
    clay_percent: Annotated[float, Number(0, 100, "%")] | None = Field(
        default=None, description="clay, % of the mass", json_schema_extra={"if_absent": "as in the topsoil"}
    )
    silt_percent: Annotated[float, Number(0, 100, "%")] | None = Field(
        default=None, description="silt, % of the mass", json_schema_extra={"if_absent": "as in the topsoil"}
    )

    @model_validator(mode="after")
    def _texture(self) -> Deposited:
        if (self.clay_percent or 0.0) + (self.silt_percent or 0.0) > 100.0:
            raise broken("clay and silt together exceed 100 %", at=("silt_percent",))
        return self


class Erosion(Section):
    """Soil that leaves the field or arrives on it."""

    soil_t_ha_yr: SoilLoss | None = Field(
        default=None,
        description="soil that leaves, t/ha/yr",
        json_schema_extra={"if_absent": f"{TYPICAL_LOSS.value:g}, or none where soil arrives"},
    )
    enrichment: Annotated[float, Number(1, 5)] | None = Field(
        default=None,
        description="carbon per mass of eroded soil over that of the topsoil",
        json_schema_extra={"if_absent": "the model's"},
    )
    deposition_t_ha_yr: Annotated[float, Number(0, LARGEST_T_HA, "t soil/ha/yr")] = Field(
        default=0.0, description="soil that arrives, t/ha/yr"
    )
    deposited: Deposited = Field(
        default=Deposited(),
        description="what the soil is that arrives",
        json_schema_extra={"if_absent": "as the topsoil"},
    )
    below_organic_carbon_percent: Annotated[float, Number(0, 60, "% of the mass")] | None = Field(
        default=None,
        description="organic carbon of the soil below the last layer, which erosion brings up, % of the mass",
        json_schema_extra={"if_absent": "as in the last layer without erosion"},
    )
    practices: dict[str, SoilLoss] = Field(
        default={},
        description="soil that leaves under a practice, t/ha/yr, by its name in the results",
        json_schema_extra={"if_absent": "the plan's under all"},
    )

    @property
    def loss(self) -> float:
        """Soil that leaves under the plan, kg/m2/yr."""
        given = self.soil_t_ha_yr
        if given is None:
            given = 0.0 if self.deposition_t_ha_yr > 0.0 else TYPICAL_LOSS.value
        return given / MG_HA_PER_KG_M2

    @property
    def gain(self) -> float:
        """Soil that arrives, kg/m2/yr."""
        return self.deposition_t_ha_yr / MG_HA_PER_KG_M2


def eroding_model(written: StudyFile) -> ModelChoice:
    """Return the model with its slot `erosion` filled and its enrichment as the section says."""
    choice, given = written.model, written.erosion
    if given is None:
        return choice
    values = {} if given.enrichment is None else {ENRICHMENT: given.enrichment}
    return choice.model_copy(
        update={"slots": {**choice.slots, SLOT: ALTERNATIVE}, "parameters": {**choice.parameters, **values}}
    )


def erosion_problems(written: StudyFile, slots: dict[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Find what in a study file speaks against its section `erosion`; `slots` are the model's."""
    choice, given = written.model, written.erosion
    chosen = choice.slots.get(SLOT)
    if given is None:
        for i, period in enumerate(written.history):
            if period.erosion_t_ha_yr is not None and chosen != ALTERNATIVE:
                yield Problem(
                    ("history", i, "erosion_t_ha_yr"),
                    "is given, but the study has no erosion",
                    "add a section such as 'erosion: {soil_t_ha_yr: 10}'",
                )
        return
    if ALTERNATIVE not in slots.get(SLOT, ()):
        yield Problem((SLOT,), f"the model '{choice.name}' knows no erosion", "use 'model: whole_profile'")
    elif chosen is not None and chosen != ALTERNATIVE:
        yield Problem(
            ("model", "slots", SLOT),
            f"'{chosen}' stands against the section 'erosion'",
            f"leave this out (the section switches '{ALTERNATIVE}' on), or leave the section out",
        )
    if given.enrichment is not None and ENRICHMENT in choice.parameters:
        yield Problem((SLOT, "enrichment"), f"is given here and as the parameter '{ENRICHMENT}'", "give it once")


def unknown_practices(spec: StudySpec) -> Iterator[Problem]:
    """Find names under `erosion.practices` that no practice of the study has."""
    names = [one.name for one in spec.practices]
    for name in spec.erosion.practices if spec.erosion else ():
        if name not in names:
            listed = f"practices of this study are {', '.join(names)}" if names else "this study has no practices"
            yield unknown_name("practice", name, names, (SLOT, "practices", name), listed)


def past_losses(spec: StudySpec) -> list[float]:
    """Return the soil loss (kg/m2/yr) of each period of the past, oldest first; the plan's where none is told.

    A period of crops loses what the plan loses, one of permanent cover nothing, unless it says otherwise.
    """
    now = (spec.erosion or Erosion()).loss
    if not spec.history:
        return [now]
    losses = []
    for period in spec.history:
        told = period.erosion_t_ha_yr
        usual = 0.0 if period.land_use else now
        losses.append(usual if told is None else told / MG_HA_PER_KG_M2)
    return losses


def first_year(spec: StudySpec, name: str) -> int:
    """Return the year in which a practice begins."""
    parts = next(one.parts for one in spec.practices if one.name == name)
    return min(spec.years.start if part.year is None else part.year for part in parts)
