"""A month beside that of a year before: compared only where both are whole."""

from decimal import Decimal
from typing import Any

import pytest

from analytics.reports.institution_month import KnownMonth, institution_month

CLOSED = {"sequence": 1, "sha256": "0" * 64}


def energy(code: str, *carriers: str) -> dict[str, Any]:
    """Coal equivalent and CO2 of some carriers by a factor set."""
    figure = {"lines": [{"carrier": carrier} for carrier in carriers]}
    sets = {"code": code, "version": 1, "electricity": "calorific"}
    return {"factor_set": sets, "indicators": [], "coal_equivalent": figure, "co2": figure}


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
        "energy": energy("0.1229", "electricity"),
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


KGCE = {"coal_equivalent": {"amount": "31", "unit": "kgce"}}


def test_coal_equivalent_by_another_factor_set_has_no_change_and_says_so() -> None:
    now = month(totals=KGCE, energy=energy("0.31", "electricity"))
    before = month(totals={"coal_equivalent": {"amount": "12.29", "unit": "kgce"}})
    told = institution_month(now, before, ())["compared"]
    assert (told["changes"], told["unlike"]) == ({}, {"coal_equivalent": "factor_set"})


def test_a_sum_with_a_carrier_that_was_not_measured_a_year_before_has_no_change() -> None:
    now = month(totals=KGCE, energy=energy("0.1229", "electricity", "natural_gas"))
    told = institution_month(now, month(totals=KGCE), ())["compared"]
    assert (told["changes"], told["unlike"]) == ({}, {"coal_equivalent": "uses"})


def test_a_newer_version_of_a_set_is_compared() -> None:
    newer = energy("0.1229", "electricity")
    newer["factor_set"]["version"] = 2
    found = changes(month(totals=KGCE, energy=newer), month(totals=KGCE))
    assert found == {"coal_equivalent": Decimal(0)}


def test_a_cost_with_a_medium_that_had_none_a_year_before_has_no_change() -> None:
    gas = {"gas": {"amount": "7", "unit": "m3"}}
    before = month()
    now = month(totals={**before.document["totals"], **gas})
    told = institution_month(now, before, ())["compared"]
    assert (set(told["changes"]), told["unlike"]) == ({"electricity"}, {"cost": "uses"})


def test_a_month_of_which_nothing_is_known_is_empty() -> None:
    assert month(covered_s=0).is_empty
    assert not month(covered_s=1).is_empty
    assert not month(covered_s=0, manual_entries=[{}]).is_empty
