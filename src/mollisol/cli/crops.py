"""`mollisol crops`: the crops and land covers that a study can name."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from mollisol.cli.output import say, table, to_json

HEADINGS = {
    "moisture": "moisture kg/kg",
    "carbon": "C kg/kg",
    "product": "product",
    "straw": "straw",
    "root": "root",
    "rhizodeposit": "rhizodeposit",
    "root_d50": "d50 m",
    "root_d95": "d95 m",
}


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol crops maize")
    def crops(
        name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List the crops: market moisture, shares of the productivity, depth of roots; or show one in full."""
        from mollisol.plants import CROPS, crop

        if name is not None:
            one = crop(name)
            say(to_json(one) if as_json else _full(one))
        elif as_json:
            say(to_json(list(CROPS.values())))
        else:
            columns = ("name", "group", *HEADINGS, "about")
            say(table([{key: getattr(one, key) for key in columns} for one in CROPS.values()], HEADINGS))


def _full(one: Any) -> str:
    lines = [f"{one.name}: {one.about}", ""]
    figures = [
        {"figure": field.name, "value": getattr(one, field.name)}
        for field in dataclasses.fields(one)
        if field.name not in ("name", "about", "sources", "cover_crop")
    ]
    if one.cover_crop is not None:
        figures += [
            {"figure": f"cover_crop.{field.name}", "value": getattr(one.cover_crop, field.name)}
            for field in dataclasses.fields(one.cover_crop)
        ]
    sources = [
        {"figures": group, "source": f"{source.text} ({source.confidence})"} for group, source in one.sources.items()
    ]
    return "\n".join([*lines, table(figures), "", table(sources)])
