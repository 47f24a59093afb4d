"""Entry point of the command `mollisol`: exit codes and messages.

0 = done, 1 = the run failed, 2 = the input is wrong, 130 = interrupted, 143 = asked to stop. A user's mistake
prints one message to the standard error, never a traceback.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import typer

from mollisol.cli.output import ReaderGone, warn
from mollisol.units import MollisolError

# typer carries a click of its own or uses the installed one, by version; its public error leads to the right base.
_UsageError: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

INTERRUPTED = 130
"""Exit code after Ctrl-C, which typer or Python reports."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : instead of the process's own.
    """
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from mollisol.cli.commands import app

    try:
        outcome = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except MollisolError as error:
        warn(f"Error: {error}")
        return error.exit_code
    except typer.Exit as leave:
        return leave.exit_code
    except _UsageError as error:
        error.show()
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        outcome = INTERRUPTED
    except ReaderGone:
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        warn(f"Error: {place}{error.strerror or error}")
        return 1
    if outcome == INTERRUPTED:
        warn("Interrupted.")
    return outcome if isinstance(outcome, int) else 0


def _stop(number: int, frame: FrameType | None) -> None:
    """Turn a request to stop into an exception, so that temporary files are removed."""
    raise SystemExit(128 + number)
