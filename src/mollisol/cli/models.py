"""`mollisol models`: the models, their pools, slots and processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mollisol.cli.output import number, say, table, to_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol models whole_profile")
    def models(
        name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List the models, or show one with its pools, slots, processes, equations and parameters."""
        if name is not None:
            from mollisol.models.registry import describe_processes

            one = describe_processes(name)
            say(to_json(one) if as_json else _full(one))
            return
        from mollisol.models.registry import CLASSICS, MODELS

        rows = [{"model": name, "what it is": about} for name, about in {**MODELS, **CLASSICS}.items()]
        say(to_json(rows) if as_json else table(rows))


def _full(one: Mapping[str, Any]) -> str:
    pools = [
        {"pool": pool.name, "phase": pool.phase, "C:N": pool.carbon_to_nitrogen, "what it is": pool.about}
        for pool in one["pools"]
    ]
    lines = [f"{one['name']}: {one['about']}", "", table(pools), "", "Slots (the first alternative is the default):"]
    for slot, alternatives in one["processes"].items():
        for at, (alternative, process) in enumerate(alternatives.items()):
            default = ", default" if at == 0 else ""
            lines += ["", f"{slot}: {alternative}{default}"]
            if process["parameters"] or process["equation"] != "-":
                lines += [f"  {process['about']}", f"  {process['equation']}"]
            lines += [
                f"    {key}: {number(declared.value)} {declared.unit if declared.unit != '1' else ''}".rstrip()
                + f" ({declared.lower:g} to {declared.upper:g}); {declared.source} ({declared.confidence})"
                for key, declared in process["parameters"].items()
            ]
    return "\n".join(lines)
