"""Minerals with a capacity: limits of each hypothesis, where they agree and part, and their steady states."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, some_carbon
from mollisol.column import Drivers, Grid, Rates, State
from mollisol.column.equilibrium import equilibrium, solve_tile
from mollisol.processes import HybridSorption, LinearSorption, SaturatingSorption, StackingSorption
from mollisol.processes.protection_capacity import loading_of, mineral_capacity, mineral_loading
from mollisol.units import RunError

CAPPED = (SaturatingSorption, StackingSorption, HybridSorption)
LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.5])
MINERAL = 5


def one_layer(**soil: float) -> Drivers:
    """A surface row and one layer of 0.1 m with 1000 kg/m3 of fine earth: 100 kg/m2."""
    known = {
        "clay": 0.2, "silt": 0.4, "fine_earth": 1000.0, "binds": 1.0, "high_charge": 1.0, "oxides": 0.0, "ph": 6.5,
        "weathering": 1.0, "illuvial": 0.0, **soil,
    }  # fmt: skip
    rows = {name: jnp.full((2, 1), value) for name, value in known.items()}
    rows["binds"] = rows["binds"].at[0].set(0.0)
    return Drivers(jnp.array([[0.0], [0.1]]), jnp.zeros((2, 1)), rows)


def capacity(process: Any, **soil: float) -> float:
    both = mineral_capacity(process, one_layer(**soil))
    assert both[0, 0] == 0.0, "no minerals on the surface"
    return float(both[1, 0])


def bound(process: Any, mineral: float, **soil: float) -> tuple[float, float]:
    """(sorption rate, share of dying microbes that binds) of one layer at a mineral carbon, half binding when bare."""
    drivers = one_layer(**soil)
    carbon = {"mineral": jnp.full((2, 1), mineral), "dissolved": jnp.ones((2, 1))}
    if hasattr(process, "prepare"):
        drivers = dataclasses.replace(drivers, forcing=process.prepare(drivers))
    dying = jnp.full((2, 1), 1.5)
    start = Rates().add_transfer("mineral", "microbial", dying).add_transfer("dissolved", "microbial", dying)
    rates = process(carbon, drivers, start)
    to_mineral, dissolved = rates.transfer["mineral", "microbial"], rates.transfer["dissolved", "microbial"]
    np.testing.assert_allclose(to_mineral + dissolved, 3.0, rtol=1e-14)  # what does not bind is dissolved
    return float(rates.transfer["mineral", "dissolved"][1, 0]), float(to_mineral[1, 0]) / 3.0


def test_capacity_is_that_of_the_published_minerals() -> None:
    process = SaturatingSorption()
    assert capacity(process) == pytest.approx(100.0 * 0.6 * 0.086)
    assert capacity(process, high_charge=0.0) == pytest.approx(100.0 * 0.6 * 0.048)
    assert capacity(process, high_charge=0.5) == pytest.approx(100.0 * 0.6 * 0.067)
    assert capacity(process, oxides=0.02) - capacity(process) == pytest.approx(100.0 * 0.02 * 0.075)
    assert capacity(process, clay=0.0, silt=0.0) == 0.0


def test_weathering_acts_twice_and_neither_sign_is_imposed() -> None:
    fresh = {"weathering": 0.2, "illuvial": 0.8}
    assert capacity(SaturatingSorption(illuviation=0.0), **fresh) < capacity(SaturatingSorption())
    assert capacity(SaturatingSorption(alteration=0.0), **fresh) > capacity(SaturatingSorption())
    more = capacity(SaturatingSorption(alteration=0.1, illuviation=0.5), **fresh) / capacity(SaturatingSorption())
    less = capacity(SaturatingSorption(alteration=0.5, illuviation=0.1), **fresh) / capacity(SaturatingSorption())
    assert more == pytest.approx(0.92 * 1.4)
    assert less == pytest.approx(0.6 * 1.08)


def test_affinity_follows_ph_and_illuviation() -> None:
    neutral, _ = bound(SaturatingSorption(), 0.0)
    assert bound(SaturatingSorption(), 0.0, ph=5.5)[0] / neutral == pytest.approx(10.0**0.186)
    assert bound(SaturatingSorption(illuviation=0.5), 0.0, illuvial=0.4)[0] / neutral == pytest.approx(1.2)
    assert neutral == pytest.approx(bound(LinearSorption(), 0.0)[0])  # matched at zero loading


@pytest.mark.parametrize("cls", CAPPED)
def test_without_bound_carbon_all_bind_as_the_linear_model(cls: type) -> None:
    assert bound(cls(), 0.0) == pytest.approx(bound(LinearSorption(), 0.0))


def test_affinities_at_a_loading() -> None:
    full = capacity(SaturatingSorption())
    bare, half = bound(LinearSorption(), 0.0)
    for loading in (0.15, 0.5, 1.0, 2.0):
        kept = {
            SaturatingSorption: max(0.0, 1.0 - loading),
            StackingSorption: 1.0 + 0.4 * loading,
            HybridSorption: max(0.0, 1.0 - loading) + 0.4 * loading,
        }
        for cls, factor in kept.items():
            process = cls() if cls is SaturatingSorption else cls(organo_organic=0.4)
            sorbed, share = bound(process, loading * full)
            assert sorbed == pytest.approx(factor * bare, abs=1e-15)
            assert share == pytest.approx(factor * half / (factor * half + 1.0 - half), abs=1e-15)


@pytest.mark.parametrize("loading", [0.02, 0.05, 0.10, 0.15])
def test_langmuir_and_linear_agree_up_to_a_loading_of_0_15(loading: float) -> None:
    """Fluxes at the loading, and the loadings at which each balances a loss in proportion to it."""
    full = capacity(SaturatingSorption())
    for one, other in zip(bound(SaturatingSorption(), loading * full), bound(LinearSorption(), 0.0), strict=True):
        assert one == pytest.approx(other, rel=0.20)
    # 1 - L = L / x balances at x / (1 + x), the linear at x
    assert loading == pytest.approx(loading / (1.0 - loading), rel=0.20)


def test_where_there_is_no_capacity_nothing_binds_by_saturation() -> None:
    assert bound(SaturatingSorption(), 0.1, clay=0.0, silt=0.0) == (0.0, 0.0)
    assert float(loading_of(jnp.asarray(0.0), jnp.asarray(0.0))) == 1.0


def matched(slots: dict[str, str], inputs: float) -> Case:
    """The default column with the affinity of the linear model in every layer."""
    case = profile_case(LAYERS, rotation=False, slots=slots)
    for name, value in (("ph", 6.5), ("weathering", 1.0), ("illuvial", 0.0)):
        case.setup.soil[name][:] = value
    return dataclasses.replace(case, setup=dataclasses.replace(case.setup, amount=inputs * case.setup.amount))


def test_alternatives_agree_far_from_capacity_and_part_in_a_loaded_topsoil() -> None:
    kinds = ("none", "saturation", "stacking", "hybrid")
    poor, rich = {}, {}
    for kind in kinds:
        for found, inputs in ((poor, 0.3), (rich, 8.0)):
            case = matched({"protection": kind}, inputs)
            steady = equilibrium(case.model, case.setup, case.state, 12)
            assert np.min(steady.state.carbon) >= 0.0
            found[kind] = mineral_loading(case.model, case.setup, steady.state)[:, 0]
    print({kind: (poor[kind].round(3).tolist(), rich[kind].round(2).tolist()) for kind in kinds})
    for kind in kinds[1:]:
        np.testing.assert_allclose(poor[kind], poor["none"], rtol=0.10)
    top = {kind: loading[0] for kind, loading in rich.items()}
    assert top["saturation"] < 1.0 < top["none"] < top["stacking"]
    assert 1.3 * top["saturation"] < top["hybrid"] < top["stacking"]
    # the subsoil is less loaded, so they part less there
    assert rich["saturation"][-1] / rich["none"][-1] > rich["saturation"][0] / rich["none"][0]


def test_stacking_that_gains_more_than_it_loses_has_no_steady_state_and_says_whose() -> None:
    # stable carbon would take over what minerals cannot lose
    case = matched({"protection": "stacking", "persistence": "none"}, 1.0)
    model = changed(case.model, "protection", sorption=50.0, organo_organic=5.0)
    with pytest.raises(RunError, match="no steady state for my field"):
        equilibrium(model, case.setup, case.state, 12, names=["my field"])


@pytest.mark.slow
def test_the_gradient_of_a_saturating_steady_state() -> None:
    import jax

    case = matched({"protection": "saturation"}, 4.0)
    setup, state = (jax.tree_util.tree_map(jnp.asarray, tree) for tree in (case.setup, case.state))

    def stock(high: Any) -> Any:
        model = dataclasses.replace(
            case.model,
            processes=tuple(
                dataclasses.replace(p, high_activity=high) if p.slot == "protection" else p
                for p in case.model.processes
            ),
        )
        return jnp.sum(solve_tile(model, setup, state, 12, 1).state.carbon)

    value, slope = jax.jit(jax.value_and_grad(stock))(0.086)
    up, down = (jax.jit(stock)(0.086 * factor) for factor in (1.001, 0.999))
    assert float(slope) == pytest.approx(float(up - down) / (0.002 * 0.086), rel=1e-4)
    assert float(slope) > 0.0
    assert np.isfinite(value)


def test_loading_is_known_where_sorption_does_not_use_it() -> None:
    case = profile_case(LAYERS, columns=3)
    carbon = some_carbon(case)
    found = mineral_loading(case.model, case.setup, State(carbon, case.state.soil))
    full = mineral_capacity(SaturatingSorption(), case.drivers())
    stable = case.model.pool_names.index("stable_mineral")
    np.testing.assert_allclose(found, (carbon[1:, MINERAL] + carbon[1:, stable]) / full[1:], rtol=1e-14)
    assert found.shape == (len(LAYERS), 3)
