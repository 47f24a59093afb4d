"""Every alternative of every slot, as the table lists them: a new process inherits all of these."""

import dataclasses
import importlib
import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, profile_case, run_tile, some_carbon, switched_on, total
from mollisol.column import Grid, Process, Rates, State, check_compartmental, dense_operator
from mollisol.column.simulate import simulate_years
from mollisol.models.choice import settled
from mollisol.models.registry import SLOTS
from mollisol.processes import ALTERNATIVES, NoProcess, declared
from mollisol.units import InputError, parameters_of

CHOICES = [(slot, name) for slot, alternatives in ALTERNATIVES.items() for name in alternatives]
DEFAULTS = {slot: next(iter(alternatives)) for slot, alternatives in ALTERNATIVES.items()}
# the default of each slot is one and the same model: it is run once
MODELS = [{}] + [{slot: name} for slot, name in CHOICES if DEFAULTS[slot] != name]
PROCESSES = sorted({cls for each in ALTERNATIVES.values() for cls in each.values()}, key=lambda cls: cls.__name__)
FILLED = [cls for cls in PROCESSES if cls is not NoProcess]
# what is left of the default model without a process has its gradient checked with it
ACTIVE = [(slot, name) for slot, name in CHOICES if ALTERNATIVES[slot][name] is not NoProcess]
LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.5])
YEARS = 2


def label(slots: dict[str, str]) -> str:
    return ", ".join(f"{slot}={name}" for slot, name in slots.items()) or "defaults"


def case_with(slots: dict[str, str], columns: int = 2) -> Case:
    case = profile_case(LAYERS, columns=columns, wet=True, slots=slots)
    return dataclasses.replace(case, model=switched_on(case.model))


def can_stand(slots: dict[str, str]) -> bool:
    try:
        settled(slots)
    except InputError:
        return False
    return True


def mixed(choices: list[tuple[str, str]]) -> list[dict[str, str]]:
    """The default model and few others that together hold every choice, each in the first model where it can stand."""
    models: list[dict[str, str]] = [{}]
    for slot, name in choices:
        if name == DEFAULTS[slot]:
            continue
        free = (one for one in models[1:] if slot not in one and can_stand({**one, slot: name}))
        own = next(free, None)
        if own is None:
            models.append({slot: name})
        else:
            own[slot] = name
    return models


def few_and_each(choices: list[tuple[str, str]]) -> list[Any]:
    """Mixed models, and, among the long checks, every alternative alone beside the defaults."""
    few = [pytest.param(slots, id=f"mixed-{i}") for i, slots in enumerate(mixed(choices))]
    return [*few, *(pytest.param(slots, id=label(slots), marks=pytest.mark.slow) for slots in MODELS if slots)]


@pytest.mark.parametrize("choices", [CHOICES, ACTIVE], ids=["all", "active"])
def test_few_models_hold_every_choice(choices: list[tuple[str, str]]) -> None:
    made = mixed(choices)
    assert len(made) < 8
    assert {choice for slots in [DEFAULTS, *made] for choice in slots.items()} >= set(choices)


@pytest.mark.parametrize("slots", few_and_each(CHOICES))
def test_carbon_closes_and_stays_positive_and_the_operator_is_compartmental(slots: dict[str, str]) -> None:
    case = case_with(slots)
    start = State(some_carbon(case), case.state.soil)
    end, annual = run_tile(case.model, case.setup, start, 0, 20, 1, False)
    assert np.all(annual.residual <= 1e-13 * np.maximum(total(start.carbon), total(end.carbon)))
    assert np.min(end.carbon) >= 0.0
    for carbon in (case.state.carbon, start.carbon, end.carbon):
        for month in (0, 6):
            check_compartmental(dense_operator(case.model, case.rates(carbon, month), case.rows, column=1))


