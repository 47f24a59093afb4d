"""Synthetic parameter sets and ensembles of models for tests: no calibration made them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("depolymerisation.mineral", "depolymerisation.fast_litter")


def set_values(draws: int = 40, **changed: Any) -> dict[str, Any]:
    """A set of two rates that vary together, on the scale of logarithms."""
    from mollisol.models import build
    from mollisol.models.choice import settled
    from mollisol.units import parameters_of

    own = next(one for one in build().processes if one.slot == "depolymerisation")
    known = {f"depolymerisation.{key}": one for key, one in parameters_of(own).items()}
    best = [known[name].value for name in NAMES]
    covariance = 0.04 * np.array([[1.0, 0.8], [0.8, 1.0]])
    normal = np.random.default_rng(3).multivariate_normal(np.zeros(2), covariance, draws)
    return {
        "name": "made_up",
        "model": "whole_profile",
        "slots": settled({}),
        "parameters": list(NAMES),
        "units": [known[name].unit for name in NAMES],
        "best": best,
        "scale": ["lognormal", "lognormal"],
        "lower": [known[name].lower for name in NAMES],
        "upper": [known[name].upper for name in NAMES],
        "covariance": covariance.tolist(),
        "draws": (np.array(best) * np.exp(normal)).tolist(),
        "spread": {"site_rate": 0.3, "site_trend": 0.3, "layer_carbon": 0.15, "layer_radiocarbon": 60.0},
        "spread_draws": {"site_rate": np.linspace(0.2, 0.4, draws).tolist()},
        "about": "made up for tests",
        **changed,
    }


def write_set(path: Path, **changed: Any) -> Path:
    path.write_text(json.dumps(set_values(**changed)), encoding="utf-8")
    return path


def write_ensemble(path: Path, structures: list[dict[str, Any]], **changed: Any) -> Path:
    path.write_text(json.dumps({"name": "two", "structures": structures, **changed}), encoding="utf-8")
    return path
