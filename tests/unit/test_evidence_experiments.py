"""Long-term experiments from small tables: units, calendars, what is left out."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.evidence.observations.experiments import Experiments, deep, monthly, read_experiments, rothamsted, ultuna
from mollisol.evidence.observations.experiments.table import combined, mean_of
from mollisol.units import InputError

MONTHLY_HEAD = (
    "exp,time,temp,precip,pet,measured.soc,cover,fym,litter,added.spm,added.ipm,added.mac,clay,depth,soc,lat,long"
)


def write(folder: Path, path: str, text: str) -> Path:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    return folder


def months(folder: Path, name: str, rows: dict[int, str], count: int = 24) -> Path:
    """Write a table of months whose temperature is the month's count within its year."""
    lines = [MONTHLY_HEAD]
    for time in range(1, count + 1):
        middle = rows.get(time, ",1,NA,NA,0,0,0")
        lines.append(f"{name},{time},{(time - 1) % 12 + 1},50,30,{middle},18,30,48,45.7,-118.6")
    return write(folder, monthly.FILE, "\n".join(lines) + "\n")


def test_manure_is_the_column_that_says_so(tmp_path: Path) -> None:
    """The mixture of this manure adds up to 1.47 times its carbon; its own column is right."""
    rows = {4: "48.57,1,NA,NA,0,0,0", 9: "NA,1,0,4.368,2.577,1.791,0", 22: "NA,1,1.482,0,0.726,0.726,0.726"}
    folder = months(tmp_path, "expt_pendleton_nB_MN", rows)
    found = monthly.read_monthly(folder, "pendleton")
    (stock,) = found.stocks
    assert (stock.stock, stock.bottom) == pytest.approx((4.857, 0.3))
    assert stock.year == pytest.approx(1931.29, abs=0.01)
    given = {(one.year, one.source): one.carbon for one in found.inputs if one.carbon}
    assert given == {
        (1931, "crop residues and roots"): pytest.approx(0.4368),
        (1932, "farmyard manure"): pytest.approx(0.1482),
    }
    assert found.site.months["temperature"].tolist() == list(range(1, 13))
    assert found.site.precipitation == pytest.approx(600.0)


def test_manure_that_is_not_told_follows_from_its_humus(tmp_path: Path) -> None:
    folder = months(tmp_path, "hoos7_2", {2: "33.8,0,NA,NA,1.47,1.47,0.06", 5: "NA,1,NA,NA,0.59,0.41,0"})
    found = {
        one.source: one.carbon for one in monthly.inputs_of("hoosfield", monthly.read_months(folder)) if one.carbon
    }
    assert found == {"farmyard manure": pytest.approx(0.30), "crop residues and roots": pytest.approx(0.10)}


def test_months_count_from_the_experiments_first(tmp_path: Path) -> None:
    """Broadbalk's first month is October 1843: litter of month 1 is of 1843, of month 4 of 1844."""
    folder = months(tmp_path, "bb3", {1: "28.1,0,0,1.0,0.59,0.41,0", 4: "NA,0,0,1.2,0.7,0.5,0"})
    found = {one.year: one.carbon for one in monthly.inputs_of("broadbalk", monthly.read_months(folder)) if one.carbon}
    assert found == {1843: pytest.approx(0.1), 1844: pytest.approx(0.12)}


