"""Sensitivity of a study: what its uncertainty by depth comes from, and which measurement would shrink it most."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.evidence.sensitivity.evaluate import StudyFunction, study_function
    from mollisol.evidence.sensitivity.gradient import steady_elasticities
    from mollisol.evidence.sensitivity.indices import Sensitivity, sensitivity, with_gradient
    from mollisol.evidence.sensitivity.report import factor_rows, measurement_rows, sentences

__all__ = [
    "Sensitivity",
    "StudyFunction",
    "factor_rows",
    "measurement_rows",
    "sensitivity",
    "sentences",
    "steady_elasticities",
    "study_function",
    "with_gradient",
]

_HOMES = {
    "Sensitivity": "indices",
    "StudyFunction": "evaluate",
    "factor_rows": "report",
    "measurement_rows": "report",
    "sensitivity": "indices",
    "sentences": "report",
    "steady_elasticities": "gradient",
    "study_function": "evaluate",
    "with_gradient": "indices",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mollisol.evidence.sensitivity' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mollisol.evidence.sensitivity.{_HOMES[name]}"), name)
