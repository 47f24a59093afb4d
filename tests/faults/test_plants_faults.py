"""What the plants room says to wrong names and amounts."""

from __future__ import annotations

import pytest

from mollisol.grid import Grid
from mollisol.plants import (
    acidity_factor,
    amendment,
    amendment_carbon,
    carbon_inputs,
    climate_limited_productivity,
    cover_season,
    crop,
    fire_factor,
    given_inputs,
    litter_quality,
    miami,
    operation,
    root_share,
    salinity_factor,
)
from mollisol.units import InputError

CASES = {
    "unknown crop": (lambda: crop("weat"), "'wheat'"),
    "nothing near": (lambda: crop("zzzzz"), "known are"),
    "unknown amendment": (lambda: amendment("cattle_manur"), "'cattle_manure'"),
    "unknown operation": (lambda: operation("mouldboard_plow"), "'mouldboard_plough'"),
    "no yield": (lambda: carbon_inputs("maize"), "exactly one"),
    "two yields": (lambda: carbon_inputs("maize", yield_t_ha=9, yield_dry_t_ha=8), "exactly one"),
    "negative yield": (lambda: carbon_inputs("maize", yield_t_ha=-1), "yield_t_ha"),
    "yield in kg": (lambda: carbon_inputs("maize", yield_t_ha=9000), "from 0 to 150 t/ha"),
    "yield missing": (lambda: carbon_inputs("maize", yield_t_ha=float("nan")), "yield_t_ha"),
    "percent for a fraction": (lambda: carbon_inputs("maize", yield_t_ha=9, residue_removed=50), "from 0 to 1"),
    "yield of a forest": (lambda: carbon_inputs("forest", yield_t_ha=3), "land_use"),
    "fixed roots unknown": (
        lambda: carbon_inputs("pea", yield_t_ha=3, root_allocation="fixed"),
        "wheat",
    ),
    "allocation unknown": (
        lambda: carbon_inputs("pea", yield_t_ha=3, root_allocation="some"),  # type: ignore[arg-type]
        "'fixed'",
    ),
    "given too large": (lambda: given_inputs("maize", above_t_ha=2500, below_t_ha=1), "above_t_ha"),
    "no amount": (lambda: amendment_carbon("cattle_manure"), "exactly one"),
    "two amounts": (lambda: amendment_carbon("cattle_manure", t_ha=1, carbon_t_ha=1), "t_ha, carbon_t_ha"),
    "unknown root shape": (lambda: root_share("jacksn", {}, Grid()), "'jackson'"),
    "unknown root parameter": (lambda: root_share("jackson", {"bet": 0.9}, Grid()), "'beta'"),
    "beta out of range": (lambda: root_share("jackson", {"beta": 96.1}, Grid()), "0.999"),
    "d95 above d50": (lambda: root_share("logistic", {"d50": 0.5, "d95": 0.2}, Grid()), "d95"),
    "table without shares": (lambda: root_share("table", {"depth": [1.0]}, Grid()), "share"),
    "table upside down": (lambda: root_share("table", {"depth": [1.0, 0.5], "share": [1, 1]}, Grid()), "increase"),
    "table negative": (lambda: root_share("table", {"depth": [0.5, 1.0], "share": [1, -1]}, Grid()), "negative"),
    "kelvin": (lambda: miami(283.0, 900.0), "degC"),
    "factor above one": (lambda: climate_limited_productivity(9.0, 900.0, nutrients=1.2), "nutrients"),
    "pH 55": (lambda: acidity_factor(55.0), "ph"),
    "negative salinity": (lambda: salinity_factor(-1.0), "dS/m"),
    "burned percent": (lambda: fire_factor(20.0), "fraction"),
    "lignin percent": (lambda: litter_quality(11.0, 40.0), "lignin"),
    "no nitrogen": (lambda: litter_quality(0.1, 0.0), "C:N"),
    "cover too short": (lambda: cover_season(crop("rye"), 9, 1), "cover_crop"),
}


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_explained(case):
    call, expected = CASES[case]
    with pytest.raises(InputError) as caught:
        call()
    assert expected in str(caught.value)
    assert caught.value.exit_code == 2
