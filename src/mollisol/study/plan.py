"""What happens on the field, as written in the study file: crops, roots, tillage and amendments."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mollisol.study.fields import (
    Choice,
    Listed,
    Number,
    Section,
    Text,
    broken,
    short_form,
    wrong,
)

ROOT_KEYS: dict[str, tuple[str, ...]] = {
    "jackson": ("beta",),
    "exponential": ("e_fold_cm",),
    "logistic": ("d50_cm", "d95_cm"),
    "fan": ("d50_cm", "d95_cm", "deepest_cm"),
    "power_law": ("d50_cm", "exponent"),
    "table": ("depth_cm", "share"),
}
"""Shapes of the root profile and the keys that each takes; what is not given is the crop's own or a default."""

NO_TILLAGE = ("none", "no", "false", "no_till")


Month = Annotated[Annotated[int, Number(1, 12)] | None, short_form(lambda month: None if month == "harvest" else month)]
"""A month, 1-12, or `harvest` (None)."""


class Roots(Section):
    """Depth distribution of a crop's roots; `heavy_tailed` is another name of `power_law`."""

    kind: Annotated[
        str,
        Choice(tuple(ROOT_KEYS)),
        short_form(lambda kind: "power_law" if kind == "heavy_tailed" else kind),
    ] = Field(description="shape of the root profile")
    beta: Annotated[float, Number(0.7, 0.999)] | None = Field(default=None, description="Jackson's beta, per cm")
    e_fold_cm: Annotated[float, Number(2, 300, "cm")] | None = Field(default=None, description="depth of 1/e")
    d50_cm: Annotated[float, Number(2, 200, "cm")] | None = Field(default=None, description="half the roots above")
    d95_cm: Annotated[float, Number(5, 2000, "cm")] | None = Field(default=None, description="95 % of the roots above")
    deepest_cm: Annotated[float, Number(10, 1000, "cm")] | None = Field(default=None, description="deepest root")
    exponent: Annotated[float, Number(0.3, 10)] | None = Field(default=None, description="of the tail: roots ~ z^-a")
    depth_cm: (
        Annotated[tuple[Annotated[float, Number(0, 2000, "cm", above=True)], ...], Listed(1, 100, "depths in cm")]
        | None
    ) = Field(default=None, description="lower depths of the intervals of a table")
    share: Annotated[tuple[Annotated[float, Number(0, 1e9)], ...], Listed(1, 100, "amounts of roots")] | None = Field(
        default=None, description="roots in each interval of a table, any unit"
    )

    @model_validator(mode="after")
    def _fit(self) -> Roots:
        taken = ROOT_KEYS[self.kind]
        foreign = [key for key in self.model_fields_set - {"kind"} if key not in taken]
        if foreign:
            raise broken(
                f"'{sorted(foreign)[0]}' does not belong to roots of the kind '{self.kind}', "
                f"which take {', '.join(taken)}"
            )
        if self.kind == "table":
            depth, share = self.depth_cm or (), self.share or ()
            rising = all(upper < lower for upper, lower in pairwise(depth))
            if not depth or len(depth) != len(share) or not rising or sum(share) <= 0:
                raise broken(
                    "a root table needs 'depth_cm' that increases downwards and one 'share' for each depth, "
                    "not all zero"
                )
        if self.d50_cm is not None and self.d95_cm is not None and self.d95_cm <= self.d50_cm:
            raise broken(f"d95_cm ({self.d95_cm:g}) must lie below d50_cm ({self.d50_cm:g})")
        return self

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that were given, in m, by the names of `mollisol.plants.cumulative_roots`."""
        given: dict[str, Any] = {}
        for key in ROOT_KEYS[self.kind]:
            value = getattr(self, key)
            if value is None:
                continue
            if key.endswith("_cm"):
                value = tuple(v / 100.0 for v in value) if isinstance(value, tuple) else value / 100.0
            given[key.removesuffix("_cm")] = value
        return given


class Inputs(Section):
    """Carbon inputs given outright."""

    above_t_c_ha: Annotated[float, Number(0, 50, "t C/ha/yr")] = Field(
        description="carbon of residue left on the field, t C/ha/yr"
    )
    below_t_c_ha: Annotated[float, Number(0, 50, "t C/ha/yr")] = Field(
        description="carbon of roots and rhizodeposits, t C/ha/yr"
    )


class Constraints(Section):
    """What holds productivity below the climate's limit."""

    nutrients: Annotated[float, Number(0, 1)] | None = Field(
        default=None, description="supply of the scarcest nutrient over its demand, 0-1"
    )
    ph: Annotated[float, Number(3, 11)] | None = Field(default=None, description="pH of the topsoil in water")
    salinity_ds_m: Annotated[float, Number(0, 100, "dS/m")] | None = Field(
        default=None, description="electrical conductivity of the saturated paste, dS/m"
    )
    fire: Annotated[float, Number(0, 1)] | None = Field(
        default=None, description="fraction of the straw left on the field that is burned, 0-1"
    )


class CoverCrop(Section):
    """A cover crop sown after the main crop; a bare name stands for its default growth."""

    crop: Annotated[str, Text()] = Field(description="name of the cover crop")
    carbon_t_ha: Annotated[float, Number(0, 20, "t C/ha", above=True)] | None = Field(
        default=None,
        description="its whole growth above and below ground, t C/ha",
        json_schema_extra={"if_absent": "as in the practice cover_crop"},
    )


