"""The rules by which the compilation of He et al. becomes profiles."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.evidence.observations.errors import ObservationError, delta14c_error, soc_relative_error
from mollisol.evidence.observations.he2016 import FILE, read_he2016
from mollisol.evidence.observations.heterogeneity import heterogeneity, scatter
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.split import group_of

HEAD = (
    "pc_dataset_name,doi,Site,Lon,Lat,MAT,MAP,VegTypeCodeStr_Local,Layer_top_norm,Layer_bottom_norm,ProfileID,"
    "D14C_BulkLayer,D14C_BulkLayer_text,D14C_err,14C_age,SampleYear,BulkDensity_original,BulkDensity,PH_H2O,pct_C,"
    "pct_C_original,clay_pct,silt_pct,sand_pct"
)


def row(
    profile: int, top: float, bottom: float, carbon: object, delta: object, *, study: str = "Paul_2001",
    use: str = "cropland", site: str = "Lamberton", told: object = None, original: object = "", density: object = 1.3,
    latitude: float = 44.2,
) -> str:  # fmt: skip
    cells = (
        study, "10.1/x", site, -95.3, latitude, 7.0, 650, use, top, bottom, profile, delta,
        delta if told is None else told, "", "", 1995, original, density, 6.1, carbon, carbon or "", 25, "", "",
    )  # fmt: skip
    return ",".join(map(str, cells))


def read(folder: Path, rows: list[str]) -> ProfileObservations:
    (folder / FILE).parent.mkdir(exist_ok=True)
    (folder / FILE).write_text("\n".join([HEAD, *rows]) + "\n")
    return read_he2016(folder)


def test_units_are_si(tmp_path: Path) -> None:
    found = read(tmp_path, [row(511, 0, 20, 1.79, -138), row(511, 25, 50, 0.8, -324)])
    assert found.top.tolist() == [0.0, 0.25]
    assert found.bottom.tolist() == [0.2, 0.5]
    assert found.carbon == pytest.approx([0.0179, 0.008])
    assert found.soc == pytest.approx([0.0179 * 1300.0, 0.008 * 1300.0])
    assert found.clay == pytest.approx([0.25, 0.25])
    assert found.group.tolist() == [group_of("KBS")]
    assert found.land_use.tolist() == ["cropland"]
    assert (found.mean_temperature[0], found.precipitation[0], found.year[0]) == (7.0, 650.0, 1995.0)


def test_a_zero_that_is_no_measurement_is_missing(tmp_path: Path) -> None:
    found = read(tmp_path, [row(1, 0, 20, 0, 0, told=""), row(1, 20, 40, 1.0, 0), row(1, 40, 60, 1.0, "")])
    assert np.isnan(found.carbon[0])
    assert np.isnan(found.soc[0])
    assert np.isnan(found.soc_error[0])
    assert np.isnan(found.delta14c[[0, 2]]).all()
    assert np.isnan(found.delta14c_error[[0, 2]]).all()
    assert found.delta14c[1] == 0.0


def test_the_same_samples_again_are_left_out(tmp_path: Path) -> None:
    whole = [row(511, 0, 20, 1.79, -138), row(511, 25, 50, 0.8, -324)]
    residue = [row(519, 0, 20, 1.79, -176), row(519, 25, 50, 0.8, -393)]
    other = [row(512, 0, 20, 1.79, -64), row(512, 25, 50, 0.9, -282)]
    found = read(tmp_path, residue + other + whole)
    assert sorted(found.id) == ["Paul_2001 511", "Paul_2001 512"]
    assert found.notes[0].startswith("1 profiles left out")


def test_measured_density_goes_before_the_filled_and_is_surer(tmp_path: Path) -> None:
    found = read(tmp_path, [row(1, 0, 20, 1.0, 0, original=1.5, density=1.3), row(1, 20, 40, 1.0, 0)])
    assert found.soc == pytest.approx([15.0, 13.0])
    assert found.density_measured.tolist() == [True, False]
    both = soc_relative_error([0.3, 0.3], [True, False], [True, True])
    assert both[0] < both[1]
    own = ObservationError()
    assert both[1] == pytest.approx(np.sqrt(0.05**2 + own.density_filled_open**2 + own.soc_place_below**2))
    assert delta14c_error(0.3, 10.0) == pytest.approx(np.hypot(10.0, own.delta14c_place_below))
    assert delta14c_error(0.1, np.nan) == pytest.approx(np.hypot(own.delta14c_laboratory, own.delta14c_place_top))


def test_classes_that_the_compilation_itself_contradicts_are_corrected(tmp_path: Path) -> None:
    rows = [
        row(217, 0, 20, 1.0, 0, study="McFarlane_2013", use="cropland"),
        row(611, 0, 20, 1.1, 0, study="Tefs_2012", use="cropland"),
        row(544, 0, 20, 1.2, 0, study="Paul_1997", site="Mandan - native 1947"),
        row(545, 0, 20, 1.3, 0, study="Paul_1997", site="Mandan - cultivated 1947"),
        row(700, 0, 20, 1.4, 0, study="X_2000", use="marsh"),
    ]
    assert read(tmp_path, rows).land_use.tolist() == ["forest", "grassland", "cropland", "forest", "unknown"]


def test_layers_above_the_mineral_soil_and_overlaps_are_left_out(tmp_path: Path) -> None:
    rows = [row(1, -5, 0, 40, 100), row(1, 0, 20, 1, 10), row(1, 10, 30, 1, 10), row(2, -5, 0, 40, 100)]
    found = read(tmp_path, rows)
    assert len(found) == 1
    assert found.top.tolist() == [0.0]


def test_profiles_are_chosen_by_side_use_and_depth(tmp_path: Path) -> None:
    rows = [
        *(row(1, top, top + 25, 1.0, -50) for top in (0, 25, 50, 75)),
        *(row(2, top, top + 25, 1.1, -50 if top < 50 else "") for top in (0, 25, 50, 75)),
        row(3, 0, 20, 1.0, 0, use="grassland"),
    ]
    found = read(tmp_path, rows)
    assert found.of(down_to=1.0).id.tolist() == ["Paul_2001 1"]
    assert len(found.of(down_to=0.5)) == 2
    assert found.of(land_use="grassland").profile.tolist() == [0]
    assert len(found.of(side="fit")) + len(found.of(side="test")) == len(found)
    at = found.of(land_use="cropland").at_depths()
    assert at.soc[0, :5] == pytest.approx([13.0] * 5)
    assert at.stock[0, :5] == pytest.approx([2.6] * 5)
    assert at.delta14c[0, :5] == pytest.approx([-50.0] * 5)
    assert np.isnan(at.soc[0, 5:]).all()
    assert np.isfinite(at.delta14c[1]).tolist() == [True, True, True, False, False, False, False]


def test_neighbours_tell_how_far_a_profile_stands_for_its_site(tmp_path: Path) -> None:
    """Pairs that differ by d have a standard deviation of d / sqrt 2 about their mean."""
    rows = [row(1, 0, 20, 1.0, 0), row(1, 20, 60, 1.0, 0), row(2, 0, 20, 2.0, 40), row(2, 20, 60, 1.0, -80)]
    far = [row(3, 0, 20, 9.0, 900, latitude=45.0)]
    found = heterogeneity(read(tmp_path, rows + far))
    assert found.soc == pytest.approx((np.log(2.0) / np.sqrt(2.0), 0.0))
    assert found.delta14c == pytest.approx((40.0 / np.sqrt(2.0), 80.0 / np.sqrt(2.0)))


def test_scatter_is_about_a_curve() -> None:
    year = np.arange(1900.0, 2000.0, 10.0)
    curve = np.exp(1.0 - 0.01 * (year - 1950.0) + 1e-5 * (year - 1950.0) ** 2)
    assert scatter(year, curve) == pytest.approx(0.0, abs=1e-9)
    random = np.random.default_rng(1)
    assert scatter(year, curve * np.exp(0.05 * random.standard_normal(year.size))) == pytest.approx(0.05, rel=0.6)
    assert np.isnan(scatter(year[:4], curve[:4]))
