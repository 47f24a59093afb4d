"""`mollisol practices`: what can be compared with the present plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.output import number, say, table, to_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol practices cover_crop")
    def practices(
        name: Annotated[
            str | None, typer.Argument(metavar="[NAME]", help="Show this one in full: a name, or a file NAME.yaml.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List the practices, or show one: how it works, its parameters, what speaks against it and what is known.

        Your own are listed where they lie in a folder 'practices' here. A driver happens to the field by itself.
        """
        from mollisol.practices import list_practices, load_practice, practice
        from mollisol.practices.library import own_practices

        if name is not None:
            own = name.endswith((".yaml", ".yml"))
            one = load_practice(name) if own else practice(name, Path.cwd())
            say(to_json(one) if as_json else _full(one))
            return
        found = [*list_practices(), *own_practices(Path.cwd())]
        known = [practice(one, Path.cwd()) for one in found]
        rows: list[dict[str, Any]] = [
            {
                "practice": one.name,
                "kind": "driver" if one.driver else "own" if at >= len(list_practices()) else "practice",
                "evidence": one.evidence.strength,
                "what it is": one.about,
            }
            for at, one in enumerate(known)
        ]
        if as_json:
            rows = [{**row, "parameters": list(one.parameters)} for row, one in zip(rows, known, strict=True)]
        say(to_json(rows) if as_json else table(rows))


def _full(one: Any) -> str:
    lines = [f"{one.name}: {one.about}", ""]
    if one.driver:
        lines += ["A driver: it happens to the field, whoever farms it, and is not ranked.", ""]
    done = ", ".join(dict.fromkeys(action for action, _ in one.actions))
    lines += [one.mechanism.strip(), "", f"Made of: {done}", "", "Parameters:"]
    for parameter in one.parameters.values():
        unit = "" if parameter.unit == "1" else f" {parameter.unit}"
        default = "not given" if parameter.value is None else f"{number(parameter.value)}{unit}"
        lines += [
            f"  {parameter.name}: {default}",
            f"    {parameter.about}; {_allowed(parameter)}{_drawn(parameter)}",
            f"    source: {parameter.source} ({parameter.confidence})",
        ]
    lines += [
        "  year: the first of the run",
        "    when it begins; a year of the run",
        "  until: not given",
        "    the last year in which it holds; a year of the run",
        "  area: 1",
        "    share of the field on which it is done; above 0 to 1",
        f"  label: {one.name}",
        "    its name in the results",
    ]
    for heading, sentences in (("Challenges", one.challenges), ("Risks", one.risks)):
        lines += ["", f"{heading}:", *(f"  - {sentence}" for sentence in sentences or ("none told",))]
    evidence = one.evidence
    lines += ["", f"Evidence: {evidence.strength}{'. ' if evidence.about else ''}{evidence.about}"]
    lines += [f"  - {source}" for source in evidence.sources]
    return "\n".join(lines)


def _drawn(parameter: Any) -> str:
    if parameter.kind == "chance":
        return "; each member of an ensemble draws whether it does"
    if not parameter.drawn:
        return ""
    spread = f", spread {parameter.spread:g}" if parameter.spread else ""
    return f"; {parameter.distribution}{spread} over the members of an ensemble, unless given"


def _allowed(parameter: Any) -> str:
    if parameter.kind == "month":
        return "1 to 12, or harvest"
    if parameter.kind == "name":
        return f"one of {', '.join(parameter.choices)}"
    if parameter.kind == "file":
        return "a climate table beside the study"
    if parameter.kind == "crops":
        return "a list of crops as in the study file"
    span = f"{parameter.lower:g} to {parameter.upper:g}"
    if parameter.kind == "months":
        span = f"one number or twelve, {span}"
    if parameter.instead_of:
        return f"{span}; takes the place of {' and '.join(parameter.instead_of)}"
    return f"[upper, lower], {span}" if parameter.kind == "depths" else span
