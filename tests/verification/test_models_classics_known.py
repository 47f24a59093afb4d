"""ICBM, Century and C-TOOL against what was published or computed by others."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mollisol.models import century, ctool, icbm
from mollisol.units import SECONDS_PER_YEAR

SHARED = Path(__file__).parents[3] / "shared" / "data"
PEERS = SHARED / "peers"
needs_peers = pytest.mark.skipif(not PEERS.exists(), reason="../shared/data is absent")


def case(identity: str) -> dict:
    cases = json.loads((PEERS / "known_cases.json").read_text(encoding="utf-8"))["cases"]
    return next(entry for entry in cases if entry["id"] == identity)


# ICBM ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(icbm.TREATMENTS))
def test_icbm_solves_its_equations_for_every_published_treatment(name: str) -> None:
    """The closed form against the exponential of the operator, which knows nothing of it."""
    one = icbm.TREATMENTS[name]
    p = dataclasses.replace(icbm.PARAMETERS, humification=one.humification, influence=one.influence)
    for years in (0.5, 35.0, 1000.0):
        step, gained = century.exact_step(icbm.operator(p), years)
        exact = step @ [one.young, one.old] + gained @ [one.input, 0.0]
        np.testing.assert_allclose(icbm.solution(years, one.input, one.young, one.old, p), exact, rtol=1e-11)


def test_icbm_bare_fallow_from_the_published_parameters_by_hand() -> None:
    """Without input: young carbon e-folds in 0.95 yr, old in 125 yr, and 13 % of the young becomes old."""
    one = icbm.TREATMENTS["bare_fallow"]
    p = dataclasses.replace(icbm.PARAMETERS, humification=one.humification, influence=one.influence)
    young, old = icbm.solution(30.0, 0.0, one.young, one.old, p)
    assert young == pytest.approx(0.3 * np.exp(-0.8 * 1.32 * 30.0), rel=1e-12)
    # after thirty years all young carbon has gone; what became old has decayed for almost as long
    assert old == pytest.approx((3.96 + 0.13 * 0.3 * 0.8 / (0.8 - 0.00605)) * np.exp(-0.00605 * 1.32 * 30.0), rel=1e-12)


def test_icbm_steady_state_of_the_paper() -> None:
    """Input 0.2, r 1, h 0.125: published as young 0.25 and old 4.16 kg C/m2."""
    young, old = icbm.steady_state(0.2)
    assert young == pytest.approx(0.25)
    assert old == pytest.approx(4.16, rel=0.01)
    np.testing.assert_allclose(icbm.solution(1e5, 0.2, 0.0, 0.0), (young, old), rtol=1e-12)


def test_icbm_with_equal_rates_is_the_limit() -> None:
    p = dataclasses.replace(icbm.PARAMETERS, old_rate=0.8)
    near = dataclasses.replace(icbm.PARAMETERS, old_rate=0.8 * (1.0 + 1e-9))
    np.testing.assert_allclose(icbm.solution(3.0, 0.2, 1.0, 2.0, p), icbm.solution(3.0, 0.2, 1.0, 2.0, near), rtol=1e-7)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
def test_icbm_follows_the_experiment_that_it_was_fitted_to() -> None:
    """Measured SOC of 1991 over that of 1956 (0-20 cm), within a fifth; the order of the treatments as measured."""
    names = {
        "bare_fallow": "Bare fallow ",
        "control": "Control",
        "nitrogen": "Calcium nitrate",
        "straw": "Straw",
        "nitrogen_straw": "Straw+N",
        "manure": "Farmyard manure",
        "sewage_sludge": "Sludge",
    }
    soc = pd.read_csv(SHARED / "lte" / "ultuna" / "SweSOC_SOC.csv", index_col=0)
    modelled, measured = [], []
    for name, column in names.items():
        one = icbm.TREATMENTS[name]
        p = dataclasses.replace(icbm.PARAMETERS, humification=one.humification, influence=one.influence)
        end = sum(icbm.solution(35.0, one.input, one.young, one.old, p))
        modelled.append(end / (one.young + one.old))
        measured.append(soc.loc[1991, column] / soc.loc[1956, column])
    np.testing.assert_allclose(modelled, measured, rtol=0.2)
    assert np.corrcoef(modelled, measured)[0, 1] > 0.98


# Century ------------------------------------------------------------------------------------------------------------


@needs_peers
def test_century_gives_the_example_of_another_package() -> None:
    """SoilR's documented example: rates per week, 100 weeks from nothing, clay 20 %, silt 45 %, Ls 0.1, L/N 0.5."""
    known = case("P10_century_soilr")
    expected = pd.read_csv(PEERS / known["files"][0]).to_numpy()
    surface, soil = 345.0 / 795.0, 450.0 / 795.0
    p = dataclasses.replace(century.PARAMETERS, structural_lignin=0.1)
    given = century.inputs(surface, soil, float(century.metabolic_share(0.5)))
    weekly = century.operator(20.0, 45.0, 1.0, p) / century.WEEKS_PER_YEAR
    step, gained = century.exact_step(weekly, 1.0)
    state, found = np.zeros(7), [np.zeros(7)]
    for _ in expected[1:]:
        state = step @ state + gained @ given
        found.append(state)
    np.testing.assert_allclose(np.array(found), expected[:, 1:], rtol=0.0, atol=known["tol"])
    # a pool of the size that the example's passive carbon has is right too, not only small
    np.testing.assert_allclose(found[-1], expected[-1, 1:], rtol=1e-4)


