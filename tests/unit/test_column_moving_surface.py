"""The motion of the surface alone: what leaves, what stays, what comes from below, in cases with a known answer."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, run_tile, some_carbon, total, uniform_grid
from mollisol.column import Grid, State, carrying_soil, equilibrium, simulate
from mollisol.column.moving_surface import Exchange, moved_soil, rearrange, shift_of
from mollisol.models.whole_profile import POOLS
from mollisol.units import RunError

MOVING = {"erosion": "moving_surface"}
GRID = Grid([0.0, 0.1, 0.25, 0.6, 1.5])


def moving(grid: Grid = GRID, columns: int = 1, tillage: bool = False, **motion: Any) -> Case:
    """A profile whose soil moves as `motion` says, with all its properties in the state."""
    case = profile_case(grid, columns=columns, slots=MOVING, tillage=tillage)
    new = {name: np.asarray(value, dtype=float) if np.ndim(value) else value for name, value in motion.items()}
    return dataclasses.replace(
        case, setup=dataclasses.replace(case.setup, motion=dataclasses.replace(case.setup.motion, **new))
    )


def rates(loss: float = 0.0, deposition: float = 0.0) -> dict[str, np.ndarray]:
    return {"soil_loss": np.full((1, 1), loss), "deposition": np.full((1, 1), deposition)}


rearranged = jax.jit(rearrange)


def act(
    case: Case, carbon: np.ndarray, soil: dict[str, np.ndarray] | None = None, month: int = 0
) -> tuple[np.ndarray, Any, Any]:
    """What rearranges the soil in a month, the motion of the year in January: new carbon, new soil, exchange."""
    given = {name: jnp.asarray(value) for name, value in (case.state.soil if soil is None else soil).items()}
    new, bound, exchange = rearranged(case.model, case.setup, carbon, given, month)
    moved = {name: np.asarray(value) for name, value in bound.items()}
    return np.asarray(new), moved, Exchange(*(np.asarray(each) for each in exchange))


def even(case: Case, density: float = 1400.0) -> dict[str, np.ndarray]:
    """Properties of a soil that is the same at every depth."""
    soil = {name: np.array(value) for name, value in case.state.soil.items()}
    for name, value in soil.items():
        value[1:] = {"fine_earth": density, "clay": 0.25, "silt": 0.35}.get(name, 0.7)
    return soil


def amounts(case: Case, soil: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Mass per area (column,) of a property per mass, kg/m2."""
    return np.asarray(np.sum((soil["fine_earth"] * case.setup.thickness * soil[name])[1:], axis=0))


def test_a_uniform_column_stays_uniform() -> None:
    """Carbon, texture and density, with erosion, with deposition and with both."""
    per_mass = np.linspace(0.001, 0.02, len(POOLS))
    for loss, deposition in ((30.0, 0.0), (0.0, 25.0), (200.0, 40.0)):
        case = moving(**rates(loss, deposition), below_carbon=per_mass[:, None], deposited_carbon=per_mass[:, None])
        case = dataclasses.replace(case, model=changed(case.model, "erosion", enrichment=1.0, clay_enrichment=1.0))
        soil = even(case)
        carbon = per_mass[None, :, None] * (soil["fine_earth"] * case.setup.thickness)[:, None]
        new, bound, exchange = act(case, carbon, soil)
        np.testing.assert_allclose(new, carbon, rtol=1e-13)
        for name, value in soil.items():
            np.testing.assert_allclose(bound[name], value, rtol=1e-13, err_msg=name)
        assert exchange.erosion[0] == pytest.approx(loss * per_mass.sum(), rel=1e-12)
        assert exchange.bottom[0] == pytest.approx((loss - deposition) * per_mass.sum(), rel=1e-10)


def test_a_column_eroded_by_one_layer_is_shifted_by_one_layer() -> None:
    grid = uniform_grid(10, 1.0)
    case = moving(grid)
    carbon = some_carbon(case)
    density = case.state.soil["fine_earth"]
    first = float(density[1, 0]) * 0.1
    below = np.linspace(0.01, 0.02, len(POOLS))[:, None]
    case = moving(grid, **rates(first), below_carbon=below)
    new, soil, exchange = act(case, carbon)
    np.testing.assert_allclose(new[1:-1], carbon[2:], rtol=1e-12)
    np.testing.assert_array_equal(new[0], carbon[0])
    last = float(density[-1, 0]) * 0.1
    np.testing.assert_allclose(new[-1], below * last, rtol=1e-12)
    for name, value in case.state.soil.items():
        np.testing.assert_allclose(soil[name][1:-1], value[2:], rtol=1e-12, err_msg=name)
    assert exchange.erosion[0] == pytest.approx(carbon[1].sum(), rel=1e-12)
    assert exchange.bottom[0] == pytest.approx(below.sum() * last, rel=1e-12)


