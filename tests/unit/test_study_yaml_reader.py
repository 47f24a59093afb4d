"""The YAML reader: values by the rules of YAML 1.2, and the line of every key."""

from __future__ import annotations

from pathlib import Path

import pytest

from mollisol.study.yaml_reader import read_yaml, show_path

TEXT = """\
# a comment
name: my field
site: {latitude: 42.4, longitude: -85.4}
crops:
  - {crop: maize, yield_t_ha: 9.0}
  - crop: soybean
    yield_t_ha: 3
"""


@pytest.fixture
def document(tmp_path: Path):
    path = tmp_path / "study.yaml"
    path.write_text(TEXT)
    return read_yaml(path)


def test_lines_of_keys_and_entries(document):
    assert document.lines[("name",)] == 2
    assert document.lines[("site", "longitude")] == 3
    assert document.lines[("crops", 0)] == 5
    assert document.lines[("crops", 1, "yield_t_ha")] == 7
    assert document.data["crops"][1] == {"crop": "soybean", "yield_t_ha": 3}


def test_a_missing_step_is_passed_over(document):
    assert document.locate(("crops", 1, 0, "crop")) == (("crops", 1, "crop"), 6)
    assert document.locate(("crops", 1, "roots", "kind")) == (("crops", 1), 6)
    assert show_path(("history", 0, "crops", 1, "crop")) == "history #1.crops #2.crop"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e3", 1000.0),
        ("1.5e-2", 0.015),
        ("010", 10),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("true", True),
        ("no", "no"),
        ("on", "on"),
        ("2025-01-01", "2025-01-01"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("'5'", "5"),
        ("~", None),
        ("", None),
    ],
)
def test_values(tmp_path, written, value):
    path = tmp_path / "study.yaml"
    path.write_text(f"key: {written}\n")
    found = read_yaml(path).data["key"]
    assert found == value
    assert type(found) is type(value)


def test_aliases_are_unfolded_within_reason(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: &wheat {crop: wheat}\nb: [*wheat, *wheat]\n")
    assert read_yaml(path).data["b"] == [{"crop": "wheat"}, {"crop": "wheat"}]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes("﻿name: Feld Süd\r\nseed: 3\r\n".encode())
    assert read_yaml(path).data == {"name": "Feld Süd", "seed": 3}
