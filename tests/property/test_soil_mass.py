"""For any profile and any grid: mass is preserved, nothing is negative."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.grid import Grid
from mollisol.soil import carbon_stock, harmonise, mass_preserving_spline, profile_of


@st.composite
def profiles(draw):
    """Profiles of up to eight horizons with any carbon, density and stones, some of it missing."""
    thickness = draw(st.lists(st.floats(1.0, 80.0), min_size=1, max_size=8))
    thickness[0] = max(thickness[0], 10.0)
    limits = np.concatenate([[0.0], np.cumsum(thickness)])
    size = len(thickness)

    def column(low, high, missing=True):
        cell = st.floats(low, high)
        return draw(st.lists(st.one_of(st.none(), cell) if missing else cell, min_size=size, max_size=size))

    return profile_of(
        limits[:-1].tolist(),
        limits[1:].tolist(),
        column(0.0, 6.0, missing=False),
        bulk_density_g_cm3=column(0.5, 1.9),
        clay_percent=column(0.0, 60.0),
        sand_percent=column(0.0, 40.0),
        coarse_fragments_percent=column(0.0, 90.0),
    )


grids = st.lists(st.floats(0.001, 1.5), min_size=1, max_size=25).map(
    lambda thickness: Grid(np.concatenate([[0.0], np.cumsum(thickness)]))
)


@settings(max_examples=150, deadline=None)
@given(profiles(), grids)
def test_harmonising_preserves_mass(profile, grid):
    from mollisol.soil.filling import complete

    horizons = complete(profile)
    layers = harmonise(profile, grid)
    known = ~np.isnan(layers.organic_carbon)
    assert np.all(layers.organic_carbon[known] >= 0.0)
    assert np.all(layers.organic_carbon_error[known] >= 0.0)
    assert np.array_equal(known, layers.measured > 0.0)
    total = layers.organic_carbon[known].sum()
    if grid.bottom >= layers.measured_depth:
        np.testing.assert_allclose(total, horizons.organic_carbon.sum(), rtol=1e-12, atol=0)
    else:
        assert total <= horizons.organic_carbon.sum() * (1 + 1e-12)
    assert np.all(layers.mineral_mass > 0.0)
    np.testing.assert_allclose(layers.sand + layers.silt + layers.clay, 1.0, rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(profiles(), grids)
def test_every_horizon_keeps_its_own_stock(profile, grid):
    """On a grid refined by the horizons' limits the layers of each horizon sum to its stock."""
    from mollisol.soil.filling import complete

    limits = profile.bottom_cm / 100.0
    edges = np.unique(np.concatenate([[0.0], limits, grid.edges[grid.edges < limits[-1]]]))
    edges = edges[np.concatenate([[True], np.diff(edges) > 1e-9])]
    edges[-1] = limits[-1]
    fine = Grid(edges)
    layers, stock = harmonise(profile, fine), complete(profile).organic_carbon
    cumulated = np.concatenate([[0.0], np.cumsum(np.nan_to_num(layers.organic_carbon))])
    at_limits = np.interp(limits, edges, cumulated)
    np.testing.assert_allclose(at_limits, np.cumsum(stock), rtol=1e-8, atol=1e-8)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1.0, 60.0), st.floats(0.0, 30.0), st.floats(0.0, 50.0)), min_size=1, max_size=9),
    st.lists(st.floats(0.5, 50.0), min_size=1, max_size=20),
    st.sampled_from([0.0, 0.01, 0.1, 1.0, 100.0]),
)
def test_exact_spline_preserves_mass_over_gaps(horizons, layers, lam):
    thickness, gap, value = (np.array(column) for column in zip(*horizons, strict=True))
    top = np.concatenate([[0.0], np.cumsum(thickness + gap)[:-1]])
    bottom = top + thickness
    edges = np.unique(np.concatenate([top, bottom, np.cumsum(layers)]))
    means = mass_preserving_spline(top, bottom, value, edges, lam, exact=True)
    inside = edges[1:] <= bottom[-1]
    assert np.all(means[inside] >= -1e-9 * (1.0 + value.max()))
    assert np.isnan(means[edges[:-1] >= bottom[-1]]).all()
    for at in range(len(top)):
        own = (edges[:-1] >= top[at]) & (edges[1:] <= bottom[at])
        mass = np.sum(means[own] * np.diff(edges)[own])
        np.testing.assert_allclose(mass, value[at] * thickness[at], rtol=1e-9, atol=1e-9 * (1 + value.max()))


@given(st.floats(0.01, 5.0), st.floats(0.6, 1.8), st.floats(0.01, 1.0), st.floats(0.0, 90.0))
def test_stock_is_linear_in_thickness_and_fine_earth(carbon, density, thickness, stones):
    whole = carbon_stock(carbon, density, thickness)
    np.testing.assert_allclose(carbon_stock(carbon, density, 2 * thickness), 2 * whole)
    np.testing.assert_allclose(carbon_stock(carbon, density, thickness, stones), whole * (1 - stones / 100))
