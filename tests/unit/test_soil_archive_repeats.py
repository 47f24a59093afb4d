"""Which profiles of an archive repeat another: each condition of the rule by itself."""

import pytest

from mollisol.soil.archive import Archive, LeftOut, Selection, import_profiles

HEAD = (
    "profile_id,top_cm,bottom_cm,organic_carbon_percent,clay_percent,sand_percent,ph_h2o,sample_year,latitude,longitude"
)
FIRST = f"{HEAD}\np,0,20,1.536,20.4,40,6.5,2001,52.101,5.201\np,20,50,0.874,25,37,6.8,2001,52.101,5.201\n"


def repeats(tmp_path, *texts):
    """Import texts one after the other and return what each profile repeats, by key."""
    for number, text in enumerate(texts):
        (tmp_path / f"{'abc'[number]}.csv").write_text(text)
        import_profiles(tmp_path / "soils", tmp_path / f"{'abc'[number]}.csv")
    found = Archive(tmp_path / "soils").select(Selection(gaps=True, repeats=True)).to_pylist()
    return {row["key"]: row["repeats"] for row in found}


def other(text=FIRST, name="q", **changes):
    """Return a table with some cells of every row replaced, under another name."""
    head, *rows = text.strip().split("\n")
    columns = head.split(",")
    lines = []
    for row in rows:
        cells = dict(zip(columns, row.split(","), strict=True))
        lines.append(",".join({**cells, "profile_id": name, **changes}.values()))
    return "\n".join([head, *lines, ""])


def test_a_copy_rounded_by_another_source_is_a_repeat(tmp_path):
    rounded = f"{HEAD}\nq,0,20,1.54,20,40,6.5,,52.1,5.2\nq,20,50,0.87,25,37,6.8,,52.1,5.2\n"
    assert repeats(tmp_path, FIRST, rounded) == {"a/p": None, "b/q": "a/p"}
    archive = Archive(tmp_path / "soils")
    assert archive.select().column("key").to_pylist() == ["a/p"]
    assert archive.left_out(Selection()) == LeftOut(gaps=0, repeats=1)
    assert archive.imports[1].repeats == 1


def test_a_copy_in_another_format_and_unit_is_a_repeat(tmp_path):
    afsp = "SOURCEID,UHDICM,LHDICM,ORCDRC,CLYPPT,SNDPPT,PHIHOX\nx,0,20,15.4,20,40,6.5\nx,20,50,8.7,25,37,6.8\n"
    (tmp_path / "sites.csv").write_text("SOURCEID,LONWGS84,LATWGS84,DATE\nx,5.2,52.1,2001-06-01\n")
    assert repeats(tmp_path, FIRST, afsp) == {"a/p": None, "b/x": "a/p"}


@pytest.mark.parametrize(
    "changes",
    [
        {"latitude": "52.112"},
        {"longitude": "5.18"},
        {"latitude": "", "longitude": ""},
        {"sample_year": "2003"},
        {"organic_carbon_percent": "1.542"},
        {"clay_percent": "21"},
        {"ph_h2o": "6.6"},
    ],
)
def test_another_place_year_or_value_is_another_profile(tmp_path, changes):
    assert repeats(tmp_path, FIRST, other(**changes))["b/q"] is None


def test_other_depths_are_another_profile(tmp_path):
    deeper = FIRST.replace("p,20,50", "p,20,60").replace("p,", "q,")
    more = FIRST.replace("p,", "r,") + "r,50,80,0.3,,,,2001,52.101,5.201\n"
    assert repeats(tmp_path, FIRST, deeper, more) == {"a/p": None, "b/q": None, "c/r": None}


def test_what_only_one_of_them_measured_does_not_tell_them_apart(tmp_path):
    without = other(clay_percent="", sand_percent="")
    below = without + "q,50,80,,30,,,2001,52.101,5.201\n"
    assert repeats(tmp_path, FIRST, below)["b/q"] == "a/p"


def test_two_values_are_too_few_unless_the_names_agree(tmp_path):
    shallow = f"{HEAD}\np,0,20,1.53,3,90,,2001,52.1,5.2\n"
    # Carbon, and a texture that counts once.
    found = repeats(tmp_path, shallow, other(shallow), shallow.replace("1.53", "1.531"))
    assert found == {"a/p": None, "b/q": None, "c/p": "a/p"}


def test_inside_one_file_only_equal_values_are_a_repeat(tmp_path):
    body = FIRST.split("\n", 1)[1]
    text = FIRST + body.replace("p,", "q,") + body.replace("p,", "r,").replace("1.536", "1.537")
    assert repeats(tmp_path, text) == {"a/p": None, "a/q": "a/p", "a/r": None}


def test_repeats_of_repeats_name_the_original(tmp_path):
    found = repeats(tmp_path, FIRST, other(name="q"), other(name="r"))
    assert found == {"a/p": None, "b/q": "a/p", "c/r": "a/p"}


def test_places_on_both_sides_of_a_cell_are_near(tmp_path):
    """The search goes by cells of 0.01 degrees; neighbours across a cell's edge must still be found."""
    west = other(FIRST, name="p", latitude="-0.0049", longitude="-0.0001")
    east = other(FIRST, name="q", latitude="0.0050", longitude="0.0099")
    assert repeats(tmp_path, west, east)["b/q"] == "a/p"
