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
    # published ages of cropland stand beside the model's, by 20 cm to 1 m
    assert [row["published_age_median_yr"] for row in rows] == [None, 644, 1378, 2283, 3847, 4576, None, None]
    assert [row["published_median_yr"] for row in rows][1:3] == [27, 47]
    assert "measured_delta14c_permil" not in rows[1]  # this profile has none


@pytest.mark.slow
def test_the_fate_of_an_input_by_name(capsys, tmp_path):
    with as_file(files("mollisol.examples") / "quick" / "study.yaml") as study:
        marked = ["--mark", "source=wheat roots, year=2025", "--mark", "depth_cm=surface"]
        assert run(["clocks", str(study), *marked, "--quiet", "-o", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "source=wheat roots, year=2025: wheat roots; entering at all depths" in told
    assert "depth_cm=surface" in told
    assert {entry.name for entry in tmp_path.iterdir()} == {"fate.csv"}
    rows = list(csv.DictReader((tmp_path / "fate.csv").read_text().splitlines()))
    roots = [row for row in rows if row["mark"].startswith("source")]
    assert [row["year"] for row in roots] == ["2025", "2026", "2029", "2034"]
    left = [float(row["left_percent"]) for row in roots]
    assert 100.0 > left[0] > left[1] > left[2] > left[3] > 0.0
    litter = [row for row in rows if row["mark"] == "depth_cm=surface"]
    assert all(float(row["in_surface_percent"]) > 0.0 for row in litter)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("rye", "is not KEY=VALUE"),
        ("practice=cover_crops", "unknown practice 'cover_crops'"),
        ("year=1990", "outside the run, 2025 to 2034"),
    ],
)
def test_a_wrong_mark_is_told_before_anything_is_computed(capsys, mark, message):
    with as_file(files("mollisol.examples") / "quick" / "study.yaml") as study:
        assert run(["clocks", str(study), "--mark", mark]) == 2
    assert message in capsys.readouterr().err


def test_a_study_that_is_not_there(capsys):
    assert run(["clocks", "no-such-study.yaml"]) == 2
    assert "no-such-study.yaml" in capsys.readouterr().err
