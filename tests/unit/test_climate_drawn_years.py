"""Soil water of a climatology: years drawn around it, and the rotation's own years in them."""

import jax
import numpy as np
import pytest

from mollisol.climate import Climate, at_depth, soil_water
from mollisol.climate.water import DRIEST
from mollisol.grid import Grid
from mollisol.soil.hydraulics import hydraulics
from mollisol.units import InputError

jax.config.update("jax_enable_x64", True)

GRID = Grid()
MONTH = np.arange(12)
ROOTS = np.diff(1.0 - 0.961 ** (GRID.edges * 100.0))[:, None]


def soil(columns):
    shape = (len(GRID), columns)
    return hydraulics(np.full(shape, 0.2), np.full(shape, 0.25), np.full(shape, 1.0))


PET = 80.0 - 45.0 * np.cos(2.0 * np.pi * (MONTH - 0.5) / 12.0)


def run(rain, columns=1, **change):
    """Run a warm climate; `rain` is that of a month as a share of its demand."""
    temperature = 20.0 - 8.0 * np.cos(2.0 * np.pi * (MONTH - 0.5) / 12.0)
    climate = Climate("climatology", MONTH + 1, temperature, rain * PET, pet=PET)
    given = {"cover": 0.5, "root_share": np.repeat(ROOTS, columns, axis=1), **change}
    return at_depth(climate, soil(columns), grid=GRID, latitude=40.0, sand=0.2, bulk_density=1.4, **given)


@pytest.fixture(scope="module")
def balanced():
    """Rain below the demand in every month, as on the plains of Kansas."""
    return run(0.95)


def test_a_field_that_evaporates_what_it_gets_still_percolates(balanced):
    """What a mean year hides: wet spells pass water down where every month's demand exceeds its rain."""
    assert balanced.percolation[:, -1, 0].mean() > 0.01
    days = np.ones((12, 30))
    demand = np.tile((PET / 30000.0)[:, None, None], (1, 30, 1))
    roots, cover = np.tile(ROOTS, (12, 1, 1)), np.full((12, 1), 0.5)
    even = soil_water(0.95 * demand, demand, days, soil(1), GRID, roots, cover)
    assert float(even.percolation[:, -1].sum()) < 0.1 * balanced.percolation[:, -1, 0].mean()


def test_the_budget_of_the_cycle_closes(balanced):
    leaving = balanced.runoff + balanced.evapotranspiration + balanced.percolation[:, -1]
    assert leaving.mean() == pytest.approx(0.95 * PET.sum() / 1000.0, rel=1e-5)
    # all but what sublimes from the little snow of such a climate
    assert balanced.infiltration.mean() + balanced.runoff.mean() == pytest.approx(0.95 * PET.sum() / 1000.0, rel=1e-4)


def test_wet_climates_leach_and_deserts_do_not():
    desert, wet = run(0.1), run(2.0)
    assert desert.percolation[:, -1].mean() < 5e-4
    # far from where its rain reaches, a soil with roots is as dry as roots make it
    assert np.all(desert.matric_potential[:, 8] < -1.2)
    assert wet.percolation[:, -1].mean() > 0.5
    assert np.all(wet.matric_potential[:, 8] > -0.3)


def test_the_potential_is_the_mean_of_logarithms(balanced):
    suction, tension = -1000.0 * balanced.matric_potential, soil(1).tension(balanced.water)
    assert np.all(suction[:, 4:] > tension[:, 4:])
    assert np.all(suction <= DRIEST * (1.0 + 1e-12))
    spread = balanced.within_month.log_suction_deviation[:, 1:]
    assert np.all(spread > 0.0)
    # to second order the mean of ln theta lies half a relative variance below the logarithm of the mean
    exponent = np.asarray(soil(1).retention_exponent)
    second = spread**2 / (2.0 * exponent)
    np.testing.assert_allclose(np.log(suction / tension)[:, 8:], second[:, 8:], rtol=0.25)


