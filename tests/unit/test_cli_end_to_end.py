"""A study from the command line to its files, with nothing stood in for."""

from __future__ import annotations

import json

import pytest

from mollisol.cli.main import run
from mollisol.examples import demo_folder


@pytest.mark.slow
def test_a_study_leaves_all_its_files(capsys, tmp_path):
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((demo_folder() / name).read_bytes())
    text = (demo_folder() / "study.yaml").read_text().replace("end: 2075", "end: 2027")
    (tmp_path / "study.yaml").write_text(text)
    output = tmp_path / "results"
    assert run(["run", str(tmp_path / "study.yaml"), "-o", str(output), "--members", "2", "--seed", "5"]) == 0
    assert capsys.readouterr().out == f"Report: {output / 'report.html'}\n"
    written = {entry.name for entry in output.iterdir()}
    assert written == {"result.nc", "summary.csv", "tradeoffs.csv", "report.html", "run.json", "figures"}
    record = json.loads((output / "run.json").read_text())
    assert (record["seed"], record["members"]) == (5, 2)
    report = (output / "report.html").read_text()
    assert "Konza cropland" in report
    assert "--seed 5" in report
    assert not [one for one in output.rglob("*") if "partial" in one.name]
