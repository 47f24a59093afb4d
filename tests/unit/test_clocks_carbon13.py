"""13C follows a change from C3 to C4 crops."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from engine_cases import profile_case, some_carbon
from mollisol.clocks.carbon13 import C3, C4, C4_CROPS, c4_share, carbon13_marks, content, delta13c, delta_of
from mollisol.column import Grid
from mollisol.column.tracer import Marks, trace
from mollisol.plants import crop

jax.config.update("jax_enable_x64", True)


def test_conversions_undo_each_other_and_no_carbon_has_no_delta() -> None:
    values = np.array([-30.0, 0.0, 12.0])
    assert np.allclose(delta13c(2.0 * content(values), 2.0), values, atol=1e-10)
    assert content(0.0) == pytest.approx(0.0111802 / 1.0111802)
    assert np.isnan(delta13c(0.0, 0.0))
    assert c4_share([C3.value, C4.value]).tolist() == pytest.approx([0.0, 1.0])


def test_crops_have_the_signature_of_their_photosynthesis_unless_one_was_measured() -> None:
    assert {crop(name).name for name in C4_CROPS} == set(C4_CROPS)
    assert delta_of("maize roots") == C4.value
    assert delta_of("wheat shoots surface") == C3.value
    assert delta_of("cattle_manure surface", {"cattle_manure": -20.0}) == -20.0


def test_new_maize_carbon_is_found_again_by_its_13c() -> None:
    case = profile_case(Grid([0.0, 0.1, 0.2, 0.4, 1.0]))
    state = case.state._replace(carbon=some_carbon(case))
    label = carbon13_marks(["maize shoots surface", "maize roots", "maize rhizodeposits"]).inputs
    marks = Marks(np.concatenate([label, np.ones_like(label)], axis=1))
    start = np.stack([content(C3.value) * state.carbon, 0.0 * state.carbon])
    _, _, traced = trace(case.model, case.setup, marks, state, start, 2)
    delta = delta13c(traced.traced_soc[:, 0], traced.soc)
    new = traced.traced_soc[:, 1] / traced.soc
    assert np.allclose(c4_share(delta), new, rtol=1e-9, atol=1e-12)
    assert np.all(np.diff(new, axis=0) > 0.0)
    assert np.all((delta > C3.value) & (delta < C4.value))