def test_a_layer_deep_deposit_shifts_the_column_down() -> None:
    grid = uniform_grid(5, 0.5)
    case = moving(grid)
    carbon, density = some_carbon(case), float(case.state.soil["fine_earth"][1, 0])
    brought = np.linspace(0.02, 0.03, len(POOLS))[:, None]
    case = moving(grid, **rates(0.0, 0.1 * density), deposited_carbon=brought, deposited_soil={"clay": np.array([0.5])})
    new, soil, exchange = act(case, carbon)
    np.testing.assert_allclose(new[2:], carbon[1:-1], rtol=1e-12)
    np.testing.assert_allclose(new[1], 0.1 * density * brought, rtol=1e-12)
    assert soil["clay"][1, 0] == pytest.approx(0.5, rel=1e-12)
    np.testing.assert_allclose(soil["clay"][2:], case.state.soil["clay"][1:-1], rtol=1e-12)
    assert exchange.bottom[0] == pytest.approx(-carbon[-1].sum(), rel=1e-12)
    assert exchange.deposition[0] == pytest.approx(0.1 * density * brought.sum(), rel=1e-12)


@pytest.mark.parametrize("enrichment", [1.0, 2.0])
def test_erosion_takes_mass_times_enrichment_times_concentration(enrichment: float) -> None:
    loss = 3.0
    case = moving(**rates(loss))
    case = dataclasses.replace(case, model=changed(case.model, "erosion", enrichment=enrichment))
    carbon = some_carbon(case)
    concentration = carbon[1].sum() / (case.state.soil["fine_earth"][1, 0] * 0.1)
    new, _, exchange = act(case, carbon)
    assert exchange.erosion[0] == pytest.approx(enrichment * loss * concentration, rel=1e-12)
    # what stays is depleted: all that left came from the layer at the surface
    assert total(new)[0] == pytest.approx(total(carbon)[0] - exchange.erosion[0] + exchange.bottom[0], rel=1e-13)
    left = (carbon[1].sum() - exchange.erosion[0]) / carbon[1].sum()
    assert left == pytest.approx(1.0 - enrichment * loss / (case.state.soil["fine_earth"][1, 0] * 0.1), rel=1e-12)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_remapping_mixes_as_said(share: float) -> None:
    """A pulse that moves by a share of a layer a year spreads by the variance dz^2 share (1 - share) a year."""
    grid = uniform_grid(40, 4.0)
    case = moving(grid)
    soil = even(case)
    case = moving(grid, **rates(share * 0.1 * 1400.0), below_carbon=np.zeros((len(POOLS), 1)))
    carbon = np.zeros_like(some_carbon(case))
    carbon[30] = 1.0
    for _ in range(10):
        carbon, soil, _ = act(case, carbon, soil)
    weight, place = carbon[1:, 0, 0], np.arange(40.0)
    mean = np.sum(weight * place) / np.sum(weight)
    assert np.sum(weight) == pytest.approx(1.0, rel=1e-13)
    assert mean == pytest.approx(29.0 - 10.0 * share, rel=1e-12)
    assert np.sum(weight * (place - mean) ** 2) == pytest.approx(10.0 * share * (1.0 - share), abs=1e-10)


def test_enrichment_takes_no_more_than_is_there() -> None:
    """Two thirds of the first layer, enriched twofold, take all of its carbon, and the next layer keeps its own."""
    case = moving()
    mass = float(case.state.soil["fine_earth"][1, 0]) * 0.1
    case = moving(**rates(2.0 / 3.0 * mass))
    case = dataclasses.replace(case, model=changed(case.model, "erosion", enrichment=2.0))
    carbon = some_carbon(case)
    new, _, exchange = act(case, carbon)
    assert exchange.erosion[0] == pytest.approx(carbon[1].sum(), rel=1e-13)
    assert new.min() >= 0.0
    # a third of the first layer is soil without carbon, above it what has risen from the second
    np.testing.assert_allclose(new[1], carbon[2] * (0.2 / 3.0) / 0.15, rtol=1e-12)


def test_clay_is_enriched_as_far_as_there_is_sand() -> None:
    case = moving(**rates(5.0), below_soil={"clay": np.array([0.1])})
    for clay, silt, expected in ((0.2, 0.3, 0.2 * 1.2), (0.5, 0.45, 0.55)):
        soil = even(case)
        soil["clay"][1:], soil["silt"][1:] = clay, silt
        shift = shift_of(case.setup, soil, jnp.asarray(0))
        _, exchanged = moved_soil(case.model, case.setup, shift, {n: jnp.asarray(v) for n, v in soil.items()})
        assert exchanged["clay"].erosion[0] == pytest.approx(5.0 * expected, rel=1e-12)
        assert exchanged["silt"].erosion[0] == pytest.approx(5.0 * silt, rel=1e-12)


