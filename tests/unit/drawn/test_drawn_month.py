"""A month drawn from the ledger is the worked one to the cent; what is not known stays missing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.drawn.month import drawn_month
from analytics.drawn.rows import LedgerDay, LedgerInterval, Unread
from analytics.evidence.bundle import evidence, packed
from analytics.settlement.month import settle
from analytics.settlement.statement import Statement
from domain.contract_month import Bill, ContractMonth, Use
from domain.register_event import RegisterEvent
from domain.settlement_file import SCHEMA, Book
from domain.time_of_use import Period
from tests.unit.drawn.ledger import (
    DAYS,
    LABEL,
    bill,
    drawing,
    entered,
    main_days,
    meters,
    rows,
    terms,
)
from tests.unit.evidence.office import FIRST, PARTIES, checked, half_hours


def statement(**changed: object) -> Statement:
    return settle(replace(terms(), month=drawing(**changed).month))


def missing(**changed: object) -> dict[tuple[str, str], str]:
    found = drawing(**changed).origins
    return {(each.what, each.name): each.code for each in found if each.source == "missing"}


def blocking(**changed: object) -> set[str]:
    return {remark.code for remark in statement(**changed).remarks if remark.blocks}


def test_the_worked_month_is_drawn_to_the_cent() -> None:
    found = statement()
    assert found.total("F") == Decimal("160770.98")
    assert found.total("U") == Decimal("138772.90")
    assert found.payment is not None
    assert found.payment.amount == Decimal("154340.14")
    assert found.may_be_signed


def test_every_figure_says_where_it_comes_from() -> None:
    told = {(each.what, each.name): each for each in drawing().origins}
    use = told["use", "main-e"]
    assert use.source == "ledger"
    assert use.refers["opening"] == {"ts": "2026-06-30T16:00:00Z", "register": "1000"}
    assert use.refers["closing"] == {"ts": "2026-07-31T16:00:00Z", "register": "200600"}
    assert told["price", "electricity"].refers["periods"] == LABEL
    assert told["price", "electricity"].refers["checked_by"] == "A. Example"
    assert told["degree_days", "example-city"].source == "entered"
    assert {each.source for (what, _), each in told.items() if what == "kpi"} == {"entered"}


def test_the_drawn_month_is_the_one_that_verify_works_out_again() -> None:
    found = drawing()
    given = terms()
    whole = Book(SCHEMA, given.contract, (found.month,), given.events)
    made = evidence(whole, "2026-07", found.sources, PARTIES, code_version="test")
    lines = checked(packed(made))
    assert lines[-1]["agrees"] is True
    assert {line["meter"] for line in lines if line["record"] == "use" and line["agrees"]} == {
        "main-e",
        "main-w",
    }


def test_a_meter_the_registry_does_not_have_is_missing_and_named() -> None:
    unread = (Unread("use", "main-e", "meter", "there is no meter main-e in the registry"),)
    less = {"meters": {"main-w": meters()["main-w"]}, "unread": unread}
    assert missing(**less) == {("use", "main-e"): "meter"}
    assert "use" in blocking(**less)
    assert statement(**less).total("U") is None


def test_a_day_the_ledger_tells_otherwise_leaves_the_meter_without_a_figure() -> None:
    days = {**main_days(), DAYS[9]: LedgerDay(1.0, True, "measured", "measured")}
    assert missing(meters=meters(days=days)) == {("use", "main-e"): "ledger"}


def test_a_day_the_ledger_estimates_is_not_measured_by_its_readings() -> None:
    told = main_days()[DAYS[9]]
    days = {**main_days(), DAYS[9]: told._replace(quantity_grade="estimated")}
    assert missing(meters=meters(days=days)) == {("use", "main-e"): "ledger"}


def test_readings_that_are_not_computed_yet_are_waited_for() -> None:
    days = {day: told for day, told in main_days().items() if day != DAYS[30]}
    assert missing(meters=meters(days=days)) == {("use", "main-e"): "not_computed"}


def test_an_error_that_only_the_ledger_knows_leaves_no_figure() -> None:
    until = FIRST + timedelta(days=40)
    error = RegisterEvent(FIRST, "error", 2.0, note="verification", until=until)
    assert missing(meters=meters(events=(error,))) == {("use", "main-e"): "meter_error"}


def test_a_meter_without_readings_counts_by_the_ledgers_intervals() -> None:
    spans = tuple(
        LedgerInterval(
            FIRST + timedelta(hours=n), FIRST + timedelta(hours=n + 1), 10.0, "derived", "measured"
        )
        for n in range(31 * 24)
    )
    found = drawing(meters=meters(readings=(), days=None, intervals=spans))
    use = next(each for each in found.month.uses if each.meter == "main-e")
    assert use.quantities == dict.fromkeys(
        (Period.PEAK, Period.VALLEY, Period.FLAT), Decimal(31 * 80)
    )
    assert (use.grade, use.missing_days) == ("derived", 0)


def test_a_day_only_the_ledger_tells_is_not_missing_but_stands_on_its_intervals() -> None:
    """For six hours nothing was bought: a plant fed in, which the readings do not say."""
    begin, end = FIRST + timedelta(days=9, hours=10), FIRST + timedelta(days=9, hours=16)
    still = [each.register for each in half_hours() if begin <= each.ts <= end]
    less = still[-1] - still[0]
    readings = tuple(
        replace(each, register=still[0] if each.ts <= end else each.register - less)
        if each.ts >= begin
        else each
        for each in half_hours()
    )
    told = main_days()[DAYS[9]]
    days = {**main_days(), DAYS[9]: told._replace(value=told.value - float(less))}
    rows = {"readings": readings, "days": days}
    assert missing(meters=meters(**rows)) == {("use", "main-e"): "ledger"}
    spans = tuple(
        LedgerInterval(
            FIRST + timedelta(hours=n), FIRST + timedelta(hours=n + 1), 10.0, "measured", "measured"
        )
        for n in range(31 * 24)
    )
    found = drawing(meters=meters(**rows, intervals=spans))
    use = next(each for each in found.month.uses if each.meter == "main-e")
    assert (sum((use.quantities or {}).values()), use.missing_days) == (Decimal(7440), 0)
    assert [*found.sources.registers.readings] == [("main-w", None)]
    whole = Book(SCHEMA, terms().contract, (found.month,), terms().events)
    made = evidence(whole, "2026-07", found.sources, PARTIES, code_version="test")
    assert checked(packed(made))[-1]["agrees"] is True


def test_a_day_with_an_estimated_interval_is_a_missing_day() -> None:
    spans = [
        LedgerInterval(
            FIRST + timedelta(days=n), FIRST + timedelta(days=n + 1), 5.0, "measured", "measured"
        )
        for n in range(31)
    ]
    spans[3] = spans[3]._replace(quantity_grade="estimated")
    given = {**meters(), "main-w": replace(meters()["main-w"], readings=(), intervals=tuple(spans))}
    use = next(each for each in drawing(meters=given).month.uses if each.meter == "main-w")
    assert (use.quantities, use.missing_days) == ({Period.FLAT: Decimal(150)}, 1)


def test_what_was_entered_fills_what_the_ledger_does_not_tell_and_replaces_nothing() -> None:
    told = (
        Use("main-e", quantities={Period.FLAT: Decimal(1)}),
        Use("main-w", quantities={Period.FLAT: Decimal(1010)}),
    )
    given = {"main-e": meters()["main-e"]}
    more = replace(entered(), uses=told)
    month = drawn_month(terms(), rows(meters=given), more).month
    uses = {use.meter: use.quantities for use in month.uses}
    assert uses["main-w"] == {Period.FLAT: Decimal(1010)}
    assert sum((uses["main-e"] or {}).values()) == 199600


def test_bills_of_the_ledger_count_instead_of_quantity_times_price() -> None:
    found = statement(bills=(bill((("energy", "130000.00"), ("government_funds", "541.40"))),))
    assert found.total("U") == Decimal("138772.90")


def test_a_bill_that_crosses_the_month_comes_with_the_use_of_each_day() -> None:
    crossing = bill((("energy", "1000.00"),), date(2026, 7, 10), date(2026, 8, 10))
    days = dict(main_days())
    told = LedgerDay(1.0, True, "measured", "measured")
    days |= {date(2026, 8, 1) + timedelta(n): told for n in range(9)}
    (found,) = drawing(bills=(replace(crossing, days=days),)).month.bills
    assert found.days is not None
    assert len(found.days) == 31
    (without,) = drawing(bills=(crossing,)).month.bills
    assert without.days is None


def test_a_bill_somebody_entered_stands_beside_those_of_the_ledger() -> None:
    own = Bill("water", "W-7", date(2026, 7, 1), date(2026, 8, 1), Decimal("8231.50"))
    month = drawn_month(terms(), rows(bills=(bill((("energy", "1.00"),)),)),
                        replace(entered(), bills=(own,))).month  # fmt: skip
    assert [each.number for each in month.bills] == ["B-1", "W-7"]


def test_a_contract_that_begins_in_mid_month_is_drawn_for_its_days_only() -> None:
    given = terms()
    later = replace(given, contract=replace(given.contract, first_day=date(2026, 7, 11)))
    month = drawn_month(later, rows(), entered()).month
    use = next(each for each in month.uses if each.meter == "main-w")
    registers = [500 + 1010 * day // 31 for day in (10, 31)]
    assert use.quantities == {Period.FLAT: Decimal(registers[1] - registers[0])}
    assert use.missing_days == 0


def test_a_month_of_which_nothing_is_known_has_no_figure_and_no_zero() -> None:
    found = drawn_month(terms(), rows(meters={}, tariffs={}), ContractMonth("2026-07"))
    assert found.month == ContractMonth("2026-07")
    made = settle(replace(terms(), month=found.month))
    assert made.payment is None
    assert {"price", "weather", "use"} & {remark.code for remark in made.remarks if remark.blocks}


@pytest.mark.parametrize("days", [0, 40])
def test_readings_further_away_change_nothing(days: int) -> None:
    """As days go by more readings lie behind the month: the same month comes out."""
    given = meters()["main-e"]
    last = given.readings[-1]
    more = tuple(
        replace(last, ts=last.ts + timedelta(minutes=30 * n), register=last.register + 130 * n)
        for n in range(1, 48 * min(days, 9))
    )
    found = drawing(meters=meters(readings=(*given.readings, *more)))
    assert found.month == drawing().month
