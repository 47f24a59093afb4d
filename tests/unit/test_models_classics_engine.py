"""The classics as models of the engine: closure, steady states, agreement with their own solutions, layers, slots."""

import dataclasses
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from engine_cases import Case, profile_case, run_tile, some_carbon, total
from mollisol.column import (
    Events,
    Grid,
    Model,
    Setup,
    State,
    check_compartmental,
    dense_operator,
    equilibrium,
    simulate,
)
from mollisol.column.setup import vertical
from mollisol.column.simulate import simulate_years
from mollisol.models import build, century, ctool, icbm, recast, rothc
from mollisol.models.registry import CLASSICS
from mollisol.processes import declared
from mollisol.units import InputError, parameters_of

ALL = [icbm, century, ctool, rothc]
LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.5])


def called(module: ModuleType) -> str:
    return module.__name__.rsplit(".", 1)[-1]


def in_layers(module: ModuleType, columns: int = 2, **slots: str) -> Case:
    """A classic in every layer, with the inputs, climate and tillage of the tests' arable soil."""
    case = profile_case(LAYERS, columns=columns)
    model = module.model(slots=slots)
    setup = recast(case.setup, case.model, model)
    state = State(np.zeros((case.rows, len(model.pools), columns)), model.initial_soil(case.rows, columns))
    return dataclasses.replace(case, model=model, setup=setup, state=state)


def constant(
    model: Model,
    grid: Grid,
    given: dict[str, list[float]],
    clay: list[float] | None = None,
    temperature: list[float] | None = None,
    modifier: float = 1.0,
) -> Setup:
    """A set-up without seasons: `given` is the input by pool and row, kg C/m2/yr."""
    thickness, depth = vertical(grid)
    rows = len(depth)
    kinds = [(pool, row) for pool, amounts in given.items() for row in range(rows) if amounts[row] > 0.0]
    amount = np.array([given[pool][row] for pool, row in kinds])[None, :, None]
    placement, quality = np.zeros((len(kinds), rows, 1)), np.zeros((len(kinds), len(model.pools), 1))
    for s, (pool, row) in enumerate(kinds):
        placement[s, row], quality[s, model.pool_names.index(pool)] = 1.0, 1.0
    texture = np.full((rows, 1), 0.2) if clay is None else np.array(clay)[:, None]
    heat = np.full((rows, 1), 10.0) if temperature is None else np.array(temperature)[:, None]
    soil = {"clay": texture, "silt": np.full((rows, 1), 0.45), "fine_earth": np.full((rows, 1), 1300.0)}
    forcing = {"temperature": heat[None], "modifier": np.full((1, rows, 1), modifier)}
    return Setup(thickness, depth, soil, forcing, amount, placement, quality, Events.none(rows))


def steady(model: Model, setup: Setup) -> np.ndarray:
    """Steady state (row, pool)."""
    guess = State(np.zeros((len(setup.depth), len(model.pools), 1)), {})
    return np.asarray(equilibrium(model, setup, guess, 12).state.carbon)[..., 0]


def balanced(model: Model, setup: Setup) -> np.ndarray:
    """Steady state (row, pool) of constant rates, from the operator; pools that nothing leaves or feeds are 0."""
    rows, pools = len(setup.depth), len(model.pools)
    case = dataclasses.replace(profile_case(Grid(np.linspace(0.0, 1.0, rows))), model=model, setup=setup)
    matrix = dense_operator(model, case.rates(np.zeros((rows, pools, 1))), rows)
    amount = np.asarray(setup.amount)[0, :, 0]
    given = np.einsum("s,sr,sp->rp", amount, setup.placement[..., 0], setup.quality[..., 0]).ravel()
    moves = np.diag(matrix) < 0.0
    found = np.zeros(rows * pools)
    found[moves] = -np.linalg.solve(matrix[np.ix_(moves, moves)], given[moves])
    return found.reshape(rows, pools)


