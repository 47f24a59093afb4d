"""The split into fit and test: by name alone, the same for whatever shares a place."""

import hashlib

import numpy as np
import pytest

from mollisol.evidence.observations.split import (
    FIT_SHARE,
    close_across,
    distance,
    group_of,
    overlaps,
    side_of,
    side_of_group,
    study_key,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Scharpenseel_1973a", "scharpenseel_1973a"),
        ("Andrews2000SBB", "andrews_2000"),
        ("Harden_USGSOF_1999", "hardenusgsof_1999"),
        ("de Freitas_2001", "defreitas_2001"),
        ("Akala and Lal 2001", "akalaandlal_2001"),
        ("HARV", "harv"),
        ("JRB-CZO", "jrbczo"),
    ],
)
def test_a_study_has_one_spelling(name: str, key: str) -> None:
    assert study_key(name) == key


def test_the_side_is_the_hash_of_the_name() -> None:
    for name in ("ultuna", "rothamsted", "sanborn", "pendleton", "silsoe"):
        number = int(hashlib.sha256(name.encode()).hexdigest()[:16], 16) / 2**64
        assert side_of_group(name) == ("fit" if number < 0.6 else "test")


def test_experiments_lie_where_their_hash_put_them() -> None:
    """A change of the rule would move them: the answer of a validation would change with it."""
    found = {name: side_of(name) for name in ("rothamsted", "sanborn", "kbs", "silsoe", "ultuna", "pendleton")}
    assert found == {
        "rothamsted": "fit", "sanborn": "fit", "kbs": "fit", "silsoe": "fit", "ultuna": "test", "pendleton": "test",
    }  # fmt: skip


def test_the_share_that_is_fitted_is_the_one_told() -> None:
    fitted = np.mean([side_of_group(f"study_{number}") == "fit" for number in range(4000)])
    assert fitted == pytest.approx(FIT_SHARE, abs=0.03)


def test_studies_that_share_places_are_one_group() -> None:
    for first, second, why in overlaps():
        assert study_key(first) == first
        assert study_key(second) == second
        assert why
        assert group_of(first) == group_of(second)
    assert group_of("KBS") == group_of("Paul_2001") == group_of("AND")
    assert group_of("Huang_1999") == "huang_1996"


def test_neighbours_on_different_sides_are_found() -> None:
    fit = next(f"a{n}" for n in range(50) if side_of_group(f"a{n}") == "fit")
    test = next(f"b{n}" for n in range(50) if side_of_group(f"b{n}") == "test")
    latitude, longitude = np.array([50.0, 50.01, np.nan]), np.array([10.0, 10.0, 10.0])
    ((first, second, km),) = close_across(latitude, longitude, [fit, test, test])
    assert (first, second) == (fit, test)
    assert km == pytest.approx(1.112, abs=0.01)
    assert close_across(latitude, longitude, [fit, fit, test]) == []


def test_distance_shrinks_with_the_cosine_of_latitude() -> None:
    assert float(distance(60.0, 10.0, 60.0, 11.0)) == pytest.approx(55.6, rel=0.01)
