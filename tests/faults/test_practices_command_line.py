"""Wrong practices from the command line: exit code 2, file, line, key and remedy are told, nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from mollisol.cli.main import run as command_line

QUICK = Path(__file__).parents[2] / "src" / "mollisol" / "examples" / "quick"

MINE = """name: mine
about: A practice of my own.
mechanism: Roots reach deeper.
parameters:
  deeper: {value: 1.4, unit: "1", lower: 1, upper: 3, source: me, confidence: low, about: deeper}
  depth_cm: {kind: depths, value: [30, 50], unit: cm, lower: 0, upper: 900, source: me, confidence: low, about: where}
  strip: {value: 10, unit: "%", lower: 1, upper: 100, source: me, confidence: low, about: width}
  t_ha: {value: 100, unit: t/ha, lower: 1, upper: 90000, source: me, confidence: low, about: amount}
actions:
  - stretch_roots: {factor: $deeper}
  - scale_process: {process: mineral, factor: 0.9, depth_cm: $depth_cm}
  - bury_straw_in_strips: {strip_percent: $strip, strips: 5, depth_cm: [15, 30], gathered: 1, mixing: 0.5}
  - add_mineral: {name: clay, t_ha: $t_ha, depth_cm: [0, 20]}
  - add_amendment: {amendment: green_compost, t_ha: 5, depth_cm: [30, 40]}
"""

IN_FILE = {
    "unknown action": ("stretch_roots", "strech_roots", 10, "strech_roots", "did you mean 'stretch_roots'"),
    "depth in metres": ("[30, 50], unit: cm", "[0.3, 0.5], unit: m", 11, "depth_cm", "in cm"),
    "a factor in tonnes": ('1.4, unit: "1"', "1.4, unit: t/ha", 10, "factor", "takes its factor in 1"),
    "tonnes without an area": ("unit: t/ha", "unit: t", 13, "t_ha", "takes its t_ha in t/ha"),
    "unknown inside a list": ("[0, 20]", "[0, $bottom_cm]", 13, "depth_cm", "unknown parameter 'bottom_cm'"),
    "default below the grid": ("[30, 50]", "[100, 250]", 6, "depth_cm", "250 cm lies below the grid"),
    "written below the grid": ("[0, 20]", "[0, 210]", 13, "depth_cm", "210 cm lies below the grid"),
    "ditches on more than the field": ("value: 10", "value: 30", 12, "strips", "cover 150 % of the area"),
    "heavier than any soil": ("value: 100", "value: 4900", 8, "t_ha", "heavier than the soil"),
    "heavier than this soil": ("value: 100", "value: 3100", 8, "t_ha", "heavier than the soil of 0-20 cm"),
    "compost heavier than its layer": ("t_ha: 5, depth_cm: [30, 40]", "t_ha: 90, depth_cm: [30, 30.5]", 14, "t_ha",
                                       "90 t/ha of green_compost are heavier than the soil"),
}  # fmt: skip

IN_STUDY = {
    "below the grid": ([{"practice": "mine", "depth_cm": [100, 250]}], "practices #1.depth_cm", "below the grid"),
    "another name for the argument": ([{"practice": "mine", "strip": 25}], "strips", "cover 125 % of the area"),
    "heavier than this soil": ([{"practice": "mine", "t_ha": 3000}], "practices #1.t_ha", "heavier than the soil"),
    "ditches of the library": (
        [{"practice": "ditch_buried_straw", "strip_percent": 30, "strips": 10}],
        "practices #1.strips",
        "cover 300 % of the area",
    ),
    "ditches across ditches": (
        [[{"practice": "ditch_buried_straw"}, {"practice": "ditch_buried_straw", "year": 2026}]],
        "practices #1",
        "dug twice overlap",
    ),
    "contradiction": ([["no_till", "reduced_till"]], "practices #1", "contradict each other"),
}


def call(capsys, folder: Path, command: str, practices: list) -> str:
    """Write a study, call a command on it, and return what it says; nothing may be written."""
    data = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    data |= {"practices": practices, "ensemble": 2}
    (folder / "study.yaml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    assert command_line([command, str(folder / "study.yaml"), "-o", str(folder / "out")]) == 2
    assert not (folder / "out").exists()
    told = capsys.readouterr().err
    assert "What to do:" in told or "unknown parameter" in told
    assert "Traceback" not in told
    return told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(QUICK, tmp_path / "study")
    return tmp_path / "study"


@pytest.mark.parametrize("command", ["run", "compare"])
@pytest.mark.parametrize("case", IN_FILE)
def test_a_wrong_practice_file_is_named_with_line_and_key(capsys, folder, case, command):
    old, new, line, key, words = IN_FILE[case]
    assert old in MINE
    (folder / "mine.yaml").write_text(MINE.replace(old, new), encoding="utf-8")
    told = call(capsys, folder, command, ["mine"])
    assert f"mine.yaml, line {line}, '{key}'" in told
    assert words in told


@pytest.mark.parametrize("case", IN_STUDY)
def test_a_wrong_request_is_named_in_the_study(capsys, folder, case):
    practices, key, words = IN_STUDY[case]
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    told = call(capsys, folder, "run", practices)
    assert f"'{key}'" in told
    assert "line " in told
    assert words in told


def test_an_amendment_of_the_plan_itself_is_weighed(capsys, folder):
    data = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    data["amendments"] = [{"amendment": "green_compost", "t_ha": 100, "depth_cm": [20, 20.5]}]
    (folder / "study.yaml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    told = call(capsys, folder, "run", ["no_till"])
    assert "amendments #1.t_ha" in told
    assert "heavier than the soil" in told
