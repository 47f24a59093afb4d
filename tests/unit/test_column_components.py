"""The order of solution: every loop is one component, and sources come before what they feed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import profile_case
from mollisol.column.components import component_groups
from mollisol.models.whole_profile import POOLS


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]]]:
    count = draw(st.integers(1, 8))
    pool = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(pool, pool).filter(lambda pair: pair[0] != pair[1]), max_size=20))
    return count, pairs


def reached(source: int, pairs: set[tuple[int, int]]) -> set[int]:
    found, new = {source}, {source}
    while new:
        new = {to for to, frm in pairs if frm in new} - found
        found |= new
    return found


@settings(deadline=None)
@given(graphs())
def test_components_are_the_loops_and_sources_come_first(graph: tuple[int, set[tuple[int, int]]]) -> None:
    count, pairs = graph
    groups = component_groups(count, pairs)
    place = {pool: (g, c) for g, group in enumerate(groups) for c, component in enumerate(group) for pool in component}
    assert sorted(place) == list(range(count))
    reach = [reached(pool, pairs) for pool in range(count)]
    for a in range(count):
        for b in range(count):
            together = b in reach[a] and a in reach[b]
            assert (place[a] == place[b]) == together
    for to, source in pairs:
        if place[to] != place[source]:
            assert place[source][0] < place[to][0]
    assert all(len({len(component) for component in group}) == 1 for group in groups)


def test_the_default_model_has_one_loop() -> None:
    case = profile_case()
    groups = case.model.groups(case.rates(case.state.carbon))
    loops = [component for group in groups for component in group if len(component) > 1]
    assert [{POOLS[i].name for i in loop} for loop in loops] == [{"dissolved", "microbial", "mineral"}]
