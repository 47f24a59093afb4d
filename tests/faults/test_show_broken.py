"""A result that cannot be reported is refused by name, and a failed write leaves no half file."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from show_synthetic import small_result, synthetic_result

from mollisol.show import summary_table, write_summary
from mollisol.show.files import write_atomically
from mollisol.units import RunError

STOCK = [[[5.0, 3.0]], [[5.0, 3.0]]]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda result: result.drop_vars("soc"), "no 'soc'"),
        (lambda result: result.drop_vars("layer_bounds"), "no 'layer_bounds'"),
        (lambda result: result.assign_coords(practice=["now", "one"]), "no practice 'baseline'"),
        (lambda result: result.assign(soc=result["soc"] * np.nan), "no member"),
    ],
)
def test_what_cannot_be_reported_is_named(spoil, message):
    with pytest.raises(RunError, match=message):
        summary_table(spoil(small_result(STOCK, STOCK)))


def test_a_killed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "summary.csv"
    path.write_text("old")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_summary(synthetic_result(members=1, years=1), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_is_an_ordinary_one(tmp_path):
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_bytes(b"x")
    write_atomically(ours, b"x")
    assert ours.stat().st_mode == plain.stat().st_mode
