"""`python -m benchmarks [GROUP ...]`: measure, print a table, write it and the figures to `benchmark-output/`."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Figure, conditions

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
GROUPS = ("speed", "accuracy", "peers", "steady", "memory", "start", "archive", "compare", "recovery")


def shown(value: float) -> str:
    """Write a figure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def markdown(records: Sequence[Mapping[str, Any]]) -> str:
    """Write the table of records: conditions and figures of each group."""
    where = max((one["conditions"] for one in records), key=lambda one: str(one["date"]))
    head = (
        f"Last measured {where['date']}; {where['machine']}, {where['cores']} cores; Python {where['python']}, "
        f"JAX {where['jax']}."
    )
    lines = [
        head,
        "",
        "| what | measured | unit | target | met | conditions | commit |",
        "|---|---|---|---|---|---|---|",
    ]
    for record in records:
        for made in record["figures"]:
            one = Figure(**{name: value for name, value in made.items() if name != "met"})
            bound = "" if one.target is None else f"{'at most' if one.most else 'at least'} {shown(one.target)}"
            met = {None: "", True: "yes", False: "**no**"}[one.met]
            lines.append(
                f"| {one.name} | {shown(one.value)} | {one.unit} | {bound} | {met} | {one.note} "
                f"| {record['conditions']['commit']} |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure the groups."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all where none is named")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, default=ROOT / "benchmark-output")
    parser.add_argument(
        "--docs", action="store_true", help=f"put the latest record of every group in DIR into {PAGE.relative_to(ROOT)}"
    )
    given = parser.parse_args()
    wrong = set(given.groups) - set(GROUPS)
    if wrong:
        parser.error(f"there is no group {', '.join(sorted(wrong))}; choose from {', '.join(GROUPS)}")
    chosen = given.groups or list(GROUPS)
    where = conditions()
    measured = []
    given.output.mkdir(parents=True, exist_ok=True)
    for group in chosen:
        print(f"{group} ...", file=sys.stderr, flush=True)
        found = importlib.import_module(f"benchmarks.{group}").figures()
        record = {"conditions": where, "figures": [{**dataclasses.asdict(one), "met": one.met} for one in found]}
        measured.append(record)
        (given.output / f"{group}.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    table = markdown(measured)
    (given.output / "table.md").write_text(table, encoding="utf-8")
    if given.docs:
        # groups that were not measured now keep what was measured last
        kept = [given.output / f"{group}.json" for group in GROUPS]
        page = markdown([json.loads(path.read_text(encoding="utf-8")) for path in kept if path.is_file()])
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{page}{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
