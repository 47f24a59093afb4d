"""Every alternative on soils at the edges: waterlogged, sandy, clayey, volcanic; and all of them while soil erodes."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, profile_case, run_tile, switched_on
from mollisol.column import Grid, State, check_compartmental, dense_operator
from mollisol.column.equilibrium import cycle_change, cycle_map, equilibrium
from mollisol.models.choice import settled
from mollisol.models.registry import SLOTS
from mollisol.processes import ALTERNATIVES

SITES = ("waterlogged", "sandy", "clayey", "volcanic", "arable")
CHOICES = [{}] + [{slot: name} for slot, names in SLOTS.items() for name in names[1:]]
LAYERS = Grid([0.0, 0.05, 0.15, 0.3, 0.6, 1.0, 2.0])


def label(slots: dict[str, str]) -> str:
    return ", ".join(f"{slot}={name}" for slot, name in slots.items()) or "defaults"


def everywhere(slots: dict[str, str]) -> Case:
    """One column for each of `SITES`; the soil and the water of each replace those of the arable one."""
    case = profile_case(LAYERS, columns=len(SITES), seed=3, slots=slots)
    soil = {**case.setup.soil, **case.state.soil}
    wide = {name: np.array(np.broadcast_to(value, (case.rows, len(SITES)))) for name, value in soil.items()}
    forcing = {
        name: np.array(np.broadcast_to(v, (*v.shape[:-1], len(SITES)))) for name, v in case.setup.forcing.items()
    }
    below = slice(1, None)
    for site, clay, silt, density, oxides, ph in (
        ("sandy", 0.03, 0.07, 1550.0, 0.002, 5.0),
        ("clayey", 0.60, 0.30, 1250.0, 0.01, 7.5),
        ("volcanic", 0.25, 0.45, 700.0, 0.08, 5.5),
    ):
        column = SITES.index(site)
        new = {"clay": clay, "silt": silt, "fine_earth": density, "bulk_density": density, "oxides": oxides, "ph": ph}
        for name, value in new.items():
            wide[name][below, column] = value
        wide["porosity"][below, column] = 1.0 - density / 2650.0
    pores = wide["porosity"][None]
    content = {"waterlogged": 0.995, "sandy": 0.25, "clayey": 0.85, "volcanic": 0.6}
    for site, share in content.items():
        column = SITES.index(site)
        forcing["water"][:, below, column] = share * pores[:, below, column]
        forcing["matric_potential"][:, below, column] = -0.005 * share**-3.0
    forcing["air_filled_porosity"] = np.broadcast_to(pores, forcing["water"].shape) - forcing["water"]
    kept = {name: wide[name] for name in case.state.soil}
    rest = {name: wide[name] for name in case.setup.soil}
    setup = dataclasses.replace(case.setup, soil=rest, forcing=forcing)
    return dataclasses.replace(case, setup=setup, state=State(case.state.carbon, kept), model=switched_on(case.model))


def closes(case: Case) -> None:
    """The steady state exists, another cycle leaves it, and a run from it closes its budget and stays positive."""
    found = equilibrium(case.model, case.setup, case.state, case.cycle, names=list(SITES)).state
    setup = jax.tree_util.tree_map(jnp.asarray, case.ready())
    again = cycle_map(case.model, setup, jax.tree_util.tree_map(jnp.asarray, found), case.cycle, 3)
    assert np.max(cycle_change(found.carbon, again.carbon)) < 1e-9
    assert np.min(found.carbon) >= 0.0
    hungry = State(0.5 * found.carbon, found.soil)
    end, annual = run_tile(case.model, case.setup, hungry, 0, 5, 3, False)
    assert np.all(annual.residual <= 1e-12 * found.carbon.sum(axis=(0, 1)))
    assert np.min(end.carbon) >= 0.0
    for column in range(len(SITES)):
        check_compartmental(dense_operator(case.model, case.rates(found.carbon, 6), case.rows, column=column))


FEW = [{}, {"depolymerisation": "reverse_michaelis_menten"}]


@pytest.mark.parametrize("slots", FEW, ids=label)
def test_the_main_alternatives_settle_on_every_kind_of_soil(slots: dict[str, str]) -> None:
    closes(everywhere(slots))


@pytest.mark.slow
@pytest.mark.parametrize("slots", [one for one in CHOICES if one not in FEW], ids=label)
def test_every_alternative_settles_on_every_kind_of_soil(slots: dict[str, str]) -> None:
    closes(everywhere(slots))


@pytest.mark.slow
@pytest.mark.parametrize("slots", [one for one in CHOICES if "erosion" not in one], ids=label)
def test_every_alternative_settles_where_the_surface_moves(slots: dict[str, str]) -> None:
    chosen = settled({**slots, "erosion": "moving_surface"})
    assert set(chosen) == set(ALTERNATIVES)
    closes(everywhere({**slots, "erosion": "moving_surface"}))
