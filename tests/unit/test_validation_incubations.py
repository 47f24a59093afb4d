"""Reading the incubations, and the contrasts made of them."""

import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".." / "shared" / "data"
there = pytest.mark.skipif(not (DATA / "incubation" / "sidb").is_dir(), reason="shared/data/incubation is absent")


@pytest.fixture(scope="module")
def incubations() -> ModuleType:
    named = importlib.util.spec_from_file_location("validation_incubations", ROOT / "validation" / "incubations.py")
    assert named is not None
    assert named.loader is not None
    module = importlib.util.module_from_spec(named)
    sys.modules[named.name] = module  # its dataclasses look themselves up there
    named.loader.exec_module(module)
    return module


@there
def test_treatments_are_read_with_their_conditions(incubations: ModuleType) -> None:
    fed, control = incubations.read_study(DATA, "Fontaine2007")
    assert (fed.cellulose, control.cellulose) == (incubations.CELLULOSE, 0.0)
    assert fed.depth == 0.7
    assert fed.length == 160
    # 99.9 mg per kg of soil with 2.33 % of carbon
    assert control.measured[-1] == pytest.approx(99.866 / 23.3, rel=1e-4)
    jars = {one.name: one for one in incubations.read_study(DATA, "Salome2010")}
    assert jars["sub_disturbed_lowO2"].oxygen == 0.05
    assert jars["sub_disturbed_lowO2"].sieved
    assert not jars["surf_undisturbed"].sieved
    assert jars["surf_undisturbed"].depth == 0.075
    warm = {one.name: one.temperature for one in incubations.read_study(DATA, "Gillabel2010")}
    assert warm == {"C_Top_25": 25.0, "C_Top_35": 35.0, "C_Sub_25": 25.0, "C_Sub_35": 35.0}


@there
def test_no_jar_respires_more_than_it_holds(incubations: ModuleType) -> None:
    for study in incubations.SITES:
        for jar in incubations.read_study(DATA, study):
            assert np.all(np.diff(jar.measured) >= 0.0)
            assert 0.0 < jar.measured[-1] < 1000.0


def test_contrasts_are_ratios_of_the_treatments(incubations: ModuleType) -> None:
    rows = [
        {"study": study, "treatment": name, "measured": value, "default": 2.0 * value}
        for contrast in incubations.CONTRASTS
        for (study, name), value in zip(contrast[1:], (3.0, 2.0), strict=True)
    ]
    found = incubations.contrasts({"rows": rows, "models": ["default"]})
    cellulose = next(one for one in found if one["contrast"].startswith("cellulose"))
    assert cellulose == {"contrast": cellulose["contrast"], "measured": 1.5, "default": 1.5}


@there
@pytest.mark.slow
def test_the_default_model_runs_the_cellulose_at_depth(incubations: ModuleType) -> None:
    """Without priming the cellulose acts through oxygen alone; with it the soil's own carbon is lost faster."""
    from mollisol.models import build
    from mollisol.study.steady import steady_profile

    fed, control = incubations.read_study(DATA, "Fontaine2007")
    with tempfile.TemporaryDirectory() as folder:
        profile = steady_profile(incubations.study_of("Fontaine2007", Path(folder)), build())
    plain = [incubations.simulate(jar, profile)[0] for jar in (fed, control)]
    primed = [incubations.simulate(jar, profile, priming=1.0)[0] for jar in (fed, control)]
    assert plain[0] / plain[1] == pytest.approx(1.0, abs=0.02)
    assert 1.1 < primed[0] / primed[1] < 2.0
