"""How long `mollisol compare --all` takes on the demo study, and how much memory: the whole library, 50 members."""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, Figure

COMMAND = str(Path(sys.executable).with_name("mollisol"))
STUDY = ROOT / "src" / "mollisol" / "examples" / "demo" / "study.yaml"
WARM = 3
LIMIT, MEMORY = 60.0, 8.0


def compared(folder: str) -> tuple[float, float, float]:
    """Run the command once; return its seconds, its CPU seconds and its largest memory in GB."""
    arguments = [COMMAND, "compare", str(STUDY), "--all", "-q", "-o", f"{folder}/comparison"]
    start = time.perf_counter()
    running = subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, "MOLLISOL_CACHE": f"{folder}/cache"})
    _, status, used = os.wait4(running.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(arguments)} failed")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def figures() -> list[Figure]:
    """Time and memory, with programs compiled before and without."""
    with tempfile.TemporaryDirectory() as folder:
        cold = compared(folder)
        warm = [compared(folder) for _ in range(WARM)]
        practices = _practices(folder)
    seconds, cpu, memory = (statistics.median(one) for one in zip(*warm, strict=True))
    what = f"mollisol compare --all, demo study, {practices} practices, 50 members, 51 years"
    return [
        Figure(f"{what}, from the cache", seconds, "s", LIMIT, True, f"{cpu:.0f} s of CPU"),
        Figure("the same, empty cache", cold[0], "s", note=f"{cold[1]:.0f} s of CPU"),
        Figure("peak memory of the same", max(memory, cold[2]), "GB", MEMORY, True),
    ]


def _practices(folder: str) -> int:
    """Return how many practices a comparison is of, from its table."""
    with Path(folder, "comparison", "compare.csv").open(encoding="utf-8", newline="") as file:
        return len({row["practice"] for row in csv.DictReader(file)})
