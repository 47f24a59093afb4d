"""`mollisol clocks` of the shipped quick study: the table, its files, and wrong input."""

from __future__ import annotations

import csv
import json
from importlib.resources import as_file, files

import pytest

from mollisol.cli.main import run


@pytest.mark.slow
def test_the_clocks_of_a_study(capsys, tmp_path):
    with as_file(files("mollisol.examples") / "quick" / "study.yaml") as study:
        assert run(["clocks", str(study), "--json", "--quiet", "-o", str(tmp_path)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {entry.name for entry in tmp_path.iterdir()} == {"clocks.csv", "permanence.png"}
    written = list(csv.DictReader((tmp_path / "clocks.csv").read_text().splitlines()))
    assert [row["depth_cm"] for row in written] == [row["depth_cm"] for row in rows]
    assert rows[0]["depth_cm"] == "surface"
    for row in rows[1:]:
        assert row["respired_age_yr"] < row["mean_age_yr"]
        assert row["mean_age_yr"] == pytest.approx(row["carried_age_yr"], rel=0.03)
        assert 1.0 > row["left_10_yr"] > row["left_50_yr"] > row["left_100_yr"] > row["left_500_yr"] > 0.0
    ages = [row["mean_age_yr"] for row in rows[1:6]]
    assert ages == sorted(ages)


def test_a_study_that_is_not_there(capsys):
    assert run(["clocks", "no-such-study.yaml"]) == 2
    assert "no-such-study.yaml" in capsys.readouterr().err
