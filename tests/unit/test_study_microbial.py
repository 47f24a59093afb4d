"""Studies with microbes from file to result, for every kind of initial state, and what cannot be combined."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mollisol.examples import quick_folder
from mollisol.study.run import load_study
from mollisol.units import InputError

MICROBES = "{name: whole_profile, depolymerisation: reverse_michaelis_menten}"


def study(folder: Path, model: str, initial: str = "equilibrium") -> Path:
    copied = folder / "study"
    shutil.copytree(quick_folder(), copied)
    file = copied / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"\nmodel: {model}\ninitial: {initial}\n", encoding="utf-8")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("initial", ["equilibrium", "measured", "balanced"])
def test_a_study_with_microbes_runs_from_every_initial_state(tmp_path: Path, initial: str) -> None:
    result = load_study(study(tmp_path, MICROBES, initial)).run()
    quotient = result["microbial_quotient"].sel(practice="baseline", member=0)
    assert np.all((quotient > 0.0) & (quotient < 0.1))
    shallow, deep = quotient.sel(layer=0.1, method="nearest"), quotient.sel(layer=1.0, method="nearest")
    assert float(deep) < float(shallow)  # sparse below, without an imposed decline
    np.testing.assert_allclose(result["balance_residual"], 0.0, atol=1e-9)
    content = result["organic_nitrogen"] / result["soc"].isel(time=-1)
    assert np.all((content > 1.0 / 80.0) & (content < 1.0 / 8.0))
    assert "dormant" not in result["pool"].values


@pytest.mark.slow
def test_every_alternative_about_microbes_together(tmp_path: Path) -> None:
    chosen = (
        "{name: whole_profile, depolymerisation: microbial_dormancy, carbon_use_efficiency: environmental, "
        "nutrients: nitrogen}"
    )
    result = load_study(study(tmp_path, chosen)).run()
    assert "dormant" in result["pool"].values
    assert np.all(result["soc"] > 0.0)
    np.testing.assert_allclose(result["balance_residual"], 0.0, atol=1e-9)


def test_a_residual_depth_scalar_beside_microbes_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = study(tmp_path, "{name: whole_profile, depolymerisation: reverse_michaelis_menten, energy: depth_scalar}")
    with pytest.raises(InputError, match=r"(?s)reverse_michaelis_menten.*depth_scalar.*'energy' takes none"):
        load_study(file)
