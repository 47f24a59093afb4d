"""Read a YAML file safely, remembering the line of every key, without aliases and without duplicate keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mollisol.units import InputError

Path_ = tuple[str | int, ...]

LARGEST_FILE = 1_000_000
"""Bytes; a practice needs a few thousand."""


class YamlFile:
    """A YAML document: `data`, and `line(keys)` where the value under a path of keys stands."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    raise InputError(
                        "aliases (&, *) are not read",
                        file=name,
                        line=event.start_mark.line + 1 if event.start_mark else None,
                        remedy="write the value out",
                    )
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "not readable as YAML"
            raise InputError(
                f"{problem}", file=name, line=mark.line + 1 if mark else None, remedy="correct the YAML"
            ) from None
        self.data: Any = None if root is None else self._value(root, ())

    def __str__(self) -> str:
        """Return the name of the file."""
        return self.name

    def line(self, *keys: str | int) -> int | None:
        """Return the line (from 1) of the value under a path of keys."""
        return self.lines.get(keys)

    def _value(self, node: yaml.Node, path: Path_) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key, line = str(key_node.value), key_node.start_mark.line + 1
                if key in found:
                    raise InputError("the key is given twice", file=self.name, line=line, key=key)
                self.lines[(*path, key)] = line
                found[key] = self._value(value_node, (*path, key))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return yaml.SafeLoader("").construct_object(node)


def read_yaml(path: str | Path) -> YamlFile:
    """Read a YAML file.

    Raises
    ------
    InputError
        If it is missing, too large, not text, or not a YAML document without aliases and duplicate keys.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("there is no such file", file=str(path))
    if file.stat().st_size > LARGEST_FILE:
        raise InputError("the file is too large for a practice", file=str(path))
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError("the file is not text (UTF-8)", file=str(path)) from None
    return YamlFile(text, file.name)
