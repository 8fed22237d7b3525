"""Petrol cars held against an electric one: each verdict from a truth that was planted."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.fleet.replacement_terms import ReplacementTerms, read_replacement
from analytics.fleet.suitability import CarReason, CarVerdict, Driving, Suitability, suitability
from domain.errors import InputError

# 54 kWh less 10 % over 15 kWh/100 km: 324 km over the year, 216 km at -10 degC (1.5).
TERMS = """
schema = "replacement/1"
name = "list of 2026"
holds_from = 2026-01-01
coldest_day_c = "-10"
coldest_document = "climate table 3"
efficiency = "0.90"
days_beyond = "0.05"
[[candidate]]
name = "Model X"
vehicle_class = "sedan"
battery_kwh = "54"
kwh_100km = "15"
reserve = "0.10"
charge_kw = "6"
document = "own trial of 2025"
winter_document = "own trial of 2025, table 2"
[[candidate.winter]]
temperature_c = "20"
factor = "1.0"
[[candidate.winter]]
temperature_c = "-10"
factor = "1.5"
[[candidate.item]]
name = "insurance"
cny_year = "4000"
document = "offer 7"
"""
FIRST = date(2026, 1, 1)
COSTS = {"fuel": Decimal(3000), "insurance": Decimal(1000), "toll": Decimal(200)}


def terms(text: str = TERMS) -> ReplacementTerms:
    return read_replacement(text, place="terms.toml")


def driving(km: Sequence[float], near_h: Sequence[float] | None = None, **other: object) -> Driving:
    """One car over consecutive days; near piles for 14 h a day unless told otherwise."""
    days = [FIRST + timedelta(days=i) for i in range(len(km))]
    near = [14.0] * len(km) if near_h is None else near_h
    told: dict[str, object] = {"days": len(km), "costs": COSTS, **other}
    return Driving(
        {day: Decimal(str(each)) for day, each in zip(days, km, strict=True)},
        {day: Decimal(str(each)) for day, each in zip(days, near, strict=False)},
        **told,  # type: ignore[arg-type]  # what a test leaves out has its kind
    )


def held(
    car: Driving, *, coldest: str = "-10", price: str | None = "0.80", text: str = TERMS
) -> Suitability:
    found = terms(text)
    return suitability(
        car,
        found.candidate[0],
        found,
        coldest_c=Decimal(coldest),
        cny_kwh=None if price is None else Decimal(price),
    )


def test_a_car_that_drives_little_and_stands_at_our_piles_is_suitable() -> None:
    found = held(driving([80.0, 0.0] * 15))
    assert (found.verdict, found.reasons) == (CarVerdict.SUITABLE, ())
    assert (found.range.factor, found.range.range_km) == (Decimal("1.5"), Decimal("216.0"))
    assert (found.range.days_known, found.range.days_driven) == (30, 15)
    assert (found.range.median_km, found.range.p95_km, found.range.most_km) == (80, 80, 80)


def test_a_year_is_told_with_what_is_inside() -> None:
    found = held(driving([80.0, 0.0] * 15))
    assert found.cost is not None
    # 40 km/d x 365 = 14,600 km; x 0.15 / 0.9 x 0.80 = 1,946.67; 3,000 x 365 / 30 = 36,500.
    assert found.cost.km_year == 14600
    assert found.cost.petrol_cny == Decimal(36500) + Decimal("12166.67")
    assert found.cost.electric_cny == Decimal("1946.67") + Decimal(4000)
    assert (found.cost.items, found.cost.left_out) == (("energy", "insurance"), ("toll",))


def test_the_range_is_that_of_the_coldest_day_and_not_of_the_year() -> None:
    long_days = [0.0] * 10 + [300.0] * 20
    assert held(driving(long_days), coldest="20").range.days_beyond == 0
    found = held(driving(long_days))
    assert (found.verdict, found.reasons[0]) == (CarVerdict.NOT_SUITABLE, CarReason.RANGE_SHORT)
    assert found.range.days_beyond == 20


def test_between_two_temperatures_consumption_is_between_and_beyond_the_coldest_unknown() -> None:
    found = held(driving([80.0] * 30), coldest="5")
    assert found.range.factor == Decimal("1.25")
    colder = held(driving([80.0] * 30), coldest="-10.1")
    assert (colder.verdict, colder.reasons) == (
        CarVerdict.NOT_ENOUGH_DATA, (CarReason.COLDER_THAN_TOLD,),
    )  # fmt: skip
    assert colder.range.range_km is None


def test_a_few_long_days_another_car_may_do_are_a_condition() -> None:
    found = held(driving([80.0] * 39 + [300.0]))
    assert (found.verdict, found.reasons) == (
        CarVerdict.WITH_CONDITIONS, (CarReason.SOME_DAYS_BEYOND,),
    )  # fmt: skip


def test_standing_elsewhere_is_a_condition_and_unknown_standing_is_not_enough() -> None:
    # 90 km on the coldest day: 22.5 kWh at the pile, 3.75 h at 6 kW.
    enough = held(driving([90.0] * 30, [3.75] * 30))
    assert (enough.verdict, enough.standing.days_short) == (CarVerdict.SUITABLE, 0)
    short = held(driving([90.0] * 30, [3.7] * 30))
    assert (short.verdict, short.reasons) == (
        CarVerdict.WITH_CONDITIONS, (CarReason.CHARGE_ELSEWHERE,),
    )  # fmt: skip
    assert (short.standing.days_short, short.standing.median_h) == (30, Decimal("3.7"))
    unknown = held(driving([90.0] * 30, [14.0] * 27))
    assert (unknown.verdict, unknown.reasons) == (
        CarVerdict.NOT_ENOUGH_DATA, (CarReason.STANDING_UNKNOWN,),
    )  # fmt: skip


def test_a_dearer_year_is_a_condition() -> None:
    found = held(driving([80.0] * 30, costs={"fuel": Decimal(50)}))
    assert (found.verdict, found.reasons) == (CarVerdict.WITH_CONDITIONS, (CarReason.DEARER,))
    assert found.cost is not None
    assert found.cost.items == ("energy",)


@pytest.mark.parametrize(
    ("car", "price", "reasons"),
    [
        (driving([80.0] * 27), "0.8", [CarReason.DAYS_UNKNOWN, CarReason.STANDING_UNKNOWN]),
        (driving([80.0] * 30, costs={}), "0.8", [CarReason.FUEL_UNKNOWN]),
        (driving([80.0] * 30), None, [CarReason.PRICE_UNKNOWN]),
    ],
)
def test_what_is_not_known_is_never_taken_as_fulfilled(
    car: Driving, price: str | None, reasons: list[CarReason]
) -> None:
    found = held(car, price=price)
    assert (found.verdict, list(found.reasons)) == (CarVerdict.NOT_ENOUGH_DATA, reasons)
    assert found.cost is None


def test_without_trips_the_fuel_book_tells_only_what_cannot_be() -> None:
    far = held(driving([], days=30, book_km_day=Decimal(240)))
    assert (far.verdict, far.reasons[0]) == (CarVerdict.NOT_SUITABLE, CarReason.MEAN_BEYOND)
    near = held(driving([], days=30, book_km_day=Decimal(40)))
    assert near.verdict is CarVerdict.NOT_ENOUGH_DATA


def test_a_car_that_never_drove_in_known_days_could_be_any_car() -> None:
    found = held(driving([0.0] * 30))
    assert found.verdict is CarVerdict.SUITABLE
    assert (found.range.most_km, found.standing.days) == (None, 0)


@pytest.mark.parametrize(
    ("seen", "instead", "complaint"),
    [
        ('document = "own trial of 2025"', 'document = " "', "a document"),
        (
            'winter_document = "own trial of 2025, table 2"',
            'winter_document = ""',
            "winter_document",
        ),
        ('temperature_c = "20"', 'temperature_c = "-10"', "each temperature"),
        ('reserve = "0.10"', 'reserve = "1"', "reserve"),
        ('coldest_document = "climate table 3"', 'coldest_document = ""', "coldest_document"),
        ('efficiency = "0.90"', 'efficiency = "1.1"', "efficiency"),
        ('battery_kwh = "54"', 'battery_kwh = "NaN"', "battery_kwh"),
    ],
)
def test_candidates_without_a_source_or_that_cannot_be_are_refused(
    seen: str, instead: str, complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        terms(TERMS.replace(seen, instead, 1))
