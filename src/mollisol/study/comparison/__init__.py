"""The comparison of practices on one site: gains, their drivers, how long they last and how certain their order is."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_WHERE = {
    "Comparison": "compare",
    "Ranked": "ranking",
    "Skipped": "asked",
    "asked_practices": "asked",
    "compare_study": "compare",
    "ranked": "ranking",
}

if TYPE_CHECKING:
    from mollisol.study.comparison.asked import Skipped as Skipped
    from mollisol.study.comparison.asked import asked_practices as asked_practices
    from mollisol.study.comparison.compare import Comparison as Comparison
    from mollisol.study.comparison.compare import compare_study as compare_study
    from mollisol.study.comparison.ranking import Ranked as Ranked
    from mollisol.study.comparison.ranking import ranked as ranked


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"mollisol.study.comparison.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'mollisol.study.comparison' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
