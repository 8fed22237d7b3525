"""The ledger of displaced fuel: the published case of Nan'an, and what is measured beside it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.fleet.coverage import Coverage
from analytics.fleet.displacement_ledger import DisplacementLedger, Spell, displacement_ledger
from analytics.fleet.displacement_terms import DisplacementTerms, read_terms, terms_of
from domain.errors import InputError
from domain.factor_file import shipped_sets
from domain.record import told

STATISTICS = shipped_sets()[0]
NANAN = """
schema = "displacement/1"
name = "Nan'an 2024, a set that fits"
holds_from = 2024-01-01
region = "CN-CQ"
petrol_cny_l = "7.60"
electricity_cny_kwh = "0.80"
efficiency = "0.90"

[[baseline]]
vehicle_class = "sedan"
litres_100km = "8.0"
source = "assumed"
"""
TERMS = read_terms(NANAN, place="nanan.toml")
CAR = Spell(1, "sedan", "", 1, Decimal(20_000), trips=735, battery_kwh=Decimal(2_800))


def ledger(*spells: Spell, terms: DisplacementTerms = TERMS) -> DisplacementLedger:
    return displacement_ledger(spells, terms, STATISTICS, year=2024)


def test_thirty_four_cars_meet_the_report_and_every_figure_says_it_is_assumed() -> None:
    found = ledger(*(replace(CAR, vehicle_id=n) for n in range(34)))
    assert (found.vehicles, found.displaced.litres) == (34, Decimal(54_400))
    cost = found.energy_cost
    assert cost is not None
    assert (round(-100 * cost.reduction, 1), cost.items) == (Decimal("-79.5"), ("energy",))
    assert found.full_cost is not None
    assert found.full_cost.items == ("energy",)
    assert not found.displaced.measured
    assert (found.basis.measured, found.basis.priced) == (False, False)
    assert found.co2 is not None
    assert found.coal is not None
    assert round(found.co2.gross.value / 1000, 1) == Decimal("118.5")
    assert found.co2.net < found.co2.gross.value
    assert found.lacking == ()


def test_energy_that_piles_and_orders_counted_is_measured_and_costs_what_was_paid() -> None:
    car = replace(
        CAR,
        battery_kwh=Decimal(0),
        pile_kwh=Decimal(2_000),
        pile_cny=Decimal("1200.00"),
        order_kwh=Decimal(1_000),
        order_cny=Decimal("1150.00"),
    )
    found = ledger(car, terms=replace(TERMS, electricity_cny_kwh=None, efficiency=None))
    assert (found.basis.measured, found.basis.priced) == (True, True)
    assert found.energy_cost is not None
    assert found.energy_cost.electric_cny_100km == Decimal("11.75")
    assert found.displaced.grid_kwh == 3_000


def test_full_cost_takes_items_known_on_both_sides_and_names_the_others() -> None:
    document = {
        **told(TERMS),
        "item": [
            {"name": "repair", "cny_100km": "12"},
            {"name": "insurance", "cny_100km": "20"},
        ],
    }
    terms = terms_of(document, place="store")
    car = replace(CAR, costs={"repair": Decimal(800), "rent": Decimal(20_950)})
    cost = ledger(car, terms=terms).full_cost
    assert cost is not None
    assert (cost.items, cost.left_out) == (("energy", "repair"), ("insurance", "rent"))
    assert cost.fuel_cny_100km == Decimal("72.80")


def test_a_hybrid_that_also_drove_on_fuel_has_no_full_cost_over_its_electric_kilometres() -> None:
    """800 CNY of rent over 1,000 km, of which 200 km were electric: not 400 CNY/100 km."""
    item = {"name": "rent", "cny_100km": "80"}
    terms = terms_of({**told(TERMS), "item": [item]}, place="store")
    car = Spell(1, "sedan", "", 1, Decimal(200), Decimal(800), 10, battery_kwh=Decimal(28))
    found = ledger(replace(car, costs={"rent": Decimal(800)}), terms=terms)
    assert (found.full_cost, found.lacking) == (None, ("hybrid_items",))
    assert found.energy_cost is not None
    assert found.co2 is not None
    electric = replace(car, electric_km=Decimal(1000), fuel_km=Decimal(0))
    whole = ledger(replace(electric, costs={"rent": Decimal(800)}), terms=terms).full_cost
    assert whole is not None
    assert whole.items == ("energy", "rent")
    assert ledger(car).full_cost is not None  # energy alone


def test_what_is_not_known_is_named_and_gives_no_figure() -> None:
    bare = replace(TERMS, efficiency=None)
    found = ledger(CAR, terms=bare)
    assert found.lacking == ("efficiency",)
    assert (found.co2, found.coal, found.energy_cost) == (None, None, None)
    assert (found.basis.measured, found.basis.priced) == (False, False)
    unpriced = ledger(CAR, terms=replace(TERMS, electricity_cny_kwh=None))
    assert unpriced.lacking == ("electricity_price",)
    assert unpriced.co2 is not None
    assert unpriced.energy_cost is None
    assert not unpriced.basis.priced
    van = ledger(replace(CAR, vehicle_class="van", trips_untold=2))
    assert van.lacking == ("baseline", "distance")
    assert van.displaced.litres is None


def test_charges_that_tell_no_energy_are_no_free_charges() -> None:
    metered = replace(CAR, battery_kwh=Decimal(0), pile_kwh=Decimal(9), pile_cny=Decimal(7))
    for car in (replace(CAR, battery_kwh=Decimal(0)), CAR, metered):
        found = ledger(car, replace(car, charges_untold=735))
        assert found.lacking == ("charge_energy",)
        assert (found.energy_cost, found.full_cost) == (None, None)
        assert (found.co2, found.coal) == (None, None)
        assert (found.basis.measured, found.basis.priced) == (False, False)
        assert found.displaced.litres == 3_200


def test_a_trip_that_tells_no_electric_distance_leaves_no_figure_per_distance() -> None:
    found = ledger(CAR, replace(CAR, trips_untold=1))
    assert found.lacking == ("distance",)
    assert (found.energy_cost, found.full_cost) == (None, None)
    assert (found.co2, found.coal) == (None, None)


def test_energy_that_does_not_fit_what_was_driven_gives_no_cost_per_distance() -> None:
    """A month half cut: 5 km and 0.7 kWh of trips beside 60 kWh of charges told +1,129 %."""
    half = Spell(1, "sedan", "", 1, Decimal(5), trips=1, pile_kwh=Decimal(60),
                 pile_cny=Decimal("37.40"), driven_kwh=Decimal("0.7"))  # fmt: skip
    found = ledger(half)
    assert found.lacking == ("energy_balance",)
    assert (found.energy_cost, found.full_cost, found.co2, found.coal) == (None,) * 4
    assert found.displaced.litres == Decimal("0.4")
    whole = ledger(replace(half, electric_km=Decimal(360), driven_kwh=Decimal(50)))
    assert whole.lacking == ()
    assert whole.energy_cost is not None
    # A trip that does not tell its energy is no evidence of anything.
    assert ledger(replace(half, driven_kwh=None)).lacking == ()


@pytest.mark.parametrize(
    ("coverage", "lacking"),
    [
        (Coverage(timedelta(days=30), timedelta(days=23)), ("coverage",)),
        (Coverage(timedelta(days=30), timedelta(days=24)), ()),
        (Coverage(timedelta(days=30), timedelta(days=30), frozenset({1})), ("being_cut",)),
        (Coverage(), ()),
    ],
)
def test_a_month_told_in_part_or_still_cut_gives_no_cost_per_distance(
    coverage: Coverage, lacking: tuple[str, ...]
) -> None:
    found = ledger(replace(CAR, coverage=coverage))
    assert found.lacking == lacking
    assert (found.energy_cost is None) == (found.co2 is None) == bool(lacking)
    assert (found.displaced.litres, found.coverage) == (1600, coverage)


@pytest.mark.parametrize(
    ("was", "becomes", "wanted"),
    [
        ('source = "assumed"', 'source = "label"', "document"),
        ('efficiency = "0.90"', 'efficiency = "1.2"', "efficiency"),
        ('litres_100km = "8.0"', 'litres_100km = "0"', "litres_100km"),
        ('petrol_cny_l = "7.60"', "", "petrol_cny_l"),
        ("displacement/1", "displacement/2", "schema"),
        ('region = "CN-CQ"', 'district = "x"', "district"),
    ],
)
def test_terms_that_cannot_hold_are_refused_with_what_was_wanted(
    was: str, becomes: str, wanted: str
) -> None:
    with pytest.raises(InputError, match=wanted):
        read_terms(NANAN.replace(was, becomes), place="nanan.toml")
