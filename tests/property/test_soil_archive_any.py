"""Any small set of profiles: depths, repeats and the way back agree with the rules written out plainly."""

import pathlib
import tempfile

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mollisol.soil.archive import Archive, Selection, import_profiles
from mollisol.soil.archive.contents import _deepest, _unbroken

HEAD = "profile_id,top_cm,bottom_cm,organic_carbon_percent,clay_percent,ph_h2o,sample_year,latitude,longitude"


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5), st.booleans()), min_size=1, max_size=5),
        min_size=1,
        max_size=6,
    )
)
def test_depths_of_what_is_known(profiles):
    """(gap above, thickness, known) of each horizon, in dm."""
    top, bottom, known, first, deepest, unbroken = [], [], [], [], [], []
    for horizons in profiles:
        end, down, whole = 0, np.nan, True
        reached = 0.0
        for place, (gap, thick, has) in enumerate(horizons):
            top.append((end + gap) / 10)
            end += gap + thick
            bottom.append(end / 10)
            known.append(has)
            first.append(place == 0)
            whole = whole and gap == 0 and has
            reached = end / 10 if whole else reached
            down = end / 10 if has else down
        deepest.append(down)
        unbroken.append(reached)
    layers = {"top_m": np.array(top), "bottom_m": np.array(bottom), "first": np.array(first)}
    starts = np.flatnonzero(first)
    np.testing.assert_array_equal(_deepest(layers, np.array(known), starts), deepest)
    np.testing.assert_array_equal(_unbroken(layers, np.array(known), starts), unbroken)


# Few different cells, so that many profiles are alike.
PLACES = st.sampled_from(["10.0,20.0", "10.0,20.004", "10.009,20.0", "10.02,20.0", ""])
ROW = st.tuples(
    st.sampled_from(["1", "1.004", "1.02"]), st.sampled_from(["20", "20.4", ""]), st.sampled_from(["6", "6.04", ""])
)
PROFILE = st.tuples(PLACES, st.sampled_from(["2000", "2001", "2003", ""]), st.lists(ROW, min_size=1, max_size=2))


def table(profiles):
    lines = [HEAD]
    for number, (place, year, rows) in enumerate(profiles):
        for depth, (carbon, clay, ph) in enumerate(rows):
            limits = f"{20 * depth},{20 * depth + 20}"
            lines.append(f"{number},{limits},{carbon},{clay},{ph},{year},{place or ','}")
    return "\n".join(lines) + "\n"


def same(one, other, own):
    """The rule of the documentation for two profiles."""
    (place, year, rows), (other_place, other_year, other_rows) = one[1], other[1]
    if not place or not other_place or len(rows) != len(other_rows):
        return False
    far = [abs(float(a) - float(b)) for a, b in zip(place.split(","), other_place.split(","), strict=True)]
    if max(far) > 0.01 + 1e-9 or (year and other_year and abs(int(year) - int(other_year)) > 1):
        return False
    agreeing = 0
    for a, b in zip(rows, other_rows, strict=True):
        for first, second, most in zip(a, b, (0.005, 0.5, 0.05), strict=True):
            if first and second:
                if abs(float(first) - float(second)) > (0.0 if own else most + 1e-9):
                    return False
                agreeing += 1
    return agreeing >= 3 or one[0] == other[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PROFILE, min_size=4, max_size=12), st.lists(PROFILE, min_size=4, max_size=12))
def test_repeats_follow_the_rule_and_the_way_back_is_exact(before, after):
    expected, seen = {}, []
    for dataset, profiles in (("a", before), ("b", after)):
        for number, profile in enumerate(profiles):
            name, key = str(number), f"{dataset}/{number}"
            alike = [other for other in seen if same((name, profile), other[1:], other[0][0] == dataset)]
            expected[key] = (expected[alike[0][0]] or alike[0][0]) if alike else None
            seen.append((key, name, profile))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for dataset, profiles in (("a", before), ("b", after)):
            (folder / f"{dataset}.csv").write_text(table(profiles))
            _, new = import_profiles(folder / "soils", folder / f"{dataset}.csv")
            if not new:
                # The same table twice: the archive knows the file and keeps one.
                expected = {key: value for key, value in expected.items() if key.startswith("a/")}
        archive = Archive(folder / "soils")
        found = archive.select(Selection(repeats=True)).to_pylist()
        assert {row["key"]: row["repeats"] for row in found} == expected
        event(f"{sum(value is not None for value in expected.values())} repeats")
        for profile in archive.profiles(Selection(repeats=True)):
            dataset, number = profile.profile_id.split("/")
            _, _, rows = (before if dataset == "a" else after)[int(number)]
            np.testing.assert_allclose(profile.organic_carbon_percent, [float(row[0]) for row in rows], rtol=4e-16)
            np.testing.assert_array_equal(profile.clay_percent, [float(row[1] or "nan") for row in rows])
