"""What a run is given is checked before it is compiled, and the error says what is wrong."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine_cases import Case, changed, profile_case
from mollisol.column.setup import check_setup, columns_of, select_columns, source_of, stacked_source
from mollisol.column.tiles import simulate
from mollisol.units import RunError


def with_forcing(case: Case, **series: Any) -> Any:
    return dataclasses.replace(case.setup, forcing={**case.setup.forcing, **series})


def broken(case: Case, kind: str) -> Any:
    setup, forcing = case.setup, case.setup.forcing
    temperature = forcing["temperature"].copy()
    temperature[3, 4] = np.nan
    leaky = setup.events.carbon_map.copy()
    leaky[0, 1, 1] -= 1e-6
    made = {
        "missing": dataclasses.replace(setup, forcing={k: v for k, v in forcing.items() if k != "water"}),
        "nan": with_forcing(case, temperature=temperature),
        "negative": dataclasses.replace(setup, amount=setup.amount - 10.0),
        "placement": dataclasses.replace(setup, placement=0.9 * setup.placement),
        "quality": dataclasses.replace(setup, quality=1.1 * setup.quality),
        "rows": dataclasses.replace(setup, placement=setup.placement[:, :-1]),
        "pools": dataclasses.replace(setup, quality=setup.quality[:, :-1]),
        "event": dataclasses.replace(setup, events=dataclasses.replace(setup.events, carbon_map=leaky)),
    }
    return made[kind]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", r"no forcing\.water, which dissolved_transport: percolation of whole_profile needs"),
        ("nan", r"temperature.*not finite"),
        ("negative", "negative carbon input"),
        ("placement", "shares of placement do not sum to 1"),
        ("quality", "shares of quality do not sum to 1"),
        ("rows", r"placement have shape \(3, 20\), expected \(3, 21\)"),
        ("pools", r"quality have shape \(3, 7\), expected \(3, 8\)"),
        ("event", "map does not conserve carbon"),
    ],
)
def test_a_set_up_that_is_wrong_is_refused(kind: str, message: str) -> None:
    case = profile_case()
    check_setup(case.setup, case.model, case.state.soil)
    with pytest.raises(RunError, match=message):
        simulate(case.model, broken(case, kind), case.state, 1)


def test_a_soil_state_that_is_missing_is_named() -> None:
    case = profile_case()
    with pytest.raises(RunError, match=r"no soil\.aggregation, which occlusion: aggregates"):
        simulate(case.model, case.setup, case.state._replace(soil={}), 1)


def test_arrays_that_disagree_on_the_columns_are_refused() -> None:
    case = profile_case(columns=3)
    assert columns_of(case.setup, case.model) == 3
    with pytest.raises(RunError, match=r"disagree on the number of columns: \[3, 5\]"):
        columns_of(case.setup, changed(case.model, "temperature", q10=np.full(5, 2.0)))


def test_input_of_a_month_is_amount_times_where_times_what() -> None:
    case = profile_case(columns=2)
    setup = case.setup
    source = np.asarray(stacked_source(source_of(setup, 7), case.state.carbon))
    expected = np.einsum("sc,src,spc->rpc", setup.amount[7], *np.broadcast_arrays(setup.placement)[:1], setup.quality)
    np.testing.assert_allclose(source, expected, rtol=1e-14)
    np.testing.assert_allclose(source.sum(axis=(0, 1)), setup.amount[7].sum(axis=0), rtol=1e-13)


def test_fields_are_prepared_for_every_combination_of_their_forcing() -> None:
    """A process whose drivers repeat after different times sees each month's own combination."""
    case = profile_case()
    two, three = np.repeat([1.0, 1.5], 12), np.repeat([1.0, 1.1, 1.3], 12)

    def series(name: str, factor: np.ndarray) -> np.ndarray:
        years = len(factor) // 12
        return np.tile(case.setup.forcing[name], (years, 1, 1)) * factor[:, None, None]

    names = "percolation", "infiltration"
    short = {"percolation": series("percolation", two), "infiltration": series("infiltration", three)}
    long = {name: np.tile(short[name], (72 // len(short[name]), 1, 1)) for name in names}
    runs = [simulate(case.model, with_forcing(case, **each), case.state, 6)[0] for each in (short, long)]
    np.testing.assert_array_equal(runs[0].carbon, runs[1].carbon)


def test_columns_are_selected_from_what_has_columns() -> None:
    case = profile_case(columns=3)
    chosen = select_columns(case.setup, np.array([2, 0]))
    np.testing.assert_array_equal(chosen.soil["clay"], case.setup.soil["clay"][:, [2, 0]])
    assert chosen.thickness.shape == case.setup.thickness.shape
