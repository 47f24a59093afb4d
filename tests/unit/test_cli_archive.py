"""`mollisol archive`: import, query, export and imports as a user calls them."""

import csv
import json

import pyarrow.parquet
import pytest

from mollisol.cli.main import run
from mollisol.soil import read_profiles

HEAD = "profile_id,top_cm,bottom_cm,organic_carbon_percent,clay_percent,ph_h2o,sample_year,latitude,longitude"
FIELD = f"""{HEAD}
p,0,20,1.5,20,6.5,2001,52.1,5.2
p,20,60,0.8,25,6.8,2001,52.1,5.2
q,0,20,1.1,21,6.4,2001,52.2,5.2
gap,0,20,1.1,21,6.4,2001,52.3,5.2
gap,30,60,0.9,21,6.4,2001,52.3,5.2
bad,0,20,1,21,6.4,2001,52.3,5.2
bad,10,60,1,21,6.4,2001,52.3,5.2
"""
COPY = f"{HEAD}\nz,0,20,1.5,20,6.5,2001,52.1,5.2\nz,20,60,0.8,25,6.8,2001,52.1,5.2\n"


@pytest.fixture
def archive(tmp_path, capsys):
    (tmp_path / "field.csv").write_text(FIELD)
    (tmp_path / "copy.csv").write_text(COPY)
    assert (
        run(["archive", "import", str(tmp_path / "soils"), str(tmp_path / "field.csv"), str(tmp_path / "copy.csv")])
        == 0
    )
    capsys.readouterr()
    return str(tmp_path / "soils")


def test_import_says_what_was_kept_and_why_not(tmp_path, capsys):
    (tmp_path / "field.csv").write_text(FIELD)
    call = ["archive", "import", str(tmp_path / "soils"), str(tmp_path / "field.csv")]
    assert run(call) == 0
    said = capsys.readouterr().out
    assert "dataset field, plain format" in said
    assert "profiles: 3 of 4 kept (1 with gaps, 0 repeat another), 1 refused" in said
    assert "rows: 5 of 7 kept, 2 of refused profiles, 0 above the mineral soil" in said
    assert "refused: 1 x the horizon begins at ... cm and overlaps ... cm of line ..." in said
    assert run(call) == 0
    assert "already in the archive as field since" in capsys.readouterr().out
    assert run([*call, "--json"]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert done["new"] is False
    assert done["record"]["rows_kept"] == 5


def test_query_lists_profiles_in_cm(archive, capsys):
    assert run(["archive", "query", archive, "--depth", "60", "--measured", "clay,ph"]) == 0
    shown = capsys.readouterr()
    head, line, count = shown.out.splitlines()
    assert head.split("  ")[0] == "profile"
    assert line.split()[:6] == ["field/p", "52.1", "5.2", "2001", "2", "60"]
    assert "soc, clay, ph" in line
    assert count == "1 profiles"
    assert shown.err == "1 more have gaps in depth or in carbon (--with-gaps)\n1 more repeat another (--with-repeats)\n"


def test_query_as_json_and_into_files(archive, capsys, tmp_path):
    wanted = ["archive", "query", archive, "--with-repeats", "--box", "5,52,6,52.15"]
    assert run([*wanted, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["count"], found["left_out"]) == (2, {"gaps": 0, "repeats": 0})
    assert [(row["key"], row["repeats"]) for row in found["rows"]] == [("field/p", None), ("copy/z", "field/p")]
    assert run([*wanted, "-o", str(tmp_path / "found.csv")]) == 0
    assert capsys.readouterr().out == f"2 profiles: {tmp_path / 'found.csv'}\n"
    with (tmp_path / "found.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["soc_depth_m"] for row in rows] == ["0.6", "0.6"]
    assert rows[0]["bulk_density_depth_m"] == ""
    assert run([*wanted, "--layers", "-o", str(tmp_path / "found.parquet")]) == 0
    assert pyarrow.parquet.read_table(tmp_path / "found.parquet").column("bottom_m").to_pylist() == [0.2, 0.6] * 2
    assert run([*wanted, "--layers", "--limit", "1"]) == 0
    assert capsys.readouterr().out.endswith("and 3 more\n4 layers\n")


def test_nothing_found_is_no_error_of_a_query(archive, capsys):
    assert run(["archive", "query", archive, "--depth", "200"]) == 0
    assert capsys.readouterr().out == "0 profiles\n"
    assert run(["archive", "query", archive, "--depth", "200", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []


def test_export_is_read_back(archive, capsys, tmp_path):
    out = str(tmp_path / "out.csv")
    assert run(["archive", "export", archive, "-o", out]) == 0
    assert capsys.readouterr().out == f"2 profiles, 3 horizons: {out}\n"
    assert [profile.profile_id for profile in read_profiles(out)] == ["field/p", "field/q"]
    assert run(["archive", "export", archive, "-o", out, "--with-gaps", "--with-repeats"]) == 0
    assert len(read_profiles(out, fill_gaps=True)) == 4
    assert run(["profile", "check", out, "--fill-gaps"]) == 0
    assert run(["archive", "export", archive, "-o", out, "--depth", "300"]) == 2
    assert "nothing to write" in capsys.readouterr().err


def test_imports_lists_the_records(archive, capsys):
    assert run(["archive", "imports", archive]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["dataset", "field", "copy"]
    assert run(["archive", "imports", archive, "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [(one["dataset"], one["profiles_kept"], one["repeats"]) for one in records] == [
        ("field", 3, 0),
        ("copy", 1, 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query", "nowhere"], "is no archive of profiles"),
        (["query", "ARCHIVE", "--box", "1,2,3"], "is no box"),
        (["query", "ARCHIVE", "--box", "a,b,c,d"], "is no box"),
        (["query", "ARCHIVE", "--measured", "phh"], "nothing that the archive knows"),
        (["query", "ARCHIVE", "--land-use", "croplnd"], "did you mean 'cropland'"),
        (["query", "ARCHIVE", "--depth", "-1"], "outside 0 to 3000 cm"),
        (["query", "ARCHIVE", "-o", "x.txt"], "end the name in .csv or .parquet"),
        (["export", "ARCHIVE", "-o", "x.txt"], "end the name in .csv or .parquet"),
        (["import", "ARCHIVE", "nowhere.csv"], "there is no such file"),
        (["import", "ARCHIVE", "a.csv", "b.csv", "--name", "c"], "one name for several files"),
    ],
)
def test_mistakes_are_exit_code_2_without_traceback(archive, capsys, arguments, words):
    assert run(["archive", *(archive if each == "ARCHIVE" else each for each in arguments)]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert "What to do" in shown
    assert "Traceback" not in shown
