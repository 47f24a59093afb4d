"""`mollisol version`: versions of the program and of what its results depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Annotated

import typer

from mollisol import __version__
from mollisol.cli.output import say, to_json

LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "xarray", "h5netcdf", "pandas", "pyarrow", "duckdb", "pydantic")


def versions() -> dict[str, str]:
    """Return the versions by name, read from the installation without importing anything."""
    found = {"mollisol": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol version --json")
    def version(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
        """Show the versions of the program and of what its results depend on."""
        found = versions()
        say(to_json(found) if as_json else "\n".join(f"{name} {number}" for name, number in found.items()))
