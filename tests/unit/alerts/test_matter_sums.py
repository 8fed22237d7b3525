"""Matters are added up by rule, building and contractor; only what was verified counts as saved."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from analytics.alerts.stopped import Stopped
from analytics.duty.alert_ledger import Sum, Verified, sums
from store.alerts.alert_ledger import Matter

AT = datetime(2026, 7, 1, tzinfo=UTC)
OPEN = Matter(
    1, 1, "night_load", 7, "教学楼", "School hall", "Asia/Shanghai", 1, "m", "q", "Lin", AT,
    month=100.0, unit="kWh", month_cny=Decimal("80.00"), state="issued", done_at=None,
    closed_at=None,
)  # fmt: skip
CLOSED = replace(OPEN, order_id=2, alert_id=2, state="closed", done_at=AT, closed_at=AT)
NOT_YET = Verified(Stopped(reason="not_closed"))


def measured(month: float, half: float, cny: str | None) -> Verified:
    price = None if cny is None else Decimal(cny)
    return Verified(Stopped(month, month - half, month + half, days_after=30), price)


def by_contractor(*told: tuple[Matter, Verified]) -> list[Sum]:
    return sums(dict(told), lambda matter: (matter.contractor,) * 3)


def test_promises_of_all_and_savings_of_the_verified_are_added() -> None:
    other = replace(CLOSED, order_id=3, month=None, month_cny=None)
    (found,) = by_contractor(
        (OPEN, NOT_YET), (CLOSED, measured(90, 10, "72.00")), (other, measured(5, 1, None))
    )
    assert (found.key, found.unit, found.orders, found.closed) == ("Lin", "kWh", 3, 2)
    assert (found.promised, found.promised_cny) == (200, Decimal("160.00"))
    assert (found.verified, found.stopped, found.low, found.high) == (2, 95, 84, 106)
    assert found.stopped_cny == Decimal("72.00")


def test_units_are_never_mixed_and_the_largest_promise_comes_first() -> None:
    water = replace(CLOSED, order_id=3, unit="m3", month=9.0, month_cny=Decimal("500.00"))
    found = by_contractor((CLOSED, NOT_YET), (water, NOT_YET))
    assert [(each.unit, each.verified) for each in found] == [("m3", 0), ("kWh", 0)]


def test_what_has_no_amount_is_in_no_sum() -> None:
    nothing = replace(OPEN, unit=None, month=None, month_cny=None)
    assert by_contractor((nothing, NOT_YET)) == []
