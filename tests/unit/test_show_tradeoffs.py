"""Trade-offs in the report and as a file."""

from __future__ import annotations

import csv

import pytest
from show_synthetic import synthetic_context, synthetic_result

from mollisol.practices import Practice
from mollisol.practices.tradeoffs import ledger
from mollisol.show import render_report, tradeoff_table, write_tradeoffs
from mollisol.show.tradeoffs import COLUMNS, left_out
from tradeoff_cases import DRIER, RAINY, case, field

MINE = Practice("my_own", "stops tillage", "as it says", {}, (("set_tillage", {"operation": "none"}),))


@pytest.fixture(scope="module")
def found():
    others = [
        case(("cover_crop", {}), gain=0.02, water=DRIER),
        case(("no_till", {}), gain=0.01, water=RAINY),
        case((MINE, {}), gain=0.01, water=RAINY),
    ]
    return ledger(field(), case(water=RAINY), others)


def test_the_file_holds_every_row(found, tmp_path):
    path = write_tradeoffs(found, tmp_path / "tradeoffs.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert len(rows) == len(list(found.rows()))
    assert [entry.name for entry in tmp_path.iterdir()] == ["tradeoffs.csv"]
    for row in rows:
        assert (row["known"] == "not known") == (row["best"] == "")
        assert row["best"] != "nan"
        assert row["year"] == "run" or row["source"] == ""
    diesel = [row for row in rows if (row["practice"], row["quantity"]) == ("no_till", "diesel")]
    assert {row["kind"] for row in diesel} == {"absolute", "change"}
    assert len(diesel) == 2 * (len(found.years) + 1)
    mean = next(row for row in diesel if row["year"] == "run" and row["kind"] == "change")
    assert float(mean["best"]) == pytest.approx(found.change("no_till", "diesel").best[-1], rel=1e-5)
    assert "D497" in mean["source"]


def test_the_table_says_what_is_not_known(found):
    table = tradeoff_table(found)
    assert table is not None
    headings = [heading for heading, *_ in COLUMNS]
    assert table.columns == ["", *headings, "Risks that rise"]
    rows = {row.heading: dict(zip(table.columns[1:], row.cells, strict=True)) for row in table.rows}
    assert list(rows) == ["cover crop", "no till", "my own"]
    assert rows["my own"]["Yield, %"].text == "not known"
    assert rows["my own"]["N₂O, kg/ha"].text == "not known"  # a known zero beside an unknown is not zero
    assert rows["my own"]["Risks that rise"].text == "not known"
    assert "in part" in rows["my own"]["Net effect, Mg CO₂e/ha"].notes
    assert rows["no till"]["Water use, mm"].text == "not known"  # soil water does not follow mulch
    assert rows["cover crop"]["Water use, mm"].text == "+40"
    assert rows["no till"]["Risks that rise"].text == "denser soil"
    assert list(left_out(found)) == ["my_own"]


def test_without_practices_there_is_no_table(found):
    assert tradeoff_table(None) is None
    assert tradeoff_table(ledger(field(), case(), [])) is None
    assert left_out(None) == {}


def test_the_report_has_the_section_where_there_is_a_ledger(found):
    result = synthetic_result(members=3, years=5)
    page = render_report(result, synthetic_context(result, tradeoffs=found), {})
    assert "What it costs or brings beside the carbon" in page
    assert "tradeoffs.csv" in page
    assert "not known" in page
    assert "beside the carbon" not in render_report(result, synthetic_context(result), {})
