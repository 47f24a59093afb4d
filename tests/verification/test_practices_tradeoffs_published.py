"""The ledger's numbers beside published ones."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.practices import Tillage
from mollisol.practices.tradeoffs import ABSOLUTE, Site, ledger
from mollisol.practices.tradeoffs.diesel import DieselParameters, carbon_dioxide, draft, fuel_of_pass, implements
from mollisol.practices.tradeoffs.nitrous_oxide import NitrousOxideParameters, emission_factor
from tradeoff_cases import GRID, PLOUGHED, case, field

MJ_PER_GJ = 1000.0

# Field work of a tillage system, GJ/ha/yr: Holos 4, Table 50
SYSTEMS = [
    ("conventional", Tillage("mouldboard_plough", 0.2), 2.0, 3.3),
    ("conventional, deeper", Tillage("mouldboard_plough", 0.25), 2.0, 3.3),
    ("reduced, chisel", Tillage("chisel_plough", 0.18), 1.8, 2.4),
    ("reduced, cultivator", Tillage("field_cultivator", 0.1), 1.8, 2.4),
    ("no-till", None, 1.3, 1.9),
]

# One pass, L/ha: SoilManageR 1.0, table of operations (loam)
PASSES = [
    ("mouldboard_plough", 0.20, 17.3),
    ("chisel_plough", 0.18, 9.25),
    ("disc_harrow", 0.15, 8.33),
    ("field_cultivator", 0.10, 6.85),
    ("subsoiler", 0.38, 19.43),
    ("spading_machine", 0.20, 13.88),
    ("strip_till", 0.15, 4.16),
    ("direct_drill", 0.04, 3.33),
    ("rotary_tiller", 0.10, 19.43),
]


def of_soil(clay, sand):
    return Site(GRID, np.full(len(GRID), clay), np.full(len(GRID), sand), 9.0, 900.0, 700.0)


@pytest.mark.parametrize(("name", "tillage", "least", "most"), SYSTEMS, ids=[row[0] for row in SYSTEMS])
def test_fuel_of_a_tillage_system(name, tillage, least, most):
    plan = type(PLOUGHED)(PLOUGHED.rotation, PLOUGHED.from_year, tillage)
    band = ledger(field(), case(plan=plan), []).bands["baseline"]["diesel", ABSOLUTE]
    energy = band.best[-1] * DieselParameters().energy / MJ_PER_GJ
    assert least <= energy <= most


@pytest.mark.parametrize(("name", "depth", "litres"), PASSES, ids=[row[0] for row in PASSES])
def test_fuel_of_a_pass(name, depth, litres):
    found = fuel_of_pass(name, depth, of_soil(0.22, 0.4))
    assert found.low <= litres <= found.high
    assert found.best == pytest.approx(litres, rel=0.3)


@pytest.mark.parametrize(("clay", "sand", "factor"), [(0.45, 0.2, 1.0), (0.22, 0.4, 0.7), (0.05, 0.9, 0.45)])
@pytest.mark.parametrize("speed", [7.0])
def test_draft_of_the_mouldboard_plough(clay, sand, factor, speed):
    # D = F (652 + 5.1 S^2) W T, ASABE D497
    assert draft(implements()["mouldboard_plough"], 0.2, of_soil(clay, sand)) == pytest.approx(
        factor * (652.0 + 5.1 * speed**2) * 20.0
    )


def test_draft_of_the_subsoiler():
    # winged point: 294 + 2.4 S^2 N per tool and cm, a tool each 60 cm
    expected = 0.7 * (294.0 + 2.4 * 36.0) * 38.0 / 0.6
    assert draft(implements()["subsoiler"], 0.38, of_soil(0.22, 0.4)) == pytest.approx(expected)


@pytest.mark.parametrize(("clay", "sand", "depth"), [(0.22, 0.4, 0.6), (0.45, 0.2, 0.6), (0.22, 0.4, 0.8)])
def test_full_inversion_takes_40_to_80_litres(clay, sand, depth):
    assert 40.0 <= fuel_of_pass("mouldboard_plough", depth, of_soil(clay, sand)).best <= 80.0


def test_carbon_dioxide_of_diesel():
    # 2.68 kg/L burned, about 0.6 kg/L for its making
    fuel = ledger(field(), case(), []).bands["baseline"]["diesel", ABSOLUTE]
    assert carbon_dioxide(fuel).best == pytest.approx(3.28 * fuel.best)


def test_carbon_dioxide_of_no_till_work():
    # 100-140 kg CO2/ha/yr of burned diesel, 1.3-1.9 GJ/ha/yr times 74 kg CO2/GJ
    still = ledger(field(), case(("no_till", {})), []).bands["no_till"]["diesel", ABSOLUTE]
    assert 95.0 <= still.best[-1] * DieselParameters().combustion <= 140.0


@pytest.mark.parametrize(
    ("rain", "demand", "temperature", "synthetic", "factor"),
    [
        (900.0, 700.0, 9.0, True, 0.016),
        (900.0, 700.0, 9.0, False, 0.006),
        (500.0, 700.0, 9.0, True, 0.005),
        (500.0, 700.0, 9.0, False, 0.005),
        (1200.0, 1500.0, 25.0, True, 0.016),  # tropical: wet above 1000 mm, whatever the demand
        (900.0, 700.0, 25.0, True, 0.005),
    ],
)
def test_emission_factors(rain, demand, temperature, synthetic, factor):
    site = field(rain=rain, demand=demand, temperature=temperature)
    assert emission_factor(site, synthetic).best == factor


def test_aggregated_emission_factor():
    assert NitrousOxideParameters().aggregate == 0.010


def test_fertiliser_emits_by_its_factor():
    bands = ledger(field(), case(), []).bands["baseline"]
    nitrogen = bands["nitrogen_fertiliser", ABSOLUTE].best * 0.016 + bands["nitrogen_residues", ABSOLUTE].best * 0.006
    assert bands["nitrous_oxide_direct", ABSOLUTE].best == pytest.approx(nitrogen * 44.0 / 28.0)


def test_a_ton_of_stored_carbon_ties_up_80_to_100_kg_of_nitrogen():
    told = ledger(field(), case(members=1), [case(("no_till", {}), gain=0.1, members=1)])
    band = told.change("no_till", "nitrogen_tied_up")
    assert 80.0 <= band.best[-1] <= 100.0  # 0.1 kg C/m2 is 1 t C/ha
