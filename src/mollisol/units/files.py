"""Files appear whole or not at all: written beside their final name, then renamed into place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mollisol.units.errors import InputError


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; when the block ends well it takes the final name.

    The temporary name keeps the ending (`.nc`, `.png`), because writers choose the format by it. A block
    that raises leaves what stood under the final name as it was, and removes the temporary file.

    Parameters
    ----------
    path : the final name; its folder must exist.

    Yields
    ------
    Path to write to; the block must create the file.

    Raises
    ------
    InputError
        If a folder stands under the final name, or its own folder is missing.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_write(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> sorted(p.name for p in folder.iterdir())
    ['a.txt']
    """
    final = Path(path)
    if final.is_dir():
        raise InputError("a folder has this name, so the file cannot be written", file=str(final))
    if not final.parent.is_dir():
        raise InputError(
            f"cannot be written: the folder '{final.parent}' does not exist",
            file=str(final),
            remedy="name a folder that exists",
        )
    # Not tempfile.mkstemp: its files are private (0600), and the final file should follow the umask.
    temporary = final.with_name(f".{final.stem}.{secrets.token_hex(6)}.partial{final.suffix}")
    try:
        yield temporary
        to_disk(temporary)
        os.replace(temporary, final)
        to_disk(final.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8, newlines as they are) to `path` by `atomic_write`."""
    with atomic_write(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def prepare_folder(directory: str | Path) -> Path:
    """Make the output folder (and those above it) and return it; what is in it stays as it is.

    Raises
    ------
    InputError
        If the name belongs to a file, or the folder cannot be made or written to.
    """
    folder = Path(directory)
    remedy = "give another folder with -o"
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file, a folder is needed for the results", file=str(folder), remedy=remedy)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder cannot be made ({error.strerror})", file=str(folder), remedy=remedy) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError("the folder cannot be written to", file=str(folder), remedy=remedy)
    return folder


def to_disk(path: Path) -> None:
    """Make the system write a file or a folder's entries to the disk, so that a power cut cannot halve it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