@pytest.mark.parametrize("module", ALL, ids=called)
def test_carbon_closes_and_stays_positive_and_the_operator_is_compartmental(module: ModuleType) -> None:
    case = in_layers(module)
    start = State(some_carbon(case), {})
    end, annual = run_tile(case.model, case.setup, start, 0, 10, 1, False)
    assert np.all(annual.residual <= 1e-13 * np.maximum(total(start.carbon), total(end.carbon)))
    assert np.min(end.carbon) >= 0.0
    for carbon in (case.state.carbon, start.carbon):
        check_compartmental(dense_operator(case.model, case.rates(carbon, 6), case.rows, column=1))


@pytest.mark.parametrize(
    "module",
    [icbm, ctool, pytest.param(century, marks=pytest.mark.slow), pytest.param(rothc, marks=pytest.mark.slow)],
    ids=called,
)
def test_the_gradient_agrees_with_finite_differences_for_every_parameter(module: ModuleType) -> None:
    """Of the SOC of all layers after a year, with random weights; each parameter is nudged in columns of its own."""
    case = in_layers(module, columns=1, **({"bioturbation": "own"} if module is ctool else {}))
    leaves, structure = jax.tree_util.tree_flatten(case.model)
    values = np.array([float(leaf) for leaf in leaves])
    weights = jnp.asarray(np.random.default_rng(1).uniform(0.5, 1.5, len(LAYERS)))
    start = jnp.asarray(some_carbon(case))
    setup = jax.tree_util.tree_map(jnp.asarray, case.setup)

    def weighted(parameters: Any, carbon: Any) -> Any:
        model = jax.tree_util.tree_unflatten(structure, list(parameters))
        _, annual = simulate_years(model, setup, State(carbon, {}), jnp.zeros((), int), 1, 1, False)
        return jnp.tensordot(weights, annual.soc[-1], axes=1)

    slope = jax.jit(jax.grad(lambda parameters: weighted(parameters, start)[0]))(jnp.asarray(values))
    step = 1e-5 * np.maximum(np.abs(values), 1e-12)
    nudged = np.concatenate([values[:, None] + np.diag(step), values[:, None] - np.diag(step)], axis=1)
    wide = jnp.broadcast_to(start, (*start.shape[:-1], nudged.shape[1]))
    up, down = np.split(np.asarray(jax.jit(weighted)(jnp.asarray(nudged), wide)), 2)
    np.testing.assert_allclose(slope * values, (up - down) / (2.0 * step) * values, rtol=1e-5, atol=1e-8)
    names = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(case.model)]
    # no month of this soil is as cold as the threshold of RothC's response
    unfelt = {name for name, each in zip(names, slope, strict=True) if each == 0.0}
    assert {name.rsplit(".", 1)[-1] for name in unfelt} <= {"coldest"}


@pytest.mark.parametrize("module", ALL, ids=called)
def test_a_parameter_has_unit_bounds_and_source_and_a_process_says_what_it_is(module: ModuleType) -> None:
    own = [one for one in module.model().processes if type(one).__module__.startswith("mollisol.models")]
    assert len(own) == 2
    for one in own:
        assert declared(type(one))["about"].endswith(".")
        known = parameters_of(type(one))
        assert set(known) == {field.name for field in dataclasses.fields(one)}
        for name, parameter in known.items():
            assert parameter.unit, name
            assert parameter.about, name
            assert parameter.lower <= parameter.value <= parameter.upper
            assert len(parameter.source) > 10


# One layer: the engine against each model's own solution -----------------------------------------------------------


