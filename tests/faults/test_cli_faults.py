"""Wrong input on the command line: exit code 2, a clear message, nothing written, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mollisol.cli.main import run
from mollisol.examples import demo_folder

STUDY = """\
name: a maize field
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2025, end: 2034}
crops:
  - {crop: maize, yield_t_ha: 3.0}
practices:
  - cover_crop
ensemble: 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((demo_folder() / name).read_bytes())
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "study.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("crop: maize", "crop: maze", ["unknown crop 'maze'", "did you mean 'maize'"]),
        ("- cover_crop", "- cover_cop", ["unknown practice 'cover_cop'", "did you mean 'cover_crop'"]),
        ("latitude: 39.1", "latitude: 391", ["'site.latitude'", "given 391", "from -90 to 90"]),
        ("ensemble: 1", "ensemble: 1\nensemble: 2", ["'ensemble'", "given twice"]),
        ("ensemble: 1", "ensembl: 1", ["'ensembl'", "unknown key", "did you mean 'ensemble'"]),
        ("profile: profile.csv", "profile: ../profile.csv", ["outside the study's folder", "--allow-outside"]),
        ("climate: climate.csv", "climate: weather.csv", ["'weather.csv' does not exist"]),
        ("yield_t_ha: 3.0", "yield_bu_ac: 3.0", ["'crops #1.yield_bu_ac'", "write it as 'yield_t_ha'"]),
    ],
)
def test_a_wrong_study_writes_nothing(capsys, folder, old, new, words):
    edit(folder, old, new)
    before = tree(folder)
    output = folder / "results"
    assert run(["run", str(folder / "study.yaml"), "-o", str(output)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert f"{folder / 'study.yaml'}, line " in shown.err
    for word in words:
        assert word in shown.err
    assert not output.exists()
    assert tree(folder) == before


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"a: &a [*a]", b"a: " + b"[" * 9999], ids=["empty", "binary", "loop", "deep"]
)
def test_no_study_at_all(capsys, tmp_path, content):
    study = tmp_path / "study.yaml"
    study.write_bytes(content)
    assert run(["run", str(study), "-o", str(tmp_path / "results")]) == 2
    assert str(study) in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["study.yaml"]


def test_an_output_that_is_a_file_is_refused(capsys, folder):
    before = tree(folder)
    assert run(["run", str(folder / "study.yaml"), "-o", str(folder / "profile.csv")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert tree(folder) == before


@pytest.mark.parametrize("members", ["0", "10001", "many"])
def test_members_out_of_range(capsys, folder, members):
    assert run(["run", str(folder / "study.yaml"), "-o", str(folder / "r"), "--members", members]) == 2
    assert "--members" in capsys.readouterr().err
    assert not (folder / "r").exists()


@pytest.mark.parametrize("command", [["profile", "check"], ["profile", "harmonise"], ["climate", "check"]])
@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\xff\xfe"], ids=["missing", "empty", "binary"])
def test_tables_that_are_none(capsys, tmp_path, command, content):
    table = tmp_path / "table.csv"
    if content is not None:
        table.write_bytes(content)
    assert run([*command, str(table)]) == 2
    shown = capsys.readouterr()
    assert "table.csv" in shown.err
    assert "Traceback" not in shown.err


def test_a_wrong_profile_names_line_and_column(capsys, tmp_path):
    table = tmp_path / "profile.csv"
    table.write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\na,0,30,1.5\na,20,60,0.8\n")
    assert run(["profile", "check", str(table)]) == 2
    shown = capsys.readouterr().err
    assert "line 3" in shown
    assert "What to do" in shown


def test_one_wrong_profile_of_several_is_exit_code_2(capsys, tmp_path):
    table = tmp_path / "profiles.csv"
    table.write_text(
        "profile_id,top_cm,bottom_cm,organic_carbon_percent\na,0,30,1.5\na,30,60,0.8\nb,0,30,1\nb,10,60,0.8\n"
    )
    assert run(["profile", "check", str(table)]) == 2
    shown = capsys.readouterr()
    assert "a: 2 horizons" in shown.out
    assert "1 of 2 profiles have problems" in shown.err


def test_the_program_itself_prints_no_traceback(tmp_path):
    program = "from mollisol.cli.main import main; main()"
    command = [sys.executable, "-c", program, "run", str(tmp_path / "absent.yaml"), "-o", str(tmp_path / "r")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "r").exists()
