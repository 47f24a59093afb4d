"""Marked inputs of a study by name: where they are, that nothing is lost, and what they do to other carbon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mollisol
from mollisol.clocks import c4_share
from mollisol.study.follow import Followed, follow
from mollisol.study.marks import parse_mark
from mollisol.study.schema import StudySpec
from mollisol.study.simulation import Simulation, simulate_study
from mollisol.units import InputError

QUICK = Path(mollisol.__file__).parent / "examples" / "quick"

STUDY = """\
name: marks
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2015, end: 2017}
crops: [{crop: maize, yield_t_ha: 6.0}]
tillage: {depth_cm: 20, every_years: 1}
history: [{from: 1900, crops: [{crop: wheat, yield_t_ha: 2.0}], tillage: {depth_cm: 20, every_years: 1}}]
practices: [{practice: compost_surface, t_ha: 20}, residue_removal]
model: {name: whole_profile, oxygen: none}
initial: equilibrium
isotopes: {carbon13: true, zone: north_1, future: ssp585}
output: {radiocarbon: false, permanence: false}
ensemble: 1
grid: [0.0, 0.2, 0.4, 0.6]
"""

MARKS = (
    "year=2015-2017",
    "source=roots",
    "source=rhizodeposits",
    "source=straw",
    "depth_cm=20-60",
    "practice=compost_surface",
    "practice=compost_surface, source=green_compost, year=2016",
)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> StudySpec:
    folder = tmp_path_factory.mktemp("marks")
    for name in ("profile.csv", "climate.csv"):
        (folder / name).write_text((QUICK / name).read_text())
    (folder / "study.yaml").write_text(STUDY)
    return mollisol.load_study(folder / "study.yaml").spec


@pytest.fixture(scope="module")
def found(spec: StudySpec) -> dict[str, Followed]:
    return {one.mark.text: one for one in follow(spec, [parse_mark(text) for text in MARKS])}


@pytest.fixture(scope="module")
def done(spec: StudySpec) -> Simulation:
    return simulate_study(spec)


def test_what_is_marked_is_stored_or_has_left(found: dict[str, Followed]) -> None:
    for one in found.values():
        stored = one.stored.sum(axis=(1, 2))
        gone = one.entered - stored - one.respired - one.leached
        assert np.all(gone > -1e-12), one.mark
        assert np.all(stored > 0.0)
        for row in one.table():
            depths = sum(row[f"in_{place}_percent"] for place in one.places)
            pools = sum(row[f"as_{pool}_percent"] for pool in one.pools)
            left = row["respired_percent"] + row["leached_percent"] + row["with_soil_and_runoff_percent"]
            assert depths == pytest.approx(row["left_percent"])
            assert pools == pytest.approx(row["left_percent"])
            assert left + row["left_percent"] == pytest.approx(100.0)


def test_sources_add_up_to_all_inputs_and_take_what_their_words_say(found: dict[str, Followed]) -> None:
    whole = found["year=2015-2017"]
    parts = [found[f"source={name}"] for name in ("roots", "rhizodeposits", "straw")]
    np.testing.assert_allclose(sum(part.stored for part in parts), whole.stored, rtol=1e-9, atol=1e-14)
    assert parts[0].sources == ("maize roots",)
    assert set().union(*(part.sources for part in parts)) == set(whole.sources)
    deep = found["depth_cm=20-60"]
    assert deep.depth == "20-60 cm"
    assert np.all(deep.entered < whole.entered)
    # what enters below 20 cm hardly rises
    assert deep.stored[-1, :2].sum() < 0.05 * deep.stored[-1].sum()


def test_new_and_native_carbon_are_all_there_is(found: dict[str, Followed], done: Simulation) -> None:
    whole, result = found["year=2015-2017"], done.result.sel(practice="baseline", member=0)
    np.testing.assert_allclose(whole.new, whole.stored.sum(axis=2), rtol=1e-12)
    np.testing.assert_allclose((whole.new + whole.native)[-1, 1:], result["soc"].values[-1], rtol=1e-9)
    assert np.all(np.diff(whole.native.sum(axis=1)) < 0.0)


def test_a_practice_is_what_it_brings_beyond_the_baseline(found: dict[str, Followed], done: Simulation) -> None:
    one, result = found["practice=compost_surface"], done.result.isel(member=0)
    assert all(name.startswith("green_compost") for name in one.sources)
    # rates that do not follow the state: nothing is primed, and the difference of the runs is the marked carbon
    assert np.max(np.abs(one.primed)) < 1e-10
    whole = result["soc"].sum("layer") + result["surface_litter"]
    difference = (whole.sel(practice="compost_surface") - whole.sel(practice="baseline")).values[-1]
    assert one.stored[-1].sum() == pytest.approx(difference, rel=1e-8)
    year = found["practice=compost_surface, source=green_compost, year=2016"]
    assert list(year.years) == [2016, 2017]
    assert year.entered[-1] == pytest.approx(one.entered[-1] / 3.0, rel=1e-6)


def test_the_share_of_c4_carbon_is_that_of_what_entered_since_the_change(
    found: dict[str, Followed], done: Simulation
) -> None:
    delta = done.result["delta13c"].sel(practice="baseline", member=0).values
    np.testing.assert_allclose(delta[0], -26.7, atol=1e-6)
    whole = found["year=2015-2017"]
    share = (whole.new / (whole.new + whole.native))[-1, 1:]
    np.testing.assert_allclose(c4_share(delta[-1]), share, rtol=1e-6)
    assert np.all(np.diff(delta[-1]) < 0.0)
    assert "delta14c" not in done.result


def test_priming_is_the_change_of_carbon_that_carries_no_mark(spec: StudySpec) -> None:
    """With oxygen that the compost's decomposition takes, carbon below is kept a little longer."""
    breathing = spec.model_copy(update={"model": spec.model.model_copy(update={"slots": {}})})
    one = follow(breathing, [parse_mark("practice=compost_surface")])[0]
    assert one.primed[-1].sum() > 1e-9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source=rots", "no input is called 'rots'"),
        ("practice=compost", "unknown practice 'compost'"),
        ("practice=residue_removal", "brings no carbon that the baseline does not bring"),
        ("year=2010", "outside the run, 2015 to 2017"),
        ("depth_cm=0-5", "holds no layer's middle"),
    ],
)
def test_what_the_run_does_not_have_is_named(spec: StudySpec, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        follow(spec, [parse_mark(text)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cover_crop", "is not KEY=VALUE"),
        ("practise=cover_crop", "unknown key 'practise'.*did you mean practice"),
        ("year=2016, year=2017", "there twice"),
        ("year=soon", "cannot be read"),
        ("depth_cm=30", "cannot be read"),
        ("depth_cm=30-10", "ends before it begins"),
        ("source=", "is not KEY=VALUE"),
    ],
)
def test_marks_that_cannot_be_read_say_how_to_write_them(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_mark(text)
    with pytest.raises(InputError, match="keys are practice, source, year, depth_cm"):
        parse_mark(text)