def test_icbm_in_one_layer_is_its_analytic_solution() -> None:
    """At 16 steps a month the engine's implicit steps are within 5e-4 of it; the error falls with the step."""
    one = icbm.TREATMENTS["manure"]
    p = dataclasses.replace(icbm.PARAMETERS, humification=one.humification, influence=one.influence)
    model = icbm.model(depth_resolved=False)
    (decay,) = model.processes
    decay = dataclasses.replace(decay, humification=one.humification, influence=one.influence)
    model = dataclasses.replace(model, processes=(decay,))
    setup = constant(model, Grid([0.0, 0.25]), {"young": [0.0, one.input]})
    start = np.zeros((2, 2, 1))
    start[1, :, 0] = one.young, one.old
    exact = np.array(icbm.solution(5.0, one.input, one.young, one.old, p))
    errors = []
    for steps in (4, 16):
        end, _ = simulate(model, setup, State(start, {}), 5, steps=steps)
        errors.append(np.abs(end.carbon[1, :, 0] / exact - 1.0).max())
    assert errors[1] < 5e-4
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)
    np.testing.assert_allclose(steady(model, setup)[1], icbm.steady_state(one.input, p), rtol=1e-9)


def test_century_in_one_layer_is_its_exact_solution_to_1e_5_with_substeps() -> None:
    """Two years from nothing, on the surface and in the soil; the first-order error of the step is extrapolated."""
    model = century.model(depth_resolved=False)
    setup = constant(
        model, Grid([0.0, 0.2]), {"structural": [0.1, 0.15], "metabolic": [0.2, 0.3]}, clay=[0.0, 0.2], modifier=0.4
    )
    setup = dataclasses.replace(setup, soil={**setup.soil, "silt": np.array([[0.0], [0.45]])})
    matrix = century.operator(20.0, 45.0, 0.4)
    given = np.array([0.1, 0.2, 0.15, 0.3, 0.0, 0.0, 0.0])
    exact = century.exact_step(matrix, 2.0)[1] @ given
    empty = State(np.zeros((2, 5, 1)), {})
    coarse, fine = (simulate(model, setup, empty, 2, steps=n)[0].carbon[..., 0] for n in (64, 128))
    found = 2.0 * fine - coarse
    np.testing.assert_allclose([*found[0, :2], *found[1]], exact, rtol=1e-5)
    np.testing.assert_allclose(found[0, 2:], 0.0, atol=1e-15)
    rested = steady(model, setup)
    np.testing.assert_allclose([*rested[0, :2], *rested[1]], -np.linalg.solve(matrix, given), rtol=1e-9)


def test_rothc_in_one_layer_is_its_map_within_a_percent() -> None:
    """The map lets what forms in a month rest until its end: without seasons its steady SOC is 0.4 % higher."""
    year = pd.DataFrame(
        {"temperature_c": [10.0] * 12, "rain_mm": 100.0, "evaporation_mm": 10.0, "plant_input": 0.15,
         "manure_input": 0.0, "covered": True, "dpm_rpm": 1.44}
    )  # fmt: skip
    published = rothc.simulate(year, clay_percent=20.0, depth_cm=23.0, iom=0.0).iloc[-1]
    model = rothc.model(depth_resolved=False)
    share = 1.44 / 2.44
    setup = constant(
        model, Grid([0.0, 0.23]), {"dpm": [0.0, 0.18 * share], "rpm": [0.0, 0.18 * (1 - share)]}, modifier=0.6
    )
    found = steady(model, setup)[1]
    exact = -np.linalg.solve(
        rothc.operator(20.0, 0.6 * float(rothc.temperature_modifier(10.0))), [0.18 * share, 0.18 * (1 - share), 0, 0]
    )
    np.testing.assert_allclose(found[:4], exact, rtol=1e-9)
    assert found.sum() == pytest.approx(0.1 * published["soc"], rel=0.01)
    assert found.sum() != pytest.approx(0.1 * published["soc"], rel=0.001)


