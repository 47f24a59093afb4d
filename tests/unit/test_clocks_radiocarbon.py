"""The atmosphere's radiocarbon and the conventions of its figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from validation.atmosphere14c import read_curve, read_scenarios, tolerance, yearly_zones

from mollisol.clocks.air import FIRST_YEAR, SCENARIOS, ZONES, atmosphere, curve, mean_fraction, zone_of
from mollisol.clocks.conventions import (
    absolute_ratio,
    conventional_age,
    delta14c,
    fraction_modern,
    fraction_of_age,
    from_absolute_ratio,
)
from mollisol.clocks.radiocarbon import Air, age_of, ratio_to_delta
from mollisol.plants.amendments import AMENDMENTS
from mollisol.units import InputError

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "atm14c"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published curves of ../shared/data/atm14c are absent")


def test_conversions_are_those_of_stuiver_and_polach() -> None:
    # their table 1: age = -8033 ln(1 + D14C/1000) with D14C in the year of the standard; one half-life of Libby
    assert conventional_age(0.5) == pytest.approx(5568.0, abs=0.2)
    # Delta is corrected with the half-life of 5,730 years: a tree ring of F = 1/2 exactly one such half-life old is 0
    assert delta14c(0.5, 1950.0 - 5730.0) == pytest.approx(0.0, abs=0.1)
    # no age correction in 1950; a modern sample of 2010 has lost 60/8267 of its 14C
    assert delta14c(1.1, 1950.0) == pytest.approx(100.0)
    assert delta14c(1.1, 2010.0) == pytest.approx((1.1 * np.exp(-60.0 / 8267.0) - 1.0) * 1000.0, abs=1e-9)


def test_conversions_undo_each_other() -> None:
    fraction, year = np.array([0.01, 0.8, 1.9]), np.array([-20000.0, 1950.0, 2020.5])
    assert np.allclose(fraction_modern(delta14c(fraction, year), year), fraction, rtol=1e-13)
    assert np.allclose(from_absolute_ratio(absolute_ratio(fraction, year), year), fraction, rtol=1e-13)
    assert np.allclose(fraction_of_age(conventional_age(fraction)), fraction, rtol=1e-13)


def test_decay_alone_follows_the_mean_life_of_8267_years() -> None:
    # a closed sample keeps its fraction modern, and its absolute ratio falls as radioactive decay says
    later = absolute_ratio(1.0, 1950.0 + np.array([0.0, 100.0, 8267.0]))
    assert np.allclose(later / later[0], np.exp(-np.array([0.0, 100.0, 8267.0]) / 8267.0), rtol=1e-14)


def test_published_ages_agree_with_published_delta() -> None:
    # IntCal20 at 10,000 cal BP: 14C age 8,881 (Reimer et al. 2020), so Delta14C = 110 permil within a year's rounding
    assert delta14c(fraction_of_age(8881.0), 1950.0 - 10000.0) == pytest.approx(atmosphere(-8050.0), abs=8.0)


def test_the_bomb_comes_first_and_highest_in_the_north() -> None:
    years = np.arange(1955, 1975) + 0.5
    peaks = {zone: atmosphere(years, zone=zone) for zone in ZONES}
    assert years[np.argmax(peaks["north_1"])] == 1964.5
    assert peaks["north_1"].max() > peaks["north_2"].max() > peaks["north_3"].max() > peaks["south_1_2"].max()
    assert years[np.argmax(peaks["south_1_2"])] > 1964.5


def test_zones_by_latitude_and_continuity_over_the_joints() -> None:
    assert [zone_of(lat) for lat in (52.0, 30.0, 5.0, -5.0, -35.0)] == list(ZONES)
    for zone in ZONES:
        for scenario in SCENARIOS.values():
            nodes, values = curve(zone, scenario)
            assert np.all(np.diff(nodes) > 0.0)
            joint = (nodes > 1940.0) & (nodes < 1953.0) | (nodes > 2014.0) & (nodes < 2030.0)
            assert np.max(np.abs(np.diff(values[joint]) / np.diff(nodes[joint]))) < 6.0
    assert atmosphere(2500.0, 50.0, future="ssp585") < atmosphere(2500.0, 50.0, future="ssp126") < 0.0


def test_a_mean_over_years_is_that_of_the_years() -> None:
    bounds = np.array([1960.0, 1961.0, 1963.0, 1970.0])
    fine = mean_fraction(np.arange(1960.0, 1971.0), "north_1")
    assert np.allclose(mean_fraction(bounds, "north_1"), [fine[0], fine[1:3].mean(), fine[3:].mean()], rtol=1e-12)
    assert Air("north_1").of_years(1964, 1964)[0] == pytest.approx(fraction_modern(atmosphere(1964.5), 1964.5))


def test_ages_of_what_is_brought_are_known_for_every_amendment() -> None:
    assert {name for name in AMENDMENTS if age_of(f"{name} surface") == 0.0} == set()
    assert age_of("maize shoots surface") == 0.0


def test_mistakes_are_told_with_what_would_be_right() -> None:
    with pytest.raises(InputError, match="north_1"):
        atmosphere(2000.0, zone="north1")
    with pytest.raises(InputError, match="ssp245"):
        atmosphere(2000.0, future="ssp24")
    with pytest.raises(InputError, match="radiocarbon"):
        atmosphere(FIRST_YEAR - 1.0)
    with pytest.raises(InputError, match="-90 to 90"):
        atmosphere(2000.0, 95.0)


def test_no_carbon_has_no_delta() -> None:
    assert np.isnan(ratio_to_delta(np.zeros(1), np.zeros(1), 2000.0)[0])


@needs_data
@pytest.mark.parametrize(("zone", "file"), [("north_1", "IntCal20.csv"), ("south_1_2", "SHCal20.csv")])
def test_thinned_curves_stay_within_their_stated_error(zone: str, file: str) -> None:
    year, value = read_curve(DATA / file)
    inside = (year >= FIRST_YEAR) & (year < 1947.0)
    error = np.abs(atmosphere(year[inside], zone=zone) - value[inside])
    assert np.all(error <= tolerance(year[inside]) + 0.1)
    assert error.max() > 1.0  # thinned indeed


@needs_data
def test_years_of_the_zones_and_scenarios_are_the_published_ones() -> None:
    _, whole = yearly_zones(DATA / "Hua2021_monthly_5zones.csv")
    assert (whole[0][0], whole[-1][0]) == (1950, 2018)
    for year, values in whole:
        assert atmosphere(year + 0.5, zone="south_3") == pytest.approx(values["SHZone3"], abs=0.051)
    names, table = read_scenarios(DATA / "Graven2015_C14_RCP_scenarios.csv")
    later = table[table[:, 0] >= 2020.0]
    for column, name in enumerate(names, start=1):
        path = atmosphere(later[:, 0] + 0.5, 50.0, future=name.lower().replace(".", ""))
        shift = path - later[:, column]
        assert np.ptp(shift) < 1.5  # a constant, but for the years between the nodes