def test_ultuna_is_per_hectare_and_its_units_row_is_no_data(tmp_path: Path) -> None:
    write(tmp_path, ultuna.SOC, f"{ultuna.YEAR_COLUMN},Bare fallow ,Straw+N\n1956,43315,43315\n1967,37270,NA\n")
    write(
        tmp_path, ultuna.YIELDS,
        "Unnamed: 0,year,treat,CS,CR,CE\n,,,kg C ha-1,kg C ha-1,kg C ha-1\nUltuna,1956.0,2.0,77,1313,856\n",
    )  # fmt: skip
    write(
        tmp_path, ultuna.AMENDMENTS,
        "site,year,treat,amendment type,amendment\n,,,,kg C ha-1\nUltuna,1956.0,2.0,Straw+N,3540\nUltuna,1957,2,,\n",
    )  # fmt: skip
    days = [f"{y},{m},{d},{m},1" for y in (1956, 1957) for m in range(1, 13) for d in range(1, 3)]
    write(tmp_path, ultuna.WEATHER, "\n".join(["year,month,day,air_temp_deg_C,precipitation_mm", *days]) + "\n")
    found = ultuna.read_ultuna(tmp_path)
    assert [(one.treatment, one.stock) for one in found.stocks] == [
        ("Bare fallow", pytest.approx(4.3315)),
        ("Bare fallow", pytest.approx(3.727)),
        ("Straw+N", pytest.approx(4.3315)),
    ]
    years, carbon = Experiments((found,)).inputs_of("ultuna", "Straw+N")
    assert (years.tolist(), carbon.tolist()) == ([1956.0], [pytest.approx(0.5786)])
    assert {one.source for one in found.inputs} == {"stubble", "roots", "rhizodeposits", "straw"}
    assert found.site.months["temperature"].tolist() == list(range(1, 13))
    assert found.site.series["precipitation"].tolist() == [2.0] * 24


def test_grass_that_was_ploughed_by_mistake_is_left_out(tmp_path: Path) -> None:
    months(tmp_path, "bb3", {})
    text = (tmp_path / monthly.FILE).read_text()
    write(tmp_path, monthly.FILE, text + "\n".join(text.splitlines()[1:]).replace("bb3", "hoos6") + "\n")
    head = "year,rotation_type,rotation_factor_level_code,bulk_density,percent_soc\n"
    rows = [
        "2000,arable,A,1.0,1.5",
        "2000,arable,A,1.0,1.7",
        "2000,permanent grass,[G],0.9,3",
        "2008,ley_arable,Lu,*,2",
    ]
    write(tmp_path, rothamsted.LEY_ARABLE["highfield ley-arable"], head + "\n".join(rows) + "\n*,*,*,*,*\n")
    found = rothamsted.read_ley_arable(tmp_path, "highfield ley-arable")
    arable, ley = found.stocks
    assert (arable.treatment, arable.replicates) == ("A", 2)
    assert arable.stock == pytest.approx(0.016 * 1000.0 * 0.23)
    assert arable.error == pytest.approx(arable.stock * max(0.1 / 1.6, 0.055 / np.sqrt(2.0)))
    assert ley.carbon == pytest.approx(0.02)
    assert np.isnan(ley.stock)
    assert found.site.latitude == pytest.approx(51.802777)


def test_a_layer_without_a_lower_end_has_no_stock(tmp_path: Path) -> None:
    head = "tx_L1,L1,layer_top,layer_bot,lyr_soc,bd_samp,clay,lat,long,mat,map\n"
    rows = [
        f"organic,{block},{top},{bottom},{carbon},1.5,12,42.4,-85.4,10.1,1005"
        for block, carbon in ((1, 1.0), (2, 1.4))
        for top, bottom in ((0, 20), (70, ""))
    ]
    write(tmp_path, deep.KELLOGG, head + "\n".join(rows) + "\n")
    (stock,) = deep.read_kellogg(tmp_path).stocks
    assert (stock.bottom, stock.replicates) == (0.2, 2)
    assert stock.stock == pytest.approx(0.012 * 1500.0 * 0.2)
    assert stock.error == pytest.approx(1.2 / np.sqrt(2.0) / np.sqrt(2.0))
    assert np.isnan(stock.year)


def test_the_increments_of_silsoe_lie_end_to_end() -> None:
    limits = list(deep.SILSOE_LAYERS.values())
    assert limits[0][0] == 0.0
    assert [bottom for _, bottom in limits[:-1]] == [top for top, _ in limits[1:]]
    assert limits[-1][1] == 1.5


def test_replicates_do_not_make_a_mean_surer_than_its_sampling() -> None:
    assert mean_of([1.0, np.nan, 3.0]) == pytest.approx((2.0, 1.0, 2))
    assert combined(0.01, 4.0, 0.05) == pytest.approx(0.2)
    assert combined(0.5, 4.0, 0.05) == pytest.approx(0.5)
    assert combined(float("nan"), 4.0, 0.05) == pytest.approx(0.2)


def test_an_unknown_experiment_is_named() -> None:
    with pytest.raises(InputError, match="did you mean 'broadbalk'"):
        read_experiments("nowhere", ["broadbolk"])