def test_erosion_and_then_deposition_of_the_same_material_restores_the_totals() -> None:
    """Below lies soil like that of the last layer, which therefore moves out as it came in."""
    loss = 12.0
    case = moving()
    carbon = some_carbon(case)
    density = case.state.soil["fine_earth"]
    below = carbon[-1] / (density[-1] * case.setup.thickness[-1])
    case = moving(**rates(loss), below_carbon=below)
    case = dataclasses.replace(case, model=changed(case.model, "erosion", enrichment=1.0, clay_enrichment=1.0))
    eroded, soil, gone = act(case, carbon)
    assert np.max(np.abs(eroded - carbon)) > 0.01
    top = carbon[1] / (density[1] * 0.1)
    properties = {name: value[1] for name, value in case.state.soil.items() if name != "aggregation"}
    back = moving(**rates(0.0, loss), deposited_carbon=top, deposited_soil=properties, below_carbon=below)
    restored, soil_again, returned = act(back, eroded, soil)
    assert returned.deposition[0] == pytest.approx(gone.erosion[0], rel=1e-12)
    assert returned.bottom[0] == pytest.approx(-gone.bottom[0], rel=1e-12)
    np.testing.assert_allclose(restored.sum(axis=0), carbon.sum(axis=0), rtol=1e-12)
    for name in ("clay", "silt"):
        np.testing.assert_allclose(amounts(case, soil_again, name), amounts(case, case.state.soil, name), rtol=1e-12)


def test_no_motion_changes_nothing_to_the_last_bit() -> None:
    case = moving(**rates(0.0))
    carbon = some_carbon(case)
    new, soil, exchange = act(case, carbon)
    np.testing.assert_array_equal(new, carbon)
    for name, value in case.state.soil.items():
        np.testing.assert_allclose(soil[name], value, rtol=2e-16, err_msg=name)
    assert [float(each[0]) for each in exchange] == [0.0, 0.0, 0.0]


def test_held_properties_hold_the_mass_of_the_layers() -> None:
    """With properties in the set-up, carbon moves by mass: uniform g/kg stays uniform in layers of any density."""
    case = moving(**rates(20.0), below_carbon=np.full((len(POOLS), 1), 0.01))
    case = dataclasses.replace(case, model=changed(case.model, "erosion", enrichment=1.0))
    mass = case.setup.soil["fine_earth"] * case.setup.thickness
    carbon = 0.01 * mass[:, None] * np.ones((1, len(case.model.pools), 1))
    owned = {"aggregation": case.state.soil["aggregation"]}
    new, soil, _ = act(case, carbon, owned)
    np.testing.assert_allclose(new, carbon, rtol=1e-12)
    assert set(soil) == {"aggregation"}


def test_buried_carbon_is_kept_and_decays_more_slowly() -> None:
    """A deposit of 30 cm lays the topsoil where it is colder and drier of life: less of it is respired."""
    case = moving(GRID)
    density = float(case.state.soil["fine_earth"][1, 0])
    carbon = np.zeros_like(some_carbon(case))
    mineral = case.model.pool_names.index("mineral")
    carbon[1, mineral] = 5.0
    months = np.zeros((24, 1))
    months[:12] = 0.3 * density  # in the first year only
    buried = moving(GRID, soil_loss=np.zeros((1, 1)), deposition=months, deposited_carbon=np.zeros((len(POOLS), 1)))
    idle = np.zeros_like(case.setup.amount)
    respired = []
    for each in (moving(GRID, **rates(0.0)), buried):
        setup = dataclasses.replace(each.setup, amount=idle)
        _, annual = run_tile(each.model, setup, State(carbon, each.state.soil), 0, 2, 1, False)
        assert annual.residual.max() <= 1e-13
        respired.append(annual.respiration.sum())
    assert respired[1] < 0.7 * respired[0]


def test_ploughing_conserves_the_clay_of_a_soil_that_moves() -> None:
    case = moving(GRID, tillage=True, **rates(40.0))
    _, soil, _ = act(case, some_carbon(case))  # January: texture is no longer as the ploughing's map supposes
    setup = dataclasses.replace(case.setup, motion=dataclasses.replace(case.setup.motion, **rates(0.0)))
    _, tilled, _ = act(dataclasses.replace(case, setup=setup), some_carbon(case), soil, month=9)
    assert np.max(np.abs(tilled["clay"] - soil["clay"])) > 1e-4
    for name in ("clay", "silt"):
        np.testing.assert_allclose(amounts(case, tilled, name), amounts(case, soil, name), rtol=1e-13)
    mass = [np.sum(each["fine_earth"] * case.setup.thickness) for each in (soil, tilled)]
    assert mass[1] == pytest.approx(mass[0], rel=1e-14)


