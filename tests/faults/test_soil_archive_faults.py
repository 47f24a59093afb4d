"""What can go wrong with an archive: killed and failing imports, damaged files, wrong questions."""

import json
import signal
import subprocess
import sys

import pytest

from mollisol.soil.archive import Archive, Selection, import_profiles, importing
from mollisol.soil.archive.export import write_arrow, write_plain
from mollisol.units import InputError, RunError

TABLE = "profile_id,top_cm,bottom_cm,organic_carbon_percent\np,0,30,1\np,30,60,0.5\n"


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    (tmp_path / "b.csv").write_text(TABLE.replace("p,", "q,"))
    import_profiles(tmp_path / "soils", tmp_path / "a.csv")
    return tmp_path / "soils"


def state(folder):
    """Every file of an archive with its content, but for the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != importing.LOCK
    }


# Where the import dies: at the second table, or with all files in place and only the list of imports missing.
KILLED = {
    "second table": "import mollisol.soil.archive.importing as place; one = place.write_parquet\n"
    "def dies(table, path):\n"
    "    one(table, path) if path.name == 'profiles.parquet' else os.kill(os.getpid(), signal.SIGKILL)\n"
    "place.write_parquet = dies\n",
    "list of imports": "import mollisol.soil.archive.importing as place\n"
    "place.write_records = lambda *given: os.kill(os.getpid(), signal.SIGKILL)\n",
}


@pytest.mark.parametrize("where", KILLED)
def test_a_killed_import_leaves_the_archive_as_it_was(archive, tmp_path, where):
    before = Archive(archive).select().to_pylist()
    manifest = (archive / "archive.json").read_bytes()
    script = f"import os, signal, sys\n{KILLED[where]}place.import_profiles(sys.argv[1], sys.argv[2])\n"
    done = subprocess.run([sys.executable, "-c", script, str(archive), str(tmp_path / "b.csv")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (archive / "archive.json").read_bytes() == manifest
    assert Archive(archive).select().to_pylist() == before
    # What it has left is in nobody's way, and is gone after the next import.
    record, new = import_profiles(archive, tmp_path / "b.csv")
    assert (record.number, new) == (2, True)
    assert sorted(path.name for path in (archive / "imports").iterdir()) == ["0001", "0002"]
    assert [row["key"] for row in Archive(archive).select().to_pylist()] == ["a/p", "b/q"]


def test_a_first_import_that_was_killed_can_be_repeated(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    script = f"import os, signal, sys\n{KILLED['list of imports']}place.import_profiles(sys.argv[1], sys.argv[2])\n"
    arguments = [str(tmp_path / "soils"), str(tmp_path / "a.csv")]
    assert subprocess.run([sys.executable, "-c", script, *arguments], check=False).returncode == -signal.SIGKILL
    with pytest.raises(InputError, match="is no archive"):
        Archive(tmp_path / "soils")
    assert import_profiles(*arguments)[1]


@pytest.mark.parametrize("step", ["write_parquet", "write_table", "write_records", "find_repeats"])
def test_a_failing_import_leaves_nothing_behind(archive, tmp_path, monkeypatch, step):
    before = state(archive)

    def fails(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, step, fails)
    with pytest.raises(KeyboardInterrupt):
        import_profiles(archive, tmp_path / "b.csv")
    listed = {name: content for name, content in state(archive).items() if not name.startswith("imports/0002")}
    assert listed == before
    monkeypatch.undo()
    assert import_profiles(archive, tmp_path / "b.csv")[0].number == 2


def test_two_imports_at_once(archive, tmp_path):
    with importing._alone(archive), pytest.raises(RunError, match="another import is at work"):
        import_profiles(archive, tmp_path / "b.csv")
    assert import_profiles(archive, tmp_path / "b.csv")[1]


def test_another_file_of_the_same_name_needs_a_name(archive, tmp_path):
    (tmp_path / "a.csv").write_text(TABLE.replace("0.5", "0.6"))
    with pytest.raises(InputError, match="has a dataset 'a' from another file") as caught:
        import_profiles(archive, tmp_path / "a.csv")
    assert "--name" in caught.value.remedy
    assert import_profiles(archive, tmp_path / "a.csv", dataset="a 2")[0].dataset == "a 2"
    for name in ("", " a", "a/b", "a\n"):
        with pytest.raises(InputError, match="cannot name a dataset"):
            import_profiles(archive, tmp_path / "b.csv", dataset=name)


def test_wrong_table_names_file_line_and_column(archive, tmp_path):
    before = state(archive)
    (tmp_path / "w.csv").write_text(TABLE.replace("0.5", "half"))
    with pytest.raises(InputError, match="none of the 1 profiles is sound; first: 'half' is not a number") as caught:
        import_profiles(archive, tmp_path / "w.csv")
    error = caught.value
    assert (error.file, error.line, error.key) == (str(tmp_path / "w.csv"), 3, "organic_carbon_percent")
    (tmp_path / "w.csv").write_text("name,what\n1,2\n")
    with pytest.raises(InputError, match="no profile table that is known"):
        import_profiles(archive, tmp_path / "w.csv")
    assert state(archive) == before
    with pytest.raises(InputError, match="no profile table"):
        import_profiles(tmp_path / "new", tmp_path / "w.csv")
    assert not (tmp_path / "new").exists()


def test_a_folder_with_other_things_does_not_become_an_archive(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    with pytest.raises(InputError, match="holds other things"):
        import_profiles(tmp_path, tmp_path / "a.csv")
    with pytest.raises(InputError, match="is no archive"):
        import_profiles(tmp_path / "a.csv", tmp_path / "a.csv")
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "a.csv"):
        with pytest.raises(InputError, match="is no archive"):
            Archive(place)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "damaged"),
        ("{}", "damaged"),
        ("[1]", "damaged"),
        ('{"format": "other", "version": 1, "imports": []}', "damaged"),
        ('{"format": "mollisol profile archive", "version": 1, "imports": [{"number": 1}]}', "damaged"),
        ('{"format": "mollisol profile archive", "version": 2, "imports": []}', "layout 2"),
    ],
)
def test_a_damaged_list_of_imports_is_told(archive, tmp_path, content, words):
    (archive / "archive.json").write_text(content)
    for attempt in (Archive, lambda folder: import_profiles(folder, tmp_path / "b.csv")):
        with pytest.raises(InputError, match=words) as caught:
            attempt(archive)
        assert caught.value.file == str(archive / "archive.json")
        assert caught.value.remedy


def test_missing_and_damaged_tables_are_told(archive):
    table = archive / "imports" / "0001" / "layers.parquet"
    content = table.read_bytes()
    table.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="damaged"):
        Archive(archive).select()
    table.unlink()
    with pytest.raises(InputError, match="is missing") as caught:
        Archive(archive).layers()
    assert caught.value.file == str(table)


def test_an_archive_without_imports_is_empty(archive):
    manifest = json.loads((archive / "archive.json").read_text())
    (archive / "archive.json").write_text(json.dumps({**manifest, "imports": []}))
    with pytest.raises(InputError, match="the archive is empty"):
        Archive(archive).select()


@pytest.mark.parametrize(
    ("wanted", "key", "words"),
    [
        ({"measured": ("claay",)}, "measured", "did you mean 'clay'"),
        ({"depth_m": -0.1}, "depth", "in cm"),
        ({"depth_m": float("nan")}, "depth", "in cm"),
        ({"box": (0.0, 10.0, 5.0, 5.0)}, "box", "south below north"),
        ({"box": (-190.0, 0.0, 5.0, 5.0)}, "box", "-180 to 180"),
        ({"box": (float("nan"), 0.0, 5.0, 5.0)}, "box", "-180 to 180"),
    ],
)
def test_impossible_wishes(wanted, key, words):
    with pytest.raises(InputError) as caught:
        Selection(**wanted)
    assert caught.value.key == key
    assert words in caught.value.remedy


def test_what_nothing_in_the_archive_has_is_told_with_the_nearest(archive):
    with pytest.raises(InputError, match="land use 'croplnd'") as caught:
        Archive(archive).select(Selection(land_use=("croplnd",)))
    assert "did you mean 'cropland'" in caught.value.remedy
    with pytest.raises(InputError, match="source 'b'") as caught:
        Archive(archive).select(Selection(source=("b",)))
    assert "Known: a" in caught.value.remedy
    # Quotes and patterns are text, never SQL.
    with pytest.raises(InputError, match="no profile of the archive"):
        Archive(archive).select(Selection(source=("' OR TRUE --",)))


def test_content_and_stock_do_not_go_into_one_table(archive, tmp_path):
    (tmp_path / "s.csv").write_text("profile_id,top_cm,bottom_cm,organic_carbon_stock_kg_m2\ns,0,30,4\n")
    import_profiles(archive, tmp_path / "s.csv")
    with pytest.raises(InputError, match="one of them") as caught:
        write_plain(Archive(archive).layers(), tmp_path / "both.csv")
    assert "soc_stock" in caught.value.remedy
    assert not (tmp_path / "both.csv").exists()
    assert write_plain(Archive(archive).layers(Selection(measured=("soc_stock",))), tmp_path / "one.csv") == 1


def test_output_that_cannot_be_written(archive, tmp_path):
    with pytest.raises(InputError, match=r"written as \.xlsx"):
        write_plain(Archive(archive).layers(), tmp_path / "x.xlsx")
    for write in (write_plain, write_arrow):
        for name in ("x.csv", "x.parquet"):
            with pytest.raises(InputError, match="does not exist"):
                write(Archive(archive).layers(), tmp_path / "nowhere" / name)
