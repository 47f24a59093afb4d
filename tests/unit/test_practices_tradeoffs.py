"""The trade-offs ledger: every practice has every quantity, and what nobody knows is never zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mollisol.plants import AMENDMENTS, OPERATIONS
from mollisol.plants.tables import CONFIDENCES
from mollisol.practices import ACTIONS, CropYear, Plan, Practice, as_timeline, list_practices, patches_of
from mollisol.practices.changes import Course, NutrientChange, WaterChange
from mollisol.practices.soil_work import Material, SoilWork
from mollisol.practices.tradeoffs import (
    ABSOLUTE,
    CHANGE,
    IN_PART,
    KNOWN,
    NOT_KNOWN,
    QUANTITIES,
    RUN,
    Case,
    Part,
    ledger,
)
from mollisol.practices.tradeoffs.band import Range, activity, exact, of_members, together, unknown, with_mean
from mollisol.practices.tradeoffs.diesel import fuel_of_pass, implements
from mollisol.practices.tradeoffs.effects import QUANTITIES as PUBLISHED
from mollisol.practices.tradeoffs.effects import effect_of, effects
from mollisol.practices.tradeoffs.methane import rice_methane
from mollisol.practices.tradeoffs.nutrients import nitrogen_to_phosphorus
from mollisol.practices.tradeoffs.risks import RISKS, risk_table
from tradeoff_cases import DRIER, PLOUGHED, RAINY, case, field, parts_of

CONTRACT = [
    "cover_crop",
    "residue_retention",
    "residue_removal",
    "no_till",
    "reduced_till",
    "manure_surface",
    "compost_surface",
    "mineral_fertiliser",
    "crop_rotation",
    "irrigation",
    "liming",
    "grassland_conversion",
    "deep_rooted_crop",
    "perennial_grass",
    "mixed_cropping",
    "agroforestry",
    "full_inversion_tillage",
    "deep_ploughing",
    "ditch_buried_straw",
    "deep_nutrient_banding",
    "compost_injection",
    "manure_injection",
    "biochar_surface",
    "biochar_injection",
    "iron_oxide_addition",
    "clay_addition",
    "rock_dust",
    "microbial_inoculant",
    "deep_burrowing_earthworms",
    "resistant_roots",
    "climate_change",
    "cultivar_drift",
    "co2_rise",
]

MINE = Practice("my_own", "stops tillage", "as it says", {}, (("set_tillage", {"operation": "none"}),))


@pytest.fixture(scope="module")
def found():
    others = [
        case(("no_till", {"year": 2027}), gain=0.02),
        case(("cover_crop", {}), ("no_till", {}), gain=0.03, water=DRIER),
        case(("manure_surface", {"t_ha": 5.0}), gain=0.02, water=RAINY),
        case((MINE, {}), gain=0.01),
        case(("no_till", {}), (MINE, {}), gain=0.01),
    ]
    return ledger(field(), case(water=RAINY), others)


def test_every_practice_has_every_published_quantity():
    told = {(one.practice, one.quantity) for one in effects()}
    names = sorted({*CONTRACT, *list_practices()})
    assert {name: [q for q in PUBLISHED if (name, q) not in told] for name in names} == {name: [] for name in names}
    assert set(risk_table()) == {*CONTRACT}
    assert {practice for practice, _ in told} == {*CONTRACT}


def test_published_effects_are_sourced():
    for one in effects():
        assert one.range.confidence in CONFIDENCES
        assert one.range.source, one
        assert one.first <= one.last
        assert one.climate in ("", "wet", "dry", "tropical", "temperate")
        assert not one.range.known or one.range.low <= one.range.best <= one.range.high
    for practice, flags in risk_table().items():
        assert set(flags) == set(RISKS)
        for flag in flags.values():
            assert flag.source, practice
            assert not flag.known or {flag.low, flag.best, flag.high} <= {-1.0, 0.0, 1.0}


@pytest.mark.parametrize("wet", [True, False])
def test_no_two_rows_hold_in_one_year(wet):
    site = field(rain=900.0 if wet else 300.0)
    for practice in CONTRACT:
        for quantity in PUBLISHED:
            for since in (0, 1, 2, 3, 10, 40):
                fits = [
                    one for one in effects()
                    if (one.practice, one.quantity) == (practice, quantity)
                    and one.climate in site.climates and one.first <= since <= one.last
                ]  # fmt: skip
                assert len(fits) == 1, (practice, quantity, since)


def test_tables_cover_implements_and_amendments():
    assert set(OPERATIONS) <= set(implements())
    assert set(AMENDMENTS) == set(nitrogen_to_phosphorus())


def test_every_quantity_is_there_for_every_practice(found):
    for name, bands in found.bands.items():
        changes = {quantity for quantity, kind in bands if kind == CHANGE}
        assert changes == (set() if name == "baseline" else set(QUANTITIES))
        for band in bands.values():
            assert len(band.best) == len(found.years) + 1


def test_what_is_not_known_is_missing_and_says_so(found):
    own = found.change("my_own", "yield_effect")
    assert np.isnan(own.best).all()
    assert set(own.status) == {NOT_KNOWN}
    net = found.change("my_own", "net_greenhouse_effect")
    assert net.status[-1] == IN_PART
    assert "methane" in net.missing
    both = found.change("no_till + my_own", "yield_effect")
    assert both.status[-1] == IN_PART
    assert both.missing == ("my_own",)
    assert both.best[5] == -5.0  # that of no-till alone


def test_a_users_practice_still_gets_what_can_be_computed(found):
    fuel = found.change("my_own", "diesel")
    assert fuel.best[-1] == pytest.approx(found.bands["no_till + my_own"]["diesel", CHANGE].best[-1])
    assert fuel.best[-1] < 0.0
    assert fuel.status[-1] == IN_PART
    assert found.change("my_own", "nitrogen_tied_up").status[-1] == KNOWN


def test_nothing_changes_before_a_practice_begins(found):
    for quantity in ("yield_effect", "diesel", "methane", "nitrous_oxide_practice", "risk_bulk_density"):
        band = found.change("no_till", quantity)
        assert band.best[:2] == pytest.approx([0.0, 0.0]), quantity
        assert band.status[:2] == [KNOWN, KNOWN]
    assert np.all(found.change("no_till", "diesel").best[2:] < 0.0)
    assert found.change("no_till", "yield_effect").best[2] == -7.0  # its first year
    assert found.change("no_till", "yield_effect").best[4] == -5.0  # wet climate, later


def test_the_same_plan_differs_in_nothing():
    told = ledger(field(), case(), [case(name="copy")])
    for quantity in QUANTITIES:
        band = told.change("copy", quantity)
        if band.status[-1] == KNOWN:
            assert np.all(band.best == 0.0), quantity
        else:
            assert quantity in ("evapotranspiration", "water_deficit", "drainage", "runoff"), quantity


def test_rows_tell_everything(found):
    rows = list(found.rows())
    mean = [row for row in rows if row.year == RUN]
    assert [str(row) for row in mean] == [str(row) for row in found.rows(summary=True)]
    assert len(rows) == len(mean) * (len(found.years) + 1)
    for row in rows:
        assert row.kind in (ABSOLUTE, CHANGE)
        assert row.unit == QUANTITIES[row.quantity][0]
        assert (row.known == NOT_KNOWN) == np.isnan(row.best)
        assert not row.low > row.best
        assert not row.best > row.high
        if row.known == NOT_KNOWN:
            assert row.missing


def test_water_follows_the_climate_at_depth(found):
    name = "cover_crop + no_till"
    assert found.change(name, "evapotranspiration").best[-1] == pytest.approx(40.0)
    assert found.change(name, "water_deficit").best[-1] == pytest.approx(-40.0)
    assert found.change(name, "drainage").best[-1] == pytest.approx(-35.0)
    assert found.bands["baseline"]["water_deficit", ABSOLUTE].best[-1] == pytest.approx(150.0)
    assert found.change("no_till", "evapotranspiration").status[-1] == NOT_KNOWN  # that run has no climate at depth


def test_stored_carbon_ties_up_nitrogen_and_phosphorus(found):
    # 0.02 kg C/m2/yr = 200 kg C/ha/yr at C:N 12 and C:P 50
    assert found.change("no_till", "nitrogen_tied_up").best[-1] == pytest.approx(200.0 / 12.0)
    assert found.change("no_till", "phosphorus_tied_up").best[-1] == pytest.approx(4.0)
    # manure: 5 t/ha x 0.428 / 21.4 = 100 kg N/ha, every year
    assert found.change("manure_surface", "nitrogen_amendments").best[-1] == pytest.approx(100.0)
    balance = found.change("manure_surface", "nitrogen_balance").best[-1]
    assert balance == pytest.approx(100.0 - 200.0 / 12.0)


def test_char_ties_up_nothing():
    years = 11
    char = np.full((5, years), 1.0) * (np.arange(years) > 0)
    base = case(pyrogenic=np.zeros((5, years)))
    other = case(("no_till", {}), pyrogenic=char)
    charred = Case("char", other.practices, other.parts, other.timeline, base.soc + char, char)
    told = ledger(field(), base, [charred])
    assert np.allclose(told.change("char", "nitrogen_tied_up").best, 0.0)
    assert told.change("char", "soil_carbon_dioxide").best[0] == pytest.approx(-1e4 * 44.01 / 12.011)


def test_legumes_fix_and_need_no_fertiliser():
    vetch = case(("cover_crop", {"crop": "hairy_vetch", "carbon_t_ha": 2.0}))
    told = ledger(field(), case(), [vetch])
    assert told.change("cover_crop", "nitrogen_fixed").best[-1] > 10.0
    base = told.bands["baseline"]
    assert base["nitrogen_fertiliser", ABSOLUTE].best[:2].tolist() == [100.0, 0.0]  # maize, soybean
    assert base["nitrogen_fixed", ABSOLUTE].best[0] == 0.0


def test_a_net_effect_is_the_sum_of_its_terms(found):
    name = "manure_surface"
    terms = [found.change(name, "soil_carbon_dioxide"), found.change(name, "diesel_carbon_dioxide")]
    net = sum(term.best for term in terms) + 273.0 * found.change(name, "nitrous_oxide").best
    net = net + 27.0 * found.change(name, "methane").best
    assert found.change(name, "net_greenhouse_effect").best == pytest.approx(net)
    assert found.change(name, "net_greenhouse_effect").status[-1] == KNOWN


def test_one_member_has_no_interval():
    told = ledger(field(), case(members=1), [case(("no_till", {}), gain=0.02, members=1)])
    soil = told.change("no_till", "soil_carbon_dioxide")
    assert np.isnan(soil.low).all()
    assert soil.best[-1] == pytest.approx(-200.0 * 44.01 / 12.011)
    net = told.change("no_till", "net_greenhouse_effect")
    assert np.isnan(net.low[-1])
    assert np.isfinite(net.best[-1])


def test_lost_carbon_counts_as_nitrogen_and_gained_does_not():
    losing = ledger(field(), case(), [case(("no_till", {}), gain=-0.02)]).change("no_till", "nitrous_oxide_direct")
    gaining = ledger(field(), case(), [case(("no_till", {}), gain=0.02)]).change("no_till", "nitrous_oxide_direct")
    assert losing.best[-1] == pytest.approx(200.0 * 0.1 * 0.006 * 44.0 / 28.0)
    assert gaining.best[-1] == 0.0


def test_rice_may_emit_and_may_not():
    rice = Plan((CropYear("rice", yield_t_ha=6.0),), 2025)
    bare = case(plan=rice)
    band = rice_methane(bare)
    assert band.low[-1] == 0.0  # upland rice
    assert band.best[-1] == pytest.approx(1.19 * 113 * 0.6 * (1 + 0.19 * rice_straw(bare)) ** 0.59, rel=1e-6)
    manured = case(("manure_surface", {}), plan=rice)
    assert rice_methane(manured, bare).best[-1] > 0.0


def rice_straw(one):
    harvest = one.parts[0].management.harvest[0]
    return 10.0 * harvest.straw_returned / 0.45


def test_parts_of_a_field_count_by_their_area():
    whole, still = case(), case(("no_till", {}))
    half = tuple(type(part)(0.5, part.timeline, part.management) for part in (*whole.parts, *still.parts))
    mixed = Case("half", still.practices, half, still.timeline, still.soc)
    told = ledger(field(), whole, [still, mixed])
    everywhere, on_half = (told.change(name, "diesel").best[-1] for name in ("no_till", "half"))
    assert on_half == pytest.approx(0.5 * everywhere)
    assert parts_of(whole.timeline)[0].management.years == whole.years
    assert PLOUGHED.tillage is not None


def test_the_strongest_flag_counts():
    told = ledger(field(), case(), [case(("no_till", {}), ("cover_crop", {}))])
    assert told.change("no_till + cover_crop", "risk_bulk_density").best[-1] == 1.0  # no-till raises, roots lower it


def test_effects_depend_on_climate_and_year():
    wet, dry = field(), field(rain=400.0)
    assert effect_of("no_till", "yield_effect", 5, wet).best == -5.0
    assert effect_of("no_till", "yield_effect", 5, dry).best == 0.0
    assert effect_of("biochar_surface", "yield_effect", 5, field(temperature=26.0)).best == 25.0
    assert not effect_of("deep_ploughing", "nitrous_oxide", 1, wet).known


def test_bands_add_and_multiply():
    three = Range(2.0, 3.0, 5.0, "a")
    done = activity([1.0, -1.0, 0.0], three)
    assert done.low.tolist() == [2.0, -5.0, 0.0]
    assert done.high.tolist() == [5.0, -2.0, 0.0]
    total = together({"a": done, "b": activity([1.0, 1.0, 1.0], Range(1.0, 1.0, 1.0, "b")), "c": unknown(3, "nobody")})
    assert total.best.tolist() == [4.0, -2.0, 1.0]
    assert total.status == [IN_PART] * 3
    assert total.missing == ("c",)
    assert unknown(2, "nobody").by(three).status == [NOT_KNOWN] * 2
    product = done.by(Range(0.0, 1.0, 3.0, "c"))
    assert product.low[0] >= 0.0  # of positive terms never negative
    assert product.best.tolist() == done.best.tolist()
    assert exact([1.0]).times(-2.0).best[0] == -2.0


def test_an_activity_that_does_not_happen_is_zero_even_if_its_factor_is_not_known():
    band = activity([0.0, 1.0], Range(np.nan, np.nan, np.nan, "nobody"))
    assert band.status == [KNOWN, NOT_KNOWN]
    assert band.best[0] == 0.0


def test_a_range_must_hold_its_best_value():
    with pytest.raises(ValueError, match="hold its best"):
        Range(2.0, 1.0, 3.0, "x")
    with pytest.raises(ValueError, match="hold its best"):
        Range(0.0, float("nan"), 3.0, "x")


def test_means_and_members():
    assert with_mean(np.array([1.0, np.nan, 3.0]))[-1] == 2.0
    assert np.isnan(with_mean(np.array([np.nan]))[-1])
    band = of_members(np.arange(101.0)[:, None], "x")
    assert (band.low[0], band.best[0], band.high[0]) == (5.0, 50.0, 95.0)


def diesel_more(plan):
    line = as_timeline(plan)
    other = Case("other", (), parts_by_area(line), line, case().soc)
    return ledger(field(), case(), [other]).change("other", "diesel")


def parts_by_area(line):
    found = []
    for patch in patches_of(line):
        found.append(Part(patch.share, patch.timeline, parts_of(patch.timeline)[0].management))
    return tuple(found)


def test_an_inversion_takes_fuel_in_its_year_alone():
    plan = replace(PLOUGHED, soil_work=(SoilWork("inversion", 0.6, 2027),))
    band = diesel_more(plan)
    expected = (
        fuel_of_pass("mouldboard_plough", 0.6, field()).best + 2 * fuel_of_pass("seedbed_harrow", 0.08, field()).best
    )
    assert band.best[2] == pytest.approx(expected)
    assert np.count_nonzero(band.best[:-1]) == 1


def test_ditches_are_dug_on_their_strip_alone():
    plan = ACTIONS["bury_straw_in_strips"].function(
        PLOUGHED, 2025, strip_percent=10.0, strips=10, depth_cm=[20.0, 40.0], gathered=0.9, mixing=0.5
    )
    fuel = ledger(field(), case(), [Case("d", (), parts_by_area(as_timeline(plan)), as_timeline(plan), case().soc)])
    band = fuel.bands["d"]["diesel", ABSOLUTE]
    dug = fuel_of_pass("mouldboard_plough", 0.4, field()).best + 2 * fuel_of_pass("seedbed_harrow", 0.08, field()).best
    # sowing and harvest, the straw gathered on the whole field, a tenth of it dug
    assert band.best[3] == pytest.approx(38.0 + 2.0 + 0.1 * dug)
    assert band.best[-1] < fuel.bands["baseline"]["diesel", ABSOLUTE].best[-1]


def test_material_is_spread():
    clay = SoilWork("addition", 0.1, 2026, material=Material("clay", 20.0))
    band = diesel_more(replace(PLOUGHED, soil_work=(clay,)))
    assert band.best[1] == pytest.approx(0.4 * 200.0 + 2.0)


def test_what_a_practice_brings_is_counted():
    fed = NutrientChange(Course(2026), supply={"nitrogen": 40.0, "phosphorus": 12.0})
    wet = WaterChange(Course(2026), irrigation=(0.0,) * 5 + (50.0,) * 3 + (0.0,) * 4)
    line = as_timeline(replace(PLOUGHED, changes=(fed, wet)))
    other = Case("fed", (), parts_of(line), line, case().soc)
    told = ledger(field(), case(), [other])
    assert told.change("fed", "nitrogen_fertiliser").best[:3].tolist() == [0.0, 40.0, 40.0]
    assert told.change("fed", "phosphorus_fertiliser").best[1] == 12.0
    assert told.change("fed", "irrigation").best[:2].tolist() == [0.0, 150.0]
    assert told.change("fed", "nitrous_oxide_direct").best[1] == pytest.approx(40.0 * 0.016 * 44.0 / 28.0)


def test_a_sum_names_the_sources_of_what_is_in_it():
    one, none = activity([2.0], Range(1.0, 1.0, 1.0, "a")), activity([0.0], Range(1.0, 1.0, 1.0, "b"))
    assert together({"one": one, "none": none}).sources == ("a",)
    assert together({"none": exact([0.0], "as told")}).sources == ("as told",)


def test_the_water_of_a_practice_that_has_ended_is_not_known():
    """The run's soil water is that of the last rotation: a difference of nothing would be a silent zero."""
    stopped = case(("cover_crop", {"until": 2029}), water=replace(RAINY, evapotranspiration=599.9))
    found = ledger(field(), case(water=RAINY), [stopped])
    for quantity in ("evapotranspiration", "water_deficit", "drainage", "runoff"):
        band = found.change("cover_crop", quantity)
        assert np.isnan(band.best).all()
        assert "has ended" in band.source
