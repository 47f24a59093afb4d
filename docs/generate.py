"""Write the pages of `docs/reference/` from the code: parameters, processes, crops, practices, keys, variables.

`python docs/generate.py` writes them; with `--check` it writes nothing and fails where a page does not follow the code.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pages import KEY_NOTES, crop_page, parameter_pages, table, text

HEAD = "<!-- Made from the code by docs/generate.py: change the code, then run it. -->\n"
FOLDER = Path(__file__).parent / "reference"


def process_page() -> str:
    """Every slot of the default model: its alternatives, their equations and what they read."""
    from mollisol.models.whole_profile import POOLS
    from mollisol.processes import ALTERNATIVES, declared

    parts = [
        "# Pools, slots and processes of `whole_profile`\n",
        "The pools, in the order of the state. C:N is by mass; it is typical, and nothing is computed from it yet.\n",
        table(
            ("pool", "what it is made of", "moves with", "C:N", "counts as SOC"),
            (
                (f"`{p.name}`", p.about, p.phase, p.carbon_to_nitrogen, "yes" if p.counts_as_soc else "no")
                for p in POOLS
            ),
        ),
        "The slots stand in the order in which they fill the rates; the first alternative of each is the default. "
        "`activity`, `access`: see [the science](../science.md#decomposition).\n",
    ]
    for slot, alternatives in ALTERNATIVES.items():
        parts.append(f"## {slot}\n")
        for place, (name, process) in enumerate(alternatives.items()):
            one = declared(process)
            default = " (default)" if place == 0 else ""
            parts.append(f"**{name}**{default}: {one['about']}\n")
            if one["reads"]:
                parts.append(f"    {one['equation']}\n")
                parts.append("Reads " + ", ".join(f"`{item}`" for item in one["reads"]) + ".\n")
    return "\n".join(parts)


def practice_page() -> str:
    """Every practice with its parameters."""
    from mollisol.practices import list_practices, practice

    parts = ["# Practices\n"]
    for one in map(practice, list_practices()):
        parts += [f"## {one.name}\n", f"{one.about} {one.mechanism.strip()}\n"]
        if one.parameters:
            parts.append(
                table(
                    ("parameter", "default", "allowed", "unit", "what it is", "source", "confidence"),
                    (
                        (f"`{p.name}`", "not given" if p.value is None else p.value, _allowed_of(p), p.unit, p.about,
                         p.source, p.confidence)
                        for p in one.parameters.values()
                    ),
                )
            )  # fmt: skip
    parts.append(
        "Every practice also takes `year`, the first year in which it holds, `until`, the last, `area`, its share of "
        "the field, and `label`, its name in the results.\n"
    )
    return "\n".join(parts)


def _allowed_of(parameter: Any) -> str:
    if parameter.kind == "month":
        return "1 to 12, or harvest"
    if parameter.kind == "name":
        return ", ".join(parameter.choices)
    if parameter.kind in ("file", "crops"):
        return {"file": "a table beside the study", "crops": "a rotation, as in the study"}[parameter.kind]
    return f"{parameter.lower:g} to {parameter.upper:g}"


def amendment_page() -> str:
    """Amendments and tillage operations."""
    from mollisol.plants import AMENDMENTS, LITTER_POOLS, OPERATIONS

    return "\n".join(
        (
            "# Amendments and tillage operations\n",
            "## Amendments\n",
            "Dry matter in kg per kg fresh, carbon and lignin in kg per kg dry matter, C:N by mass; the share of the "
            "carbon that enters each pool.\n",
            table(
                ("amendment", "dry matter", "C", "C:N", "lignin", *LITTER_POOLS, "source"),
                (
                    (f"`{a.name}`: {a.about}", a.dry_matter, a.carbon, a.carbon_to_nitrogen, a.lignin, *a.split,
                     f"{a.source} ({a.confidence}); pools: {a.split_source} ({a.split_confidence})")
                    for a in AMENDMENTS.values()
                ),
            ),
            "## Tillage operations\n",
            "Usual depth and its range in m; share of each layer's soil that is mixed, of the surface residue that is "
            "buried, and of the physical protection that is broken.\n",
            table(
                ("operation", "depth", "from", "to", "mixing", "burial", "breakage", "source", "confidence"),
                (
                    (f"`{o.name}`: {o.about}", o.depth, o.depth_lower, o.depth_upper, o.mixing, o.burial, o.breakage,
                     o.source, o.confidence)
                    for o in OPERATIONS.values()
                ),
            ),
        )
    )  # fmt: skip


def variable_page() -> str:
    """The variables of result.nc."""
    from mollisol.units import VARIABLES

    rows = []
    for one in VARIABLES.values():
        low = "" if one.lower is None else f"from {one.lower:g}"
        high = "" if one.upper is None else f" to {one.upper:g}"
        about = one.about + (f" CF standard name `{one.standard_name}`." if one.standard_name else "")
        rows.append((f"`{one.name}`", one.long_name, one.unit, ", ".join(one.dimensions), f"{low}{high}", about))
    heading = ("variable", "long name", "unit", "dimensions", "valid range", "definition")
    return "# Variables of result.nc\n\n" + table(heading, rows)


def column_page() -> str:
    """The columns of the profile table and of the climate table."""
    from mollisol.climate.columns import COLUMNS
    from mollisol.soil.columns import NUMERIC

    return "\n".join(
        (
            "# Columns of the input tables\n",
            "## Profile table\n",
            "A value outside the range is refused. `organic_carbon_g_kg` may stand in place of "
            "`organic_carbon_percent`; `profile_id` and `source` are text.\n",
            table(
                ("column", "unit", "from", "to", "what it is", "where a value is refused"),
                ((f"`{c.name}`", c.unit, c.lower, c.upper, c.about, c.remedy) for c in NUMERIC.values()),
            ),
            "## Climate table\n",
            "`date`, or `month` (1-12) for a climatology, comes first. Ranges of totals are per day.\n",
            table(
                ("column", "required", "is", "from", "to", "where a value is refused", "names in NetCDF"),
                (
                    (f"`{c.name}`", "yes" if c.required else "no", "total" if c.total else "mean", c.lower, c.upper,
                     c.hint, ", ".join((*c.standard_names, *c.aliases)))
                    for c in COLUMNS
                ),
            ),
        )
    )  # fmt: skip


def key_page() -> str:
    """Every key of the study file, from its schema."""
    from mollisol.study import erosion, plan, schema, soil_section

    sections: list[tuple[str, Any]] = [
        ("The file", schema.StudyFile), ("site", schema.Site), ("years", schema.Years), ("crops", plan.CropEntry),
        ("inputs of a crop", plan.Inputs), ("constraints of a crop", plan.Constraints), ("roots of a crop", plan.Roots),
        ("cover_crop of a crop", plan.CoverCrop), ("tillage", plan.Tillage), ("amendments", plan.Amendment),
        ("soil", soil_section.SoilSection),
        ("erosion", erosion.Erosion), ("deposited of erosion", erosion.Deposited),
        ("history", schema.Period), ("practices", schema.PracticePart), ("output", schema.Output),
    ]  # fmt: skip
    parts = ["# Keys of the study file\n", "What the keys are for, with examples: [the study file](../study.md).\n"]
    for title, model in sections:
        rows = []
        for name, field in model.model_fields.items():
            extra = field.json_schema_extra or {}
            absent = "required" if field.is_required() else extra.get("if_absent", _shown(field.default))
            rows.append((f"`{field.alias or name}`", field.description or "", _allowed(field), absent))
        parts += [f"## {title}\n", table(("key", "what it is", "allowed", "if absent"), rows)]
        if title in KEY_NOTES:
            parts.append(KEY_NOTES[title] + "\n")
    return "\n".join(parts)


def _allowed(field: Any) -> str:
    found = _words(field.metadata, field.annotation)
    return " or ".join(dict.fromkeys(found))


def _words(metadata: Iterable[Any], annotation: Any) -> list[str]:
    """Say what the checks of a type allow; the outermost check that speaks is enough."""
    from mollisol.study import fields

    for check in metadata:
        if isinstance(check, fields.Number):
            return [check.allowed(annotation is int)]
        if isinstance(check, fields.Choice):
            return [", ".join(f"`{word}`" for word in check.words)]
        if isinstance(check, fields.Text):
            return ["text"]
        if isinstance(check, fields.Flag):
            return ["true, false"]
        if isinstance(check, fields.Listed):
            return [f"a list of {check.lower} to {check.upper} {check.of}"]
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *checks = typing.get_args(annotation)
        return _words(checks, inner)
    if origin in (typing.Union, types.UnionType):
        return [word for part in typing.get_args(annotation) for word in _words((), part)]
    return ["a mapping"] if isinstance(annotation, type) and hasattr(annotation, "model_fields") else []


def _shown(default: Any) -> str:
    if default is None or default == ():
        return "none"
    if hasattr(default, "model_dump"):
        given = default.model_dump()
        return str(given.get("name", ", ".join(f"{key}: {text(value)}" for key, value in given.items())))
    return text(default)


PAGES: Mapping[str, Callable[[], str]] = {
    "processes.md": process_page,
    "practices.md": practice_page,
    "crops.md": crop_page,
    "amendments.md": amendment_page,
    "variables.md": variable_page,
    "columns.md": column_page,
    "study-keys.md": key_page,
    **parameter_pages(),
}


def main(check: bool) -> int:
    """Write the pages, or compare them with the code."""
    stale = []
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        wanted, path = HEAD + make().rstrip() + "\n", FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == wanted:
            continue
        stale.append(name)
        if not check:
            path.write_text(wanted, encoding="utf-8")
    left_over = sorted({path.name for path in FOLDER.glob("*.md")} - set(PAGES))
    for name in left_over:
        print(f"docs/reference/{name} is made from nothing: remove it", file=sys.stderr)
    if check and stale:
        print(f"docs/reference: {', '.join(stale)} differ from the code; run 'make docs'", file=sys.stderr)
    return int(bool(left_over) or (check and bool(stale)))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