@pytest.mark.parametrize(("clay", "silt", "modifier"), [(20.0, 45.0, 1.0), (0.0, 0.0, 0.3), (60.0, 40.0, 2.0)])
def test_century_operator_is_compartmental_and_every_pool_respires(clay: float, silt: float, modifier: float) -> None:
    matrix = century.operator(clay, silt, modifier)
    off = matrix - np.diag(np.diag(matrix))
    assert (np.diag(matrix) < 0).all()
    assert (off >= 0).all()
    assert (matrix.sum(axis=0) < 0).all()


def test_century_responses_at_points_that_can_be_checked_by_hand() -> None:
    assert float(century.temperature_modifier(35.0)) == pytest.approx(1.0)
    assert float(century.temperature_modifier(45.0)) == 0.0
    assert float(century.temperature_modifier(60.0)) == 0.0
    # rain equal to the evaporative demand: 1 / (1 + 30 e^-8.5)
    assert float(century.moisture_modifier(50.0, 50.0)) == pytest.approx(1.0 / (1.0 + 30.0 * np.exp(-8.5)))
    assert float(century.moisture_modifier(0.0, 50.0)) == pytest.approx(1.0 / 31.0)
    assert float(century.moisture_modifier(0.0, 0.0)) == 1.0
    assert float(century.metabolic_share(10.0)) == pytest.approx(0.67)
    assert float(century.metabolic_share(100.0)) == 0.2


# C-TOOL -------------------------------------------------------------------------------------------------------------


def as_published(monthly: pd.DataFrame) -> np.ndarray:
    """Response to temperature (month, 6) with the published code's slips, which the package does not have.

    The annual wave gets the month's number (1-12) where it expects days; the monthly range of the air's temperature
    stands for the annual amplitude, and all pools but FOM of the topsoil take that of 1951 in every year; layers are
    taken at 12.5 and 50 cm; diffusivity 0.035 m2/day.
    """
    wave = 2.0 * np.pi / 365.0
    damping = np.sqrt(2.0 * 0.035 / wave)
    month = monthly["month"].to_numpy()
    of_year, of_1951 = monthly["Range"].to_numpy(), monthly["Range"].to_numpy()[month - 1]

    def response(depth: float, amplitude: np.ndarray) -> np.ndarray:
        swing = amplitude * np.exp(-depth / damping) * np.sin(wave * month - depth / damping)
        return ctool.temperature_modifier(monthly["Tavg"].to_numpy() + swing)

    top, sub = response(0.125, of_1951), response(0.5, of_1951)
    return np.stack([response(0.125, of_year), sub, top, sub, top, sub], axis=1)


