"""The example sites: real fields of different climate and texture, each with a study that is accepted."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mollisol.examples import SITES, demo_folder, site_folder
from mollisol.study import load_spec
from mollisol.study.prepared import read_inputs
from mollisol.units import InputError


def _column(path: Path, name: str) -> np.ndarray:
    with path.open(encoding="utf-8", newline="") as file:
        return np.array([float(row[name]) for row in csv.DictReader(file)])


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_a_study_of_a_profile_to_a_metre(site: str) -> None:
    folder = site_folder(site)
    spec = load_spec(folder / "study.yaml")
    read_inputs(spec)
    profile = folder / "profile.csv"
    assert _column(profile, "bottom_cm").max() >= 100.0
    texture = sum(_column(profile, f"{part}_percent") for part in ("clay", "silt", "sand"))
    np.testing.assert_allclose(texture, 100.0, atol=0.5)
    assert len(_column(folder / "climate.csv", "month")) == 12
    told = (folder.parent / "SOURCES.md").read_text("utf-8")
    assert f"\n## {site}:" in told


def test_sites_differ_in_climate_and_texture() -> None:
    folders = [demo_folder(), *map(site_folder, SITES)]
    warmth = [_column(one / "climate.csv", "temperature_c").mean() for one in folders]
    rain = [_column(one / "climate.csv", "precipitation_mm").sum() for one in folders]
    clay = [_column(one / "profile.csv", "clay_percent")[0] for one in folders]
    assert max(warmth) - min(warmth) > 15.0
    assert max(rain) / min(rain) > 3.0
    assert max(clay) - min(clay) > 45.0


def test_an_unknown_site_is_refused() -> None:
    with pytest.raises(InputError, match="no site 'nowhere'"):
        site_folder("nowhere")
