"""What a right study file becomes."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
import yaml

from mollisol.examples import demo_folder
from mollisol.study import load_spec
from mollisol.study.plan import ROOT_KEYS, Roots
from mollisol.study.schema import SLOTS
from mollisol.units import InputError

LEAST = {
    "name": "my field",
    "site": {"latitude": 42.4, "longitude": -85.4},
    "profile": "profile.csv",
    "climate": "climate.csv",
    "years": {"start": 2025, "end": 2075},
    "crops": [{"crop": "maize", "yield_t_ha": 9.0}],
}

CONTRACT = """\
name: my field
site: {latitude: 42.4, longitude: -85.4, elevation_m: 288}
profile: profile.csv            # horizon table
climate: climate.csv
years: {start: 2025, end: 2075} # inclusive
crops:                          # a rotation, repeated
  - {crop: maize, yield_t_ha: 9.0, residue_removed: 0.0}
  - {crop: soybean, yield_t_ha: 3.0}
tillage: {depth_cm: 20, every_years: 1}
history:
  - {from: 1850, land_use: grassland}
  - {from: 1950, crops: [{crop: wheat, yield_t_ha: 3.0}], tillage: {depth_cm: 20, every_years: 1}}
initial: balanced
model: whole_profile
baseline: current
practices:
  - cover_crop
  - {practice: manure_surface, t_ha: 4, year: 2026}
  - [no_till, {practice: compost_surface, t_ha: 10, month: 4, year: 2026}]
