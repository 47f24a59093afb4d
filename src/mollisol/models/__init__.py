"""Assembled models: `whole_profile` (the default) and classics as special cases.

Names are imported when first used: the table of what exists does not load JAX.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["build", "century", "ctool", "describe_model", "icbm", "recast", "rothc", "whole_profile"]


def __getattr__(name: str) -> Any:
    if name in ("rothc", "icbm", "century", "ctool"):
        return importlib.import_module(f"mollisol.models.{name}")
    if name == "recast":
        return importlib.import_module("mollisol.models.classic").recast
    if name in ("build", "describe_model", "describe_processes", "CLASSICS", "MODELS", "SLOTS"):
        return getattr(importlib.import_module("mollisol.models.registry"), name)
    if name == "whole_profile":
        return importlib.import_module("mollisol.models.whole_profile").whole_profile
    raise AttributeError(f"module 'mollisol.models' has no attribute {name!r}")
