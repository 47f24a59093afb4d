"""Experiments sampled to more than half a metre once: Kellogg deep cores and the agroforestry of Silsoe."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mollisol.evidence.observations.experiments.table import Experiment, Site, Stock, combined, mean_of
from mollisol.evidence.observations.sheet import read_sheet
from mollisol.evidence.observations.split import group_of
from mollisol.soil.measurement_error import MeasurementError
from mollisol.units import CM_PER_M

KELLOGG = "lte/kellogg_kbs_deepcores_sodah.csv"
SILSOE = "management/silsoe_agroforestry/silsoe_soil_organic_carbon.csv"
KG_M3_PER_G_CM3 = 1000.0

SILSOE_LAYERS = {5: (0.0, 0.1), 16: (0.1, 0.2), 30: (0.2, 0.4), 50: (0.4, 0.6), 83: (0.6, 1.05), 128: (1.05, 1.5)}
"""Limits (m) of the increments that each depth of sampling (cm) stands for: its `di_cm` put end to end. The ring of the
deepest was taken at 1.28 m."""


def read_kellogg(folder: str | Path) -> Experiment:
    """Read the deep cores of Kellogg: conventional, low-input and organic fields, 0-70 cm, means over cores.

    stock = carbon x bulk density x thickness. The layer below 70 cm has no lower end and is left out. A field has
    cores at three positions of its slope; the standard error is that between fields. The year is not told.

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    sheet = read_sheet(folder, KELLOGG)
    treatment, block = np.array(sheet.text("tx_L1")), np.array(sheet.text("L1"))
    top, bottom = sheet.number("layer_top") / CM_PER_M, sheet.number("layer_bot") / CM_PER_M
    carbon, density = sheet.number("lyr_soc") / 100.0, sheet.number("bd_samp") * KG_M3_PER_G_CM3
    value = carbon * density * (bottom - top)
    stocks = []
    for name in sorted(set(treatment)):
        for begin in np.unique(top[np.isfinite(bottom)]):
            rows = (treatment == name) & (top == begin) & np.isfinite(value)
            fields = [float(value[rows & (block == one)].mean()) for one in sorted(set(block[rows]))]
            mean, error, count = mean_of(fields)
            share = float(carbon[rows].mean())
            end = float(bottom[rows][0])
            of_mean = combined(error, mean, MeasurementError().density)
            stocks.append(Stock("kellogg", name, np.nan, float(begin), end, share, mean, of_mean, count, "fixed depth"))
    clay = float(np.nanmean(sheet.number("clay")[top == 0.0])) / 100.0
    site = Site(
        experiment="kellogg",
        group=group_of("kbs"),
        latitude=float(sheet.number("lat")[0]),
        longitude=float(sheet.number("long")[0]),
        clay=clay,
        mean_temperature=float(sheet.number("mat")[0]),
        precipitation=float(sheet.number("map")[0]),
        start=1989,
        before="arable",
        tillage="chisel plough",
        tillage_depth=0.2,
        source="KBS scale-up cores in SoDaH (Beehler et al. 2017, J. Soil Water Conserv. 72:272-279)",
    )
    notes = (
        "no year of sampling and no inputs in the data",
        "the layer below 70 cm has no lower end and is left out",
        "carbon has outliers (7 % in a layer whose median is 0.9 %)",
    )
    return Experiment(site, {name: name for name in sorted(set(treatment))}, tuple(stocks), (), notes)


def read_silsoe(folder: str | Path) -> Experiment:
    """Read Silsoe (planted 1992, sampled 2011): arable control, alleys with crops and alleys left bare, to 1.5 m.

    Means over blocks, of the means over distances from the tree within a block; the error is that between blocks.
    stock = carbon (% as measured by dichromate, uncorrected) x bulk density x increment.

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    sheet = read_sheet(folder, SILSOE)
    control, alley = np.array(sheet.text("ctrltmt")), np.array(sheet.text("treat"))
    block, depth = np.array(sheet.text("block")), sheet.number("depth_cm")
    carbon, density = sheet.number("OCC_g_100g") / 100.0, sheet.number("BD_g_cm3") * KG_M3_PER_G_CM3
    names = {"arable": control == "ctrl", "alley with crops": (control == "tmt") & (alley == "C")}
    names["alley bare"] = (control == "tmt") & (alley == "F")
    stocks = []
    for name, of in names.items():
        for centre, (top, bottom) in SILSOE_LAYERS.items():
            rows = of & (depth == centre) & np.isfinite(carbon * density)
            if not rows.any():
                continue
            blocks = [float((carbon * density)[rows & (block == b)].mean()) for b in sorted(set(block[rows]))]
            mean, error, count = mean_of([one * (bottom - top) for one in blocks])
            of_mean = combined(error, mean, MeasurementError().density)
            share = float(carbon[rows].mean())
            stocks.append(Stock("silsoe", name, 2011.0, top, bottom, share, mean, of_mean, count, "fixed depth"))
    site = Site(
        experiment="silsoe",
        group=group_of("silsoe"),
        latitude=52.01,
        longitude=-0.43,
        clay=float("nan"),
        mean_temperature=float("nan"),
        precipitation=float("nan"),
        start=1992,
        before="arable",
        tillage="mouldboard plough",
        tillage_depth=0.25,
        source="Upson 2015, figshare 1492497, CC BY; Upson & Burgess 2013, Plant Soil 373:43-58",
    )
    notes = (
        "carbon by dichromate without correction: some 10-20 % below dry combustion",
        "no clay, climate or inputs in the data; coordinates of the village",
    )
    return Experiment(site, {name: name for name in names}, tuple(stocks), (), notes)