def test_where_nothing_moves_the_potential_is_that_of_the_water():
    still = soil(1)
    held = np.asarray(still.wilting_point) * GRID.thickness[:, None]
    days = np.ones((12, 30))
    nothing = np.zeros((12, 30, 1))
    found = soil_water(nothing, nothing, days, still, GRID, np.tile(ROOTS, (12, 1, 1)), np.zeros((12, 1)), initial=held)
    expected = np.log(np.asarray(still.wilting_point / still.saturation))
    np.testing.assert_allclose(found.log_saturation, np.broadcast_to(expected, (12, 20, 1)), rtol=1e-12)
    np.testing.assert_allclose(found.log_saturation_square, np.broadcast_to(expected**2, (12, 20, 1)), rtol=1e-12)


def rotation(*years):
    """Cover (12 R, 1) of years that are bare or covered in summer."""
    summer = np.where((MONTH > 3) & (MONTH < 9), 0.9, 0.0)
    return np.concatenate([summer * year for year in years])[:, None]


def test_it_does_not_matter_where_a_rotation_begins():
    one, two = run(0.95, cover=rotation(1, 1, 0)), run(0.95, cover=rotation(1, 0, 1))
    np.testing.assert_allclose(one.water, two.water, rtol=1e-12)
    np.testing.assert_allclose(one.percolation, two.percolation, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(one.temperature, two.temperature, atol=1e-6)


def test_a_rotation_is_not_its_mean_year():
    """A year without a crop refills what two crops have emptied: it drains more than ever the mean cover would."""
    turns, mean = run(0.95, cover=rotation(1, 1, 0)), run(0.95, cover=rotation(2.0 / 3.0))
    assert turns.percolation[:, -1].mean() > 1.15 * mean.percolation[:, -1].mean()


def test_a_rotation_of_equal_years_is_one_year():
    once, thrice = run(0.95, cover=rotation(1)), run(0.95, cover=rotation(1, 1, 1))
    np.testing.assert_allclose(once.water, thrice.water, rtol=1e-12)


def test_columns_keep_to_themselves():
    covers = np.concatenate([rotation(1, 0), rotation(1, 1), rotation(1, 0)], axis=1)
    many = run(0.95, columns=3, cover=covers)
    np.testing.assert_array_equal(many.water[..., 0], many.water[..., 2])
    for column in range(2):
        alone = run(0.95, cover=covers[:, column : column + 1])
        np.testing.assert_allclose(many.water[..., column], alone.water[..., 0], rtol=1e-10)
        np.testing.assert_allclose(many.percolation[..., column], alone.percolation[..., 0], rtol=1e-8, atol=1e-14)


def test_cover_by_date_for_a_series():
    time = np.arange("2001-03", "2004-03", dtype="datetime64[M]").astype("datetime64[D]")
    place = (np.arange(36) + 2) % 12
    temperature = 11.0 - 12.0 * np.cos(2.0 * np.pi * (MONTH - 0.5) / 12.0)
    series = Climate("monthly", time, temperature[place], np.full(36, 76.0))

    def at(cover):
        found = at_depth(series, soil(1), grid=GRID, latitude=40.0, sand=0.2, bulk_density=1.4, root_share=ROOTS,
                         cover=cover)  # fmt: skip
        return found.water[:, :, 0]

    typical = np.where((MONTH > 3) & (MONTH < 9), 0.9, 0.0)[:, None]
    dated = typical[place]
    np.testing.assert_allclose(at(typical), at(dated), rtol=1e-10)
    changed = dated.copy()
    changed[24:] = 0.0
    # the mean of the calendar months, from which the series starts, moves a little; the years before it hardly
    assert np.max(np.abs(at(changed)[12:24] - at(dated)[12:24])) < 0.02
    assert np.max(np.abs(at(changed)[26:33, 2:6] - at(dated)[26:33, 2:6])) > 0.02


def test_cover_for_other_months_is_refused():
    with pytest.raises(InputError, match="cover for 18 months"):
        run(0.95, cover=np.full((18, 1), 0.5))
