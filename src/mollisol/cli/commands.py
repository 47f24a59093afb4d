"""The commands by name. Each imports the rooms that it needs when it runs."""

from __future__ import annotations

import typer

from mollisol.cli import (
    archive,
    calibrate,
    climate,
    clocks,
    compare,
    crops,
    demo,
    figure1,
    models,
    practices,
    profile,
    run,
    sensitivity,
    validate,
    version,
)

WIDE = 10_000
"""Columns of the help where no terminal sets them: wide enough that nothing is wrapped."""


def _context() -> dict[str, object]:
    import sys

    settings: dict[str, object] = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
    if not sys.stdout.isatty():
        settings |= {"terminal_width": WIDE, "max_content_width": WIDE}
    return settings


app = typer.Typer(
    name="mollisol",
    help="Simulate the carbon of a whole soil profile and compare the practices that store it.",
    epilog="Example:  mollisol demo -o demo-output",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_context(),
)
for _module in (demo, run, compare, clocks, practices, crops, models):
    _module.add_to(app)
app.add_typer(profile.app, name="profile")
app.add_typer(archive.app, name="archive")
app.add_typer(climate.app, name="climate")
for _module in (calibrate, sensitivity, figure1, validate, version):
    _module.add_to(app)