class CropEntry(Section):
    """One year of the rotation.

    How much grows is given in exactly one way: by `yield_t_ha` (market moisture) or `yield_dry_t_ha`, by
    `inputs`, or by `productivity: climate`.
    """

    crop: Annotated[str, Text()] = Field(description="name of the crop")
    yield_t_ha: Annotated[float, Number(0, 250, "t/ha at market moisture")] | None = Field(
        default=None, description="yield at market moisture, t/ha"
    )
    yield_dry_t_ha: Annotated[float, Number(0, 100, "t/ha of dry matter")] | None = Field(
        default=None, description="yield of dry matter, t/ha"
    )
    inputs: Inputs | None = Field(default=None, description="carbon inputs given outright")
    productivity: Annotated[Literal["climate"], Choice(("climate",))] | None = Field(
        default=None, description="'climate': growth from temperature and rain"
    )
    constraints: Constraints | None = Field(default=None, description="what holds climate-limited growth back")
    residue_removed: Annotated[float, Number(0, 1)] = Field(
        default=0.0, description="fraction of the straw that is taken off the field, 0-1"
    )
    cover_crop: Annotated[CoverCrop | None, short_form(lambda v: {"crop": v} if isinstance(v, str) else v)] = Field(
        default=None, description="cover crop after this crop"
    )
    roots: Roots | None = Field(
        default=None, description="depth distribution of roots", json_schema_extra={"if_absent": "the crop's own"}
    )

    @model_validator(mode="after")
    def _one_basis(self) -> CropEntry:
        ways = ("yield_t_ha", "yield_dry_t_ha", "inputs", "productivity")
        given = [key for key in ways if getattr(self, key) is not None]
        if len(given) != 1:
            told = " and ".join(f"'{key}'" for key in given) if given else "none"
            raise broken(f"exactly one of {', '.join(ways)} is needed, given {told}")
        if self.constraints is not None and self.productivity is None:
            raise broken("'constraints' need 'productivity: climate'", "a yield already holds what limits the growth")
        if self.inputs is not None and "residue_removed" in self.model_fields_set and self.residue_removed > 0:
            raise broken("'residue_removed' does not go with 'inputs'", "give in 'inputs' what stays on the field")
        return self


Rotation = Annotated[tuple[CropEntry, ...], Listed(1, 100, "crops")]
"""Crops in their order, one a year, repeated."""


class Tillage(Section):
    """Regular tillage."""

    depth_cm: Annotated[float, Number(0, 100, "cm", above=True)] = Field(description="depth, cm")
    every_years: Annotated[int, Number(1, 100, "years")] = Field(default=1, description="years between two passes")
    operation: Annotated[str, Text()] | None = Field(
        default=None, description="implement", json_schema_extra={"if_absent": "chosen by the depth"}
    )
    month: Month = Field(
        default=None, description="month, 1-12, or harvest", json_schema_extra={"if_absent": "harvest"}
    )


def _tillage(value: Any) -> Any:
    if value is False or (isinstance(value, str) and value.lower() in NO_TILLAGE):
        return None
    if isinstance(value, dict | Tillage) or value is None:
        return value
    raise wrong(value, "none, or a mapping such as {depth_cm: 20, every_years: 1}")


TillagePlan = Annotated[Tillage | None, short_form(_tillage)]
"""Regular tillage, or `none`."""

AMOUNT_KEYS = ("t_ha", "fresh_t_ha", "carbon_t_ha")
"""How an amount of an amendment may be given: dry matter, as spread, or its carbon."""


class Amendment(Section):
    """An amendment that the plan brings regularly; its amount is given in exactly one way."""

    amendment: Annotated[str, Text()] = Field(description="name of the amendment")
    t_ha: Annotated[float, Number(0, 500, "t/ha of dry matter", above=True)] | None = Field(
        default=None, description="dry matter, t/ha"
    )
    fresh_t_ha: Annotated[float, Number(0, 2000, "t/ha as spread", above=True)] | None = Field(
        default=None, description="fresh mass as spread, t/ha"
    )
    carbon_t_ha: Annotated[float, Number(0, 300, "t C/ha", above=True)] | None = Field(
        default=None, description="carbon, t C/ha"
    )
    every_years: Annotated[int, Number(1, 100, "years")] = Field(default=1, description="years between two")
    depth_cm: Annotated[tuple[Annotated[float, Number(0, 200, "cm")], ...], Listed(2, 2, "depths in cm")] | None = (
        Field(
            default=None,
            description="[upper, lower] depth it is put into, cm",
            json_schema_extra={"if_absent": "on the surface"},
        )
    )
    month: Month = Field(
        default=None, description="month, 1-12, or harvest", json_schema_extra={"if_absent": "harvest"}
    )

    @model_validator(mode="after")
    def _one_amount(self) -> Amendment:
        given = [key for key in AMOUNT_KEYS if getattr(self, key) is not None]
        if len(given) != 1:
            told = " and ".join(f"'{key}'" for key in given) if given else "none"
            raise broken(f"exactly one of {', '.join(AMOUNT_KEYS)} is needed, given {told}")
        if self.depth_cm is not None and self.depth_cm[0] >= self.depth_cm[1]:
            raise broken("the upper depth comes first", at=("depth_cm",))
        return self


Amendments = Annotated[tuple[Amendment, ...], Listed(0, 50, "amendments")]
"""Amendments of a plan."""
