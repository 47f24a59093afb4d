"""A safe YAML reader that remembers the line of every key.

It reads plain data only (mappings, lists, text, numbers, true/false), by the number rules of YAML 1.2:
`1e3` is a number, `no` and `2025-01-01` are text. Tags, duplicate keys and documents that unfold to more
than a study can need are refused.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mollisol.units import InputError

MAX_BYTES = 262_144
"""Largest study file, bytes (a rotation of a hundred crops takes about ten thousand)."""
MAX_DEPTH = 20
"""Deepest nesting of mappings and lists."""
MAX_NODES = 20_000
"""Most values in the document after its aliases are unfolded: a YAML bomb passes it at once."""

KeyPath = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_PLAIN = {f"{_TAG}{kind}" for kind in ("null", "bool", "int", "float", "str")}


@dataclass(frozen=True)
class Document:
    """What a YAML file holds, with the line of every key and list entry.

    Attributes
    ----------
    file : the file's name as the user gave it.
    data : the top mapping, of plain dicts, lists, str, float, int, bool and None.
    lines : line (from 1) by key path, such as `("crops", 0, "yield_t_ha")`; `()` is the document's first.
    """

    file: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def locate(self, path: KeyPath) -> tuple[KeyPath, int]:
        """Return the written part of `path` and its line.

        Steps that are not in the file (a shorthand that was written out, a missing key) are passed over.
        """
        found: KeyPath = ()
        for step in path:
            if (*found, step) in self.lines:
                found = (*found, step)
        return found, self.lines[found]


def show_path(path: KeyPath) -> str:
    """Write a key path for people: `crops #2.yield_t_ha` is a key of the second entry of `crops`.

    Examples
    --------
    >>> show_path(("crops", 1, "yield_t_ha"))
    'crops #2.yield_t_ha'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f" #{step + 1}"
        else:
            text += f".{step}" if text else step
    return text.strip()


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader up to the node graph, with limits; values are built by `_Builder`."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  (the base class's table)

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file, self.depth, self.count = file, 0, 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node as PyYAML does, refusing a file that is too deep or too large."""
        line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH:
            raise InputError(f"nested more than {MAX_DEPTH} deep", file=self.file, line=line, remedy="flatten the file")
        if self.count > MAX_NODES:
            raise _too_many(self.file, line)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _kind, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+0123456789."),
    ),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(_pattern), _first)


class _Builder:
    """Turns the node graph into plain data and counts what aliases unfold to."""

    def __init__(self, file: str) -> None:
        self.file, self.count = file, 0
        self.lines: dict[KeyPath, int] = {}
        self.open: set[int] = set()

    def build(self, node: yaml.Node, path: KeyPath, line: int) -> Any:
        """Return the value of a node and of all below it."""
        self.count += 1
        if self.count > MAX_NODES:
            raise _too_many(self.file, line)
        self.lines[path] = line
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            raise self.refuse_tag(node, path)
        if id(node) in self.open:
            raise InputError("refers to itself", file=self.file, line=line, key=show_path(path))
        self.open.add(id(node))
        value = (
            [self.build(item, (*path, i), _line(item)) for i, item in enumerate(node.value)]
            if isinstance(node, yaml.SequenceNode)
            else self.mapping(node, path)
        )
        self.open.discard(id(node))
        return value

    def mapping(self, node: yaml.Node, path: KeyPath) -> dict[str, Any]:
        """Return the value of a mapping; a key that is no plain word or stands twice is an error."""
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError("a key must be a plain word", file=self.file, line=line, key=show_path(path))
            key = key_node.value
            if key in built:
                first = self.lines[(*path, key)]
                raise InputError(
                    f"is given twice (first in line {first})",
                    file=self.file,
                    line=line,
                    key=show_path((*path, key)),
                    remedy="keep one of the two",
                )
            built[key] = self.build(value_node, (*path, key), line)
        return built

    def scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Hashable:
        """Return the value of a scalar."""
        if node.tag not in _PLAIN:
            raise self.refuse_tag(node, path)
        kind, text = node.tag.removeprefix(_TAG), node.value
        try:
            if kind == "int":
                return int(text)
            if kind == "float":
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            if kind == "bool":
                return {"true": True, "false": False}[text.lower()]
        except (ValueError, KeyError) as error:
            raise InputError(
                f"'{text[:40]}' cannot be read as {kind}",
                file=self.file,
                line=_line(node),
                key=show_path(path),
            ) from error
        return None if kind == "null" else str(text)

    def refuse_tag(self, node: yaml.Node, path: KeyPath) -> InputError:
        """Return the error for a tag that makes objects."""
        tag = node.tag.replace(_TAG, "!!")
        return InputError(
            f"the tag '{tag}' is not allowed",
            file=self.file,
            line=_line(node),
            key=show_path(path),
            remedy="write plain text, numbers, lists and mappings only",
        )


def read_yaml(path: str | Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Parameters
    ----------
    path : the file.

    Returns
    -------
    Document with the data and the line of every key.

    Raises
    ------
    InputError
        For a file that is missing, no regular file, empty, binary, not UTF-8, too large, too deep, that
        unfolds to too much (YAML bomb), has a duplicate key or a tag, or is not a mapping.
    """
    file = str(path)
    text = _read_text(Path(path), file)
    try:
        loader = _Loader(text, file)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise InputError(
            f"is not valid YAML: {problem}",
            file=file,
            line=mark.line + 1 if mark else None,
            remedy="check the indentation, the brackets and the quotes around this line",
        ) from error
    except yaml.YAMLError as error:
        raise InputError(
            f"is not plain text: {str(error).splitlines()[0]}", file=file, remedy="remove the control characters"
        ) from error
    if node is None:
        raise _empty(file)
    builder = _Builder(file)
    data = builder.build(node, (), _line(node))
    if not isinstance(data, dict):
        raise InputError(
            f"holds {_describe(data)}, not keys with values",
            file=file,
            line=_line(node),
            remedy="write one 'key: value' a line, beginning with 'name: my field'",
        )
    return Document(file, data, builder.lines)


def _read_text(path: Path, file: str) -> str:
    try:
        # A pipe or a device would be read for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is not a file", file=file, remedy="give the study's YAML file")
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError("does not exist", file=file, remedy="check the name and the folder") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read ({reason})", file=file) from error
    if len(raw) > MAX_BYTES:
        raise InputError(
            f"is larger than {MAX_BYTES // 1024} KiB", file=file, remedy="a study file holds no tables of data"
        )
    if b"\x00" in raw:
        raise InputError("is a binary file", file=file, remedy="give a YAML text file (UTF-8)")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte 0x{raw[error.start]:02x})",
            file=file,
            line=raw.count(b"\n", 0, error.start) + 1,
            remedy="save the file as UTF-8",
        ) from error
    if not text.strip():
        raise _empty(file)
    return text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _describe(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a single value" if value is not None else "nothing"


def _empty(file: str) -> InputError:
    return InputError("is empty", file=file, remedy="begin with 'name: my field'")


def _too_many(file: str, line: int) -> InputError:
    return InputError(
        f"unfolds to more than {MAX_NODES} values",
        file=file,
        line=line,
        remedy="write the values out instead of repeating them by aliases (*name)",
    )
