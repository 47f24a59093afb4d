"""A user's own practices beside the study, and what is said of wrong ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from mollisol.practices import apply_together, practice
from mollisol.study import load_spec
from mollisol.study.plans import timelines
from mollisol.units import InputError

QUICK = Path(__file__).parents[2] / "src" / "mollisol" / "examples" / "quick"

MINE = """name: mine
about: A practice of my own.
mechanism: Roots reach deeper where it takes hold.
parameters:
  deeper:
    {value: 1.4, unit: "1", lower: 1, upper: 3, distribution: lognormal, spread: 0.2, source: me, confidence: low,
     about: deeper}
  depth_cm: {kind: depths, value: [30, 50], unit: cm, lower: 0, upper: 900, source: me, confidence: low, about: where}
  luck: {kind: chance, value: 0.5, unit: "1", lower: 0, upper: 1, source: me, confidence: low, about: chance}
actions:
  - stretch_roots: {factor: $deeper, established: $luck}
  - scale_process: {process: mineral, factor: 0.9, depth_cm: $depth_cm, established: $luck}
"""


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(QUICK, tmp_path / "study")
    return tmp_path / "study"


def study(folder, practices, **changes):
    data = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    data |= {"practices": practices, "ensemble": 8, **changes}
    (folder / "study.yaml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return folder / "study.yaml"


@pytest.mark.parametrize("place", ["", "practices"])
def test_a_practice_is_found_beside_the_study(folder, place):
    (folder / place).mkdir(exist_ok=True)
    (folder / place / "mine.yaml").write_text(MINE, encoding="utf-8")
    spec = load_spec(study(folder, ["mine", {"practice": "mine", "deeper": 2.0, "until": 2028, "label": "short"}]))
    assert "practices #1.deeper" in spec.defaults_used
    drawn = {}
    lines = timelines(spec, drawn)
    assert set(drawn) == {"mine.deeper", "mine.luck.outcome"}
    assert lines["mine"][0][1].changes[0].factor.shape == (9,)
    assert [year for year, _ in lines["short"]] == [2025, 2029]
    # the same field without draws, as when a file is only checked
    assert isinstance(timelines(spec)["mine"][0][1].changes[0].factor, float)


FAULTS = {
    "unknown action": (MINE.replace("stretch_roots", "strech_roots"), 11, "stretch_roots"),
    "unknown argument": (MINE.replace("factor: $deeper", "by: 2, factor: $deeper"), 11, "by"),
    "another unit": (MINE.replace("[30, 50], unit: cm", "[0.3, 0.5], unit: m"), 12, "takes its depth_cm in cm"),
    "unknown distribution": (MINE.replace("lognormal", "lognrmal"), 6, "lognormal"),
    "no spread": (MINE.replace(", spread: 0.2", ""), 6, "spread"),
    "a name of the study file": (MINE.replace("  luck:", "  year:").replace("$luck", "$year"), 9, "taken"),
    "unknown strength": (MINE + "evidence: {strength: sure, sources: [me]}\n", 13, "moderate"),
    "evidence of nothing": (MINE + "evidence: {strength: strong}\n", 13, "sources"),
    "unknown condition": (
        MINE.replace("$luck}\n  - scale", "$luck}\n    when: {lck: 1}\n  - scale"), 12, "'luck'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_wrong_practice_files_name_file_and_line(folder, case):
    text, line, expected = FAULTS[case]
    assert text != MINE
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_spec(study(folder, ["mine"]))
    assert caught.value.file == "mine.yaml"
    assert caught.value.line == line
    assert expected in str(caught.value)


IN_THE_STUDY = {
    "below the grid": ([{"practice": "mine", "depth_cm": [100, 250]}], "depth_cm", "250 cm lies below the grid"),
    "injection below the grid": (
        [{"practice": "compost_injection", "depth_cm": [100, 150]}],
        "depth_cm",
        "below the grid",
    ),
    "unknown practice": (["myne"], "practices", "'mine'"),
    "ends too late": ([{"practice": "no_till", "until": 2099}], "until", "a year of the run"),
    "more than the field": ([{"practice": "no_till", "area": 1.5}], "area", "1.5"),
    "a scenario that is not there": ([{"practice": "climate_change", "file": "none.csv"}], "file", "does not exist"),
    "a scenario elsewhere": ([{"practice": "climate_change", "file": "../x.csv"}], "file", "outside"),
    "two that contradict": ([["grassland_conversion", "crop_rotation"]], "practices", "contradict"),
}


@pytest.mark.parametrize("case", IN_THE_STUDY)
def test_wrong_requests_name_the_line_of_the_study(folder, case):
    practices, key, expected = IN_THE_STUDY[case]
    (folder / "practices").mkdir()
    (folder / "practices" / "mine.yaml").write_text(MINE, encoding="utf-8")
    shallow = {"grid": [0.0, 0.2, 0.5, 1.0]} if "injection" in case else {}
    with pytest.raises(InputError) as caught:
        load_spec(study(folder, practices, **shallow))
    assert expected in str(caught.value)
    assert key in str(caught.value.key)
    text = (folder / "study.yaml").read_text("utf-8").splitlines()
    assert caught.value.line is not None
    assert caught.value.line > next(i for i, row in enumerate(text) if row.startswith("practices"))


def test_a_file_may_not_take_a_name_of_the_library(folder):
    (folder / "no_till.yaml").write_text(MINE.replace("name: mine", "name: no_till"), encoding="utf-8")
    with pytest.raises(InputError, match="in the library already"):
        load_spec(study(folder, ["no_till"]))


def test_a_file_is_called_as_the_practice_in_it(folder):
    (folder / "other.yaml").write_text(MINE, encoding="utf-8")
    with pytest.raises(InputError, match="called 'mine'"):
        load_spec(study(folder, ["other"]))


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "elsewhere.yaml").write_text(MINE, encoding="utf-8")
    (folder / "mine.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(InputError, match="leads out"):
        load_spec(study(folder, ["mine"]))


def test_a_name_is_no_path(folder, tmp_path):
    (tmp_path / "secret.yaml").write_text(MINE, encoding="utf-8")
    with pytest.raises(InputError, match="unknown practice"):
        practice("../secret", folder)


def test_the_order_in_which_practices_are_given_is_kept(folder):
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    spec = load_spec(study(folder, [["mine", "residue_removal"]]))
    plan = timelines(spec)["mine + residue_removal"][0][1]
    assert plan.changes
    assert plan.rotation[0].residue_removed == 0.5
    again = apply_together(plan, [("residue_retention", {})])
    assert again[0][1].rotation[0].residue_removed == 0.0
