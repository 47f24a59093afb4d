"""The section `isotopes` of a study: the air that its plants breathe, and the 13C of what enters the soil."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mollisol.clocks.air import DEFAULT_FUTURE, SCENARIOS, ZONES, zone_of
from mollisol.study.fields import Choice, Number, Section, short_form, wrong
from mollisol.study.problems import Problem, unknown_name

if TYPE_CHECKING:
    from mollisol.clocks import Air
    from mollisol.study.schema import StudyFile, StudySpec


def _measured(value: Any) -> Any:
    if isinstance(value, bool):
        return {} if value else None
    if value is not None and not isinstance(value, dict):
        raise wrong(value, "true | false | delta13C in permil by crop, amendment or land use, as {maize: -12.1}")
    return value


class Isotopes(Section):
    """What is known of the isotopes of carbon at the site."""

    zone: Annotated[str, Choice(tuple(ZONES))] | None = Field(
        default=None,
        description="zone of the air's radiocarbon after the bomb",
        json_schema_extra={"if_absent": "by latitude"},
    )
    future: Annotated[str, Choice(tuple(SCENARIOS))] = Field(
        default=DEFAULT_FUTURE, description="scenario of the air's radiocarbon after the last observation"
    )
    carbon13: Annotated[
        dict[str, Annotated[float, Number(-60, 10, "permil")]] | None,
        short_form(_measured),
    ] = Field(
        default=None,
        description="true adds `delta13c` to the results, with the 13C of C3 and C4 plants; measured values by crop, "
        "amendment or land use come before these",
        json_schema_extra={"if_absent": "left out"},
    )


@dataclass(frozen=True)
class Labels:
    """What the tracers of a study's carbon are.

    Attributes
    ----------
    air : whose radiocarbon plants take up.
    carbon13 : measured delta13C (permil) by crop, amendment or land use; None where 13C is not followed.
    """

    air: Air
    carbon13: Mapping[str, float] | None = None


def labels_of(spec: StudySpec) -> Labels:
    """Return the labels of a checked study."""
    from mollisol.clocks import Air

    given = spec.isotopes
    return Labels(Air(given.zone or zone_of(spec.site.latitude), given.future), given.carbon13)


def unknown_labels(written: StudyFile) -> Iterator[Problem]:
    """Find measured 13C of what does not exist."""
    from mollisol.study import registry

    known = [*registry.crop_names(), *registry.amendment_names(), *registry.land_uses()]
    listing = f"known are {', '.join(known)}"
    for name in written.isotopes.carbon13 or {}:
        if name not in known:
            where = ("isotopes", "carbon13", name)
            yield unknown_name("crop, amendment or land use", name, known, where, listing)