ensemble: 50
output: {pools: true}
"""


@pytest.fixture
def load(tmp_path: Path):
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_text("-")

    def load_changed(changes=None, text=None, **options):
        path = tmp_path / "study.yaml"
        path.write_text(text or yaml.safe_dump({**LEAST, **(changes or {})}))
        return load_spec(path, **options)

    return load_changed


def test_the_file_of_the_contract(load, tmp_path):
    spec = load(text=CONTRACT)
    assert spec.profile == tmp_path.resolve() / "profile.csv"
    assert spec.source == tmp_path / "study.yaml"
    assert [period.start for period in spec.history] == [1850, 1950]
    assert spec.history[0].land_use == "grassland"
    assert spec.tillage.depth_cm == 20.0
    assert spec.model.name == "whole_profile"
    assert [one.name for one in spec.practices] == ["cover_crop", "manure_surface", "no_till + compost_surface"]
    assert spec.practices[2].parts[1].parameters == {"t_ha": 10, "month": 4}
    assert spec.practices[2].parts[1].year == 2026


def test_the_study_of_the_demo_is_right():
    spec = load_spec(demo_folder() / "study.yaml")
    assert spec.profile.is_file()
    assert len(spec.practices) == 5


def test_defaults_that_were_not_given_are_listed(load):
    spec = load({"practices": [{"practice": "manure_surface", "fresh_t_ha": 30}]})
    used = spec.defaults_used
    assert used["site.elevation_m"] == 0.0
    assert used["tillage"] == "none"
    assert used["history"] == "the present plan has always held"
    assert used["initial"] == "balanced"
    assert used["ensemble"] == 50
    assert used["output.pools"] is True
    assert used["crops.residue_removed"] == 0.0
    assert used["practices #1.amendment"] == "cattle_manure"
    # Another way to say the amount was chosen, so the default amount is not in use.
    assert "practices #1.t_ha" not in used
    given = load({"ensemble": 50, "initial": "balanced", "tillage": "none"})
    assert not {"ensemble", "initial", "tillage"} & set(given.defaults_used)


def test_defaults_shared_by_all_entries_are_listed_once(load):
    crops = [{"crop": "maize", "yield_t_ha": 9.0}, {"crop": "wheat", "yield_t_ha": 7, "residue_removed": 0.5}]
    used = load({"crops": crops}).defaults_used
    assert used["crops.roots"] == "the crop's own"
    assert used["crops #1.residue_removed"] == 0.0
    assert "crops #2.residue_removed" not in used


@pytest.mark.parametrize(
    ("practices", "names"),
    [
        (["no_till", "no_till"], ["no_till", "no_till 2"]),
        ([["cover_crop", "no_till"], ["cover_crop", "no_till"]], ["cover_crop + no_till", "cover_crop + no_till 2"]),
        ([{"practice": "no_till", "label": "rest"}, "no_till"], ["rest", "no_till"]),
        ([["cover_crop", {"practice": "no_till", "label": "both"}]], ["both"]),
        ([{"practice": "no_till", "label": "no_till 2"}, "no_till", "no_till"], ["no_till 2", "no_till", "no_till 3"]),
        ([], []),
    ],
)
def test_names_of_practices(load, practices, names):
    assert [one.name for one in load({"practices": practices}).practices] == names


@pytest.mark.parametrize("word", ["none", "no", False, "no_till"])
def test_words_for_no_tillage(load, word):
    assert load({"tillage": word}).tillage is None


def test_ways_to_say_how_much_grows(load):
    crops = [
        {"crop": "maize", "yield_dry_t_ha": 8},
        {"crop": "pea", "inputs": {"above_t_c_ha": 1.5, "below_t_c_ha": 0.8}},
        {
            "crop": "wheat",
            "productivity": "climate",
            "constraints": {"nutrients": 0.8, "ph": 5.2, "salinity_ds_m": 3, "fire": 0.1},
            "cover_crop": "hairy_vetch",
        },
    ]
    loaded = load({"crops": crops}).crops
    assert loaded[0].yield_dry_t_ha == 8.0
    assert loaded[1].inputs.below_t_c_ha == 0.8
    assert loaded[2].constraints.salinity_ds_m == 3.0
    assert loaded[2].cover_crop.crop == "hairy_vetch"


@pytest.mark.parametrize(
    ("roots", "parameters"),
    [
        ({"kind": "jackson", "beta": 0.95}, {"beta": 0.95}),
        ({"kind": "exponential", "e_fold_cm": 17.5}, {"e_fold": 0.175}),
        ({"kind": "logistic", "d50_cm": 20, "d95_cm": 120}, {"d50": 0.2, "d95": 1.2}),
        ({"kind": "heavy_tailed", "exponent": 1.2}, {"exponent": 1.2}),
        ({"kind": "table", "depth_cm": [20, 100], "share": [7, 3]}, {"depth": (0.2, 1.0), "share": (7.0, 3.0)}),
    ],
)
def test_roots_are_what_the_plants_take(roots, parameters):
    from mollisol.plants import cumulative_roots

    chosen = Roots.model_validate(roots)
    assert chosen.parameters() == parameters
    assert np.all(np.diff(cumulative_roots(chosen.kind, chosen.parameters(), [0.0, 0.1, 0.5])) > 0)


def test_ranges_of_root_parameters_are_those_of_the_plants():
    from mollisol.plants import ROOT_DISTRIBUTIONS

    assert set(ROOT_KEYS) == set(ROOT_DISTRIBUTIONS)
    for kind, shape in ROOT_DISTRIBUTIONS.items():
        for name, declared in shape.parameters.items():
            for bound in (declared.lower, declared.upper):
                scale, key = (100.0, f"{name}_cm") if declared.unit == "m" else (1.0, name)
                assert key in ROOT_KEYS[kind]
                Roots.model_validate({"kind": kind, key: round(bound * scale, 9)})


def test_slots_of_a_model(load):
    spec = load({"model": {"protection": "none"}})
    assert spec.model.name == "whole_profile"
    assert spec.model.slots == {"protection": "none"}
    assert len(SLOTS) == 16


def test_parameters_of_a_model(load):
    spec = load({"model": {"oxygen": "none", "parameters": {"depolymerisation.mineral": 0.03}}})
    assert spec.model.slots == {"oxygen": "none"}
    assert spec.model.parameters == {"depolymerisation.mineral": 0.03}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"parameters": {"depolymerisation.minerl": 0.03}}, "did you mean 'depolymerisation.mineral'"),
        ({"parameters": {"depolymerisation.mineral": 3.0}}, r"given 3, allowed is .* 1/yr"),
        ({"oxygen": "none", "parameters": {"oxygen.floor": 0.1}}, "oxygen.floor"),
        ({"parameters": {"depolymerisation.mineral": "fast"}}, "a number"),
        ({"parametres": {}}, "did you mean 'parameters'"),
    ],
)
def test_wrong_parameters_of_a_model(load, model, said):
    with pytest.raises(InputError, match=said):
        load({"model": model})


def test_grid_and_amendments(load):
    spec = load(
        {
            "grid": [0, 0.3, 1.0],
            "amendments": [{"amendment": "cattle_manure", "fresh_t_ha": 30, "every_years": 2, "month": "harvest"}],
        }
    )
    assert spec.grid == (0.0, 0.3, 1.0)
    assert spec.amendments[0].month is None
    assert load({"grid": "default"}).grid is None


def test_files_elsewhere_need_permission(load, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-profile.csv"
    outside.write_text("-")
    assert load({"profile": f"../{outside.name}"}, allow_outside=True).profile == outside.resolve()
    assert load({"profile": str(tmp_path / "profile.csv")}).profile == tmp_path.resolve() / "profile.csv"


def test_the_spec_is_frozen(load):
    spec = load()
    with pytest.raises(ValueError, match="frozen"):
        spec.ensemble = 3


def test_reading_a_study_loads_no_heavy_library():
    code = (
        "import sys; from mollisol.study import load_spec; load_spec(sys.argv[1]);"
        "print([m for m in ('jax', 'xarray', 'pandas', 'matplotlib', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    study = demo_folder() / "study.yaml"
    done = run([sys.executable, "-c", code, str(study)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
