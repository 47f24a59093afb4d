"""How long it takes to begin: the command's help, compilation with an empty and a full cache, the demo."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import REPEATS, Figure, job, process

COMMAND = str(Path(sys.executable).with_name("mollisol"))
DEMOS = 3


def first_run() -> dict[str, Any]:
    """Import, first and second run of one column for a year: the difference of the two is compilation."""
    begin = time.perf_counter()
    from benchmarks.system import make_system
    from mollisol.column.tiles import simulate

    system = make_system(1)
    ready = time.perf_counter()
    simulate(system.model, system.setup, system.state, 1)
    first = time.perf_counter()
    simulate(system.model, system.setup, system.state, 1)
    second = time.perf_counter()
    return {"compile": (first - ready) - (second - first), "whole": first - begin}


def figures() -> list[Figure]:
    """Times of start; medians, but for the cold cache."""
    found = []
    asked = [process(COMMAND, "--help")[0] for _ in range(REPEATS)]
    found.append(Figure("mollisol --help", statistics.median(asked), "s", 0.3, True))
    with tempfile.TemporaryDirectory() as cache:
        cold = job("start", environment={"MOLLISOL_CACHE": cache})
        warm = [job("start", environment={"MOLLISOL_CACHE": cache}) for _ in range(REPEATS)]
        found += [
            Figure("compilation of a run, empty cache", cold["compile"], "s"),
            Figure("compilation of a run, from the cache", statistics.median(one["compile"] for one in warm), "s"),
            Figure(
                "from nothing to the first result, from the cache", statistics.median(one["whole"] for one in warm),
                "s", 3.0, True, "import, arrays, one column for a year",
            ),
        ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        environment = {"MOLLISOL_CACHE": f"{folder}/cache"}

        def demo() -> float:
            return process(COMMAND, "demo", "--members", "50", "-o", f"{folder}/demo", environment=environment)[0]

        found.append(Figure("mollisol demo, 50 members, empty cache", demo(), "s", 30.0, True))
        found.append(
            Figure(
                "mollisol demo, 50 members, from the cache", statistics.median(demo() for _ in range(DEMOS)), "s",
                30.0, True,
            )
        )  # fmt: skip
    return found


if __name__ == "__main__":
    print(json.dumps(first_run()))
