"""A comparison on the quick example: the same numbers as a run, two programs, parts that sum up, what is left."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from mollisol.cli.compare import as_data, write_comparison
from mollisol.cli.main import run as command_line
from mollisol.column import tiles
from mollisol.examples import demo_folder
from mollisol.show.comparison import comparison_rows, comparison_sentences
from mollisol.show.comparison_tables import ranks_of
from mollisol.study import load_study
from mollisol.study.comparison import Comparison, asked_practices, compare_study
from mollisol.study.comparison.drivers import GROUPS
from mollisol.study.comparison.injection import injected_choices
from mollisol.study.comparison.runs import few_members, run_plans
from mollisol.study.prepared import prepare_plans
from mollisol.units import InputError

QUICK = demo_folder().parent / "quick"
PRACTICES = ["manure_surface", "no_till", "full_inversion_tillage", "residue_retention", "climate_change", "liming"]
STATIC, MOVING = "manure_surface", "no_till"


def write_study(folder: Path, **changes: Any) -> Path:
    for name in ("profile.csv", "climate.csv"):
        (folder / name).write_bytes((QUICK / name).read_bytes())
    study = {
        **yaml.safe_load((QUICK / "study.yaml").read_text()),
        "years": {"start": 2025, "end": 2036},
        "grid": [0.0, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0],
        "tillage": {"depth_cm": 20, "every_years": 1},
        "practices": PRACTICES,
        "initial": "measured",
        "model": {"parameter_set": "priors"},  # what is tested is no parameter's value
        "steps_per_month": 1,
        "ensemble": 3,
        "output": {"radiocarbon": False, "permanence": False},
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump({**study, **changes}))
    return path


@pytest.fixture(scope="module")
def programs() -> list[tuple[Any, ...]]:
    return []


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def found(path: Path, programs: list[tuple[Any, ...]]) -> Comparison:
    original: Callable[..., Any] = tiles._compiled

    def counted(function: Any, structure: Any, wide: Any, count: int) -> Any:
        made = original(function, structure, wide, count)
        if function.__qualname__.startswith("_years"):
            programs.append(made)
        return made

    spec, skipped = asked_practices(load_study(path).spec, names=[*PRACTICES, "cover_crop"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "_compiled", counted)
        return compare_study(spec, skipped, other_model=False)


def test_members_gain_what_a_run_of_the_study_says(found: Comparison, path: Path) -> None:
    """Batches, packed inputs and split events change nothing; practices whose soil rests are run apart."""
    result = load_study(path).run()
    wanted = result.soc.sel(practice=list(found.names)) - result.soc.sel(practice="baseline")
    whole = 10.0 * wanted.isel(time=list(found.years)).sum("layer").transpose("practice", "time", "member")
    np.testing.assert_allclose(found.gain[:, -1], whole, rtol=0.0, atol=1e-8)
    equal = result.soc_equal_mass.sel(practice=list(found.names)) - result.soc_equal_mass.sel(practice="baseline")
    np.testing.assert_allclose(
        found.gain_equal_mass[:, -1, -1], 10.0 * equal.isel(time=-1).sum("layer"), rtol=0.0, atol=1e-8
    )
    np.testing.assert_allclose(found.gain[:, :-1].sum(axis=1), found.gain[:, -1], rtol=0.0, atol=1e-9)
    pools = result.carbon.isel(time=-1).sum("layer")
    pools = 10.0 * (pools.sel(practice=list(found.names)) - pools.sel(practice="baseline")).mean("member")
    np.testing.assert_allclose(found.pool_gain[:, -1], pools.sel(pool=list(found.pools)), rtol=0.0, atol=1e-8)


def test_two_programs_are_compiled_however_many_batches_there_are(
    found: Comparison, programs: list[tuple[Any, ...]]
) -> None:
    """The plans, the other choices, the attribution and the years after a stop share them."""
    assert found.programs == 2
    assert len(programs) > 4
    assert len({id(one) for one in programs}) == 2
    assert [one._cache_size() for one in {id(one): one for one in programs}.values()] == [1, 1]


def test_the_parts_of_a_difference_sum_to_it(found: Comparison) -> None:
    own = found.attribution
    assert own.practices == found.names
    np.testing.assert_allclose(own.value.sum(axis=1), own.total, rtol=0.0, atol=1e-13)
    part = {name: dict(zip(GROUPS, own.value[i].sum(axis=-1), strict=True)) for i, name in enumerate(own.practices)}
    assert part["manure_surface"]["additions"] == pytest.approx(own.total[found.names.index("manure_surface")].sum())
    assert part["no_till"]["protection"] > 0.0
    assert part["no_till"]["additions"] == 0.0
    assert part["full_inversion_tillage"]["rearrangement"] != 0.0
    assert part["climate_change"]["decomposition"] < 0.0
    assert part["climate_change"]["rearrangement"] == 0.0
    assert not any(part["residue_retention"].values())


def test_the_sets_of_all_and_no_changes_are_the_plans(path: Path, found: Comparison) -> None:
    """What is attributed is the difference of the best estimate, as a run with one member has it."""
    one = load_study(path).spec.model_copy(update={"ensemble": 1})
    runs = run_plans(prepare_plans(one, best=True), 1)
    change = runs.soc[1 : len(found.names) + 1, 0, -1] - runs.soc[0, 0, -1]
    np.testing.assert_allclose(found.attribution.total.sum(axis=1), change.sum(axis=1), rtol=0.0, atol=1e-9)
    assert runs.ready.best is False
    assert few_members(runs.ready, 5).tolist() == [0]


def test_what_is_left_falls_with_time_and_is_missing_where_nothing_is_gained(found: Comparison) -> None:
    manure = found.left[found.names.index("manure_surface")]
    assert np.all(manure[0] < 1.0)
    assert np.all(np.diff(manure, axis=0) < 0.0)
    assert np.all(manure > 0.0)
    assert np.isnan(found.left[found.names.index("full_inversion_tillage")]).all()
    assert np.isnan(found.left[found.names.index("climate_change")]).all()


def test_a_stop_is_what_the_study_key_until_says(path: Path, found: Comparison, tmp_path: Path) -> None:
    years, stop = {"start": 2025, "end": 2046}, 2036
    parts = [{"practice": name, "until": stop} for name in (STATIC, MOVING)]
    result = load_study(write_study(tmp_path, practices=parts, years=years)).run()
    gain = (result.soc - result.soc.sel(practice="baseline")).sum("layer")
    for name in (STATIC, MOVING):
        left = gain.sel(practice=name).isel(time=22) / gain.sel(practice=name).isel(time=12)
        own = found.left[found.names.index(name), 0, : len(found.few)]
        np.testing.assert_allclose(own, left, rtol=0.0, atol=1e-7)


def test_what_cannot_be_done_is_told_and_what_changes_nothing_is_not_ranked(found: Comparison) -> None:
    assert [one.name for one in found.skipped] == ["cover_crop"]
    assert "months between harvest and sowing" in found.skipped[0].reason
    assert found.unchanged == ("residue_retention",)
    assert found.drivers == ("climate_change",)
    assert {one.name for one in ranks_of(found)} == set(found.names) - {"residue_retention", "climate_change"}
    assert ranks_of(found)[0].name == "manure_surface"


def test_moved_soil_is_told_under_its_choices(found: Comparison) -> None:
    assert set(found.choices) == {"full_inversion_tillage"}
    own = found.choices["full_inversion_tillage"]
    assert list(own) == ["as set", "residual scalar moves"]
    inverted = found.gain[found.names.index("full_inversion_tillage"), -1, -1]
    np.testing.assert_allclose(own["as set"][: found.members], inverted, rtol=0.0, atol=1e-9)
    assert np.all(own["residual scalar moves"] != own["as set"])
    assert any("What moves with soil" in one for one in comparison_sentences(found))


def test_the_baseline_is_the_same_in_both_programs(tmp_path: Path) -> None:
    """Also where soil only settles: then tillage moves its properties in no column."""
    spec = load_study(write_study(tmp_path, practices=[STATIC, MOVING], ensemble=1)).spec
    resting, moving = run_plans(prepare_plans(spec, best=True), 1).finals
    np.testing.assert_allclose(resting.carbon[..., 0], moving.carbon[..., 0], rtol=0.0, atol=1e-12)


def test_carbon_that_is_placed_deep_is_told_under_its_choices(tmp_path: Path) -> None:
    """What is injected decays faster under the surface's scalar, and is the same where the two do not differ."""
    names = ["compost_injection", STATIC, MOVING]
    spec = load_study(write_study(tmp_path, practices=names, ensemble=1)).spec
    runs = run_plans(prepare_plans(spec, best=True), 1)
    gain = runs.soc[1, 0, -1].sum() - runs.soc[0, 0, -1].sum()
    own = injected_choices(runs, np.array([0]))
    # `measured` has no factor b(z), and manure stays on the surface
    assert {name: list(one) for name, one in own.items()} == {"compost_injection": ["scalar of the surface"]}
    assert 0.3 * gain < own["compost_injection"]["scalar of the surface"][0] < 0.95 * gain
    flat = spec.model_copy(update={"model": spec.model.model_copy(update={"parameters": {"energy.e_fold": 10.0}})})
    runs = run_plans(prepare_plans(flat, best=True), 1)
    gain = runs.soc[1, 0, -1].sum() - runs.soc[0, 0, -1].sum()
    assert injected_choices(runs, np.array([0]))["compost_injection"]["scalar of the surface"][0] > 0.97 * gain


