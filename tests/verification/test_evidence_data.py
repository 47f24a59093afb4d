"""The published measurements through the readers: counts, known figures, the split's promise, the errors' sources."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.evidence.gather import TURNOVER_ERROR
from mollisol.evidence.observations import turnover
from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.experiments import Experiments, read_experiments
from mollisol.evidence.observations.he2016 import read_he2016
from mollisol.evidence.observations.heterogeneity import density_filling, heterogeneity, scatter
from mollisol.evidence.observations.incubations import read_incubations
from mollisol.evidence.observations.minerals import read_minerals
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.quartiles import quartiles
from mollisol.evidence.observations.summary import Summary, summary

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "radiocarbon" / "he2016_layers.csv").is_file(), reason="the measurements of ../shared/data are absent"
)


@pytest.fixture(scope="module")
def profiles() -> ProfileObservations:
    return read_he2016(DATA)


@pytest.fixture(scope="module")
def experiments() -> Experiments:
    return read_experiments(DATA)


@pytest.fixture(scope="module")
def counted() -> Summary:
    return summary(DATA)


def test_no_places_of_different_sides_are_neighbours(counted: Summary) -> None:
    assert counted.close == ()
    assert counted.absent == ()


def test_both_sides_have_deep_cropland_and_grassland(counted: Summary) -> None:
    rows = {(row.source, row.what): row for row in counted.rows}
    for use, fit, test in (("cropland", 20, 15), ("grassland", 23, 10)):
        row = rows[("he2016", f"profiles, {use}, carbon and Delta14C to 100 cm")]
        assert (row.fit, row.test) == (fit, test)
    assert counted.experiments["test"] == ("ultuna", "pendleton")
    assert "| he2016 | profiles, cropland | 39 (9) | 26 (4) |" in str(counted)


def test_radiocarbon_profiles_are_plausible(profiles: ProfileObservations) -> None:
    known = np.isfinite(profiles.soc)
    assert np.all(profiles.soc[known] > 0.0)
    assert np.nanmax(profiles.soc) < 400.0
    assert np.nanmin(profiles.delta14c) > -1000.0
    assert np.all(profiles.bottom > profiles.top)
    crops = profiles.of(land_use="cropland").at_depths()
    median = np.nanmedian(crops.delta14c, axis=0)
    assert np.all(np.diff(median[:5]) < 0.0)
    stock = np.nanmedian(crops.stock, axis=0)
    assert 2.5 < stock[0] < 6.0
    assert stock[4] < 0.5 * stock[0]


def test_errors_are_those_of_the_neighbours(profiles: ProfileObservations) -> None:
    found, own = heterogeneity(profiles), ObservationError()
    assert found.soc == pytest.approx((own.soc_place_top, own.soc_place_below), rel=0.03)
    assert found.delta14c == pytest.approx((own.delta14c_place_top, own.delta14c_place_below), rel=0.03)
    assert min(found.studies) >= 25


def test_errors_of_filled_densities_are_those_of_the_measured_ones() -> None:
    open_land, other, few, many = density_filling(DATA)
    own = ObservationError()
    assert (open_land, other) == pytest.approx((own.density_filled_open, own.density_filled_other), abs=0.006)
    assert (few, many) == (121, 550)


@pytest.mark.parametrize("name", ["ultuna", "broadbalk", "hoosfield", "pendleton", "sanborn"])
def test_errors_are_those_of_successive_samplings(experiments: Experiments, name: str) -> None:
    one = experiments.of(experiment=name).experiments[0]
    each = []
    for treatment in one.treatments:
        of = [stock for stock in one.stocks if stock.treatment == treatment and stock.measured]
        each.append(scatter([stock.year for stock in of], [stock.stock for stock in of]))
    assert np.nanmedian(each) == pytest.approx(getattr(ObservationError(), name), abs=0.004)


def test_turnover_of_crops_is_that_of_the_literature() -> None:
    """Medians and quartiles of the 99 profiles of crops, and the published means."""
    found = turnover.read_turnover(DATA)
    assert len(found) == 910
    crops = found.of(biome="Crops")
    by_depth = quartiles(crops.turnover, crops.group)
    assert by_depth.median == pytest.approx([27, 47, 75, 94, 111], abs=0.6)
    # the figures of the literature count two missing values, written as 0, below 0.4 m
    assert by_depth.lower == pytest.approx([19, 31, 45, 62, 82], abs=1.5)
    assert by_depth.upper == pytest.approx([40, 71, 108, 147, 175], rel=0.04)
    assert np.all((by_depth.log_median_error > 0.03) & (by_depth.log_median_error < 0.3))
    mean, _ = turnover.read_biome_means(DATA)["Crops"]
    assert mean == pytest.approx([53, 136, 227, 274, 334], abs=0.6)
    assert mean[0] == pytest.approx(np.nanmean(np.nan_to_num(crops.turnover[:, 0])), rel=0.01)


def test_the_error_of_mean_turnover_is_what_studies_drawn_again_say() -> None:
    """The largest of the depths, for the croplands that a calibration sees."""
    crops = turnover.read_turnover(DATA).of(side="fit", land_use="cropland")
    rows = [np.flatnonzero(crops.group == name) for name in np.unique(crops.group)]
    random = np.random.default_rng(1)
    drawn = [np.concatenate([rows[one] for one in random.integers(len(rows), size=len(rows))]) for _ in range(1000)]
    error = np.std([np.nanmean(np.log(crops.turnover[chosen]), axis=0) for chosen in drawn], axis=0)
    assert error.max() == pytest.approx(TURNOVER_ERROR, abs=0.015)


def test_mineral_shares_rise_with_clay_and_silt() -> None:
    found = read_minerals(DATA)
    assert len(found) == 1241
    share = found.of(land_use="cropland").by_texture()
    assert share.count.min() > 50
    assert share.median[4] > share.median[1]
    loading = found.by_texture("loading").median
    assert np.all((loading > 0.01) & (loading < 0.08))


def test_experiments_hold_what_is_known_of_them(experiments: Experiments) -> None:
    stocks = {(s.experiment, s.treatment, round(s.year)): s for s in experiments.stocks if np.isfinite(s.year)}
    assert stocks[("ultuna", "Bare fallow", 1956)].stock == pytest.approx(4.33, abs=0.01)
    assert stocks[("broadbalk", "plot 3", 1843)].measured is False
    assert stocks[("broadbalk", "plot 2.2", 2015)].stock == pytest.approx(8.43, abs=0.01)
    assert stocks[("hoosfield", "manure", 1998)].stock == pytest.approx(9.30)
    assert stocks[("highfield bare fallow", "bare fallow", 1959)].stock == pytest.approx(6.30, abs=0.01)
    assert stocks[("pendleton", "straw kept, manure", 1931)].stock == pytest.approx(4.857)
    # 35 t/ha of fresh manure a year hold about 3 t C
    years, carbon = experiments.inputs_of("broadbalk", "plot 2.2")
    assert (years[0], carbon.max()) == (1843.0, pytest.approx(0.4275))
    assert experiments.inputs_of("ultuna", "Bare fallow")[1].max() == 0.0
    deepest = {one.site.experiment: max(s.bottom for s in one.stocks) for one in experiments.experiments}
    assert deepest["silsoe"] == 1.5
    assert deepest["kellogg"] == 0.7


def test_nothing_of_a_field_is_counted_twice(experiments: Experiments) -> None:
    keys = [(s.experiment, s.treatment, s.year, s.top) for s in experiments.stocks]
    assert len(set(keys)) == len(keys)


def test_jars_respire_part_of_what_they_hold() -> None:
    jars = read_incubations(DATA)
    assert len(jars) == 141
    for jar in jars:
        # one point read off a figure lies 0.0002 below the one before
        assert np.all(np.diff(jar.respired) > -3e-4)
        assert 0.001 < jar.respired[-1] < 0.5
    subsoil = {jar.name: jar.respired[-1] for jar in jars if jar.study == "Fontaine2007"}
    assert subsoil["cellulose"] / subsoil["control"] == pytest.approx(1.717, abs=0.01)
