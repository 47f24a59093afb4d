"""Wrong study files: each is told with file, line, key, what was given, what is allowed and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mollisol.study import load_spec
from mollisol.study.yaml_reader import MAX_BYTES, read_yaml
from mollisol.units import InputError

LINES = {
    "name": "name: my field",
    "site": "site: {latitude: 42.4, longitude: -85.4, elevation_m: 288}",
    "profile": "profile: profile.csv",
    "climate": "climate: climate.csv",
    "years": "years: {start: 2025, end: 2075}",
    "crops": "crops: [{crop: maize, yield_t_ha: 9.0}]",
}
"""The least study, a key a line."""


@pytest.fixture
def refuse(tmp_path: Path):
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_text("-")

    def load_changed(**changes):
        path = tmp_path / "study.yaml"
        path.write_text("\n".join(line for line in {**LINES, **changes}.values() if line) + "\n")
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(InputError) as caught:
            load_spec(path)
        assert sorted(tmp_path.rglob("*")) == before
        assert caught.value.file == str(path)
        return caught.value

    return load_changed


@pytest.mark.parametrize(
    ("changes", "line", "key", "words"),
    [
        ({"name": "nme: my field"}, 1, "nme", ["unknown key", "did you mean 'name'"]),
        ({"site": "site: {latitude: 142.4, longitude: 0}"}, 2, "site.latitude", ["142.4", "from -90 to 90"]),
        ({"site": "site: {latitude: 4, longitude: 200}"}, 2, "site.longitude", ["200", "from -180 to 180"]),
        ({"site": "site: {latitude: '42N', longitude: 0}"}, 2, "site.latitude", ["'42N'", "a number"]),
        ({"site": "site: {latitude: .nan, longitude: 0}"}, 2, "site.latitude", ["nan", "from -90 to 90"]),
        ({"site": "site: {latitude: true, longitude: 0}"}, 2, "site.latitude", ["true", "a number"]),
        ({"site": "site: {lat: 42.4, longitude: 0}"}, 2, "site.lat", ["unknown key", "latitude"]),
        ({"site": "site: 42.4"}, 2, "site", ["42.4", "a mapping with the keys latitude, longitude"]),
        ({"site": "site: {latitude: 42.4}"}, 2, "site.longitude", ["is missing", "degrees east"]),
        ({"site": ""}, 1, "site", ["is missing", "latitude, longitude"]),
        ({"years": "years: {start: 2075, end: 2025}"}, 5, "years", ["end (2025) lies before start (2075)"]),
        ({"years": "years: {start: 2025.5, end: 2075}"}, 5, "years.start", ["2025.5", "a whole number"]),
        ({"years": "years: {start: 2025}"}, 5, "years.end", ["is missing"]),
        ({"crops": "crops: [{crop: maze, yield_t_ha: 9}]"}, 6, "crops #1.crop", ["'maze'", "mean 'maize'"]),
        ({"crops": "crops: [{crop: grassland, yield_t_ha: 9}]"}, 6, "crops #1.crop", ["unknown crop 'grassland'"]),
        (
            {"crops": "crops:\n  - {crop: maize, yield_t_ha: 9}\n  - crop: pea\n    yield_kg_ha: 3000"},
            9,
            "crops #2.yield_kg_ha",
            ["unknown key", "write it as 'yield_t_ha'", "t/ha"],
        ),
        ({"crops": "crops: [{crop: maize}]"}, 6, "crops #1", ["exactly one of", "given none"]),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, yield_dry_t_ha: 8}]"},
            6,
            "crops #1",
            ["exactly one of", "'yield_t_ha' and 'yield_dry_t_ha'"],
        ),
        ({"crops": "crops: [{crop: maize, yield_t_ha: -9}]"}, 6, "crops #1.yield_t_ha", ["-9", "from 0 to 250"]),
        ({"crops": "crops: [{crop: maize, yield_t_ha: 9,5}]"}, 6, "crops #1.5", ["decimals with a point"]),
        ({"crops": "crops: [{crop: maize, yield_t_ha: }]"}, 6, "crops #1.yield_t_ha", ["has no value"]),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, residue_removed: 30}]"},
            6,
            "crops #1.residue_removed",
            ["30", "from 0 to 1"],
        ),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, constraints: {ph: 5}}]"},
            6,
            "crops #1",
            ["productivity: climate"],
        ),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, cover_crop: vetch}]"},
            6,
            "crops #1.cover_crop",
            ["unknown crop 'vetch'", "hairy_vetch"],
        ),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, roots: {kind: jackson, d50_cm: 20}}]"},
            6,
            "crops #1.roots",
            ["'d50_cm' does not belong", "take beta"],
        ),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, roots: {kind: expo}}]"},
            6,
            "crops #1.roots.kind",
            ["'expo'", "exponential"],
        ),
        (
            {"crops": "crops: [{crop: maize, yield_t_ha: 9, roots: {kind: table, depth_cm: [50, 20], share: [1, 1]}}]"},
            6,
            "crops #1.roots",
            ["increases downwards"],
        ),
        ({"crops": "crops: maize"}, 6, "crops", ["'maize'", "a list of crops"]),
        ({"crops": "crops: []"}, 6, "crops", ["0 entries", "1 to 100"]),
        ({"tillage": "tillage: 20"}, 7, "tillage", ["given 20", "none, or a mapping"]),
        ({"tillage": "tillage: {depth_cm: 0}"}, 7, "tillage.depth_cm", ["given 0", "above 0 and up to 100 cm"]),
        ({"tillage": "tillage: {depth_m: 0.2}"}, 7, "tillage.depth_m", ["write it as 'depth_cm'"]),
        ({"tillage": "tillage: {depth_cm: 20, operation: plow}"}, 7, "tillage.operation", ["unknown operation 'plow'"]),
        (
            {"tillage": "tillage: {depth_cm: 60, operation: disc_harrow}"},
            7,
            "tillage.depth_cm",
            ["given 60", "5 to 20 cm", "subsoiler"],
        ),
        ({"tillage": "tillage: {depth_cm: 90}"}, 7, "tillage.depth_cm", ["given 90", "implements work at"]),
        (
            {"history": "history:\n  - {from: 1950, land_use: grassland}\n  - {from: 1850, land_use: forest}"},
            9,
            "history #2.from",
            ["1850 follows 1950", "oldest period first"],
        ),
        (
            {"history": "history: [{from: 2030, land_use: grassland}]"},
            7,
            "history #1.from",
            ["2030", "first year of the run (2025)"],
        ),
        (
            {"history": "history: [{from: 1850, land_use: gras}]"},
            7,
            "history #1.land_use",
            ["unknown land use 'gras'", "'grassland'"],
        ),
        ({"history": "history: [{from: 1850}]"}, 7, "history #1", ["exactly one of land_use, crops"]),
        ({"history": "history: [{land_use: forest}]"}, 7, "history #1.from", ["is missing"]),
        ({"initial": "initial: measurd"}, 7, "initial", ["'measurd'", "equilibrium | measured | balanced"]),
        ({"baseline": "baseline: none"}, 7, "baseline", ["'none'", "current"]),
        ({"model": "model: whole_profil"}, 7, "model", ["unknown model 'whole_profil'", "mean 'whole_profile'"]),
        ({"model": "model: {protecton: none}"}, 7, "model", ["unknown slot 'protecton'", "mean 'protection'"]),
        (
            {"model": "model: {protection: nonee}"},
            7,
            "model.protection",
            ["unknown alternative 'nonee'", "mean 'none'"],
        ),
        (
            {"model": "model: {protection: hybrid, dissolved_transport: percolation_retarded}"},
            7,
            "model.dissolved_transport",
            ["cannot stand beside", "'dissolved_transport' takes percolation, "],
        ),
        ({"practices": "practices: [cover_crp]"}, 7, "practices #1", ["'cover_crp'", "mean 'cover_crop'"]),
        (
            {"practices": "practices:\n  - no_till\n  - [no_till, {practice: manure, t_ha: 3}]"},
            9,
            "practices #2 #2.practice",
            ["unknown practice 'manure'", "manure_surface"],
        ),
        (
            {"practices": "practices: [{practice: cover_crop, carbon_tha: 2}]"},
            7,
            "practices #1.carbon_tha",
            ["'carbon_tha'", "carbon_t_ha"],
        ),
        (
            {"practices": "practices: [{practice: manure_surface, t_ha: 4000}]"},
            7,
            "practices #1.t_ha",
            ["4000", "from 0.1 to 100"],
        ),
        (
            {"practices": "practices: [{practice: no_till, year: 1999}]"},
            7,
            "practices #1.year",
            ["1999", "2025 to 2075"],
        ),
        (
            {"practices": "practices: [{practice: no_till, label: baseline}]"},
            7,
            "practices #1.label",
            ["belongs to the plan"],
        ),
        (
            {
                "crops": "crops: [{crop: wheat, yield_t_ha: 7}]",
                "practices": "practices:\n  - no_till\n  - cover_crop",
            },
            9,
            "practices #2",
            ["leaves no 3 months between harvest and sowing"],
        ),
        (
            {"practices": "practices: [[no_till, reduced_till]]"},
            7,
            "practices #1",
            ["contradict each other"],
        ),
        ({"practices": "practices: [{label: x}]"}, 7, "practices #1.practice", ["is missing"]),
        ({"practices": "practices: [7]"}, 7, "practices #1", ["given 7", "a practice's name"]),
        (
            {"amendments": "amendments: [{amendment: cattle_manure, t_ha: 3, fresh_t_ha: 10}]"},
            7,
            "amendments #1",
            ["exactly one of t_ha, fresh_t_ha, carbon_t_ha", "'t_ha' and 'fresh_t_ha'"],
        ),
        (
            {"amendments": "amendments: [{amendment: cow_manure, t_ha: 3}]"},
            7,
            "amendments #1.amendment",
            ["unknown amendment 'cow_manure'"],
        ),
        ({"ensemble": "ensemble: 0"}, 7, "ensemble", ["given 0", "from 1 to 10000"]),
        ({"ensemble": "ensemble: 20000"}, 7, "ensemble", ["given 20000"]),
        ({"seed": "seed: -1"}, 7, "seed", ["given -1"]),
        ({"output": "output: {pool: true}"}, 7, "output.pool", ["did you mean 'pools'"]),
        ({"output": "output: {pools: perhaps}"}, 7, "output.pools", ["'perhaps'", "true | false"]),
        ({"grid": "grid: [0, 0.5, 0.3]"}, 7, "grid", ["increase downwards"]),
        ({"grid": "grid: [0.1, 0.5]"}, 7, "grid", ["begin at 0"]),
        ({"grid": "grid: [0, 20]"}, 7, "grid #2", ["given 20", "from 0 to 10 m"]),
        ({"profile": "profile: profil.csv"}, 3, "profile", ["'profil.csv' does not exist", "mean 'profile.csv'"]),
        ({"climate": "climate: ."}, 4, "climate", ["is not a file"]),
        ({"profile": "profile: 3"}, 3, "profile", ["given 3", "one line of text"]),
    ],
)
def test_a_mistake_is_told(refuse, changes, line, key, words):
    error = refuse(**changes)
    assert error.line == line, str(error)
    assert error.key == key, str(error)
    for word in words:
        assert word in str(error)


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file(refuse):
    error = refuse(
        site="site: {latitude: 142.4, longitude: 0}",
        years="years: {start: 2025, end: 1900}",
        ensemble="ensemble: 0",
    )
    text = str(error)
    assert error.line == 2
    assert text.index("line 2") < text.index("Also line 5") < text.index("Also line 7")


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/hostname", "sub/../../secret.csv", "~/secret.csv"])
def test_files_outside_the_folder_are_refused_whether_they_exist_or_not(refuse, tmp_path, name):
    error = refuse(profile=f"profile: {name}")
    assert (error.line, error.key) == (3, "profile")
    assert "outside the study's folder" in str(error)
    assert "--allow-outside" in str(error)
    (tmp_path.parent / "secret.csv").write_text("secret")
    # The answer is the same whether such a file exists: nothing is told about what lies elsewhere.
    assert str(refuse(profile=f"profile: {name}")) == str(error)


def test_a_link_that_leads_out_of_the_folder_is_refused(refuse, tmp_path):
    target = tmp_path.parent / f"{tmp_path.name}-target.csv"
    target.write_text("secret")
    (tmp_path / "link.csv").symlink_to(target)
    assert "outside the study's folder" in str(refuse(profile="profile: link.csv"))
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert refuse(profile="profile: loop.csv").key == "profile"


def _bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", None, ["is empty"]),
        (b"  \n# only a comment\n", None, ["is empty"]),
        (b"\x89HDF\r\n\x1a\n\x00\x00", None, ["is a binary file"]),
        (b"name: a\nfield: f\xfcr\n", 2, ["is not UTF-8", "0xfc"]),
        (b"name: \x01\n", None, ["is not plain text"]),
        (b"- a\n- b\n", 1, ["holds a list"]),
        (b"only text\n", 1, ["holds a single value"]),
        (b"name: a\nsite: {latitude: 1}\nname: b\n", 3, ["'name'", "given twice (first in line 1)"]),
        (b"site:\n  latitude: 1\n  latitude: 2\n", 3, ["'site.latitude'", "given twice"]),
        (b"name: a\nsite: {latitude: 1\n", 3, ["is not valid YAML"]),
        (b"name: a\n\tsite: b\n", 2, ["is not valid YAML"]),
        (b"a: 1\n---\nb: 2\n", 2, ["is not valid YAML", "another document"]),
        (b"a: *b\n", 1, ["undefined alias"]),
        (b"a: &b [*b]\n", 1, ["refers to itself"]),
        (b"a: !!python/object/apply:os.system [ls]\n", 1, ["tag", "not allowed"]),
        (b"!!set {a, b}\n", 1, ["tag", "not allowed"]),
        (b"a: " + b"[" * 5000, 1, ["nested more than 20 deep"]),
        (b"a: [" + b"1," * 60000 + b"1]", 1, ["more than 20000 values"]),
        (_bomb(), None, ["more than 20000 values", "aliases"]),
        (b"a: " + b"9" * 5000, 1, ["cannot be read as int"]),
        (b"a: " + b"x" * MAX_BYTES, None, ["larger than 256 KiB"]),
        (b"[a, b]: 1\n", 1, ["a key must be a plain word"]),
    ],
)
def test_what_is_no_study_file(tmp_path, content, line, words):
    path = tmp_path / "study.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_spec(path)
    assert caught.value.file == str(path)
    assert line is None or caught.value.line == line
    for word in words:
        assert word in str(caught.value)


def test_what_is_no_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="is not a file"):
        read_yaml(tmp_path)
    with pytest.raises(InputError, match="is not a file"):
        read_yaml("/dev/zero")
    with pytest.raises(InputError, match="cannot be read"):
        read_yaml("a\x00b")
