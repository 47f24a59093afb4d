"""What becomes of each kind of input: exact against the engine's steps, and against published shares."""

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from engine_cases import profile_case
from mollisol.column import Grid
from mollisol.column.tiles import simulate
from mollisol.plants import CROPS, crop, root_quality


@pytest.fixture(scope="module")
def inputs() -> ModuleType:
    place = Path(__file__).parents[2] / "validation" / "inputs.py"
    spec = importlib.util.spec_from_file_location("validation_inputs", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_pulse_is_conserved_and_starts_as_it_is_made(inputs: ModuleType) -> None:
    matrix, names = inputs.operator(10.0)
    assert np.all(matrix - np.diag(np.diag(matrix)) >= 0.0)
    assert np.all(matrix.sum(axis=0) <= 1e-12 * np.abs(np.diag(matrix)).max())
    for kind, quality in inputs.qualities().items():
        assert sum(quality.values()) == pytest.approx(1.0)
        assert set(quality) <= set(names)
        start = inputs.fate(quality, 0.0, (matrix, names))
        assert start["respired"] == pytest.approx(0.0, abs=1e-12)
        shares = [inputs.fate(quality, years, (matrix, names))["respired"] for years in (0.1, 1.0, 10.0, 1000.0)]
        assert np.all(np.diff([0.0, *shares]) > 0.0), kind


def test_the_exact_pulse_is_the_limit_of_the_engines_steps(inputs: ModuleType) -> None:
    case = profile_case(Grid([0.0, 0.2]), rotation=False, tillage=False, seasonal=False)
    kept = tuple(p for p in case.model.processes if p.slot in inputs.IN_PLACE)
    setup = dataclasses.replace(case.setup, amount=np.zeros_like(case.setup.amount))
    clay = float(setup.soil["clay"][1, 0])
    setup.forcing["temperature"][:] = 14.0
    quality = inputs.qualities()["roots"]
    case.state.carbon[1, :, 0] = [quality.get(pool.name, 0.0) for pool in case.model.pools]
    end, _ = simulate(dataclasses.replace(case.model, processes=kept), setup, case.state, 2, steps=100)
    system = inputs.operator(14.0, clay=clay, aggregation=1.0)
    exact = inputs.fate(quality, 2.0, system)
    left = dict(zip((pool.name for pool in case.model.pools), np.asarray(end.carbon)[1, :, 0], strict=True))
    assert sum(left[pool] for pool in inputs.PARTICULATE) == pytest.approx(exact["particulate"], rel=2e-3)
    assert sum(left[pool] for pool in inputs.ASSOCIATED) == pytest.approx(exact["associated"], rel=2e-3)


def test_biochar_persists_as_published(inputs: ModuleType) -> None:
    for row in inputs.compare()["biochar"]:
        assert row["model"] == pytest.approx(row["published"], abs=0.02)
    century = 1.0 - inputs.fate(inputs.qualities()["biochar_wood"], 100.0, inputs.operator(14.9))["respired"]
    assert min(inputs.WOOLF.values()) < century < max(inputs.WOOLF.values())


def test_manures_and_composts_leave_about_what_is_known_after_a_year(inputs: ModuleType) -> None:
    for row in inputs.compare()["amendments"]:
        assert row["10 degC"] == pytest.approx(row["published"], abs=0.08), row["input"]


def test_rhizodeposits_become_mineral_and_roots_particulate(inputs: ModuleType) -> None:
    """The order of the published shares; the model's contrast is smaller, which the validation page tells."""
    system, kinds = inputs.operator(10.0), inputs.qualities()
    after = {kind: inputs.fate(kinds[kind], 1.0, system) for kind in inputs.VILLARINO}
    assert after["rhizodeposits"]["associated"] > 1.2 * after["roots"]["associated"]
    assert after["rhizodeposits"]["associated"] > 1.2 * after["straw"]["associated"]
    assert after["roots"]["particulate"] > after["straw"]["particulate"] > 10.0 * after["rhizodeposits"]["particulate"]
    assert after["roots"]["particulate"] == pytest.approx(inputs.VILLARINO["roots"][1], abs=0.08)


def test_a_pulse_alone_meets_bare_minerals_and_a_loaded_soil_binds_less(inputs: ModuleType) -> None:
    kinds = inputs.qualities()
    for kind in inputs.VILLARINO:
        linear = inputs.fate(kinds[kind], 1.0, inputs.operator(10.0))
        bare = inputs.fate(kinds[kind], 1.0, inputs.operator(10.0, {"protection": "saturation"}))
        assert bare["associated"] == pytest.approx(linear["associated"], rel=1e-9)
        loaded = inputs.fate(kinds[kind], 1.0, inputs.operator(10.0, {"protection": "saturation"}, loading=0.8))
        assert loaded["associated"] < 0.75 * bare["associated"]


def test_more_suberin_keeps_roots_longer(inputs: ModuleType) -> None:
    pools = list(inputs.qualities()["roots"])
    wheat = [dict(zip(pools, root_quality(crop("wheat"), suberin=times), strict=True)) for times in (1.0, 2.0, 4.0)]
    left = [inputs.fate(quality, 3.0, inputs.operator(10.0))["particulate"] for quality in wheat]
    assert np.all(np.diff(left) > 0.0)
    for quality in wheat:
        assert sum(quality.values()) == pytest.approx(1.0)
    for plant in CROPS.values():
        assert 0.0 < plant.root_suberin < plant.root_lignin
