"""Fauna groups, burrows, particles, macropores and retardation: what each moves, where to, and its limits."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, run_tile, some_carbon, total
from mollisol.column import Grid
from mollisol.column.equilibrium import equilibrium
from mollisol.processes.burrows import FRESH_POOLS
from mollisol.processes.macropores import MACROPORES

GRID = Grid([0.0, 0.05, 0.2, 0.5, 1.2])


def case_with(grid: Grid = GRID, columns: int = 1, **slots: str) -> Case:
    return profile_case(grid, columns, slots=slots)


def rates_of(case: Case, slot: str, month: int = 0, **parameters: Any) -> Any:
    """Rates of one slot alone, with some parameters changed."""
    model = changed(case.model, slot, **parameters)
    kept = tuple(process for process in model.processes if process.slot == slot)
    one = dataclasses.replace(case, model=dataclasses.replace(model, processes=kept))
    return one.rates(some_carbon(one), month)


def mixing(case: Case, month: int = 0, **parameters: Any) -> np.ndarray:
    """Rate at which each layer gives soil to the one below, 1/yr."""
    return np.asarray(rates_of(case, "bioturbation", month, **parameters).down["mineral"])[1:-1]


# fauna groups

ALWAYS_ACTIVE = {"q10": 1.0, "optimum": 10.0, "wet": -20.0, "dry": -40.0}
"""Earthworms that neither warmth nor drought stops: every potential is wetter than `wet`."""

PLAIN = {"root_share": 0.0, "density_exponent": 0.0, **ALWAYS_ACTIVE}
GROUPS = ("endogeic", "anecic", "ants", "termites")


def only(group: str, value: float = 1e-4) -> dict[str, float]:
    return {name: value if name == group else 0.0 for name in GROUPS}


@pytest.mark.parametrize("group", GROUPS)
def test_one_group_alone_is_the_default_process_with_its_reach(group: str) -> None:
    fauna = mixing(case_with(bioturbation="fauna_groups"), **PLAIN, **only(group), **{f"{group}_reach": 0.3})
    np.testing.assert_allclose(fauna, mixing(case_with(), diffusivity=1e-4, e_fold=0.3), rtol=1e-12)


def test_groups_of_equal_reach_add_up() -> None:
    """The harmonic mean at an interface is linear in a factor that is common to both layers."""
    case = case_with(bioturbation="fauna_groups")
    reach = {f"{group}_reach": 0.5 for group in GROUPS} | ALWAYS_ACTIVE
    alone = sum(mixing(case, month=5, **only(group, 1e-5 * (i + 1)), **reach) for i, group in enumerate(GROUPS))
    together = {group: 1e-5 * (i + 1) for i, group in enumerate(GROUPS)}
    np.testing.assert_allclose(mixing(case, month=5, **together, **reach), alone, rtol=1e-12)


def test_without_any_fauna_nothing_moves() -> None:
    case = case_with(bioturbation="fauna_groups")
    rates = rates_of(case, "bioturbation", burial=0.0, **dict.fromkeys(GROUPS, 0.0))
    for table in (rates.down, rates.up):
        np.testing.assert_array_equal(np.asarray(table["slow_litter"]), 0.0)


def test_the_form_of_jsm_is_a_special_case() -> None:
    """K_i = k (r_i / dz_i) / (r_1 / dz_1) / rho_i, with k = 0.15 m2 kg m-3 yr-1 (Yu et al. 2020)."""
    case = case_with(bioturbation="fauna_groups")
    parameters = {**ALWAYS_ACTIVE, "root_share": 1.0, "density_exponent": 1.0}
    found = mixing(case, **parameters, **only("ants", 0.15 / 1300.0), ants_reach=1e12)
    roots = case.setup.forcing["root_density"][0, 1:, 0]
    density = case.setup.soil["bulk_density"][1:, 0]
    k = 0.15 * roots / roots[0] / density
    dz = GRID.thickness
    product = k * case.setup.soil["fine_earth"][1:, 0]
    conductance = 2.0 * product[:-1] * product[1:] / (dz[:-1] * product[1:] + dz[1:] * product[:-1])
    expected = conductance / (case.setup.soil["fine_earth"][1:-1, 0] * dz[:-1])
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-12)
    assert k[0] == pytest.approx(0.15 / 1303.0, rel=0.01)  # 1.15 cm2/yr at 1,300 kg/m3


def test_dense_soil_and_missing_roots_hinder_mixing() -> None:
    case = case_with(bioturbation="fauna_groups")
    base = mixing(case)
    dense = {**case.setup.soil, "bulk_density": 2.0 * case.setup.soil["bulk_density"]}
    bare = {**case.setup.forcing, "root_density": np.zeros_like(case.setup.forcing["root_density"])}
    denser = dataclasses.replace(case, setup=dataclasses.replace(case.setup, soil=dense))
    rootless = dataclasses.replace(case, setup=dataclasses.replace(case.setup, forcing=bare))
    np.testing.assert_allclose(mixing(denser), 0.5 * base, rtol=1e-12)
    np.testing.assert_allclose(mixing(rootless, root_share=0.3), 0.7 * mixing(case, root_share=0.0), rtol=1e-12)
    assert np.all(mixing(rootless) < base)


def test_earthworms_work_where_it_is_mild_and_moist() -> None:
    """Egestion doubles with 5 degC (Scheu 1987); ants and termites do not follow the earthworms."""
    case = case_with(bioturbation="fauna_groups")
    forcing = case.setup.forcing

    def worms(temperature: float, potential: float, group: str = "anecic") -> float:
        changed_forcing = {
            **forcing,
            "temperature": np.full_like(forcing["temperature"], temperature),
            "matric_potential": np.full_like(forcing["matric_potential"], potential),
        }
        one = dataclasses.replace(case, setup=dataclasses.replace(case.setup, forcing=changed_forcing))
        return float(mixing(one, **only(group))[0, 0])

    moist = -0.001
    assert worms(10.0, moist) / worms(5.0, moist) == pytest.approx(2.0)
    assert worms(15.0, moist) / worms(10.0, moist) == pytest.approx(2.0)
    assert worms(22.0, moist) == pytest.approx(worms(15.0, moist))
    assert worms(10.0, 0.0) == worms(10.0, -0.002) > worms(10.0, -0.025) > worms(10.0, -0.09) > 0.0
    assert worms(10.0, -0.1) == worms(10.0, -1.5) == 0.0
    assert worms(5.0, -1.5, "ants") == worms(15.0, moist, "ants") > 0.0


def test_surface_litter_is_buried_while_earthworms_are_active() -> None:
    case = case_with(bioturbation="fauna_groups")
    rates = rates_of(case, "bioturbation", burial=2.0, **ALWAYS_ACTIVE)
    assert float(rates.down["slow_litter"][0, 0]) == 2.0
    dry = dataclasses.replace(case.setup, forcing={**case.setup.forcing, "matric_potential": np.full((12, 5, 1), -3.0)})
    assert float(rates_of(dataclasses.replace(case, setup=dry), "bioturbation").down["slow_litter"][0, 0]) == 0.0


# burrows


def test_burrows_take_litter_and_keep_it_as_a_pool_of_its_own() -> None:
    case = profile_case(GRID, slots={"nonlocal": "burrows"})
    rates = case.rates(some_carbon(case))
    assert set(rates.carried) == {("burrow_litter", pool) for pool in FRESH_POOLS}
    assert float(rates.carried["burrow_litter", "slow_litter"][0, 0]) == 0.5
    assert "burrow_litter" in rates.down, "fauna mix it with the soil"
    litter, fast = (np.asarray(rates.transfer["dissolved", pool]) for pool in ("burrow_litter", "fast_litter"))
    np.testing.assert_allclose(litter, 0.1 * fast, rtol=1e-12)


def test_what_enters_burrows_arrives_at_or_below_where_it_left() -> None:
    case = profile_case(GRID, slots={"nonlocal": "burrows"})
    kernel = np.asarray(case.rates(some_carbon(case)).kernel["burrow_litter", "fast_litter"])[:, :, 0]
    np.testing.assert_allclose(kernel.sum(axis=0), 1.0, rtol=1e-14)
    assert np.all(kernel[0] == 0.0), "nothing arrives on the surface"
    np.testing.assert_array_equal(np.triu(kernel, 1)[:, 1:], 0.0)
    assert kernel[-1, -1] == 1.0


def test_burrow_litter_follows_burrows_and_root_channels() -> None:
    def from_surface(**parameters: float) -> np.ndarray:
        case = profile_case(GRID, slots={"nonlocal": "burrows"})
        case = dataclasses.replace(case, model=changed(case.model, "nonlocal", **parameters))
        return np.asarray(case.rates(some_carbon(case)).kernel["burrow_litter", "fast_litter"])[1:, 0, 0]

    edges = GRID.edges
    burrows = np.diff(-np.exp(-edges / 0.5)) / (1.0 - np.exp(-GRID.bottom / 0.5))
    np.testing.assert_allclose(from_surface(channels=0.0, e_fold=0.5), burrows, rtol=1e-12)
    roots = profile_case(GRID).setup.forcing["root_density"][0, 1:, 0] * GRID.thickness
    np.testing.assert_allclose(from_surface(channels=1.0, e_fold=0.5), roots / roots.sum(), rtol=1e-12)
    mixed = 0.7 * burrows + 0.3 * roots / roots.sum()
    np.testing.assert_allclose(from_surface(channels=0.3, e_fold=0.5), mixed, rtol=1e-12)


def test_a_kernel_stays_one_where_burrows_and_roots_have_vanished() -> None:
    """A short reach on a deep grid: the exponential underflows, without roots too."""
    case = profile_case(Grid([0.0, 0.1, 10.0, 90.0, 200.0]), slots={"nonlocal": "burrows"})
    forcing = {**case.setup.forcing, "root_density": np.zeros((1, 5, 1))}
    model = changed(case.model, "nonlocal", e_fold=0.1)
    case = dataclasses.replace(case, model=model, setup=dataclasses.replace(case.setup, forcing=forcing))
    kernel = np.asarray(case.rates(some_carbon(case)).kernel["burrow_litter", "fast_litter"])
    np.testing.assert_allclose(kernel.sum(axis=0), 1.0, rtol=1e-12)


# particles


def test_particles_move_at_velocity_over_thickness() -> None:
    case = profile_case(GRID, slots={"dissolved_transport": "percolation_particles"})
    rates = rates_of(case, "dissolved_transport", month=3, litter_velocity=1e-3, colloid_velocity=2e-4)
    water = case.setup.forcing["percolation"][3, 1:, 0] / 0.3
    for pool, velocity in (("slow_litter", 1e-3), ("mineral", 2e-4), ("microbial", 2e-4), ("pyrogenic", 2e-4)):
        down = np.asarray(rates.down[pool])[:, 0]
        np.testing.assert_allclose(down[1:], velocity * water / GRID.thickness, rtol=1e-12)
        assert down[0] == 0.0, "litter on the surface is not washed in"
        assert pool not in rates.up


def test_dissolved_carbon_moves_as_it_does_without_particles() -> None:
    plain = rates_of(case_with(), "dissolved_transport", month=3)
    beside = rates_of(case_with(dissolved_transport="percolation_particles"), "dissolved_transport", month=3)
    for table in ("down", "up"):
        ours, theirs = getattr(beside, table)["dissolved"], getattr(plain, table)["dissolved"]
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_still_water_carries_no_particles() -> None:
    case = case_with(dissolved_transport="percolation_particles")
    case.setup.forcing["percolation"][:] = 0.0
    np.testing.assert_array_equal(np.asarray(rates_of(case, "dissolved_transport").down["mineral"]), 0.0)


# retardation


def test_retardation_divides_every_rate_by_r() -> None:
    """Where rho K_D / theta is the same everywhere, so is R, and down and up are those without sorption over R."""
    case = case_with(dissolved_transport="percolation_retarded", protection="equilibrium")
    plain = case_with()
    for one in (case, plain):
        one.setup.forcing["water"][:] = 0.3
        one.setup.soil["fine_earth"][:] = 1500.0
    parameters = {"diffusion": 0.01, "litter_storage": 0.004}
    retarded = rates_of(case, "dissolved_transport", month=2, sorption=0.004, **parameters)
    free = rates_of(plain, "dissolved_transport", month=2, **parameters)
    r = 1.0 + 1500.0 * 0.004 / 0.3
    for table in ("down", "up"):
        slow, fast = (np.asarray(getattr(each, table)["dissolved"])[1:] for each in (retarded, free))
        np.testing.assert_allclose(slow, fast / r, rtol=1e-12)
    assert float(retarded.down["dissolved"][0, 0]) == float(free.down["dissolved"][0, 0]), "no minerals in litter"


def test_a_uniform_solution_stays_uniform_whatever_is_sorbed() -> None:
    """Equal concentrations in the water exchange nothing by diffusion, though the layers hold different amounts."""
    case = case_with(dissolved_transport="percolation_retarded", protection="equilibrium")
    case.setup.forcing["percolation"][:] = 0.0
    case.setup.soil["fine_earth"][1:, 0] = [900.0, 1500.0, 300.0, 1700.0]
    rates = rates_of(case, "dissolved_transport", sorption=0.01)
    water, density = case.setup.forcing["water"][0, 1:], case.setup.soil["fine_earth"][1:]
    carbon = 0.02 * (water + 0.01 * density) * GRID.thickness[:, None]
    down, up = (np.asarray(getattr(rates, table)["dissolved"])[1:] for table in ("down", "up"))
    np.testing.assert_allclose((down * carbon)[:-1], (up * carbon)[1:], rtol=1e-12)
    assert np.all(up[1:] > 0.0)


# macropores


def test_macropores_take_a_share_of_what_is_washed_in() -> None:
    case = case_with(dissolved_transport="percolation_macropores")
    rates = rates_of(case, "dissolved_transport", bypass=0.3)
    washed = float(rates_of(case_with(), "dissolved_transport").down["dissolved"][0, 0])
    assert float(rates.down["dissolved"][0, 0]) == pytest.approx(0.7 * washed)
    entry = np.asarray(rates.transfer[MACROPORES, "dissolved"])[:, 0]
    assert entry[0] == pytest.approx(0.3 * washed)
    np.testing.assert_array_equal(entry[1:], 0.0)
    assert MACROPORES not in rates.up


@pytest.mark.parametrize("layers", [1, 3, 30])
def test_an_exponential_of_the_depth_passes_whatever_the_grid(layers: int) -> None:
    """The share that runs out of a stack of layers is exp(-depth / reach) of what entered."""
    grid = Grid(np.linspace(0.0, 0.8, layers + 1))
    rates = rates_of(case_with(grid, dissolved_transport="percolation_macropores"), "dissolved_transport", reach=0.25)
    down = np.asarray(rates.down[MACROPORES])[1:, 0]
    taken = np.asarray(rates.transfer["dissolved", MACROPORES])[1:, 0]
    assert np.prod(down / (down + taken)) == pytest.approx(np.exp(-0.8 / 0.25), rel=1e-12)


def test_mixing_and_particles_leave_macropores_alone() -> None:
    case = case_with(dissolved_transport="percolation_macropores")
    rates = rates_of(case, "bioturbation")
    assert MACROPORES not in rates.down


# assembled


ASSEMBLED = [
    {"bioturbation": "fauna_groups", "nonlocal": "burrows", "dissolved_transport": "percolation_particles"},
    pytest.param({"dissolved_transport": "percolation_retarded"}, marks=pytest.mark.slow),
    pytest.param({"dissolved_transport": "percolation_macropores", "nonlocal": "burrows"}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("slots", ASSEMBLED, ids=lambda slots: ", ".join(slots.values()))
def test_a_sandy_column_with_much_water_closes_and_has_a_steady_state(slots: dict[str, str]) -> None:
    """2 % clay, four times the percolation: fluxes through the bottom are counted, and the cycle returns to itself."""
    case = profile_case(GRID, columns=2, slots=slots)
    case.setup.soil["clay"][:], case.setup.soil["silt"][:] = 0.02, 0.05
    for name in ("percolation", "infiltration"):
        case.setup.forcing[name][:] *= 4.0
    found = equilibrium(case.model, case.setup, case.state, case.cycle)
    assert np.min(found.state.carbon) >= 0.0
    end, annual = run_tile(case.model, case.setup, found.state, 0, case.cycle // 12, 3, False)
    assert np.all(annual.residual < 1e-13 * total(end.carbon))
    np.testing.assert_allclose(end.carbon, found.state.carbon, rtol=1e-9, atol=1e-12 * float(total(end.carbon).max()))
    assert np.all(annual.leaching > 0.0)
    particles = slots["dissolved_transport"] == "percolation_particles"
    assert np.all((annual.bottom_exchange < 0.0) == particles)


@pytest.mark.slow
def test_burrows_bring_carbon_down() -> None:
    """More carbon below half a metre than without them, at the cost of none: inputs and climate are the same."""
    deep = []
    for slots in ({}, {"nonlocal": "burrows"}):
        case = profile_case(GRID, slots=slots)
        found = equilibrium(case.model, case.setup, case.state, case.cycle)
        deep.append(float(found.state.carbon[-1].sum()))
    assert deep[1] > 1.1 * deep[0]
