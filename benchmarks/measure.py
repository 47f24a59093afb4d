"""Timing, memory of a separate process, and what a figure is told with."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 5


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes
    ----------
    name, value, unit : what was measured; a median where it is a time.
    target : what is wanted, None where nothing is.
    most : whether the target is an upper bound (else a lower one).
    note : under what conditions.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    most: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met."""
        if self.target is None:
            return None
        return self.value <= self.target if self.most else self.value >= self.target


def timed(run: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, float]:
    """Return the medians of the seconds and of the CPU seconds of a function that has run before."""
    taken, worked = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        run()
        taken.append(time.perf_counter() - start)
        worked.append(time.process_time() - busy)
    return statistics.median(taken), statistics.median(worked)


def median_seconds(run: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the median of some timings of a function; what it compiles should have been compiled before."""
    return timed(run, repeats)[0]


def process(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run a command to its end; return its seconds and what it printed. A failure is an error with its message."""
    start = time.perf_counter()
    done = subprocess.run(
        arguments, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed ({done.returncode}):\n{done.stderr[-2000:]}")
    return seconds, done.stdout


def job(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a module of this package in a process of its own and return the JSON of its last line."""
    _, printed = process(sys.executable, "-m", f"benchmarks.{module}", *arguments, environment=environment)
    found: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return found


def peak_gigabytes() -> float:
    """Largest resident memory of this process so far, GB."""
    # On Linux getrusage's maximum counts what the parent held before exec; the kernel's own mark starts anew.
    status = Path("/proc/self/status")
    if status.is_file():
        mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(mark.split()[1]) * 1024 / 1e9
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e9 if sys.platform == "darwin" else peak * 1024 / 1e9


def conditions() -> dict[str, Any]:
    """What the figures were measured on: commit, machine, versions, and how busy it was."""
    from importlib.metadata import version

    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    model = platform.processor()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        names = [line.split(":")[1].strip() for line in cpus.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    return {
        "commit": commit or "unknown",
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {model}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "jax": version("jax"),
        "numpy": version("numpy"),
    }