@pytest.mark.parametrize("slots", few_and_each(ACTIVE))
def test_the_gradient_agrees_with_finite_differences_for_every_parameter(slots: dict[str, str]) -> None:
    """Of the SOC of all layers after two years, with random weights; each parameter is nudged in columns of its own."""
    case = case_with(slots, columns=1)
    leaves, structure = jax.tree_util.tree_flatten(case.model)
    values = np.array([float(leaf) for leaf in leaves])
    weights = np.random.default_rng(1).uniform(0.5, 1.5, len(LAYERS))
    start = State(jnp.asarray(some_carbon(case)), {name: jnp.asarray(v) for name, v in case.state.soil.items()})
    setup = jax.tree_util.tree_map(jnp.asarray, case.setup)

    def weighted(parameters: Any, carbon: Any) -> Any:
        model = jax.tree_util.tree_unflatten(structure, list(parameters))
        state = State(carbon, {name: jnp.broadcast_to(v, carbon[:, 0].shape) for name, v in start.soil.items()})
        _, annual = simulate_years(model, setup, state, jnp.zeros((), int), YEARS, 1, False)
        return jnp.tensordot(jnp.asarray(weights), annual.soc[-1], axes=1)

    slope = jax.jit(jax.grad(lambda parameters: weighted(parameters, start.carbon)[0]))(jnp.asarray(values))
    step = 1e-5 * np.maximum(np.abs(values), 1e-12)
    nudged = np.concatenate([values[:, None] + np.diag(step), values[:, None] - np.diag(step)], axis=1)
    wide = jnp.broadcast_to(start.carbon, (*start.carbon.shape[:-1], nudged.shape[1]))
    up, down = np.split(np.asarray(jax.jit(weighted)(jnp.asarray(nudged), wide)), 2)
    difference = (up - down) / (2.0 * step)
    # elasticities: what a relative change of the parameter does to the result
    np.testing.assert_allclose(slope * values, difference * values, rtol=1e-5, atol=1e-8)
    assert np.all(np.isfinite(slope))
    names = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(case.model)]
    assert [name for name, each in zip(names, slope, strict=True) if each == 0.0] == [], "changes nothing"


@pytest.mark.parametrize("cls", PROCESSES, ids=lambda cls: cls.__name__)
def test_a_process_says_what_it_is(cls: type) -> None:
    made = cls()
    assert isinstance(made, Process)
    said = declared(cls)
    assert said["about"].endswith((".", ":"))
    assert said["equation"]
    assert dataclasses.is_dataclass(cls)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.anything = 1.0
    if cls is not NoProcess:
        assert said["slot"] in ALTERNATIVES
        assert ALTERNATIVES[said["slot"]][said["name"]] is cls
    for item in said["reads"]:
        assert item.split(".")[0] in ("soil", "forcing", "carbon")


@pytest.mark.parametrize("cls", FILLED, ids=lambda cls: cls.__name__)
def test_every_parameter_has_unit_bounds_and_source(cls: type) -> None:
    parameters = parameters_of(cls)
    # a hypothesis that is off is tested switched on, within its bounds
    for name, value in getattr(cls, "tested_at", {}).items():
        assert parameters[name].value == 0.0
        assert parameters[name].lower <= value <= parameters[name].upper
    assert set(parameters) == {field.name for field in dataclasses.fields(cls)}, "a bare number"
    for name, known in parameters.items():
        assert known.unit, name
        assert known.lower <= known.value <= known.upper
        assert known.lower < known.upper
        assert len(known.source) > 10, f"{name}: no source"
        assert known.about, f"{name}: not said what it is"
        assert getattr(cls(), name) == known.value
        if known.distribution != "fixed":
            assert known.spread > 0.0


@pytest.mark.parametrize("cls", FILLED, ids=lambda cls: cls.__name__)
def test_a_process_reads_what_it_declares(cls: type) -> None:
    """Without a field that it declares it fails, and with the declared fields alone it does not."""
    case = case_with({cls.slot: cls.name})
    drivers = case.drivers()
    wanted = {item.split(".", 1)[1] for item in cls.reads}
    prepared = set(drivers.forcing) - set(case.setup.forcing)
    soil = {name: value for name, value in drivers.soil.items() if name in wanted}
    forcing = {name: value for name, value in drivers.forcing.items() if name in wanted | prepared}
    carbon = case.model.by_name(jnp.asarray(some_carbon(case)))
    own = dataclasses.replace(drivers, soil=soil, forcing=forcing)
    process = cls()
    before = next_to(case, process, drivers, carbon)
    process(carbon, own, before)
    if hasattr(process, "prepare"):
        process.prepare(own)
        known = {item.removeprefix("forcing.") for item in (*cls.reads, *getattr(cls, "optional", ()))}
        assert set(process.prepares_from) <= known
    used = inspect.getsource(importlib.import_module(cls.__module__))
    for name in wanted:
        assert f'"{name}"' in used, f"{name} is declared but not read"


def next_to(case: Case, process: Any, drivers: Any, carbon: Any) -> Any:
    """Rates as the processes before a process leave them."""
    rates = Rates()
    for other in case.model.processes:
        if type(other) is type(process):
            break
        rates = other(carbon, drivers, rates)
    return rates


def test_the_table_of_slots_names_what_exists() -> None:
    assert {slot: tuple(alternatives) for slot, alternatives in ALTERNATIVES.items()} == dict(SLOTS)
