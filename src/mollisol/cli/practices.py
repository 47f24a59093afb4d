"""`mollisol practices`: what can be compared with the present plan."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mollisol.cli.output import number, say, table, to_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol practices cover_crop")
    def practices(
        name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List the practices, or show one with its parameters, their defaults, ranges and sources."""
        from mollisol.practices import list_practices, practice

        if name is not None:
            one = practice(name)
            say(to_json(one) if as_json else _full(one))
            return
        rows = [
            {"practice": one.name, "parameters": list(one.parameters), "what it is": one.about}
            for one in map(practice, list_practices())
        ]
        say(to_json(rows) if as_json else table(rows))


def _full(one: Any) -> str:
    lines = [f"{one.name}: {one.about}", "", one.mechanism.strip(), "", "Parameters:"]
    for parameter in one.parameters.values():
        unit = "" if parameter.unit == "1" else f" {parameter.unit}"
        default = "not given" if parameter.value is None else f"{number(parameter.value)}{unit}"
        lines += [
            f"  {parameter.name}: {default}",
            f"    {parameter.about}; {_allowed(parameter)}",
            f"    source: {parameter.source} ({parameter.confidence})",
        ]
    lines += [
        "  year: the first of the run",
        "    when it begins; a year of the run",
        f"  label: {one.name}",
        "    its name in the results",
    ]
    return "\n".join(lines)


def _allowed(parameter: Any) -> str:
    if parameter.kind == "month":
        return "1 to 12, or harvest"
    if parameter.kind == "name":
        return f"one of {', '.join(parameter.choices)}"
    span = f"{parameter.lower:g} to {parameter.upper:g}"
    if parameter.instead_of:
        return f"{span}; takes the place of {' and '.join(parameter.instead_of)}"
    return f"[upper, lower], {span}" if parameter.kind == "depths" else span
