"""Days that do not count as they were are named with their reason; planted ones are found again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from analytics.settlement.left_out import LeftOut, LeftOutKind, left_out
from analytics.settlement.month import inputs_of
from domain.contract_event import Closed
from domain.contract_month import ContractMonth, DegreeDays
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, with_events, with_month, with_terms

AUGUST = "2026-08"
FLOOD = Closed(date(2026, 8, 30), date(2026, 9, 4), "flood", "record 12/2026", ("A", "B"))


def found(book: Book) -> list[LeftOut]:
    return list(left_out(inputs_of(book, AUGUST, code_version="test")))


def test_a_whole_month_leaves_nothing_out() -> None:
    assert found(clinic()) == []


def test_days_before_and_after_the_contract_are_named() -> None:
    book = with_terms(clinic(), first_day=date(2026, 8, 4), end_day=date(2026, 8, 30))
    assert [(each.kind, each.first_day, each.end_day, each.days) for each in found(book)] == [
        (LeftOutKind.NOT_IN_CONTRACT, date(2026, 8, 1), date(2026, 8, 4), 3),
        (LeftOutKind.NOT_IN_CONTRACT, date(2026, 8, 30), date(2026, 9, 1), 2),
    ]


def test_a_closure_counts_with_its_days_inside_the_month_and_its_document() -> None:
    (flood,) = found(with_events(clinic(), closed=(FLOOD,)))
    assert (flood.first_day, flood.end_day, flood.days) == (date(2026, 8, 30), date(2026, 9, 1), 2)
    assert flood.reason == "flood (record 12/2026)"


def test_a_meter_that_came_late_was_outside_before() -> None:
    meters = clinic().contract.meters
    late = replace(meters[0], first_day=date(2026, 8, 11))
    (before,) = found(with_terms(clinic(), meters=(late, *meters[1:])))
    assert (before.kind, before.place, before.days) == (
        LeftOutKind.METER_OUTSIDE,
        meters[0].code,
        10,
    )
    assert before.end_day == date(2026, 8, 11)


def test_a_meter_that_was_never_inside_is_outside_all_month_once() -> None:
    meters = clinic().contract.meters
    gone = replace(meters[0], first_day=date(2026, 9, 11), end_day=None)
    (all_of_it,) = found(with_terms(clinic(), meters=(gone, *meters[1:])))
    assert (all_of_it.first_day, all_of_it.end_day) == (date(2026, 8, 1), date(2026, 9, 1))


def test_missing_days_of_meters_and_weather_are_numbers_with_the_rule() -> None:
    def lacking(month: ContractMonth) -> ContractMonth:
        uses = (replace(month.uses[0], missing_days=2), *month.uses[1:])
        weather = DegreeDays("clinic-city", Decimal(0), Decimal(100), missing_days=3)
        return replace(month, uses=uses, degree_days=weather)

    meter, weather = found(with_month(clinic(), AUGUST, lacking))
    assert (meter.kind, meter.days, meter.first_day) == (LeftOutKind.METER_MISSING, 2, None)
    assert "at most" in meter.reason
    assert (weather.kind, weather.place, weather.days) == (
        LeftOutKind.WEATHER_MISSING,
        "clinic-city",
        3,
    )