def test_a_run_that_erodes_balances_and_goes_on_bit_for_bit() -> None:
    case = moving(Grid(), columns=3, tillage=True, **rates(1.0, 0.3))
    start = State(some_carbon(case), case.state.soil)
    end, annual = simulate(case.model, case.setup, start, 30)
    assert np.all(annual.residual <= 1e-13 * total(start.carbon))
    change = total(end.carbon) - total(start.carbon)
    flows = annual.input.sum(axis=1) + annual.deposition + annual.bottom_exchange
    flows = flows - annual.respiration.sum(axis=1) - annual.leaching - annual.runoff - annual.erosion
    np.testing.assert_allclose(change, flows.sum(axis=0), rtol=0.0, atol=1e-12 * total(start.carbon).max())
    assert np.all(annual.erosion > 0.0)
    assert np.all(annual.deposition > 0.0)
    assert np.all(annual.bottom_exchange > 0.0)
    assert np.all(annual.runoff > 0.0)
    assert np.all(np.diff(annual.mass, axis=0).sum(axis=1) != 0.0)
    middle, _ = simulate(case.model, case.setup, start, 12)
    again, _ = simulate(case.model, case.setup, middle, 18, first_month=144)
    np.testing.assert_array_equal(again.carbon, end.carbon)
    np.testing.assert_array_equal(again.soil["clay"], end.soil["clay"])


def test_what_depends_on_moving_soil_follows_it() -> None:
    """Mixing is prepared from the density: with denser soil from below it is not that of the first soil."""
    case = moving(Grid(), **rates(60.0), below_soil={"fine_earth": np.array([600.0])})
    held = State(some_carbon(case), {"aggregation": case.state.soil["aggregation"]})
    moved = carrying_soil(case.setup, held)
    one, _ = simulate(case.model, case.setup, held, 20)
    other, annual = simulate(case.model, case.setup, moved, 20)
    assert annual.mass[-1].sum() < 0.95 * annual.mass[0].sum()
    assert np.max(np.abs(one.carbon / other.carbon - 1.0)) > 0.01


@pytest.mark.parametrize(("loss", "deposition"), [(1.0, 0.0), (0.0, 1.0), (2.0, 0.5)])
def test_the_steady_state_of_a_moving_column(loss: float, deposition: float) -> None:
    case = moving(Grid(), columns=2, tillage=True, **rates(loss, deposition))
    found = equilibrium(case.model, case.setup, case.state, case.cycle)
    assert set(found.state.soil) == {"aggregation"}, "properties are held"
    moved, annual = simulate(case.model, case.setup, found.state, case.cycle // 12)
    scale = np.maximum(found.state.carbon, 1e-12 * total(found.state.carbon))
    assert np.max(np.abs(moved.carbon - found.state.carbon) / scale) <= 1e-10
    np.testing.assert_allclose(moved.soil["aggregation"], found.state.soil["aggregation"], rtol=1e-11)
    assert np.all(annual.residual <= 1e-13 * total(found.state.carbon))
    # the column of the case without motion holds more where soil is lost
    still = profile_case(columns=2)
    other = equilibrium(still.model, still.setup, still.state, still.cycle)
    gain = total(found.state.carbon) / total(other.state.carbon) - 1.0
    assert np.all(gain < 0.0) if loss > deposition else np.all(gain > 0.0)


def test_a_steady_state_does_not_depend_on_the_guess() -> None:
    case = moving(Grid(), tillage=True, **rates(1.5, 0.2))
    near = equilibrium(case.model, case.setup, case.state, case.cycle).state.carbon
    start = case.state._replace(carbon=some_carbon(case))
    far = equilibrium(case.model, case.setup, start, case.cycle).state.carbon
    np.testing.assert_allclose(far, near, rtol=1e-9, atol=1e-12 * near.sum())


def test_motion_and_model_must_fit() -> None:
    case = moving()
    start = State(some_carbon(case), case.state.soil)
    without = dataclasses.replace(case.setup, motion=None)
    with pytest.raises(RunError, match="no motion of the surface, which moving_surface"):
        simulate(case.model, without, start, 1)
    plain = profile_case(GRID)
    with pytest.raises(RunError, match="fill its slot 'erosion'"):
        simulate(plain.model, dataclasses.replace(plain.setup, motion=case.setup.motion), plain.state, 1)
    for wrong, message in (
        (rates(-1.0), "negative soil_loss"),
        (rates(0.0, 1e5), "more than half of the column"),
        ({"below_carbon": np.zeros((3, 1))}, "below_carbon has shape"),
    ):
        bad = moving(**wrong)
        with pytest.raises(RunError, match=message):
            simulate(bad.model, bad.setup, start, 1)
