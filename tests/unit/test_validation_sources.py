"""Fits that leave a source out: which they are, what a plot kept, and the tables of the page."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from validation.sources import (
    NAMES,
    experiment_lines,
    kept_lines,
    main,
    parameter_lines,
    profile_lines,
    turnover_lines,
    written,
)

from mollisol.evidence.configuration import Configuration
from mollisol.evidence.sources import EVERY, PlotFits, ProfileFits, variants


def plots() -> PlotFits:
    """A field without input and one with manure, over 20 years; the fit `twice` keeps twice as much."""
    received = np.zeros((2, 20))
    received[1] = np.cumsum(np.full(20, 0.2))
    year = np.array([1, 10, 20, 1, 10, 20])
    column = np.array([0, 0, 0, 1, 1, 1])
    bare = np.array([5.0, 4.5, 4.0])
    kept = 0.25 * received[1, [0, 9, 19]]
    stock = np.concatenate([bare, bare + kept])
    twice = np.concatenate([bare, bare + 2.0 * kept])
    return PlotFits(
        "test", ("farm", "farm"), ("bare", "manure"), np.zeros(2), np.array([0.0, 0.2]), column, year, stock,
        {"right": stock, "twice": twice}, np.array([5.0, 5.0]), received,
    )  # fmt: skip


def test_one_source_is_left_out_at_a_time() -> None:
    given = Configuration("mine", ("depolymerisation.mineral",))
    made = variants(given)
    assert made[EVERY] == dataclasses.replace(given, method="laplace")
    assert made["without experiments"].sources == ("profiles", "turnover", "minerals", "incubations")
    # each in a folder of its own
    assert len({one.name for one in made.values()}) == len(made) == 5
    assert all("profiles" in one.sources for one in made.values())
    fewer = variants(Configuration("mine", ("depolymerisation.mineral",), sources=("profiles", "experiments")))
    assert list(fewer) == [EVERY, "without experiments"]


def test_what_is_kept_of_what_was_brought() -> None:
    one = plots()
    # late stocks are those of years 10 and 20, received on average 3
    assert one.kept(1, one.stock) == pytest.approx(0.25)
    assert one.kept(1, one.modelled["twice"]) == pytest.approx(0.5)
    assert np.isnan(one.kept(0, one.stock))
    assert one.last(1) == 5
    assert one.off("right", [0, 1]) == pytest.approx(np.zeros(6))
    assert one.off("twice", [1])[-1] == pytest.approx(np.log(6.0 / 5.0))


def test_the_tables() -> None:
    one = plots()
    kept = kept_lines((one,))
    assert kept[-1] == "| farm (test) | manure | 25 | 25 | 50 |"
    lines = "\n".join(experiment_lines((one,)))
    assert "| **farm** (test) | all, 6 stocks: bias, spread |" in lines
    assert "| manure | 0.00 + 2.00 | 50 | 50 (year 20) | 50 (+0.00) | 60 (" in lines
    values = np.array([[0.5, np.nan], [0.5, np.nan], [0.5, np.nan]])
    fits = ProfileFits(
        "fit", np.array([0.0, 0.2, 0.4]), {"a": values}, {"a": 10.0 * values}, {"a": np.array([90.0, 120.0])},
        np.array([30.0, np.nan]), np.array(["s1", "s1", "s2"]),
    )  # fmt: skip
    assert turnover_lines((fits,))[2:] == ["| fit | 0-20 | 30 | 90 |"]
    shown = profile_lines((fits,))
    assert shown[2:] == ["| fit | 0-20 | 3 (2) | +0.50, +5 |"]
    chosen = SimpleNamespace(
        parameters=("slot.a",), units=("1/yr",), best=np.array([2.0]), draws=np.array([[1.0], [3.0]]),
        spread={"site_rate": 0.5},
    )  # fmt: skip
    told = parameter_lines({"x": chosen})  # type: ignore[dict-item]
    assert told[2:] == ["| slot.a, 1/yr | 2 (1.1 to 2.9) |", "| spread: site_rate | 0.5 |"]


def test_tables_go_between_their_marks() -> None:
    page = "# Page\n" + "".join(
        f"\n<!-- {name}: made by validation/sources.py -->\nold\n<!-- end of {name} -->\nafter\n" for name in NAMES
    )
    once = written(page, {name: [f"new {name}"] for name in NAMES})
    assert "old" not in once
    assert once.count("after") == len(NAMES)
    assert written(once, {name: [f"new {name}"] for name in NAMES}) == once


def test_absent_data_end_with_a_code(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main([str(tmp_path)]) == 2
    assert "absent" in capsys.readouterr().err
