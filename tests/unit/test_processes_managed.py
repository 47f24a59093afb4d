"""Factors that practices put on processes."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.models import build
from mollisol.practices.changes import PROCESSES
from mollisol.processes.managed import (
    SCALED_POOLS,
    ManagedMixing,
    ManagedPercolation,
    ManagedReactions,
    ManagedStabilisation,
    course_name,
    managed_factor,
    strength_name,
    with_managed,
)
from mollisol.study.process_factors import scaled_model, with_oxygen

ROWS = 5


def drivers(**factors):
    forcing = {}
    for name, factor in factors.items():
        forcing[course_name(name, 0)] = jnp.ones((1, 1))
        forcing[strength_name(name, 0)] = jnp.asarray(factor) - 1.0
    return Drivers(jnp.zeros((ROWS, 1)), jnp.zeros((ROWS, 1)), {}, forcing)


def column(value):
    return np.full((ROWS, 1), value)


def test_every_process_that_can_be_named_is_scaled_somewhere():
    reactions = {"decomposition", "sorption", "efficiency", *SCALED_POOLS}
    assert set(PROCESSES) == reactions | {"stabilisation", "bioturbation", "percolation", "oxygen"}


def test_without_factors_nothing_changes():
    rates = Rates(activity=column(0.5), efficiency=0.4, down={"mineral": column(1.0)}, up={"mineral": column(0.5)})
    for one in (ManagedReactions(), ManagedStabilisation(), ManagedMixing(), ManagedPercolation()):
        assert one({}, drivers(), rates) is rates


def test_several_changes_multiply_with_their_courses():
    forcing = {
        course_name("mineral", 0): jnp.full((1, 1), 0.5),
        strength_name("mineral", 0): jnp.full((ROWS, 1), 1.0),
        course_name("mineral", 1): jnp.full((1, 1), 1.0),
        strength_name("mineral", 1): jnp.full((ROWS, 1), -0.2),
    }
    assert managed_factor(forcing, "mineral") == pytest.approx(np.full((ROWS, 1), 1.5 * 0.8))
    assert managed_factor(forcing, "sorption") is None


def test_reactions_are_scaled_one_by_one():
    rates = Rates(activity=column(0.5), efficiency=jnp.full((ROWS, 1), 0.4))
    made = ManagedReactions()({}, drivers(decomposition=column(2.0), mineral=column(3.0), sorption=column(0.5)), rates)
    assert made.decomposition("fast_litter") == pytest.approx(column(1.0))
    assert made.decomposition("mineral") == pytest.approx(column(3.0))
    assert made.of_kind("sorption", 1.0) == pytest.approx(column(0.5))


@pytest.mark.parametrize("odds", [0.01, 1.0, 1.3, 100.0])
def test_efficiency_stays_a_share(odds):
    rates = Rates(efficiency=jnp.full((ROWS, 1), 0.4))
    made = ManagedReactions()({}, drivers(efficiency=column(odds)), rates).efficiency
    assert made == pytest.approx(column(odds * 0.4 / (odds * 0.4 + 0.6)))
    assert 0.0 < float(made[0, 0]) < 1.0


def test_stabilisation_takes_from_what_dissolves():
    rates = Rates(transfer={("mineral", "microbial"): column(0.3), ("dissolved", "microbial"): column(0.7)})
    made = ManagedStabilisation()({}, drivers(stabilisation=column(2.0)), rates).transfer
    assert made["mineral", "microbial"] == pytest.approx(column(0.6 / 1.3))
    assert made["mineral", "microbial"] + made["dissolved", "microbial"] == pytest.approx(column(1.0))


def test_mixing_that_varies_with_depth_keeps_uniform_soil_uniform():
    factor = np.array([3.0, 3.0, 2.0, 1.0, 1.0])[:, None]
    down = np.array([0.7, 1.0, 2.0, 3.0, 0.0])[:, None]
    up = np.array([0.0, 0.0, 1.0, 2.0, 3.0])[:, None]
    rates = Rates(down={"mineral": down}, up={"mineral": up})
    made = ManagedMixing()({}, drivers(bioturbation=factor), rates)
    # equal content: what goes down between two layers comes up
    assert made.down["mineral"][1:-1] == pytest.approx(np.asarray(made.up["mineral"][2:]))
    assert made.down["mineral"][0, 0] == pytest.approx(2.1)
    assert made.down["mineral"][1, 0] == pytest.approx(2.0 * 3.0 * 2.0 / 5.0)


def test_percolation_moves_dissolved_carbon_alone():
    rates = Rates(down={"mineral": column(1.0), "dissolved": column(1.0)}, up={})
    made = ManagedPercolation()({}, drivers(percolation=column(1.5)), rates)
    assert made.down["mineral"] == pytest.approx(column(1.0))
    assert made.down["dissolved"] == pytest.approx(column(1.5))


def test_a_model_is_itself_where_no_practice_scales_a_process():
    model = build()
    assert scaled_model(model, []) is model
    managed = with_managed(model)
    assert managed.pools == model.pools
    assert [one for one in managed.processes if not one.name.startswith("managed")] == list(model.processes)
    assert len(managed.processes) == len(model.processes) + 4


def test_oxygen_comes_through_scaled_pores():
    class Factor:
        process, course, strength = "oxygen", np.repeat([0.0, 1.0], 12), np.full((ROWS, 1), -0.5)

    class One:
        factors, months = (Factor(),), 24

    class Other:
        factors, months = (), 24

    air = {"air_filled_porosity": np.full((12, ROWS, 4), 0.2)}
    made = with_oxygen(air, [One(), Other()], 2)["air_filled_porosity"]
    assert made.shape == (24, ROWS, 4)
    assert made[:12] == pytest.approx(np.full((12, ROWS, 4), 0.2))
    assert made[12:, :, :2] == pytest.approx(np.full((12, ROWS, 2), 0.1))
    assert made[12:, :, 2:] == pytest.approx(np.full((12, ROWS, 2), 0.2))
    assert with_oxygen(air, [Other()], 2) is air
