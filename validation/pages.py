"""Tables between the markers of a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def fill(page: Path, begin: str, end: str, made: Sequence[str]) -> None:
    """Replace what stands between two markers of a page by lines."""
    before, rest = page.read_text(encoding="utf-8").split(begin)
    page.write_text(f"{before}{begin}\n\n" + "\n".join(made) + f"\n\n{end}{rest.split(end)[1]}", encoding="utf-8")
