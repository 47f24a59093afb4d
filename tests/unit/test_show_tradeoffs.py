"""Trade-offs in the report and as a file."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from show_synthetic import synthetic_context, synthetic_result

from mollisol.practices import Practice
from mollisol.practices.tradeoffs import ledger
from mollisol.show import field_table, gas_table, render_report, write_tradeoffs
from mollisol.show.tradeoffs import FIELD, GASES, RISK_HEADING, left_out
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


def _rows(table):
    assert table is not None
    return {row.heading: dict(zip(table.columns[1:], row.cells, strict=True)) for row in table.rows}


def test_the_tables_say_what_is_not_known(found):
    gases, plants = gas_table(found), field_table(found)
    assert gases.columns == ["", *(heading for heading, *_ in GASES)]
    assert plants.columns == ["", *(heading for heading, *_ in FIELD), RISK_HEADING]
    rows, told = _rows(plants), _rows(gases)
    assert list(rows) == list(told) == ["cover crop", "no till", "my own"]
    assert rows["my own"]["Yield, %"].text == "not known"
    assert told["my own"]["N₂O, kg/ha"].text == "not known"  # a known zero beside an unknown is not zero
    assert rows["my own"]["Risks that rise"].text == "not known"
    assert "in part" in told["my own"]["Net effect, Mg CO₂e/ha"].notes
    assert rows["no till"]["Water use, mm"].text == "not known"  # soil water does not follow mulch
    assert rows["cover crop"]["Water use, mm"].text == "+40"
    assert rows["cover crop"]["Water deficit, mm"].text == "−40"
    assert rows["no till"]["Risks that rise"].text == "denser soil"
    assert list(left_out(found)) == ["my_own"]


def test_what_rock_binds_is_told_apart_from_the_net_effect():
    plans = ledger(field(), case(), [case(("rock_dust", {}), gain=0.0)])
    bound = plans.change("rock_dust", "inorganic_removal")
    cell = _rows(gas_table(plans))["rock dust"]["Apart: CO₂ bound by rock, Mg/ha"]
    # 50 t/ha of a rock that binds 0.3 t/t, 8 % of what is left of it a year, from the first year on
    assert bound.best[0] == pytest.approx(1000.0 * 50.0 * 0.3 * (1.0 - np.exp(-0.08)), rel=1e-6)
    assert bound.low[0] == 0.0  # trials that found none
    assert bound.high[0] > bound.best[0]
    assert cell.text == f"+{bound.best[-1] / 1000.0:.2f}"
    terms = plans.change("rock_dust", "net_greenhouse_effect")
    assert not any("weather" in source or "Beerling" in source for source in terms.sources)


def test_without_practices_there_is_no_table(found):
    for table in (gas_table, field_table):
        assert table(None) is None
        assert table(ledger(field(), case(), [])) is None
    assert left_out(None) == {}


def test_the_report_has_the_section_where_there_is_a_ledger(found):
    result = synthetic_result(members=3, years=5)
    page = render_report(result, synthetic_context(result, tradeoffs=found), {})
    assert "What it costs or brings beside the carbon" in page
    assert "tradeoffs.csv" in page
    assert "not known" in page
    assert "beside the carbon" not in render_report(result, synthetic_context(result), {})
