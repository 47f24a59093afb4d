"""The yearly operator of a calibration beside the months of a run; writes a table of `docs/evidence.md`.

`python -m validation.yearly [DATA_FOLDER] [--parameters SET] [--sites N] [--markdown FILE]`
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import numpy as np

from validation.blind_tables import table
from validation.tables import table_command

if TYPE_CHECKING:
    from mollisol.evidence.yearly_error import YearlyError

BEGIN, END = "<!-- yearly: made by validation/yearly.py -->", "<!-- end of yearly -->"


def lines(found: list[YearlyError]) -> list[str]:
    """Return the table: difference of the yearly operator from the months' mean, %, mean and range over the sites."""
    rows = []
    for one in found:
        for d in range(len(one.edges) - 1):
            cells = [one.land_use, f"{100 * one.edges[d]:.0f}-{100 * one.edges[d + 1]:.0f}"]
            for values in (one.yearly[d], one.settled[d]):
                off = 100.0 * (values / one.monthly[d] - 1.0)
                cells.append(f"{off.mean():+.1f} ({off.min():+.1f} to {off.max():+.1f})")
            rows.append([*cells, f"{100.0 * np.mean(one.season[d]):.1f}"])
    head = ["land use", "cm", "as in the fit, %", "rates followed until they stay, %", "range of SOC over the year, %"]
    return table(head, rows)


def _made(given: argparse.Namespace) -> list[str]:
    from mollisol.evidence.yearly_error import compared
    from mollisol.models.parameter_sets import parameter_set

    chosen = parameter_set(given.parameters)
    return lines([compared(given.data, chosen, use, given.sites) for use in ("cropland", "grassland")])


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print the table."""
    sites = {"type": int, "default": 8, "help": "sites of each land use"}
    return table_command(arguments, __doc__, (BEGIN, END), _made, {"--sites": sites})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
