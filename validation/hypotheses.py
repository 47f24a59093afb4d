"""Structures of the model compared on the same measurements; writes the tables of `docs/hypotheses_evidence.md`.

`python -m validation.hypotheses [DATA_FOLDER] [-o FOLDER] [--config FILE] [--only NAME ...]
[--markdown FILE]`

Hours for a dozen structures; a run that was cut goes on where it ended. FOLDER then holds `comparison.json`, the
ensemble `stacked.json`, which a study takes as `model: ensemble`, and in `stacked` the parameter set of each structure.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lines_of(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ("---",) * len(heads), *rows))


def written(page: str, name: str, made: str) -> str:
    """Return a page with what stands between the markers of a name replaced."""
    begin, end = f"<!-- {name}: made by validation/hypotheses.py -->", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{made}\n\n{end}{rest.split(end)[1]}"


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print both tables."""
    parser = argparse.ArgumentParser(prog="python -m validation.hypotheses", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("-o", "--output", type=Path, default=Path("hypotheses-output"))
    parser.add_argument("--config", type=Path, default=ROOT / "calibrations" / "hypotheses.yaml")
    parser.add_argument("--only", nargs="*", help="names of the structures to compare; all without")
    parser.add_argument("--markdown", type=Path, help="page with markers for the tables")
    given = parser.parse_args(arguments)
    from mollisol.evidence.compare import compare, read_comparison, subsoil_table, table_of

    comparison = read_comparison(given.config)
    begin = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begin:6.0f} s  {line}", file=sys.stderr, flush=True)

    table = compare(comparison, given.data, given.output, only=given.only or (), say=say)
    tables = {"prediction": lines_of(*table_of(table)), "subsoil": lines_of(*subsoil_table(table))}
    print("\n\n".join(tables.values()))
    if given.markdown is not None:
        page = given.markdown.read_text(encoding="utf-8")
        for name, made in tables.items():
            page = written(page, name, made)
        given.markdown.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
