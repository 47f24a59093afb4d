"""The first figure's table: shipped figures, tails of the roots, statistics, and the picture."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.cli.main import run
from mollisol.evidence.figure1 import data, model_rows, productivity, shipped, table, to_csv
from mollisol.evidence.figure1.table import EDGES, FigureRow, by_depth
from mollisol.models.parameter_sets import chosen_set

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the folder of measurements is absent")


def medians(rows: list[FigureRow], panel: str, series: str, quantity: str) -> np.ndarray:
    return np.array([row.median for row in by_depth(rows, panel, series, quantity)])


def test_shares_of_formulas_sum_to_all_of_it() -> None:
    rows = shipped().rows
    for name in productivity.TAILS:
        share = medians(rows, "a", f"BNPP, {name}", "share")
        assert np.sum(share * np.diff(EDGES) / table.PER) == pytest.approx(100.0, abs=0.05)


def test_every_row_has_a_source_and_ordered_quartiles() -> None:
    rows = shipped().rows
    assert len(rows) > 100
    for row in rows:
        assert len(row.source) > 10
        assert not np.isfinite(row.low) or row.low <= row.median <= row.high


def test_the_published_cropland_rows() -> None:
    """Median and quartiles of 0-20 and 80-100 cm as the report has them from the same data (yr)."""
    rows = by_depth(shipped().rows, "b", "cropland", "turnover")
    assert [round(rows[0].median), round(rows[0].low), round(rows[0].high)] == [27, 19, 39]
    assert round(rows[4].median) == 111


def test_turnover_rises_from_about_fifty_years_to_more_than_four_thousand() -> None:
    """All biomes, published exponential; other tails give less, which is why the figure shows three."""
    rows = shipped().rows
    deep = {name: medians(rows, "b", f"stock / BNPP, {name}", "turnover") for name in productivity.TAILS}
    exponential, power = deep["e-fold 16.4 cm"], deep["heavy tail"]
    assert 30.0 < exponential[0] < 60.0
    assert exponential[-1] > 4000.0
    assert power[-1] < 1000.0
    assert np.all(np.diff(exponential) > 0.0)


def test_computed_turnover_is_stock_over_its_share_of_productivity() -> None:
    rows = productivity.computed_turnover(np.full(7, 2.0), 5, "somewhere")
    first = next(row for row in rows if row.top_cm == 0.0 and "0.961" in row.series)
    share = (1.0 - 0.961**20) / (1.0 - 0.961**200)
    assert first.median == pytest.approx(2.0 / (productivity.TOTAL.value * share), rel=1e-12)


def test_statistics_of_a_known_relation() -> None:
    random = np.random.default_rng(3)
    layer = np.repeat(np.arange(7), 40)
    bnpp = 10.0 ** (-0.4 * layer)
    # carbon follows productivity through depth alone
    soc = 20.0 * bnpp**0.5 * np.exp(0.1 * random.standard_normal(layer.size))
    inner = bnpp * np.exp(0.2 * random.standard_normal(layer.size))
    of = [
        FigureRow("c", "x", q, "", i, i + 1, 0, v, 0, 0, 1, "")
        for q in ("soc", "bnpp")
        for i, v in ((1, 2.0), (2, 5.0))
    ]
    found = {row.quantity: row.median for row in data.fit_rows(inner, soc, layer, of)}
    assert found["slope"] == pytest.approx(0.5, abs=0.03)
    assert found["R2, all depths"] > 0.9
    assert found["R2, within depths"] < 0.05
    assert found["R2, medians"] == pytest.approx(1.0)
    assert 10.0 ** found["intercept"] == pytest.approx(20.0, rel=0.1)


def test_a_table_survives_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = shipped().rows
    text = to_csv(rows)
    assert "nan" not in text
    assert text.count("\n") == len(rows) + 1


def test_productivity_of_a_site_is_more_below_grass_than_below_wheat() -> None:
    grass, wheat = (productivity.site_productivity(use, 9.0, 800.0, 50.0) for use in ("grassland", "cropland"))
    assert np.all(np.diff(grass / np.diff(EDGES)) < 0.0)
    assert grass.sum() > 2.0 * wheat.sum() > 0.0


def test_the_figure_and_its_table_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["figure1", "-o", str(tmp_path / "out"), "--draws", "3", "--parameter-set", "priors"]) == 0
    printed = capsys.readouterr()
    assert "model: grassland" in printed.out
    assert "drawn from priors" in printed.err
    assert (tmp_path / "out" / "figure1.png").read_bytes()[:4] == b"\x89PNG"
    lines = (tmp_path / "out" / "figure1.csv").read_text().splitlines()
    modelled = [line for line in lines if line.startswith("b,model: cropland,turnover")]
    assert len(modelled) == 7
    times = np.array([float(line.split(",")[7]) for line in modelled])
    assert 10.0 < times[0] < times[-1]


@pytest.mark.slow
def test_the_default_set_rises_as_the_framework_does_with_the_published_productivity() -> None:
    """From about 50 years to more than 4,000; how much is the tail's, not the stock's."""
    rows = model_rows(shipped().rows, 20, chosen_set(None, "whole_profile", {}))
    found = {name: medians(rows, "b", f"model: all biomes, {name}", "turnover") for name in productivity.TAILS}
    for name in ("e-fold 16.4 cm", "heavy tail"):
        assert 25.0 < found[name][0] < 75.0
        assert np.all(np.diff(found[name]) > 0.0)
    assert found["e-fold 16.4 cm"][-1] > 4000.0
    assert found["heavy tail"][-1] < 1000.0


def test_a_folder_without_the_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["figure1", str(tmp_path)]) == 2
    assert "no such source" in capsys.readouterr().err


@needs_data
def test_roots_of_the_pits() -> None:
    pits = data.root_biomass(DATA)
    assert pits.shape == (26, 7)
    assert np.all(pits >= 0.0)
    # live roots of Bartlett's neighbour sites: hundreds to thousands of g/m2
    assert 100.0 < np.median(pits.sum(axis=1)) < 5000.0


@pytest.mark.slow
@needs_data
def test_the_shipped_figures_are_those_of_the_data() -> None:
    assert to_csv(data.measured(DATA).rows) == to_csv(shipped().rows)