def test_ctool_in_its_two_layers_is_its_map_within_a_percent() -> None:
    """The map decomposes a month's input, and what comes from other pools, in its month: it keeps 12 % less FOM."""
    heat = (9.0, 8.0)
    months = pd.DataFrame(
        {"plant_input_top": [0.3] * 12, "plant_input_sub": 0.05, "manure_input": 0.0, "temperature_top_c": heat[0],
         "temperature_sub_c": heat[1]}
    )  # fmt: skip
    published = ctool.simulate(months, 10.0, 15.0).iloc[-1]
    model = ctool.model(depth_resolved=False)
    setup = constant(
        model, Grid([0.0, 0.25, 1.0]), {"fom": [0.0, 0.36, 0.06]}, clay=[0.0, 0.10, 0.15], temperature=[9.0, *heat]
    )
    found = steady(model, setup)[1:]
    modifier = tuple(float(f) for f in ctool.temperature_modifier(heat))
    exact = -np.linalg.solve(ctool.operator(10.0, 15.0, (modifier[0], modifier[1])), [0.36, 0.06, 0.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(found.T.ravel(), exact, rtol=1e-9)
    np.testing.assert_allclose(balanced(model, setup)[1:], found, rtol=1e-9)
    assert found[0].sum() == pytest.approx(0.1 * published["soc_top"], rel=0.01)
    assert found[1].sum() == pytest.approx(0.1 * published["soc_sub"], rel=0.01)


# Every layer -------------------------------------------------------------------------------------------------------


def test_without_transport_every_layer_is_the_model_of_one_layer() -> None:
    """RothC with each layer's input, clay and temperature."""
    model = rothc.model(slots={"bioturbation": "none", "moisture": "given"})
    clay, heat = [0.0, 0.1, 0.3, 0.5], [12.0, 11.0, 10.0, 9.0]
    setup = constant(
        model, Grid([0.0, 0.3, 0.7, 1.5]), {"rpm": [0.0, 0.2, 0.05, 0.01]}, clay=clay, temperature=heat, modifier=0.8
    )
    found = balanced(model, setup)
    for row in (1, 2, 3):
        matrix = rothc.operator(100.0 * clay[row], 0.8 * float(rothc.temperature_modifier(heat[row])))
        given = [0.0, [0.2, 0.05, 0.01][row - 1], 0.0, 0.0]
        np.testing.assert_allclose(found[row, :4], -np.linalg.solve(matrix, given), rtol=1e-9)


@pytest.mark.parametrize("module", ALL, ids=called)
def test_litter_on_the_surface_forms_humus_in_the_first_layer(module: ModuleType) -> None:
    fresh = {"icbm": "young", "century": "structural", "ctool": "fom", "rothc": "rpm"}[called(module)]
    model = module.model(slots={"bioturbation": "none", "moisture": "none"})
    found = balanced(model, constant(model, LAYERS, {fresh: [0.2, 0.0, 0.0, 0.0, 0.0]}))
    assert found[0, model.pool_names.index(fresh)] > 0.0
    assert found[0].sum() == found[0, model.pool_names.index(fresh)]
    assert found[1].sum() > 0.0
    np.testing.assert_allclose(found[2:], 0.0, atol=1e-15)


def test_ctool_moves_carbon_at_one_velocity_on_any_grid() -> None:
    """Its topsoil cut into layers: what leaves a layer, times its thickness, is the same; the last layer is closed."""
    model = ctool.model(slots={"bioturbation": "own"})
    grid = Grid([0.0, 0.05, 0.25, 0.4, 1.0])
    case = dataclasses.replace(
        profile_case(grid), model=model, setup=constant(model, grid, {"fom": [0.0, 1.0, 1.0, 1.0, 1.0]})
    )
    rates = case.rates(np.ones((5, 3, 1)))
    for pool, share, constant_rate in (("fom", 0.0025, 0.12), ("hum", 0.36, 0.0028), ("rom", 0.0025, 3.85e-5)):
        velocity = np.asarray(rates.down[pool])[:, 0] * np.array([0.0, *grid.thickness])
        expected = share * constant_rate * 12.0 * 0.25 * float(ctool.temperature_modifier(10.0))
        np.testing.assert_allclose(velocity, [0.0, expected, expected, expected, 0.0], rtol=1e-12)


def test_inert_carbon_only_moves_with_the_soil() -> None:
    case = in_layers(rothc)
    carbon = some_carbon(case)
    end, _ = run_tile(case.model, case.setup, State(carbon, {}), 0, 10, 1, False)
    inert = case.model.pool_names.index("iom")
    np.testing.assert_allclose(np.sum(end.carbon[:, inert], axis=0), carbon[:, inert].sum(axis=0), rtol=1e-12)
    assert not np.allclose(end.carbon[:, inert], carbon[:, inert], rtol=1e-3)
    case_at_rest = equilibrium(case.model, case.setup, case.state, case.cycle).state
    np.testing.assert_array_equal(case_at_rest.carbon[:, inert], 0.0)


# Slots and inputs of another model --------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ALL, ids=called)
def test_at_ten_degrees_another_response_to_temperature_changes_nothing(module: ModuleType) -> None:
    """Rates are those of the classic at 10 degC, and the other response is 1 there."""
    found = []
    for response in ("own", "q10"):
        model = module.model(slots={"temperature": response, "moisture": "none"})
        case = dataclasses.replace(
            profile_case(LAYERS), model=model, setup=constant(model, LAYERS, {model.pool_names[0]: [0.0, 1, 1, 1, 1]})
        )
        found.append(dense_operator(model, case.rates(np.ones((5, len(model.pools), 1))), 5))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("slot", ["energy", "oxygen"])
def test_the_projects_processes_may_stand_beside_a_classic(slot: str) -> None:
    choice = {"energy": "depth_scalar", "oxygen": "diffusion"}[slot]
    plain, slowed = in_layers(rothc), in_layers(rothc, **{slot: choice})
    before, after = (np.diag(dense_operator(c.model, c.rates(some_carbon(c), 6), c.rows)) for c in (plain, slowed))
    assert (after >= before).all()
    assert (after[5:] > before[5:]).any()


@pytest.mark.parametrize(
    ("slots", "message"),
    [
        ({"temprature": "own"}, r"'temprature' is not a slot of century(.|\n)*did you mean 'temperature'"),
        ({"temperature": "q100"}, r"'q100' is not a choice for 'temperature' of century(.|\n)*did you mean 'q10'"),
        ({"moisture": "own"}, r"'own' is not a choice for 'moisture' of century(.|\n)*given"),
    ],
)
def test_a_wrong_slot_is_answered_with_the_nearest(slots: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        century.model(slots=slots)


def test_another_models_inputs_keep_their_amount_and_layers() -> None:
    case = profile_case(LAYERS, columns=2)
    for module in ALL:
        model = module.model()
        setup = recast(case.setup, case.model, model)
        np.testing.assert_allclose(setup.quality.sum(axis=1), 1.0, rtol=1e-14)
        assert setup.placement is case.setup.placement
        assert setup.amount is case.setup.amount
    dpm = recast(case.setup, case.model, rothc.model()).quality[:, 0, 0]
    np.testing.assert_allclose(dpm, [0.5, 0.4, 1.0])  # straw, roots, exudates: fast litter and dissolved carbon


def test_an_input_without_a_counterpart_is_refused() -> None:
    case, model = profile_case(LAYERS), icbm.model()
    with pytest.raises(InputError, match="'slow_litter' receives input"):
        recast(case.setup, case.model, model, {"fast_litter": {"young": 1.0}, "dissolved": {"young": 1.0}})
    with pytest.raises(InputError, match=r"icbm has no pool 'yung'(.|\n)*did you mean 'young'"):
        recast(case.setup, case.model, model, {"fast_litter": {"yung": 1.0}})


def test_every_classic_is_listed_and_built_by_name() -> None:
    assert set(CLASSICS) == {called(module) for module in ALL}
    for module in ALL:
        assert build(called(module)) == module.model()
    with pytest.raises(InputError, match=r"no model 'centuri'(.|\n)*did you mean 'century'"):
        build("centuri")
