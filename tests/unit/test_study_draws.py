"""Draws of the parameters of a model."""

import numpy as np

from mollisol.models import build
from mollisol.study.draws import drawn_model


def test_a_given_parameter_has_its_value_in_every_member_and_moves_no_other() -> None:
    _, drawn = drawn_model(build(), 5, 1)
    fixed, also = drawn_model(build(), 5, 1, {"depolymerisation.mineral": 0.03})
    assert list(also["depolymerisation.mineral"]) == [0.03] * 5
    others = set(drawn) - {"depolymerisation.mineral"}
    assert all(np.array_equal(drawn[name], also[name]) for name in others)
    rate = {process.slot: process for process in fixed.processes}["depolymerisation"].mineral
    assert list(rate) == [0.03] * 5
