"""Cells of published tables: missing codes, units rows, workbooks."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from mollisol.evidence.observations.sheet import read_sheet, source_file
from mollisol.evidence.observations.workbook import read_workbook
from mollisol.units import InputError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_what_a_source_writes_for_missing_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("year,stock\n,kg\n1950,*\n1951,NA\n1952,0\n1953,3.5\n")
    sheet = read_sheet(tmp_path, "a.csv", units_row=True)
    assert len(sheet) == 4
    assert sheet.number("stock") == pytest.approx([np.nan, np.nan, 0.0, 3.5], nan_ok=True)
    assert sheet.text("stock") == ["", "", "0", "3.5"]


def test_a_text_where_a_number_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("year,stock\n,kg\n1950,about 3\n")
    with pytest.raises(InputError, match=r"line 3, 'stock': 'about 3' is not a number"):
        read_sheet(tmp_path, "a.csv", units_row=True).number("stock")
    with pytest.raises(InputError, match="did you mean 'stock'"):
        read_sheet(tmp_path, "a.csv").number("stocks")


def test_an_absent_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such source"):
        source_file(tmp_path, "radiocarbon/he2016_layers.csv")


def workbook(path: Path, rows: str, strings: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Data" r:id="rId7"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return path


def test_a_workbook_gives_its_cells_by_column(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1"><v>2.5</v></c></row>'
        '<row r="2"><c r="A2"/><c r="AB2" t="inlineStr"><is><t>ns</t></is></c></row>'
    )
    path = workbook(tmp_path / "a.xlsx", rows, ["Year", "Plot 3"])
    assert read_workbook(path, "Data") == [{"A": "Plot 3", "C": "2.5"}, {"AB": "ns"}]
    with pytest.raises(InputError, match="no sheet 'Other'"):
        read_workbook(path, "Other")


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("year,stock\n")
    with pytest.raises(InputError, match="not readable as an Excel workbook"):
        read_workbook(tmp_path / "a.xlsx", "Data")
