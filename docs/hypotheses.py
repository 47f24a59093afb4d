"""Write the tables of `docs/hypotheses.md` from runs of the demo site, each between its two markers.

`python docs/hypotheses.py` runs them (a minute) and writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pages import table

PAGE = Path(__file__).parent / "hypotheses.md"
DEPTHS = ((0.0, 0.3), (0.3, 1.0), (1.0, 2.0))


def variability() -> str:
    """The sixteen combinations of the physiological hypotheses at strength 1: change of SOC by depth, %."""
    from mollisol.examples import demo_folder
    from mollisol.study.run import load_study
    from mollisol.study.steady import variability_combinations

    chosen, profile = variability_combinations(load_study(demo_folder() / "study.yaml").spec)
    by_depth = np.array([profile.between(top, bottom) for top, bottom in (*DEPTHS, (0.0, 2.0))])
    ratio = by_depth / by_depth[:, :1]
    single = {one[0]: ratio[-1, i] for i, one in enumerate(chosen) if len(one) == 1}
    rows = [("none", *(f"{10.0 * value:.1f} Mg C/ha" for value in by_depth[:, 0]), "")]
    for i, one in enumerate(chosen[1:], start=1):
        product = np.prod([single[term] for term in one])
        rows.append((" + ".join(one), *(f"{100.0 * (value - 1.0):+.0f}" for value in (*ratio[:, i], product))))
    spans = [f"{100 * top:.0f}-{100 * bottom:.0f} cm" for top, bottom in (*DEPTHS, (0.0, 2.0))]
    return table(("on", *spans, "0-200 cm if effects multiplied"), rows)


TABLES = {"variability": variability}


def written(page: str, name: str, made: str) -> str:
    """Put a table between its markers; the page must have both."""
    start, end = f"<!-- {name}: made by docs/hypotheses.py -->", f"<!-- end of {name} -->"
    head, rest = page.split(start)
    return f"{head}{start}\n\n{made.strip()}\n\n{end}{rest.split(end)[1]}"


def main() -> int:
    """Run what the page shows."""
    page = PAGE.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        page = written(page, name, make())
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
