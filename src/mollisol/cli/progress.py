"""A progress bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0-1."""


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Report | None]:
    """Give a function that moves a bar on the standard error; None where nobody watches.

    Parameters
    ----------
    quiet : show nothing on a terminal either.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("reading", total=1.0)

        def report(what: str, done: float) -> None:
            # rich reads [square brackets] as mark-up, and a label may hold them.
            bar.update(task, description=what.replace("[", "\\["), completed=min(max(done, 0.0), 1.0))

        yield report