@needs_peers
def test_ctool_gives_every_month_of_its_published_example() -> None:
    """Askov, 828 months, with two more slips of the run that was published: both layers humify with the topsoil's clay
    of 11 %, and the inputs of a year are taken from the row of the monthly table whose number is the year's.
    """
    known = case("P6_ctool_two_layer")
    given, temperature, expected = (pd.read_csv(PEERS / name) for name in known["files"])
    yearly = given[["Cin_top", "Cin_sub", "Cin_man"]].iloc[given["id"] - 1].reset_index(drop=True)
    manure = yearly["Cin_man"] * given["manure_monthly_allocation"]
    plant = given["plant_monthly_allocation"]
    humified = ctool.PARAMETERS.manure_humified
    gain = np.zeros((len(given), 6))
    gain[:, 0] = yearly["Cin_top"] * plant + (1.0 - humified) * manure
    gain[:, 1] = yearly["Cin_sub"] * plant
    gain[:, 2] = humified * manure
    to, respired = ctool.routes(11.0, 11.0)
    decomposed = ctool.rates() * as_published(temperature)
    state = np.array(list(ctool.initial_pools(105.0, 0.55, 0.533, 0.405, 0.387, 0.610, 12.0).values()))
    start, found, co2 = state.sum(), [], 0.0
    for row, share in enumerate(decomposed):
        present, left = ctool.monthly_map(to, respired, share)
        filled = state + gain[row]
        co2 += respired @ (share * (present @ filled))
        state = left @ filled
        found.append(state)
    columns = ["FOM_top", "FOM_sub", "HUM_top", "HUM_sub", "ROM_top", "ROM_sub"]
    np.testing.assert_allclose(np.array(found), expected[columns].to_numpy(), rtol=1e-11)
    end = {"C_topsoil": state[0::2].sum(), "C_subsoil": state[1::2].sum(), "SOC_stock": state.sum()}
    for name, value in end.items():
        assert value == pytest.approx(known["dec2019"][name], rel=known["tol"]), name
    assert gain.sum() == pytest.approx(known["sum_inputs"], rel=known["tol"])
    assert co2 == pytest.approx(known["sum_CO2"], rel=known["tol"])
    assert start + gain.sum() - co2 - state.sum() == pytest.approx(0.0, abs=1e-11)


@needs_peers
def test_ctool_starts_from_a_stock_as_its_published_example_does() -> None:
    known = case("P6_ctool_two_layer")["init"]
    pools = ctool.initial_pools(105.0, 0.55, 0.533, 0.405, 0.387, 0.610, 12.0)
    assert sum(pools.values()) == pytest.approx(105.0)
    for name, value in pools.items():
        assert value == pytest.approx(known[name.upper().replace("TOP", "top").replace("SUB", "sub")], rel=1e-6), name


def test_ctool_soil_temperature_is_the_damped_and_delayed_wave_of_the_air() -> None:
    month = np.arange(36)
    air = 8.0 + 9.0 * np.sin(2.0 * np.pi * (month + 0.5 - 4.0) / 12.0)
    damping = np.sqrt(3.5e-7 * SECONDS_PER_YEAR / np.pi)
    for depth in (0.0, 0.625):
        wave = np.sin(2.0 * np.pi * (month + 0.5 - 4.0) / 12.0 - depth / damping)
        expected = 8.0 + 9.0 * np.exp(-depth / damping) * wave
        np.testing.assert_allclose(ctool.soil_temperature(air, depth), expected, rtol=0.0, atol=1e-9)


def test_ctool_map_tends_to_its_operator_for_small_rates() -> None:
    """First order in the rate, because input and what comes from other pools decomposes in its month."""
    to, respired = ctool.routes(10.0, 15.0)
    errors = []
    for factor in (1e-3, 5e-4):
        _, left = ctool.monthly_map(to, respired, ctool.rates() * factor)
        slope = (left - np.eye(6)) / factor
        errors.append(np.abs(slope - ctool.operator(10.0, 15.0) / 12.0).max())
    assert errors[0] < 1e-4
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.01)
