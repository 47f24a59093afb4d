"""Simulation-based calibration at length: known parameters found again, and ranks of truths among posterior draws."""

from __future__ import annotations

import importlib
import sys
import time

from benchmarks.measure import ROOT, Figure

TRIALS = 300
FITTED = 4
"""Parameters of the model among the axes; the others say how sites differ."""


def figures(trials: int = TRIALS) -> list[Figure]:
    """Least share of truths in their 90 % intervals over the parameters, and least p-value of uniform ranks."""
    from scipy.stats import kstest

    from mollisol.evidence.recovery import recover

    sys.path.insert(0, str(ROOT / "tests"))
    joint = importlib.import_module("evidence_cases").small_joint()
    start = time.perf_counter()
    found = recover(joint, trials)
    note = f"{trials} trials, {FITTED} parameters, {(time.perf_counter() - start) / trials:.1f} s a trial"
    inside = {share: found.inside(share)[:, :FITTED].mean(axis=0) for share in (0.9, 0.5)}
    uniform = min(float(kstest(found.rank[:, axis], "uniform").pvalue) for axis in range(FITTED))
    return [
        Figure(
            "truths in their 90 % intervals, least of the parameters", float(inside[0.9].min()), "1", 0.85, note=note
        ),
        Figure("truths in their 50 % intervals, mean of the parameters", float(inside[0.5].mean()), "1", note=note),
        Figure("ranks of truths are uniform, least p-value", uniform, "1", 0.001, note=note),
    ]
