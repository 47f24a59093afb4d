"""Risk flags: whether a practice makes a harm more or less probable than under the baseline.

-1 is less, 0 as before, +1 more; the range says how sure that is. Where practices act together the strongest flag
counts, and one that raises a risk goes before one that lowers it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np

from mollisol.practices.tradeoffs.band import Band, Range, activity, not_known, together, unknown, with_mean
from mollisol.practices.tradeoffs.case import Case

RISKS: Mapping[str, str] = {
    "bulk_density": "denser soil",
    "subsoil_structure": "harm to the subsoil's structure",
    "waterlogging": "waterlogging",
    "phosphorus_fixation": "phosphorus fixation",
    "invasive_earthworms": "invasive earthworms",
    "contaminants": "contaminants",
}
"""The flags, and what they warn of; contaminants are metals and the like, brought with material."""


@cache
def risk_table() -> Mapping[str, Mapping[str, Range]]:
    """Return the flags of every practice of the table `risks.csv`, by practice and risk.

    A cell is a number, or low|best|high, or ? for what is not known.
    """
    text = (resources.files("mollisol.practices.tradeoffs") / "risks.csv").read_text("utf-8")
    found: dict[str, dict[str, Range]] = {}
    for row in csv.DictReader(text.splitlines()):
        source, confidence = row["source"], row["confidence"]
        flags = {}
        for risk in RISKS:
            if row[risk] == "?":
                flags[risk] = not_known(row["about"])
                continue
            ends = [float(part) for part in row[risk].split("|")]
            low, best, high = ends if len(ends) == 3 else ends * 3
            flags[risk] = Range(low, best, high, source, confidence)
        found[row["practice"]] = flags
    return found


def risk_reason(practice: str) -> str:
    """Return what is said of the risks of a practice; empty where it is not in the table."""
    text = (resources.files("mollisol.practices.tradeoffs") / "risks.csv").read_text("utf-8")
    return next((row["about"] for row in csv.DictReader(text.splitlines()) if row["practice"] == practice), "")


def risks(case: Case, baseline: Case) -> dict[str, Band]:
    """Return the flag of each risk over the periods; 0 where the plan is the baseline's."""
    acting = np.where(case.acting(baseline), 1.0, 0.0)
    # over the run: the flag stands if it stood in any year
    periods = np.append(acting, acting.max(initial=0.0))
    found = {}
    for risk in RISKS:
        flags = {
            name: risk_table().get(name, {}).get(risk, not_known(f"{name} is not in the table of risks"))
            for name, _ in case.practices
        }
        known = [flag for flag in flags.values() if flag.known]
        if not flags:
            found[risk] = activity(with_mean(np.zeros(len(case.years))), Range(0.0, 0.0, 0.0, ""))
        elif not known:
            why = "; ".join(dict.fromkeys(flag.source for flag in flags.values()))
            found[risk] = unknown(len(periods), why) if acting.any() else activity(periods, not_known(why))
        else:
            strongest = max(known, key=lambda flag: (abs(flag.best), flag.best, flag.high))
            bands = {"strongest": activity(periods, strongest)}
            bands |= {name: activity(periods, flag) for name, flag in flags.items() if not flag.known}
            found[risk] = together(bands)
    return found
