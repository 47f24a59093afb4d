"""Studies in which soil moves: no-till at equal mass, inversion, ditches, clay and rock, all in one program."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml

from mollisol.column import tiles
from mollisol.examples import demo_folder
from mollisol.soil import equivalent_soil_mass
from mollisol.soil.synthetic import profile_of
from mollisol.study import load_study
from mollisol.study.choices import CHOICES
from mollisol.study.equal_mass import at_equal_mass, equal_mass

QUICK = demo_folder().parent / "quick"
EDGES = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0, 1.5, 2.0]
YEARS = 20
INVERSION = {"practice": "full_inversion_tillage", "depth_cm": 60, "mixing": 0.0, "year": 2026}
CLAY = {"practice": "clay_addition", "t_ha": 300, "year": 2027}
PRACTICES = [
    "no_till",
    INVERSION,
    {"practice": "ditch_buried_straw", "strip_percent": 20, "strips": 4},
    CLAY,
    {"practice": "rock_dust", "year": 2026},
    [INVERSION, CLAY, {"practice": "compost_surface", "year": 2026}],
    [INVERSION, "no_till"],
]
CENTRES = 0.5 * (np.array(EDGES)[1:] + np.array(EDGES)[:-1])


def run(folder: Path, practices: list[Any], **changes: Any) -> xr.Dataset:
    for name in ("profile.csv", "climate.csv"):
        (folder / name).write_bytes((QUICK / name).read_bytes())
    study = {
        **yaml.safe_load((QUICK / "study.yaml").read_text()),
        "model": {"parameter_set": "priors"},  # what is tested is no parameter's value
        "years": {"start": 2025, "end": 2024 + YEARS},
        "grid": EDGES,
        "tillage": {"depth_cm": 20, "every_years": 1},
        "practices": practices,
        "initial": "measured",
        "steps_per_month": 1,
        "output": {"radiocarbon": False, "permanence": False},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump({**study, **changes}))
    return load_study(folder / "study.yaml").run()


@pytest.fixture(scope="module")
def programs() -> list[tuple[Any, ...]]:
    return []


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, programs: list[tuple[Any, ...]]) -> xr.Dataset:
    original: Callable[..., Any] = tiles._compiled

    def counted(function: Any, *key: Any) -> Any:
        if function.__qualname__.startswith("_years"):
            programs.append((function, *key))
        return original(function, *key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "_compiled", counted)
        return run(tmp_path_factory.mktemp("moves"), PRACTICES)


def gain(result: xr.Dataset, practice: str, variable: str = "soc") -> np.ndarray:
    """Difference from the baseline at the end, by layer, Mg C/ha."""
    change = result[variable].sel(practice=practice) - result[variable].sel(practice="baseline")
    return 10.0 * np.asarray(change.isel(time=-1, member=0))


def test_all_plans_share_one_program(result: xr.Dataset, programs: list[tuple[Any, ...]]) -> None:
    """However many practices move soil, patches and choices among them."""
    assert len(result.practice) == 1 + len(PRACTICES)
    assert len({hash(key) for key in programs}) == 1


def test_the_budget_of_a_field_closes_over_its_patches(result: xr.Dataset) -> None:
    stock = result.carbon.sum(("layer", "pool")) + result.surface_litter
    flows = result.input.sum("layer") + result.surface_input + result.deposition + result.bottom_exchange
    flows = flows - result.respiration.sum("layer") - result.surface_respiration
    flows = flows - result.leaching - result.runoff - result.erosion
    wrong = abs(stock.diff("time") - flows.isel(time=slice(1, None))).max("time")
    assert bool((wrong <= result.balance_residual).all())
    assert float(result.balance_residual.max()) < 1e-11


def test_no_till_gains_above_loses_below_and_less_at_equal_mass(result: xr.Dataset) -> None:
    fixed, equal = gain(result, "no_till"), gain(result, "no_till", "soc_equal_mass")
    assert np.all(fixed[:2] > 0.1)
    assert np.all(fixed[(CENTRES > 0.2) & (CENTRES < 0.4)] < 0.0)
    top = CENTRES < 0.3
    assert 0.0 < equal[top].sum() < fixed[top].sum() - 0.5
    mass = result.mineral_mass.sel(practice="no_till", member=0).isel(layer=slice(0, 3)).sum("layer")
    ratio = np.asarray(mass / mass[0])
    assert np.all(np.diff(ratio) > 0.0)
    assert 1.035 < ratio[-1] < 1.041
    assert float(abs(result.mineral_mass.sel(practice="baseline").diff("time")).max()) == 0.0


def test_equal_mass_is_that_of_measured_profiles(result: xr.Dataset) -> None:
    """Straight lines instead of a spline; where masses are those of the reference, the layers themselves."""
    np.testing.assert_array_equal(
        equal_mass(result).sel(practice="baseline"), result.soc_equal_mass.sel(practice="baseline")
    )
    np.testing.assert_allclose(
        result.soc_equal_mass.sel(practice="baseline"), result.soc.sel(practice="baseline"), rtol=1e-12
    )
    tops, bottoms, percent, density = [0, 10, 20, 40], [10, 20, 40, 80], [2.0, 1.8, 1.0, 0.6], [1.30, 1.34, 1.45, 1.5]
    profile = profile_of(tops, bottoms, percent, bulk_density_g_cm3=density)
    thick = np.diff([0.0, *bottoms]) / 100.0
    fine = 1000.0 * np.array(density) * thick
    matter = 1.0 - 0.01724 * np.array(percent)
    carbon = (np.array(percent) / 100.0 * fine)[:, None]
    reference = np.array([125.0, 130.0, 270.0, 560.0])
    ours = np.cumsum(at_equal_mass(carbon, (fine * matter)[:, None], reference)[:, 0])
    theirs = equivalent_soil_mass(profile, np.cumsum(reference))["organic_carbon"]
    np.testing.assert_allclose(ours, np.asarray(theirs, dtype=float), rtol=0.02)


def test_one_inversion_buries_carbon_and_its_topsoil_refills(result: xr.Dataset) -> None:
    soc = 10.0 * (result.soc.sel(practice="full_inversion_tillage") - result.soc.sel(practice="baseline")).isel(
        member=0
    )
    top = soc.isel(layer=slice(0, 3)).sum("layer")
    after, late = top.isel(time=3), top.isel(time=-1)
    assert float(after) < -5.0
    assert float(after) < float(late) < 0.0
    total = soc.sum("layer")
    # at first broken aggregates let go some of what the buried topsoil keeps
    assert float(total.isel(time=-1)) > 0.5
    assert float(total.isel(time=3)) < float(total.isel(time=-1))
    assert np.all(gain(result, "full_inversion_tillage")[(CENTRES > 0.4) & (CENTRES < 0.6)] > 0.3)


def test_what_moves_with_the_soil_decides_much_and_is_told(result: xr.Dataset) -> None:
    told = 10.0 * result.soc_change_by_choice.isel(member=0)
    assert told.choice.to_numpy().tolist() == list(CHOICES)
    for name in ("full_inversion_tillage", "no_till"):
        np.testing.assert_allclose(told.sel(practice=name, choice="as set"), gain(result, name), atol=1e-12)
    turned = told.sel(practice="full_inversion_tillage").sum("layer")
    assert float(turned.sel(choice="residual scalar moves")) != pytest.approx(float(turned.sel(choice="as set")))
    # nothing of that matters where soil is not moved
    still = told.sel(practice="no_till")
    np.testing.assert_array_equal(still.isel(choice=1), still.isel(choice=0))


def test_added_soil_is_in_the_mass_and_in_no_carbon(result: xr.Dataset) -> None:
    """300 t/ha are 30 kg/m2 of mineral soil, and push out of the window below what was in their room there."""
    mass = result.mineral_mass.sel(practice="clay_addition", member=0)
    brought = mass.isel(time=3).sum("layer") - mass.isel(time=2).sum("layer")
    last = float(mass.isel(time=0, layer=-1)) / 0.5
    pushed = 30.0 / 1400.0 * 1.04 * last  # the topsoil is kept loose
    assert float(brought) == pytest.approx(30.0 - pushed, abs=0.02)
    exchanged = result.bottom_exchange.sel(practice="clay_addition", member=0)
    assert float(exchanged.isel(time=3)) < 0.0
    assert float(abs(exchanged.isel(time=slice(1, 3))).max()) == 0.0


def test_rock_has_a_ledger_of_its_own(result: xr.Dataset) -> None:
    removed = result.inorganic_removal
    rock = np.asarray(removed.sel(practice="rock_dust"))
    assert np.isnan(rock[0])
    assert rock[1] == 0.0
    assert rock[2] == pytest.approx(5.0 * 0.3 * -np.expm1(-0.08))
    # four dressings of 50 t/ha bind at most 60 t CO2/ha; ten are published after four years
    assert 10.0 * rock[2:6].sum() == pytest.approx(10.0, rel=0.2)
    assert float(removed.sel(practice="baseline").sum()) == 0.0


def test_practices_that_move_soil_compose(result: xr.Dataset) -> None:
    """Compost counts in full beside inversion and clay; no-till after inversion settles what was loosened."""
    name = "full_inversion_tillage + clay_addition + compost_surface"
    given = result.input.sum("layer") + result.surface_input
    more = (given.sel(practice=name) - given.sel(practice="baseline")).isel(member=0, time=slice(2, None))
    assert float(more.min()) == pytest.approx(float(more.max()), rel=1e-9)
    assert float(more.max()) > 0.1
    mass = result.mineral_mass.isel(member=0, layer=slice(0, 3)).sum("layer")
    both, one = mass.sel(practice="full_inversion_tillage + no_till"), mass.sel(practice="full_inversion_tillage")
    assert float((both - one).isel(time=-1)) > 5.0


def test_a_study_whose_soil_stays_takes_no_computing_for_it(tmp_path: Path) -> None:
    still = run(tmp_path, ["residue_removal"], years={"start": 2025, "end": 2027})
    assert "soc_equal_mass" not in still
    assert "inorganic_removal" not in still
    assert float(abs(still.mineral_mass.diff("time")).max()) == 0.0