def test_the_files_of_a_comparison(found: Comparison, tmp_path: Path) -> None:
    report = write_comparison(found, tmp_path, " --all")
    page = report.read_text()
    assert "Manure surface gains most" in page
    assert "mollisol compare study.yaml --all" in page
    assert page.count("<img ") == 2
    rows = list(csv.DictReader((tmp_path / "compare.csv").open()))
    assert len(rows) == len(found.names) * 4 * len(found.years)
    last = next(r for r in rows if r["practice"] == "no_till" and r["depth"] == "whole" and r["years"] == "12")
    parts = sum(float(last[f"from_{group}_Mg_C_ha"]) for group in GROUPS)
    assert parts == pytest.approx(10.0 * found.attribution.total[found.names.index("no_till")].sum(), abs=1e-4)
    assert last["place"] == "2"
    assert {"result.nc", "tradeoffs.csv", "figures"} <= {one.name for one in tmp_path.iterdir()}
    data = as_data(found)
    assert len(data["rows"]) == len(comparison_rows(found))
    from mollisol.cli.output import to_json

    assert json.loads(to_json(data))["ranking"][0]["name"] == "manure_surface"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--practices", "no_tll"], "no_till"),
        (["--all", "--practices", "no_till"], "exclude each other"),
        (["--practices", "cover_crop"], "none of the practices can be done here"),
    ],
)
def test_mistakes(path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str) -> None:
    assert command_line(["compare", str(path), *options]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert "Traceback" not in shown


def test_a_study_without_practices_is_told_what_to_compare(tmp_path: Path) -> None:
    spec = load_study(write_study(tmp_path, practices=[])).spec
    with pytest.raises(InputError, match="no practices to compare"):
        asked_practices(spec)


def test_wood_of_trees_is_told_as_a_run_tells_it(tmp_path: Path) -> None:
    path = write_study(tmp_path, practices=["agroforestry"], years={"start": 2025, "end": 2028})
    found = compare_study(*asked_practices(load_study(path).spec, names=["agroforestry"]), other_model=False)
    wood = load_study(path).run()["biomass_carbon"]
    assert float(wood.sel(practice="agroforestry").isel(time=-1).min()) > 0.0
    np.testing.assert_allclose(found.result["biomass_carbon"], wood, rtol=1e-12)
