"""Erosion in a study: its keys, what they switch on, and an eroding study from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml

from mollisol.cli.main import run as command
from mollisol.examples import demo_folder
from mollisol.study import load_spec, load_study
from mollisol.study.erosion import Erosion, past_losses
from mollisol.study.schema import StudySpec
from mollisol.units import InputError

Load = Callable[..., StudySpec]
QUICK = demo_folder().parent / "quick"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((QUICK / name).read_bytes())

    def changed(**changes: Any) -> StudySpec:
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load((QUICK / "study.yaml").read_text()), **changes}))
        return load_spec(path)

    return changed


def test_the_section_switches_the_slot_on_and_sets_the_enrichment(load: Load) -> None:
    assert load().model.slots == {}
    spec = load(erosion={"soil_t_ha_yr": 20, "enrichment": 1.8})
    assert spec.model.slots == {"erosion": "moving_surface"}
    assert spec.model.parameters == {"erosion.enrichment": 1.8}
    assert spec.erosion is not None
    assert spec.erosion.loss == 2.0
    assert load(model={"erosion": "moving_surface"}, erosion={}).model.slots == {"erosion": "moving_surface"}


def test_what_is_not_told_is_typical_and_listed(load: Load) -> None:
    spec = load(erosion={})
    assert spec.erosion is not None
    assert spec.erosion.loss == 1.0
    assert spec.defaults_used["erosion.soil_t_ha_yr"].startswith("10")
    assert Erosion(deposition_t_ha_yr=5.0).loss == 0.0
    assert Erosion(deposition_t_ha_yr=5.0).gain == 0.5


def test_the_past_loses_what_the_plan_does_unless_told(load: Load) -> None:
    wheat = [{"crop": "wheat", "yield_t_ha": 2.0}]
    periods = [
        {"from": 1850, "land_use": "grassland"},
        {"from": 1900, "crops": wheat},
        {"from": 1950, "crops": wheat, "erosion_t_ha_yr": 25},
    ]
    spec = load(erosion={"soil_t_ha_yr": 8}, history=periods)
    assert past_losses(spec) == [0.0, 0.8, 2.5]
    assert past_losses(load(erosion={"soil_t_ha_yr": 8})) == [0.8]


@pytest.mark.parametrize(
    ("changes", "message", "remedy"),
    [
        ({"erosion": {"soil_t_ha_yr": -5}}, "given -5", "deposition_t_ha_yr"),
        ({"erosion": {"soil_t_ha_yr": 900}}, "from 0 to 500 t soil/ha/yr", ""),
        ({"erosion": {"enrichment": 0.5}}, "from 1 to 5", ""),
        ({"erosion": {"soil_kg_m2_yr": 1}}, "unknown key", "soil_t_ha_yr"),
        ({"erosion": {"deposited": {"clay_percent": 70, "silt_percent": 40}}}, "exceed 100 %", ""),
        ({"erosion": {"practices": {"residue_remova": 5}}}, "unknown practice", "residue_removal"),
        ({"erosion": {}, "model": {"erosion": "none"}}, "stands against the section", "leave this out"),
        (
            {"erosion": {"enrichment": 2}, "model": {"parameters": {"erosion.enrichment": 1.2}}},
            "given here and as the parameter",
            "once",
        ),
        (
            {"history": [{"from": 1900, "land_use": "grassland", "erosion_t_ha_yr": 1}]},
            "has no erosion",
            "soil_t_ha_yr",
        ),
    ],
)
def test_mistakes_are_told_with_a_remedy(load: Load, changes: dict[str, Any], message: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        load(**changes)
    assert message in str(caught.value)
    assert remedy in (caught.value.remedy or "")
    assert caught.value.line is not None


@pytest.fixture(scope="module")
def run_quick(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., xr.Dataset]:
    def run(from_command: bool = False, **changes: Any) -> xr.Dataset:
        folder = tmp_path_factory.mktemp("study")
        for name in ("profile.csv", "climate.csv"):
            (folder / name).write_bytes((QUICK / name).read_bytes())
        study = {**yaml.safe_load((QUICK / "study.yaml").read_text()), "years": {"start": 2025, "end": 2029}}
        study["grid"] = [0.0, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0]
        (folder / "study.yaml").write_text(yaml.safe_dump({**study, **changes}))
        if not from_command:
            return load_study(folder / "study.yaml").run()
        assert command(["run", str(folder / "study.yaml"), "-o", str(folder / "out")]) == 0
        return xr.load_dataset(folder / "out" / "result.nc", engine="h5netcdf")

    return run


def imbalance(result: xr.Dataset) -> xr.DataArray:
    """The largest error of the contract's budget in any year, by practice and member."""
    stock = result.carbon.sum(("layer", "pool")) + result.surface_litter
    flows = result.input.sum("layer") + result.surface_input + result.deposition + result.bottom_exchange
    flows = flows - result.respiration.sum("layer") - result.surface_respiration
    flows = flows - result.leaching - result.runoff - result.erosion
    return abs(stock.diff("time") - flows.isel(time=slice(1, None))).max("time")


def test_an_eroding_study_from_the_command_line(run_quick: Callable[..., xr.Dataset]) -> None:
    result = run_quick(True, erosion={"soil_t_ha_yr": 10, "enrichment": 1.5, "practices": {"residue_removal": 20}})
    assert bool((imbalance(result) <= result.balance_residual).all())
    assert float(result.balance_residual.max()) < 1e-11
    later = result.isel(time=slice(1, None))
    assert bool((later.deposition == 0.0).all())
    assert bool((later.bottom_exchange > 0.0).all())
    assert bool((later.runoff > 0.0).all())
    # 10 t of soil with 1.5 times the carbon of the first layer's soil; the state is that at the year's beginning
    first = result.soc.isel(time=0, layer=0) / (result.mineral_mass.isel(time=0, layer=0))
    content = float(first.sel(practice="baseline")[0])
    matter = 1.0 / (1.0 + 1.724 * content)  # from mineral mass to fine earth, nearly
    expected = 1.5 * content * matter
    assert float(later.erosion.sel(practice="baseline")[0, 0]) == pytest.approx(expected, rel=0.01)
    ratio = later.erosion.sel(practice="residue_removal") / later.erosion.sel(practice="baseline")
    assert float(ratio[0, 0]) == pytest.approx(2.0, rel=1e-12)
    assert float(abs(result.mineral_mass.diff("time")).max()) > 0.0


def test_a_study_that_receives_soil(run_quick: Callable[..., xr.Dataset]) -> None:
    brought = {"organic_carbon_percent": 3.0, "clay_percent": 40.0, "silt_percent": 30.0}
    result = run_quick(erosion={"deposition_t_ha_yr": 20, "deposited": brought}, initial="measured")
    assert bool((imbalance(result) <= result.balance_residual).all())
    later = result.isel(time=slice(1, None))
    assert bool((later.erosion == 0.0).all())
    assert bool((later.bottom_exchange < 0.0).all())
    np.testing.assert_allclose(later.deposition, 2.0 * 0.03, rtol=1e-12)


@pytest.mark.slow
def test_a_study_without_erosion_has_none(run_quick: Callable[..., xr.Dataset]) -> None:
    result = run_quick(initial="measured")
    later = result.isel(time=slice(1, None))
    for name in ("erosion", "deposition", "bottom_exchange", "runoff"):
        assert bool((later[name] == 0.0).all()), name
    assert float(abs(result.mineral_mass.diff("time")).max()) == 0.0
