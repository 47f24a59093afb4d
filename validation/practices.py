"""Every practice of the library on six real sites: what it does in 20 years beside what was published.

`python -m validation.practices [--sites NAME ...] [--practices NAME ...] [--members N] [--results F] [--markdown F]`

Runs the sites one after the other, each practice with its defaults, and judges the best estimates against the ranges of
`practice_ranges.csv`. Results are kept in a JSON file, so that tables can be written again without running them
(`--from FILE`). Nothing is fitted here. Exit code 1 where a miss has no reason in `practice_misses.csv`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from validation.practice_effects import (
    DEPTHS,
    Published,
    Verdict,
    between,
    published,
    reasons,
    site_effects,
    verdicts,
)

BEGIN = "<!-- written by python -m validation.practices, from here -->"
END = "<!-- to here -->"
DEMO = "konza"
MEMBERS = 8


def studies() -> dict[str, Path]:
    """Return the study file of every site."""
    from mollisol.examples import SITES, demo_folder, site_folder

    return {DEMO: demo_folder() / "study.yaml", **{name: site_folder(name) / "study.yaml" for name in SITES}}


def effects_table(sites: Mapping[str, Mapping[str, Any]], rows: Sequence[Published]) -> str:
    """Return the table of effects: 0-30 cm and the whole profile on every site, Mg C/ha after 20 years."""
    lines = [
        "| practice | cm | " + " | ".join(sites) + " | published |",
        "|---|---|" + "---|" * len(sites) + "---|",
    ]
    for name in dict.fromkeys(row.practice for row in rows):
        told = [row for row in rows if row.practice == name]
        words = "; ".join(f"{row.in_words()}{f' ({row.depth})' if row.depth else ''}" for row in told)
        for depth, label in ((30.0, "0-30"), (DEPTHS[-1], "whole")):
            cells = [_cell(result["practices"].get(name), depth) for result in sites.values()]
            lines.append(f"| {name} | {label} | " + " | ".join(cells) + f" | {words} |")
            name_shown, words = "", ""
            lines[-1] = lines[-1] if label == "0-30" else lines[-1].replace(f"| {name} |", f"| {name_shown} |", 1)
    return "\n".join(lines)


def _cell(one: Mapping[str, Any] | None, depth: float) -> str:
    if one is None:
        return "-"
    gain = between(one["gain"], 0.0, depth)
    if abs(gain).max() < 0.005:
        return "0"
    text = f"{gain[0]:+.1f}"
    return text if len(gain) == 1 else f"{text} ({gain.min():+.1f}, {gain.max():+.1f})"


def misses(
    sites: Mapping[str, Mapping[str, Any]], rows: Sequence[Published], why: Mapping[tuple[str, str], str]
) -> tuple[list[str], list[str]]:
    """Return the lines of a table of checks with their misses, and the misses without a reason."""
    lines = ["| practice | measure | published | sites within | misses | why |", "|---|---|---|---|---|---|"]
    unexplained = []
    for row in rows:
        found = [one for one in verdicts(row, sites) if not one.nothing]
        if (row.measure == "none" and not row.sign) or not found:
            continue
        wrong = [one for one in found if one.miss]
        kinds = sorted({one.miss for one in wrong})
        told = [why.get((row.practice, kind), "") for kind in kinds]
        unexplained += [f"{row.practice}: {kind}" for kind, text in zip(kinds, told, strict=True) if not text]
        listed = "; ".join(f"{one.site} {_value(row, one)} ({one.miss})" for one in wrong)
        depth = f"{row.measure}, {row.depth}" if row.depth else "sign"
        lines.append(
            f"| {row.practice} | {depth} | {row.in_words()} | {len(found) - len(wrong)} of {len(found)} | "
            f"{listed or '-'} | {' '.join(dict.fromkeys(told))} |"
        )
    return lines, unexplained


def _value(row: Published, one: Verdict) -> str:
    return f"{one.best:+.2f}" if row.measure in ("rate", "retained") else f"{one.best:+.1f}"


def sites_table(sites: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table of the sites: stocks, inputs, and how far the balance factor had to go."""
    lines = [
        "| site | SOC 0-30, Mg C/ha | whole | input, Mg C/ha/yr | factor b(z), 0-30 cm | below |",
        "|---|---|---|---|---|---|",
    ]
    for name, result in sites.items():
        stock, balance = result["stock"][0], result["balance"]
        upper, lower = balance[: len(balance) // 3], balance[len(balance) // 3 :]
        lines.append(
            f"| {name}: {result['name']} | {between(stock, 0.0, 30.0):.0f} | {stock[-1]:.0f} | {result['input']:.1f} "
            f"| {min(upper):.2f} to {max(upper):.2f} | {min(lower):.2f} to {max(lower):.2f} |"
        )
    return "\n".join(lines)


def section(results: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return what is written into the page, and the misses without a reason."""
    sites, rows = results["sites"], published()
    lines, unexplained = misses(sites, rows, reasons())
    parts = [
        f"Best estimate (lowest, highest with {results['members']} draws); parameters: {results['parameters']}.",
        "### The sites", sites_table(sites),
        "### Effects after 20 years, Mg C/ha", effects_table(sites, rows),
        "### Against what was published", "\n".join(lines),
    ]  # fmt: skip
    if results.get("claims"):
        parts += ["### Single claims", "\n".join(results["claims"])]
    return "\n\n".join(parts), unexplained


def with_section(text: str, written: str) -> str:
    """Return a page with the section between the marks; at its end where it has none."""
    block = f"{BEGIN}\n\n{written.strip()}\n\n{END}\n"
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 and end < 0:
        return f"{text.rstrip()}\n\n{block}"
    if not 0 <= start < end:
        raise ValueError(f"the page has not both marks in order: '{BEGIN}' and '{END}'")
    return text[:start] + block + text[end + len(END) :].removeprefix("\n")


def main(arguments: list[str]) -> int:
    """Run what was asked for, print the tables and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = studies()
    parser.add_argument("data", nargs="?", help="not read: what was published stands in practice_ranges.csv")
    parser.add_argument("--sites", nargs="+", choices=list(known), default=list(known))
    parser.add_argument("--practices", nargs="+", default=[], help="these instead of the whole library")
    parser.add_argument("--members", type=int, default=MEMBERS, help="draws beside the best estimate; 1 = best alone")
    parser.add_argument("--parameters", help="parameter set instead of the default one")
    parser.add_argument(
        "--claims", choices=("with", "without", "only"), default="with", help="single claims, which take longer runs"
    )
    parser.add_argument("--results", type=Path, help="keep the results in this JSON file, after every site")
    parser.add_argument(
        "--from", dest="known", type=Path, help="read results instead of running; sites named are run again"
    )
    parser.add_argument("--markdown", type=Path, help="write the tables into this page")
    given = parser.parse_args(arguments)
    results: dict[str, Any] = {"sites": {}}
    if given.known:
        results = json.loads(given.known.read_text("utf-8"))
    if not given.known or "--sites" in arguments or given.claims == "only":
        _run(given, known, results)
    text, unexplained = section(results)
    print(text)
    if given.markdown:
        old = given.markdown.read_text("utf-8") if given.markdown.exists() else "# What practices do\n"
        given.markdown.write_text(with_section(old, text), encoding="utf-8")
    for one in unexplained:
        print(f"no reason for a miss: {one}", file=sys.stderr)
    return 1 if unexplained else 0


def _run(given: argparse.Namespace, known: Mapping[str, Path], results: dict[str, Any]) -> None:
    from validation.practice_claims import claims

    if given.claims != "only":
        draws, parameters = (given.members if given.members > 1 else 0), given.parameters or "the default set"
        results |= {"members": draws, "parameters": parameters}
        for name in given.sites:
            results["sites"][name] = site_effects(known[name], given.members, given.practices, given.parameters)
            _keep(given.results, results)
    if given.claims != "without":
        results["claims"] = claims(results["sites"], known, given.parameters)
        _keep(given.results, results)


def _keep(path: Path | None, results: Mapping[str, Any]) -> None:
    if path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
