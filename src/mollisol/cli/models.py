"""`mollisol models`: the models, their pools, slots and processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol models whole_profile")
    def models(
        name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List the models, or show one with its pools, slots, processes, equations and parameters."""
        from mollisol.models import MODELS, describe_model

        if name is not None:
            one = describe_model(name)
            say(to_json(one) if as_json else _full(one))
            return
        rows = [{"model": one["name"], "what it is": one["about"]} for one in map(describe_model, MODELS)]
        say(to_json(rows) if as_json else table(rows))


def _full(one: Mapping[str, Any]) -> str:
    return f"{one['name']}: {one['about']}"
