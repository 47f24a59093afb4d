"""Files that a study names: relative to the study file, and not outside its folder."""

from __future__ import annotations

from pathlib import Path

from mollisol.study.problems import Problem
from mollisol.study.yaml_reader import KeyPath


def resolve_file(name: str, folder: Path, key: KeyPath, allow_outside: bool) -> tuple[Path | None, Problem | None]:
    """Find a file that the study names.

    Symbolic links are followed before the place is judged: a link inside the folder does not lead out of it.

    Parameters
    ----------
    name : as written.
    folder : the study file's folder.
    key : path of the key, for the message.
    allow_outside : whether files elsewhere may be read.

    Returns
    -------
    (absolute path, None), or (None, what is wrong).
    """
    try:
        home = folder.resolve()
        target = (home / Path(name).expanduser()).resolve() if name.startswith("~") else (home / name).resolve()
        inside = target.is_relative_to(home)
        is_file, exists = target.is_file(), target.exists()
    except (OSError, RuntimeError, ValueError) as error:
        return None, Problem(key, f"'{name}' is not a usable path ({error})")
    if not inside and not allow_outside:
        # Said before the file is looked for, so that the message tells nothing about files elsewhere.
        return None, Problem(
            key,
            f"'{name}' lies outside the study's folder",
            "copy the file beside the study, or give --allow-outside to read it where it is",
        )
    if is_file:
        return target, None
    if exists:
        return None, Problem(key, f"'{name}' is not a file")
    return None, Problem(key, f"the file '{name}' does not exist", _similar(name, target))


def _similar(name: str, target: Path) -> str:
    """Suggest a file of a like name in the same folder."""
    from mollisol.units import nearest

    if target.parent.is_dir():
        close = nearest(target.name, (entry.name for entry in target.parent.iterdir() if entry.is_file()))
        if close:
            return f"did you mean '{Path(name).with_name(close)}'? Names are relative to the study file"
    return "check the name; it is relative to the study file"
