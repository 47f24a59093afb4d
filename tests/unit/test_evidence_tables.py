"""Turnover, mineral shares and incubations from small tables."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.evidence.observations import incubations, minerals, turnover
from mollisol.evidence.observations.quartiles import quartiles
from mollisol.evidence.observations.split import group_of
from mollisol.units import InputError


def test_studies_are_drawn_not_profiles() -> None:
    """One study of many profiles must not make the median look surer than the number of studies allows."""
    values = np.concatenate([np.full(50, 10.0), [40.0, 60.0, 90.0]])[:, None]
    as_studies = quartiles(values, np.array(["a"] * 50 + ["b", "c", "d"]))
    as_profiles = quartiles(values, np.array([str(n) for n in range(53)]))
    assert as_studies.median == pytest.approx([10.0])
    assert as_studies.count.tolist() == [53]
    assert as_studies.log_median_error[0] > 3.0 * as_profiles.log_median_error[0]


def test_quartiles_of_nothing_are_missing() -> None:
    found = quartiles(np.array([[1.0, np.nan], [3.0, np.nan]]), np.array(["a", "b"]))
    assert found.median == pytest.approx([2.0, np.nan], nan_ok=True)
    assert found.count.tolist() == [2, 0]
    assert np.isnan(found.log_median_error[1])


def _sources(folder: Path, turnover_rows: list[str]) -> Path:
    """Write the turnover table and the sources that tell its studies."""
    for place in ("turnover", "radiocarbon", "profiles", "maom"):
        (folder / place).mkdir(exist_ok=True)
    depths = [str(d) for d in turnover.DEPTHS_CM]
    head = ["profile", "pro_lat", "pro_long", *(f"MeanAge{d}cm" for d in depths)]
    head += [*(f"TransitTime_{d}" for d in depths), "Biome"]
    (folder / turnover.FILE).write_text("\n".join([",".join(head), *turnover_rows]) + "\n")
    (folder / "radiocarbon/he2016_layers.csv").write_text(
        "pc_dataset_name,doi,Site,Lon,Lat,MAT,MAP,VegTypeCodeStr_Local,Layer_top_norm,Layer_bottom_norm,ProfileID,"
        "D14C_BulkLayer,D14C_err,FractionModern,SampleYear,BulkDensity_original,BulkDensity,PH_H2O,pct_C,clay_pct\n"
        "Huang_1999,x,y,-2.451,54.684,7,900,grassland,0,20,1,10,5,,1993,,1.2,5,3,20\n"
    )
    (folder / "profiles/sodah_layers_soc.csv").write_text(
        "site_code,location_name,lat,long,mat,map,land_cover,google_dir,data_file,observation_date,hzn,layer_top,"
        "layer_bot,lyr_soc,bd_samp,clay\nSTER,Sterling,40.46,-103.03,9,350,cultivated,a,b,2015,Ap,0,20,1,1.3,20\n"
    )
    (folder / minerals.FILE).write_text(
        MINERAL_HEAD + "Foo,2001,10.0,10.0,5,500,,HM,0,20,Cropland,Density,20,40,40,60,20,14,4,S\n"
    )
    return folder


MINERAL_HEAD = (
    "Author,Year,Lat,Lon,MAT,MAP,Soil.order,MineralType,Top.depth,Bottom.depth,Vegetation,frc_method,Clay,Silt,Sand,"
    "SiltClayPercent,Bulk.C,SiltClayC,POM_C,source\n"
)


def test_a_turnover_of_zero_is_missing_and_places_tell_the_study(tmp_path: Path) -> None:
    rows = [
        "Moorhouse_-2.451_54.684,54.684,-2.451,310.3,700,NA,NA,NA,30,50,0,0,0,Crops",
        "Near_-2.49_54.69,54.69,-2.49,300,700,900,NA,NA,40,60,70,80,90,Crops",
        "Alpha_5.0_50.0,50.0,5.0,100,200,300,400,500,10,20,30,40,50,Crops",
        "Beta_5.03_50.01,50.01,5.03,100,200,300,400,500,10,20,30,40,50,Tundra",
        "7_101.0_35.0,35.0,101.0,100,200,300,400,500,10,20,30,40,50,Deserts",
    ]
    found = turnover.read_turnover(_sources(tmp_path, rows))
    assert found.turnover[0] == pytest.approx([30, 50, np.nan, np.nan, np.nan], nan_ok=True)
    assert found.age_at_floor[:, 0].tolist() == [True, False, False, False, False]
    assert found.matched.tolist() == [True, True, False, False, False]
    assert found.group.tolist() == ["huang_1996"] * 2 + ["placealpha"] * 2 + ["placenumbered"]
    assert found.land_use.tolist() == ["cropland"] * 3 + ["tundra", "desert"]
    crops = found.of(biome="Crops")
    assert len(crops) == 3
    assert len(crops.of(side="fit")) + len(crops.of(side="test")) == 3


def test_mineral_shares_above_all_carbon(tmp_path: Path) -> None:
    """A little above is recovery and counts as all; far above is no measurement."""
    (tmp_path / "maom").mkdir()
    rows = [
        "Foo,2001,10,10,5,500,,HM,0,20,Cropland,Density,20,40,40,60,20,14,4,S",
        "Foo,2001,10,10,5,500,,LM,0,20,Pasture,Density,20,40,40,60,20,21,4,S",
        "Bar,2002,10,10,5,500,,,0,20,,Density,20,40,40,60,20,60,4,S",
        "Bar,2002,10,10,5,500,,,0,20,,Density,20,40,40,60,20,NA,4,S",
    ]
    (tmp_path / minerals.FILE).write_text(MINERAL_HEAD + "\n".join(rows) + "\n")
    found = minerals.read_minerals(tmp_path)
    assert found.share == pytest.approx([0.7, 1.0])
    assert found.carbon == pytest.approx([0.02, 0.02])
    assert found.loading == pytest.approx([0.014 / 0.6, 0.021 / 0.6])
    assert found.land_use.tolist() == ["cropland", "grassland"]
    assert found.mineral_type.tolist() == ["high", "low"]
    assert found.notes[0].startswith("1 samples")
    binned = found.by_texture()
    assert binned.count.tolist() == [0, 0, 0, 2, 0]
    assert binned.median[3] == pytest.approx(0.85)


def test_accrual_is_per_square_metre(tmp_path: Path) -> None:
    (tmp_path / "maom").mkdir()
    (tmp_path / minerals.ACCRUAL_FILE).write_text(
        "\ufeffstudy,vegetation,management,management_detailed,land_use_detailed,soil_order,time,pro_cs,"
        "saturation_percent,rate_stock\nAkala and Lal 2001,pasture,managed,x,pasture,Entisols,5,90,4.5,2.04\n"
    )
    found = minerals.read_accrual(tmp_path)
    assert found.rate == pytest.approx([0.204])
    assert found.saturation == pytest.approx([0.045])
    assert found.group.tolist() == [group_of("Akala and Lal 2001")]


def _entry(folder: Path, study: str, series: str, soils: str, variables: str) -> Path:
    place = folder / incubations.FOLDER / study
    place.mkdir(parents=True)
    (place / "timeSeries.csv").write_text(series)
    (place / "initConditions.csv").write_text(soils)
    (place / "metadata.yaml").write_text(
        "siteInfo: {site: Here, landCover: cultivated}\n"
        "incubationInfo:\n  depthInfo: {midDepth: 10}\n  temperature: 20\n"
        "  samplePreparation: {sieving: 2}\nvariables:\n  V1: {name: time, units: d}\n" + variables
    )
    return folder


def test_rates_are_summed_over_time(tmp_path: Path) -> None:
    """mg C per g C and day: 2 from the start to day 5, then falling to 1 on day 15."""
    folder = _entry(
        tmp_path, "Zhang2007", "time,A\n5,2\n15,1\n20,NA\n", "site,carbonMean\nPP,2.5\n", "  V2: {name: A, site: PP}\n"
    )
    (jar,) = incubations.read_incubations(folder, ["Zhang2007"])
    assert jar.days.tolist() == [5.0, 15.0]
    assert jar.respired == pytest.approx([0.010, 0.025])
    assert jar.at([0.0, 2.5, 15.0, 16.0]) == pytest.approx([0.0, 0.005, 0.025, np.nan], nan_ok=True)
    assert (jar.carbon, jar.depth, jar.temperature, jar.oxygen) == pytest.approx((0.025, 0.1, 20.0, 0.209))
    assert (jar.sieved, jar.amended, jar.land_use) == (True, "", "cultivated")


def test_a_series_per_soil_needs_the_soils_carbon(tmp_path: Path) -> None:
    series, variables = "time,control\n0,0\n160,100\n", "  V2: {name: control, cellulose: control, oxygen: 5}\n"
    folder = _entry(tmp_path, "Fontaine2007", series, "site,carbonMean\nMassif,2.5\n", variables)
    (jar,) = incubations.read_incubations(folder, ["Fontaine2007"])
    # 100 mg C per kg of soil with 25 g C per kg
    assert jar.respired[-1] == pytest.approx(0.004)
    assert jar.oxygen == pytest.approx(0.05)
    (folder / incubations.FOLDER / "Fontaine2007" / "initConditions.csv").write_text("site,carbonMean\nMassif,NA\n")
    with pytest.raises(InputError, match="its carbon is not told"):
        incubations.read_incubations(folder, ["Fontaine2007"])


def test_an_entry_that_is_not_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'Niklinska1999' is not read"):
        incubations.read_incubations(tmp_path, ["Niklinska1999"])
