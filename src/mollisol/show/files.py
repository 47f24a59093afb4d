"""Writing a file whole: it appears under its name complete, or not at all."""

from __future__ import annotations

from pathlib import Path

from mollisol.study.atomic import atomic_write, prepare_folder


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, creating the folder where needed."""
    prepare_folder(path.parent)
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)
