"""Checks of single values: each says what was given, what is allowed and the nearest known name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from mollisol.units import nearest

MAX_TEXT = 200
"""Longest name or label, characters."""


def show(value: object) -> str:
    """Write a given value for a message, shortened to one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value[:60]}...'" if len(value) > 60 else f"'{value}'"
    if isinstance(value, dict):
        return "a mapping (keys with values)"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else str(value)


def wrong(value: object, allowed: str, remedy: str | None = None) -> PydanticCustomError:
    """Make the error of a value that is not allowed."""
    context = {"text": f"given {show(value)}, allowed is {allowed}", "remedy": remedy}
    return PydanticCustomError("study", "{text}", context)


def broken(text: str, remedy: str | None = None, at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """Make the error of a rule between keys; `at` is the path, inside the section, of the key to blame."""
    return PydanticCustomError("study", "{text}", {"text": text, "remedy": remedy, "at": at})


@dataclass(frozen=True)
class Number:
    """A number from `lower` to `upper` in `unit`; on an `int` field a whole number.

    `above` leaves the lower bound itself out.
    """

    lower: float
    upper: float
    unit: str = ""
    above: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the value before pydantic sees it; text such as '9.0' is not a number."""
        whole = source is int

        def check(value: Any) -> Any:
            allowed = self.allowed(whole)
            kinds = int if whole else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise wrong(value, allowed)
            low = value > self.lower if self.above else value >= self.lower
            if not (math.isfinite(value) and low and value <= self.upper):
                raise wrong(value, allowed)
            return value if whole else float(value)

        return core_schema.no_info_before_validator_function(check, handler(source))

    def allowed(self, whole: bool) -> str:
        """Say what is allowed."""
        kind = "a whole number" if whole else "a number"
        start = f"above {self.lower:g} and up to" if self.above else f"from {self.lower:g} to"
        return f"{kind} {start} {self.upper:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the word and suggest the nearest."""

        def check(value: Any) -> Any:
            if not isinstance(value, str) or value not in self.words:
                close = nearest(value, self.words) if isinstance(value, str) else None
                raise wrong(value, " | ".join(self.words), f"did you mean '{close}'?" if close else None)
            return value

        return core_schema.no_info_before_validator_function(check, handler(source))


@dataclass(frozen=True)
class Text:
    """One line of text of 1 to `MAX_TEXT` characters."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check length and characters; surrounding blanks are taken off."""

        def check(value: Any) -> Any:
            if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT or not value.isprintable():
                raise wrong(value, f"one line of text of 1 to {MAX_TEXT} characters")
            return value.strip()

        return core_schema.no_info_before_validator_function(check, handler(source))


@dataclass(frozen=True)
class Flag:
    """true or false (yes and no are understood)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept booleans and the two words."""

        def check(value: Any) -> Any:
            words = {"yes": True, "no": False}
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.lower() in words:
                return words[value.lower()]
            raise wrong(value, "true | false")

        return core_schema.no_info_before_validator_function(check, handler(source))


@dataclass(frozen=True)
class Listed:
    """A list of `lower` to `upper` entries, kept as a tuple."""

    lower: int
    upper: int
    of: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check that it is a list of the right length."""

        def check(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise wrong(value, f"a list of {self.of}", "begin each entry with '- '")
            if not self.lower <= len(value) <= self.upper:
                raise broken(f"has {len(value)} entries, allowed is a list of {self.lower} to {self.upper} {self.of}")
            return tuple(value)

        return core_schema.no_info_before_validator_function(check, handler(source))


def short_form(write_out: Callable[[Any], Any]) -> BeforeValidator:
    """Accept a shorthand: `write_out` turns it into the full form and passes everything else on."""
    return BeforeValidator(write_out)


class Section(BaseModel):
    """A mapping of the study file: frozen, with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, value: Any) -> Any:
        if isinstance(value, cls):
            return value
        keys = cls.known_keys()
        if not isinstance(value, dict):
            raise wrong(value, f"a mapping with the keys {', '.join(keys)}")
        open_ended = cls.model_config.get("extra") == "allow"
        unknown = [key for key in value if key not in keys and not open_ended]
        needed = [field.alias or name for name, field in cls.model_fields.items() if field.is_required()]
        missing = [key for key in needed if key not in value]
        if unknown or missing:
            raise PydanticCustomError(
                "study_keys",
                "unknown {unknown}, missing {missing}",
                {
                    "unknown": unknown,
                    "missing": {key: cls.about(key) for key in missing},
                    "keys": {key: cls.about(key) for key in keys},
                },
            )
        return value

    @classmethod
    def known_keys(cls) -> list[str]:
        """Return the keys as a user writes them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def about(cls, key: str) -> str:
        """Return what a key means."""
        for name, field in cls.model_fields.items():
            if key in (name, field.alias):
                return field.description or ""
        return ""


def unit_free(key: str) -> str:
    """Return the part of a key before its unit: `yield` of `yield_t_ha`, `depth` of `depth_cm`.

    Examples
    --------
    >>> unit_free("yield_kg_ha"), unit_free("salinity_ds_m"), unit_free("name")
    ('yield', 'salinity', 'name')
    """
    return re.sub(r"(_(t|kg|g|mg|lb|bu|ac|acre|c|ha|m2|m|cm|mm|in|ft|ds|deg|degrees|percent|years?))+$", "", key)


def explain_unknown(key: str, known: Sequence[str]) -> str | None:
    """Return the known key that was probably meant: the same quantity in another unit, or the nearest name."""
    same = [name for name in known if unit_free(name) == unit_free(key) and name != unit_free(name)]
    return same[0] if same else nearest(key, known)
