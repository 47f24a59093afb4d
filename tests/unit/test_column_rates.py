"""Rates compose by adding, and what leaves a pool is derived."""

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import profile_case, some_carbon
from mollisol.column import Rates
from mollisol.column.step import losses

ONE = jnp.ones((2, 1))


def test_processes_on_one_pool_add_up() -> None:
    rates = Rates().add_respired("a", ONE).add_respired("a", 2.0 * ONE)
    rates = rates.add_transfer("b", "a", 3.0 * ONE).add_transfer("b", "a", 4.0 * ONE)
    rates = rates.add_export("runoff", "a", ONE).add_export("runoff", "a", ONE)
    rates = rates.add_transport("a", ONE).add_transport("a", ONE, 5.0 * ONE)
    assert float(rates.respired["a"][0, 0]) == 3.0
    assert float(rates.transfer["b", "a"][0, 0]) == 7.0
    assert float(rates.export["runoff", "a"][0, 0]) == 2.0
    assert float(rates.down["a"][0, 0]) == 2.0
    assert float(rates.up["a"][0, 0]) == 5.0


def test_a_pool_does_not_feed_itself() -> None:
    with pytest.raises(ValueError, match="itself: a"):
        Rates().add_transfer("a", "a", ONE)


def test_scaling_biology_leaves_transport_alone() -> None:
    rates = Rates().add_respired("a", ONE).add_transfer("b", "a", ONE).add_transport("a", ONE)
    slower = rates.scale_biology(0.25 * ONE)
    assert float(slower.respired["a"][0, 0]) == float(slower.transfer["b", "a"][0, 0]) == 0.25
    assert float(slower.down["a"][0, 0]) == 1.0
    assert float(rates.respired["a"][0, 0]) == 1.0  # the given rates stay as they were


def test_access_and_activity_multiply() -> None:
    rates = Rates().scale_activity(0.5 * ONE).scale_access(["a"], 0.5 * ONE).scale_access(["a"], 0.1 * ONE)
    assert float(rates.decomposition("a")[0, 0]) == pytest.approx(0.025)
    assert float(rates.decomposition("b")[0, 0]) == 0.5


def test_losses_are_the_sum_of_all_ways_out() -> None:
    case = profile_case()
    carbon = some_carbon(case)
    rates = case.rates(carbon, month=3)
    loss = losses(case.model, rates, jnp.asarray(carbon[:, 0]))
    ways = [rates.respired.get("dissolved"), rates.down["dissolved"], rates.up["dissolved"]]
    ways += [rate for (_, source), rate in rates.transfer.items() if source == "dissolved"]
    np.testing.assert_allclose(loss["dissolved"], sum(np.asarray(way) for way in ways), rtol=1e-14)
