"""The worth of the practices of a result."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from mollisol import clocks
from mollisol.study.worth import additional_carbon, worth_of_practices
from mollisol.units import InputError


def a_result(pools: bool = True) -> xr.Dataset:
    """Ten years of a baseline at rest, a practice that gains 0.1 kg C/m2 a year in two layers, and one that loses."""
    year, gain = np.arange(11.0), np.array([0.0, 0.1, -0.05])
    soc = 2.0 + 0.5 * gain[:, None, None, None] * year[None, None, :, None] * np.ones((3, 2, 11, 2))
    data = {
        "soc": (("practice", "member", "time", "layer"), soc),
        "surface_litter": (("practice", "member", "time"), np.full((3, 2, 11), 0.2)),
    }
    if pools:
        data["carbon"] = (("practice", "member", "time", "layer", "pool"), np.stack([0.3 * soc, 0.7 * soc], axis=-1))
    return xr.Dataset(data, {"practice": ["baseline", "more", "less"], "member": [0, 1]})


@pytest.mark.parametrize("pools", [True, False])
def test_worth_is_that_of_the_difference(pools: bool) -> None:
    result = a_result(pools)
    gained = 0.1 * np.arange(11.0)
    np.testing.assert_allclose(additional_carbon(result)[:, 1, 0], gained, atol=1e-14)
    found = worth_of_practices(result, [5.0, 10.0])
    assert dict(found.sizes) == {"horizon": 2, "practice": 3, "member": 2}
    more = found.sel(practice="more", member=1)
    np.testing.assert_allclose(more.carbon_years, [1.25, 5.0])
    np.testing.assert_allclose(more.additional_carbon, [0.5, 1.0])
    np.testing.assert_allclose(more.climate_benefit, clocks.practice_climate_benefit(gained, [5.0, 10.0]))
    np.testing.assert_allclose(
        found.climate_benefit.sel(practice="less"), -0.5 * found.climate_benefit.sel(practice="more")
    )
    assert np.all(found.sel(practice="baseline").to_array() == 0.0)
    assert np.all(more.temperature_benefit < 0.0)


def test_a_reversal_takes_part_of_it_back() -> None:
    found = worth_of_practices(a_result(), reversed_year=5).sel(practice="more", member=0).isel(horizon=0)
    assert float(found.additional_carbon) == 0.0
    assert 0.0 < float(found.reversal_cost) < 1.0
    assert float(found.climate_benefit) < 0.0


def test_a_result_without_a_baseline_and_a_horizon_beyond_the_run_are_refused() -> None:
    result = a_result()
    with pytest.raises(InputError, match="no practice 'baseline', but more, less"):
        worth_of_practices(result.sel(practice=["more", "less"]))
    with pytest.raises(InputError, match="a horizon of 11 yr"):
        worth_of_practices(result, 11.0)
