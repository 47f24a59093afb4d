"""The spline against the peers' published output, whose layer values average the curve at 0, 1, 2... cm."""

import csv
import json
import pathlib

import numpy as np
import pytest

from mollisol.soil import fit_spline

PEERS = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "peers"
pytestmark = pytest.mark.skipif(not (PEERS / "known_cases.json").is_file(), reason="shared/data/peers is absent")

# The input and the published means of site 1 (CRAN mpspline2 0.1.9, lam 0.1), for where the data folder is absent.
SITE_1 = ([0, 20, 40, 60], [10, 30, 50, 70], [6.0, 4.0, 3.0, 10.0])


def table(name):
    with (PEERS / "mpspline2" / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def spline_of(site):
    rows = [row for row in table("mpspline2_input.csv") if row["SID"] == site]
    return fit_spline(*([float(row[name]) for row in rows] for name in ("UD", "LD", "VAL")), lam=0.1)


@pytest.mark.parametrize("site", ["1", "2"])
def test_curve_at_every_centimetre(site):
    rows = [row for row in table("mpspline2_expected_1cm.csv") if row[f"s{site}"] not in ("", "NA")]
    depth = np.array([float(row["cm"]) for row in rows])
    expected = [float(row[f"s{site}"]) for row in rows]
    assert len(expected) >= 70
    assert spline_of(site)(depth) == pytest.approx(expected, abs=1e-9)


def mean_at_centimetres(spline, start, end):
    depth = np.arange(start, end, dtype=float)
    depth = depth[depth < spline.bottom]
    return spline(depth).mean() if depth.size else np.nan


@pytest.mark.parametrize("site", ["1", "2"])
def test_published_layer_values(site):
    spline = spline_of(site)
    row = next(row for row in table("mpspline2_expected_dcm_lam0.1.csv") if row["SID"] == site)
    for name, value in row.items():
        if name != "SID":
            found = mean_at_centimetres(spline, int(name[:3]), int(name[4:7]))
            if value == "NA":
                assert np.isnan(found)
            else:
                assert found == pytest.approx(float(value), abs=1e-9)


def test_known_case_p7():
    cases = json.loads((PEERS / "known_cases.json").read_text())["cases"]
    case = next(case for case in cases if case["id"] == "P7_mpspline")
    spline = fit_spline(*SITE_1, lam=0.1)
    for layer, value in case["site1_dcm"].items():
        start, end = map(int, layer.split("-"))
        expected = np.nan if value is None else value
        assert mean_at_centimetres(spline, start, end) == pytest.approx(expected, abs=case["tol"], nan_ok=True)
    residual = np.array(SITE_1[2]) - spline.means([0, 10, 20, 30, 40, 50, 60, 70])[::2]
    assert np.sqrt(np.mean(residual**2)) == pytest.approx(case["rmse"], abs=case["tol"])
