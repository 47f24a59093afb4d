"""Largest memory of long and wide runs, each in a process of its own (`python -m benchmarks.memory run | gradient`)."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from benchmarks.measure import Figure, job, peak_gigabytes

COLUMNS, YEARS = 10_000, 100
GRADIENT_COLUMNS, GRADIENT_YEARS = 256, 50


def long_run() -> dict[str, Any]:
    """10,000 columns for 100 years, with yearly SOC, input and respiration by layer."""
    from benchmarks.system import make_system
    from mollisol.column.tiles import simulate

    system = make_system(COLUMNS)
    before = peak_gigabytes()
    start = time.perf_counter()
    _, annual = simulate(system.model, system.setup, system.state, YEARS, keep_pools=False)
    kept = sum(array.nbytes for array in annual if array is not None) / 1e9
    return {
        "peak": peak_gigabytes(), "before": before, "results": kept, "seconds": time.perf_counter() - start,
        "residual": float(annual.residual.max()),
    }  # fmt: skip


def gradient() -> dict[str, Any]:
    """Gradient of the final SOC of 256 columns after 50 years by every parameter of the model."""
    from mollisol.column import configure
    from mollisol.column.tiles import DEFAULT_STEPS

    configure()
    import jax
    import numpy as np

    from benchmarks.system import make_system
    from mollisol.column.simulate import simulate_years

    system = make_system(GRADIENT_COLUMNS)

    def total(model: Any, setup: Any, state: Any) -> Any:
        _, annual = simulate_years(model, setup, state, 0, GRADIENT_YEARS, DEFAULT_STEPS, False)
        return annual.soc[-1].sum()

    model = jax.tree_util.tree_map(lambda leaf: np.float64(leaf), system.model)
    before = peak_gigabytes()
    slope = jax.jit(jax.grad(total))
    jax.block_until_ready(slope(model, system.setup, system.state))
    start = time.perf_counter()
    leaves = jax.tree_util.tree_leaves(jax.block_until_ready(slope(model, system.setup, system.state)))
    seconds = time.perf_counter() - start
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise RuntimeError("the gradient is not finite")
    return {"peak": peak_gigabytes(), "before": before, "seconds": seconds, "parameters": len(leaves)}


def figures() -> list[Figure]:
    """Peak memory of both."""
    long, slope = job("memory", "run"), job("memory", "gradient")
    return [
        Figure(
            f"peak memory, {COLUMNS:,} columns x {YEARS} years", long["peak"], "GB", 2.0, True,
            f"yearly soc, input and respiration by layer: {long['results']:.2f} GB of results; {long['before']:.2f} GB "
            f"before the run; {long['seconds']:.0f} s",
        ),
        Figure(
            f"peak memory, gradient, {GRADIENT_COLUMNS} columns x {GRADIENT_YEARS} years", slope["peak"], "GB",
            note=f"by {slope['parameters']} parameters, {slope['before']:.2f} GB before; {slope['seconds']:.1f} s",
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({"run": long_run, "gradient": gradient}[sys.argv[1]]()))
