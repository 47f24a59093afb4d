"""Assembling `whole_profile`: defaults, alternatives, and errors that suggest the right name."""

import pytest

from mollisol.models.choice import settled
from mollisol.models.registry import EXCLUDES, SLOTS
from mollisol.models.whole_profile import POOLS, whole_profile
from mollisol.processes import ALTERNATIVES, NoProcess
from mollisol.units import InputError


def test_defaults_are_the_first_alternatives_in_the_order_of_the_slots() -> None:
    model = whole_profile()
    assert [type(process) for process in model.processes] == [
        next(iter(alternatives.values())) for alternatives in ALTERNATIVES.values()
    ]


def test_a_slot_takes_what_it_is_given() -> None:
    model = whole_profile({"oxygen": "none"})
    place = list(ALTERNATIVES).index("oxygen")
    assert isinstance(model.processes[place], NoProcess)
    assert [type(p) for i, p in enumerate(model.processes) if i != place] == [
        type(p) for i, p in enumerate(whole_profile().processes) if i != place
    ]


@pytest.mark.parametrize(
    ("slots", "message"),
    [
        ({"oxigen": "none"}, r"'oxigen' is not a slot of whole_profile(.|\n)*did you mean 'oxygen'"),
        ({"oxygen": "difusion"}, r"'difusion' is not an alternative for 'oxygen'(.|\n)*did you mean 'diffusion'"),
        ({"zzz": "none"}, r"allowed: temperature, moisture"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(slots: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        whole_profile(slots)


def test_pools_are_what_the_reports_count() -> None:
    assert [pool.name for pool in POOLS] == [
        "fast_litter", "slow_litter", "resistant_litter", "dissolved", "microbial", "mineral", "pyrogenic",
        "stable_mineral",
    ]  # fmt: skip
    assert all(pool.counts_as_soc for pool in POOLS)
    assert {pool.phase for pool in POOLS} == {"solid", "dissolved"}
    assert all(pool.carbon_to_nitrogen > 0.0 for pool in POOLS)


def test_rates_that_fill_belong_to_pools_of_the_model() -> None:
    from engine_cases import profile_case, some_carbon

    case = profile_case()
    rates = case.rates(some_carbon(case))
    names = {pool.name for pool in POOLS}
    named = {name for pair in rates.transfer for name in pair} | set(rates.respired) | set(rates.down) | set(rates.up)
    assert named == names


def test_what_excludes_the_default_of_another_slot_takes_what_is_left_there() -> None:
    for slots in ({"dissolved_transport": "percolation_retarded"}, {"protection": "equilibrium"}):
        names = {process.slot: process.name for process in whole_profile(slots).processes}
        assert names["dissolved_transport"] == "percolation_retarded"
        assert names["protection"] == "equilibrium"


def test_sorption_is_not_counted_twice() -> None:
    message = r"'dissolved_transport: percolation_retarded' and 'protection: stacking' cannot stand beside each other"
    with pytest.raises(InputError, match=rf"{message}(.|\n)*takes equilibrium"):
        whole_profile({"dissolved_transport": "percolation_retarded", "protection": "stacking"})


def test_the_table_of_what_excludes_what_is_that_of_the_processes() -> None:
    declared = {
        (slot, name): dict(cls.excludes)
        for slot, alternatives in ALTERNATIVES.items()
        for name, cls in alternatives.items()
        if getattr(cls, "excludes", {})
    }
    assert declared == EXCLUDES
    for excluded in EXCLUDES.values():
        for slot, names in excluded.items():
            assert set(names) < set(ALTERNATIVES[slot]), "something must be left"


def test_every_alternative_can_be_chosen_alone() -> None:
    for slot, alternatives in SLOTS.items():
        for name in alternatives:
            assert settled({slot: name})[slot] == name
