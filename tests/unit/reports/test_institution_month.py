"""A month beside that of a year before: compared only where both are whole."""

from decimal import Decimal
from typing import Any

import pytest

from analytics.reports.institution_month import KnownMonth, institution_month

CLOSED = {"sequence": 1, "sha256": "0" * 64}


def month(kwh: str = "90", covered_s: int = 100, **more: Any) -> KnownMonth:
    meter = {"covered_s": covered_s, "lasting_s": 100}
    document = {
        "institution": {"code": "school"},
        "month": "2026-06",
        "totals": {
            "electricity": {"amount": kwh, "unit": "kWh"},
            "cost": {"amount": "50.00", "unit": "CNY"},
        },
        "cost_is_whole": True,
        "media": [{"medium": "electricity", "meters": [meter]}],
        "costs": [],
        "warnings": [],
        "remarks": [],
        "manual_entries": [],
        "energy": {"factor_set": {}, "indicators": []},
        **more,
    }
    return KnownMonth(document, CLOSED)


def changes(now: KnownMonth, before: KnownMonth) -> dict[str, Decimal]:
    told = institution_month(now, before, ())["compared"]["changes"]
    return {what: Decimal(change) for what, change in told.items()}


def test_a_change_is_the_share_of_a_year_before() -> None:
    found = changes(month("90"), month("120"))
    assert found == {"electricity": Decimal("-0.25"), "cost": Decimal(0)}


@pytest.mark.parametrize(("now", "before"), [(100, 99), (99, 100)])
def test_a_month_with_hours_missing_is_not_compared(now: int, before: int) -> None:
    assert changes(month(covered_s=now), month(covered_s=before)) == {}


def test_costs_that_lack_a_price_are_not_compared() -> None:
    assert "cost" not in changes(month(), month(cost_is_whole=False))
    assert "cost" not in changes(month(cost_is_whole=False), month())


def test_what_was_nothing_or_in_another_unit_has_no_change() -> None:
    assert "electricity" not in changes(month(), month("0"))
    other = {"electricity": {"amount": "9", "unit": "MWh"}}
    assert "electricity" not in changes(month(), month(totals=other))


def test_a_month_of_which_nothing_is_known_is_empty() -> None:
    assert month(covered_s=0).is_empty
    assert not month(covered_s=1).is_empty
    assert not month(covered_s=0, manual_entries=[{}]).is_empty
