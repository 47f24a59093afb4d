"""JSON files that users may write: read whole, with mistakes named by file and key. Loads no JAX."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mollisol.units import InputError, nearest


@dataclass(frozen=True)
class JsonFile:
    """A mapping read from a file, whose values are asked for with their kind.

    Attributes
    ----------
    path : of the file.
    values : as read.
    sha256 : of the file's bytes.
    """

    path: Path
    values: Mapping[str, Any]
    sha256: str

    def wrong(self, key: str, message: str, remedy: str | None = None) -> InputError:
        """Return the error of a key."""
        return InputError(message, file=self.path.name, key=key, remedy=remedy)

    def check_keys(self, required: Sequence[str], optional: Sequence[str]) -> None:
        """Raise `InputError` where a key is missing, or is most likely a misspelt one."""
        absent = [key for key in (*required, *optional) if key not in self.values]
        for key in self.values:
            close = None if key in (*required, *optional) else nearest(key, absent)
            if close:
                raise self.wrong(key, "unknown key", f"did you mean '{close}'?")
        for key in required:
            if key not in self.values:
                raise self.wrong(key, "is missing", f"a file of this kind has {', '.join(required)}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"is {_shown(value)}, a text is needed")
        return value

    def texts(self, key: str, length: int | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, "is not a list of texts")
        self._length(key, value, length)
        return tuple(value)

    def numbers(self, key: str, length: int | None = None) -> tuple[float, ...]:
        """Return a list of finite numbers."""
        value = self.values.get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "is not a list of numbers")
        self._length(key, value, length)
        return tuple(self.number(f"{key}[{i}]", one) for i, one in enumerate(value))

    def number(self, key: str, value: Any) -> float:
        """Return a finite number; `key` is for the message."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(key, f"is {_shown(value)}, a finite number is needed")
        return float(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return a mapping, empty where the key is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"is {_shown(value)}, a mapping is needed")
        return value

    def _length(self, key: str, value: Sequence[Any], length: int | None) -> None:
        if length is not None and len(value) != length:
            raise self.wrong(key, f"has {len(value)} entries, {length} are needed")


def read_json(path: Path, kind: str) -> JsonFile:
    """Read a file whose top level is a mapping; `kind` names it in messages.

    Raises
    ------
    InputError
        Where it cannot be read, is no JSON, or gives a key twice.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the {kind} cannot be read ({error.strerror})", file=str(path)) from error
    try:
        values = json.loads(raw.decode("utf-8"), object_pairs_hook=lambda pairs: _unique(pairs, path))
    except UnicodeDecodeError as error:
        raise InputError(f"the {kind} is not UTF-8 text", file=path.name) from error
    except json.JSONDecodeError as error:
        raise InputError(f"the {kind} is no JSON: {error.msg}", file=path.name, line=error.lineno) from error
    if not isinstance(values, dict):
        raise InputError(
            f"the {kind} is not a mapping", file=path.name, remedy="its text begins with { and ends with }"
        )
    return JsonFile(path, values, hashlib.sha256(raw).hexdigest())


def named_file(name: str, folder: Path, kind: str, hint: str = "") -> Path:
    """Return the file of a name: one that comes with Mollisol, in `folder`, or a path.

    Raises
    ------
    InputError
        Where there is neither.
    """
    if _is_path(name):
        if not Path(name).is_file():
            raise InputError(f"there is no {kind} '{name}'", remedy="check the path; it is relative to the study file")
        return Path(name)
    known = names_in(folder)
    if name in known:
        return folder / f"{name}.json"
    close = nearest(name, known)
    shipped = f"known are {', '.join(known)}" if known else f"no {kind} comes with this version"
    remedy = f"{f'did you mean {close!r}? ' if close else ''}{shipped}{hint}; a file of your own ends in .json"
    raise InputError(f"there is no {kind} '{name}'", remedy=remedy)


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder of the package."""
    return sorted(one.stem for one in folder.glob("*.json")) if folder.is_dir() else []


def _is_path(name: str) -> bool:
    """Whether a name is that of a user's file."""
    return name.endswith(".json") or "/" in name or "\\" in name


def _unique(pairs: Iterable[tuple[str, Any]], path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError("is given twice", file=path.name, key=key, remedy="leave one of them")
        found[key] = value
    return found


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
