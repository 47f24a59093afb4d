"""Figures, the report and the summary table of a run.

`write_figures`, `render_report`, `write_report`, `summary_table` and `write_summary` turn a result into what
people read. They are loaded when first used, so that `import mollisol.show` needs neither matplotlib nor
xarray.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_WHERE = {
    "FilledValue": "context",
    "Horizon": "context",
    "InitialState": "context",
    "MeasuredProfile": "context",
    "ReportContext": "context",
    "RootStatement": "context",
    "TurnoverReference": "context",
    "cropland_turnover": "reference",
    "field_table": "tradeoffs",
    "gas_table": "tradeoffs",
    "render_report": "report",
    "summary_table": "summary",
    "turnover_table": "turnover",
    "write_figures": "figures",
    "write_report": "report",
    "write_summary": "summary",
    "write_tradeoffs": "tradeoffs",
}

if TYPE_CHECKING:
    from mollisol.show.context import FilledValue as FilledValue
    from mollisol.show.context import Horizon as Horizon
    from mollisol.show.context import InitialState as InitialState
    from mollisol.show.context import MeasuredProfile as MeasuredProfile
    from mollisol.show.context import ReportContext as ReportContext
    from mollisol.show.context import RootStatement as RootStatement
    from mollisol.show.context import TurnoverReference as TurnoverReference
    from mollisol.show.figures import write_figures as write_figures
    from mollisol.show.reference import cropland_turnover as cropland_turnover
    from mollisol.show.report import render_report as render_report
    from mollisol.show.report import write_report as write_report
    from mollisol.show.summary import summary_table as summary_table
    from mollisol.show.summary import write_summary as write_summary
    from mollisol.show.tradeoffs import field_table as field_table
    from mollisol.show.tradeoffs import gas_table as gas_table
    from mollisol.show.tradeoffs import write_tradeoffs as write_tradeoffs
    from mollisol.show.turnover import turnover_table as turnover_table


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"mollisol.show.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'mollisol.show' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
