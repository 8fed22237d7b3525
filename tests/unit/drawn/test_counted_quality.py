"""A measure of quality drawn from what the platform knows is worked out again by verify."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from analytics.drawn.month import DrawnMonth, drawn_month
from analytics.evidence.bundle import evidence, packed
from analytics.settlement.month import settle
from analytics.settlement.statement import Inputs, Statement
from domain.contract_kpi import Kpi, KpiCase, KpiFigure, KpiSource
from domain.settlement_file import SCHEMA, Book
from tests.unit.drawn.ledger import entered, rows, terms
from tests.unit.evidence.office import PARTIES, checked

DAYS = Kpi("days", "", "", Decimal(1), Decimal("0.001"), drawn_from=KpiSource.METER_DAYS)
ANSWERED = Kpi(
    "answered",
    *("", "", Decimal(1), Decimal("0.001")),
    drawn_from=KpiSource.ALERTS_ANSWERED,
    within_h=Decimal(2),
)
CASES = tuple(
    KpiCase(n, "silent", "main-e", "2026-07-03T00:00:00Z", after)
    for n, after in enumerate((7200, 7201, None))
)


def with_quality() -> Inputs:
    given = terms()
    return replace(
        given, contract=replace(given.contract, kpis=(*given.contract.kpis, DAYS, ANSWERED))
    )


def drawing(cases: Sequence[KpiCase]) -> DrawnMonth:
    told = replace(rows(), alerts={"answered": tuple(cases)})
    return drawn_month(with_quality(), told, entered())


def statement(drawn: DrawnMonth) -> Statement:
    return settle(replace(with_quality(), month=drawn.month))


def reached(found: Statement, code: str) -> str:
    line = next(each for each in found.lines if each.code == code)
    return next(step.formula for step in line.steps if step.symbol == f"kpi_{code}")


def blocking(found: Statement) -> set[str]:
    return {remark.code for remark in found.remarks if remark.blocks}


def test_days_of_meters_and_alerts_in_time_are_counted() -> None:
    found = statement(drawing(CASES))
    assert reached(found, "days") == "62 / 62 samples"
    assert reached(found, "answered") == "1 / 3 samples"
    assert reached(statement(drawing(())), "answered") == "no alert in the month"


def test_a_day_that_a_meter_lacks_and_a_meter_without_a_use_do_not_comply() -> None:
    drawn = drawing(())
    main, *others = drawn.month.uses
    lacking = replace(
        drawn, month=replace(drawn.month, uses=(replace(main, missing_days=3), *others))
    )
    assert reached(statement(lacking), "days") == "59 / 62 samples"
    gone = replace(drawn, month=replace(drawn.month, uses=tuple(others)))
    given = replace(with_quality(), month=gone.month)
    assert "use" in blocking(settle(given))


@pytest.mark.parametrize(
    "typed",
    [KpiFigure("days", "me", 62, 62, 62), KpiFigure("answered", "me", 3, 3, 3, cases=CASES)],
)
def test_no_figure_stands_beside_what_is_counted(typed: KpiFigure) -> None:
    month = drawing(CASES).month
    others = tuple(each for each in month.kpis if each.kpi != typed.kpi)
    found = settle(replace(with_quality(), month=replace(month, kpis=(*others, typed))))
    assert blocking(found) == {"kpi"}


def test_verify_names_alerts_as_stated_and_days_of_meters_as_counted() -> None:
    drawn, given = drawing(CASES), with_quality()
    book = Book(SCHEMA, given.contract, (drawn.month,), given.events)
    made = evidence(book, "2026-07", drawn.sources, PARTIES, code_version="test")
    lines = checked(packed(made))
    assert lines[-1]["agrees"] is True
    stated = str(lines)
    assert "alerts of answered" in stated
    assert "quality temperature" in stated
    assert "quality days" not in stated


def test_what_people_entered_gives_way_to_the_alerts() -> None:
    typed = KpiFigure("answered", "me", 9, 9, 9)
    told = replace(rows(), alerts={"answered": CASES})
    drawn = drawn_month(with_quality(), told, replace(entered(), kpis=(*entered().kpis, typed)))
    [figure] = [each for each in drawn.month.kpis if each.kpi == "answered"]
    assert (figure.compliant, figure.cases) == (1, CASES)
