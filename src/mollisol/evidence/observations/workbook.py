"""Values of an Excel workbook (.xlsx) from its own XML: enough for tables of numbers and texts, nothing else."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from mollisol.units import InputError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LARGEST = 64 * 1024 * 1024
"""Bytes; a part of a workbook that would grow beyond this is refused."""


def read_workbook(path: str | Path, sheet: str) -> list[dict[str, str]]:
    """Return the rows of a sheet, each the text of its non-empty cells by column letter ("A", "B"...).

    Raises
    ------
    InputError
        If the file is no workbook or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            shared = [_joined(item) for item in _part(archive, "xl/sharedStrings.xml")]
            book = _part(archive, "xl/workbook.xml")
            names = {str(one.get("name")): str(one.get(RELATION)) for one in book.iter(f"{MAIN}sheet")}
            if sheet not in names:
                raise InputError(f"the workbook has no sheet {sheet!r}", file=str(path), remedy=f"it has {list(names)}")
            targets = {one.get("Id"): one.get("Target") for one in _part(archive, "xl/_rels/workbook.xml.rels")}
            place = str(targets[names[sheet]]).removeprefix("/xl/")
            rows = _part(archive, f"xl/{place}").iter(f"{MAIN}row")
            return [_row(row, shared) for row in rows]
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError) as error:
        raise InputError(f"is not readable as an Excel workbook: {error}", file=str(path)) from None


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > LARGEST:
        raise InputError(f"the part {name} of the workbook is too large", file=str(archive.filename))
    return ElementTree.fromstring(archive.read(name))


def _row(row: ElementTree.Element, shared: list[str]) -> dict[str, str]:
    cells = {}
    for cell in row.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        text = _joined(cell) if value is None else str(value.text or "")
        if cell.get("t") == "s" and value is not None:
            text = shared[int(text)]
        if text.strip():
            cells[re.sub(r"\d", "", str(cell.get("r")))] = text.strip()
    return cells


def _joined(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{MAIN}t"))
