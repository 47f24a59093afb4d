"""The comparison of practices with what was published: its tables, its judgement, and biochar's persistence."""

import numpy as np
import pytest
from validation.inputs import WOOLF
from validation.practice_claims import char_left
from validation.practice_effects import DEPTHS, MEASURES, Published, between, published, reasons, verdicts
from validation.practices import BEGIN, END, effects_table, misses, with_section

from mollisol.practices import list_practices

RATE = Published("cover_crop", "rate", "0-30", 0.1, 0.5, "+", "somebody", "high", "")


def _site(gain: list[list[float]], brought: float = 20.0) -> dict:
    """A result with one practice; gains by interval between the depths, the best estimate first."""
    return {
        "name": "a field",
        "stock": [np.cumsum(np.full(len(DEPTHS), 10.0)).tolist()],
        "practices": {"cover_crop": {"gain": np.cumsum(gain, axis=1).tolist(), "brought": brought}},
    }


def test_every_practice_of_the_library_has_a_row_and_every_row_a_source() -> None:
    rows = published()
    assert {row.practice for row in rows} == set(list_practices())
    for row in rows:
        assert row.measure in MEASURES
        assert row.source
        assert row.confidence in ("opened", "high", "medium", "low")
        assert row.sign in ("", "+", "-")
        lower, upper = row.bounds
        assert 0.0 <= lower < upper <= DEPTHS[-1]
        if row.measure == "none":
            continue
        assert row.low < row.high
        # a range that excludes zero must agree with the sign
        assert not (row.sign == "+" and row.high <= 0.0)
        assert not (row.sign == "-" and row.low >= 0.0)


def test_reasons_are_of_practices_and_of_misses_that_exist() -> None:
    for practice, miss in reasons():
        assert practice in list_practices()
        assert miss in ("above", "below", "sign")


def test_an_interval_of_depth_is_a_difference() -> None:
    cumulated = np.cumsum([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    assert between(cumulated, 0.0, 30.0) == 6.0
    assert between(cumulated, 20.0, 40.0) == 7.0
    assert between(cumulated, 0.0, 200.0) == 28.0


@pytest.mark.parametrize(
    ("each", "miss"), [(1.0, ""), (0.1, "below"), (5.0, "above"), (-1.0, "sign")], ids=["in", "low", "high", "wrong"]
)
def test_a_practice_is_judged_by_its_best_estimate(each: float, miss: str) -> None:
    gain = [[each] * len(DEPTHS), [each + 100.0] * len(DEPTHS)]
    (found,) = verdicts(RATE, {"field": _site(gain)})
    assert found.miss == miss
    assert found.best == pytest.approx(3 * each / 20)
    assert found.high == pytest.approx(3 * (each + 100.0) / 20)


def test_a_share_is_of_what_was_brought_and_percent_of_the_stock() -> None:
    gain = [[1.0] * len(DEPTHS)]
    kept = Published("cover_crop", "retained", "whole", 0.3, 0.4, "+", "somebody", "high", "")
    assert verdicts(kept, {"field": _site(gain)})[0].best == pytest.approx(7.0 / 20.0)
    percent = Published("cover_crop", "percent", "0-30", 5.0, 15.0, "+", "somebody", "high", "")
    assert verdicts(percent, {"field": _site(gain)})[0].best == pytest.approx(10.0)


def test_what_changes_nothing_is_no_miss_and_a_miss_needs_a_reason() -> None:
    nothing, high = _site([[0.0] * len(DEPTHS)]), _site([[5.0] * len(DEPTHS)])
    assert verdicts(RATE, {"field": nothing})[0].nothing
    lines, without = misses({"field": nothing}, [RATE], {})
    assert len(lines) == 2
    assert not without
    lines, without = misses({"field": high}, [RATE], {})
    assert "0 of 1 | field +0.75 (above)" in lines[-1]
    assert without == ["cover_crop: above"]
    lines, without = misses({"field": high}, [RATE], {("cover_crop", "above"): "It grew too well."})
    assert "It grew too well." in lines[-1]
    assert not without


def test_the_table_shows_best_estimate_and_interval() -> None:
    gain = [[1.0] * len(DEPTHS), [2.0] * len(DEPTHS)]
    table = effects_table({"field": _site(gain), "other": {**_site(gain), "practices": {}}}, [RATE])
    assert "| cover_crop | 0-30 | +3.0 (+3.0, +6.0) | - | 0.1 to 0.5 t C/ha/yr (0-30) |" in table
    assert "|  | whole | +7.0 (+7.0, +14.0) | - |  |" in table


def test_the_section_is_replaced() -> None:
    once = with_section("# Page\n\nProse.\n", "first")
    assert once.index("Prose.") < once.index(BEGIN) < once.index("first") < once.index(END)
    assert with_section(once, "second") == once.replace("first", "second")


@pytest.mark.parametrize("hydrogen_to_carbon", WOOLF)
def test_biochar_is_as_persistent_as_its_relation_says(hydrogen_to_carbon: float) -> None:
    # what decays leaves a little carbon in microbes and minerals, which the published share does not count
    left = char_left(hydrogen_to_carbon, 14.9, 100.0)
    assert WOOLF[hydrogen_to_carbon] - 1e-6 <= left < WOOLF[hydrogen_to_carbon] + 0.03
