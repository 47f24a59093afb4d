"""What is known of practices, under the calibrated default: on six real sites, and through time on the demo's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from validation.practice_claims import bare_fallow, best_runs
from validation.practice_effects import between, site_effects

from mollisol.examples import SITES, demo_folder, site_folder

pytestmark = pytest.mark.slow

DEMO = demo_folder() / "study.yaml"
STUDIES = {"demo": DEMO, **{name: site_folder(name) / "study.yaml" for name in SITES}}
MG_HA = 10.0


@pytest.fixture(scope="module")
def effects() -> dict[str, Any]:
    return {name: site_effects(study, 1, ("no_till", "cultivar_drift")) for name, study in STUDIES.items()}


def gain(effects: dict[str, Any], site: str, practice: str, top: float, low: float, kind: str = "gain") -> float:
    return float(between(effects[site]["practices"][practice][kind], top, low)[0])


@pytest.mark.parametrize("site", STUDIES)
def test_no_till_gains_in_0_10_and_loses_in_20_40_cm(effects: dict[str, Any], site: str) -> None:
    assert gain(effects, site, "no_till", 0.0, 10.0) > 0.5
    assert gain(effects, site, "no_till", 20.0, 40.0) < -0.03


@pytest.mark.parametrize("site", STUDIES)
def test_no_till_gains_less_in_the_same_soil_than_in_the_same_depth(effects: dict[str, Any], site: str) -> None:
    fixed, equal = (gain(effects, site, "no_till", 0.0, 30.0, kind) for kind in ("gain", "equal_mass"))
    assert 0.0 < equal < fixed - 0.1


@pytest.mark.parametrize("site", STUDIES)
def test_shallow_rooted_cultivars_lose_below_30_cm(effects: dict[str, Any], site: str) -> None:
    assert gain(effects, site, "cultivar_drift", 30.0, 200.0) < -0.01


@pytest.fixture(scope="module")
def inverted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of 60 years after one inversion, Mg C/ha: gain of 0-10 cm and the whole profile; without inputs the gain of the
    whole profile, and SOC of the untouched and of the inverted field."""
    usual = best_runs(DEMO, 60, ["full_inversion_tillage"], None)
    bare = best_runs(DEMO, 60, ["full_inversion_tillage"], None, crops=bare_fallow())
    top = usual.ready.place.grid.depth_share(0.1)
    told = [MG_HA * (one.soc[1, 0] - one.soc[0, 0]) for one in (usual, bare)]
    stock = MG_HA * bare.soc[:2, 0].sum(axis=-1)
    return np.stack([told[0] @ top, told[0].sum(axis=-1)]), told[1].sum(axis=-1), stock


def test_one_inversion_gains_over_decades_with_a_topsoil_deficit_that_refills(inverted: Any) -> None:
    (top, whole), _, _ = inverted
    assert top[1] < -4.0
    assert np.all(np.diff(top[[1, 5, 10, 20]]) > 1.0)
    assert abs(top[20]) < 0.15 * abs(top[1])
    assert top[60] > top[20]
    assert whole[1] < 0.0
    assert 0.5 < whole[20] < whole[40] < whole[60]


def test_one_inversion_without_later_inputs_never_gains(inverted: Any) -> None:
    """The inverted field only loses; what buried carbon lasts longer than the untouched field's does pass."""
    _, lead, (untouched, turned) = inverted
    assert np.all(np.diff(turned) < 0.0)
    assert np.all(turned[1:] < turned[0])
    assert np.all(np.diff(untouched) < 0.0)
    (_, whole), _, _ = inverted
    assert lead[60] < lead.max() < whole[60]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Carbon by pool of ten years of practices, and of 40 years after them."""
    import mollisol

    folder = tmp_path_factory.mktemp("stopped") / "study"
    shutil.copytree(Path(DEMO).parent.parent / "quick", folder)
    study = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    names = ("manure_surface", "residue_retention", "biochar_surface")
    study |= {
        "crops": [{"crop": "wheat", "yield_t_ha": 3.0, "residue_removed": 0.8}],
        "practices": [{"practice": name, "until": 2034} for name in names],
        "years": {"start": 2025, "end": 2074},
        "grid": [0.0, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0],
        "ensemble": 1,
        "output": {"radiocarbon": False, "permanence": False},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    carbon = mollisol.load_study(folder / "study.yaml").run()["carbon"].isel(member=0).sum("layer")
    return MG_HA * (carbon - carbon.sel(practice="baseline"))


@pytest.mark.parametrize("practice", ["manure_surface", "residue_retention"])
def test_a_practice_that_stops_gives_its_carbon_back_at_the_pace_of_its_pools(stopped: Any, practice: str) -> None:
    own = stopped.sel(practice=practice)
    after = own.isel(time=slice(10, None))
    total = np.asarray(after.sum("pool"))
    assert total[0] > 1.0
    assert np.all(np.diff(total[1:]) < 0.0)
    assert 0.0 < total[-1] < 0.5 * total[0]
    left = {str(pool): float(after.sel(pool=pool)[20] / after.sel(pool=pool)[0]) for pool in after["pool"].values}
    assert abs(left["fast_litter"]) < 0.01
    for litter in ("slow_litter", "resistant_litter"):
        assert left["fast_litter"] < left[litter] < 0.6
        assert left[litter] < left["mineral"]
        # once tillage has spread it, what no other pool feeds is lost at one rate, the pool's own
        kept = np.asarray(after.sel(pool=litter))[8:]
        pace = np.log(kept[:-1] / kept[1:])
        assert np.all(pace > 0.02)
        assert np.ptp(pace) < 0.05 * pace.mean()


def test_biochar_that_is_no_longer_brought_stays(stopped: Any) -> None:
    own = stopped.sel(practice="biochar_surface").sum("pool")
    assert float(own[-1]) > 0.9 * float(own[10]) > 0.0
