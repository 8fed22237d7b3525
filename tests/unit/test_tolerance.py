"""How far back a finding is corrected, by which rule; what is no finding is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import InputError
from domain.tolerance import Finding, ToleranceRule, check_finding, correction_span

FOUND = Finding(date(2026, 11, 1), Decimal("-3.2"), Decimal(1), None, "检字第 7 号")
VERIFIED = date(2025, 11, 1)


def test_half_the_time_goes_back_to_the_middle_between_two_verifications() -> None:
    span = correction_span(FOUND, ToleranceRule.HALF_TIME, VERIFIED)
    assert span is not None
    assert (span.first_day, span.end_day) == (date(2026, 5, 2), FOUND.found_on)
    assert (span.first_day - VERIFIED).days == 182
    assert (span.end_day - span.first_day).days == 183, "a half day counts whole"
    assert span.basis == "half_time: 365 d since the verification of 2025-11-01"


def test_a_known_day_counts_but_no_day_before_the_last_verification() -> None:
    known = replace(FOUND, known_since=date(2026, 9, 14))
    span = correction_span(known, ToleranceRule.KNOWN_DATE, VERIFIED)
    assert span is not None
    assert span.first_day == date(2026, 9, 14)
    early = replace(FOUND, known_since=date(2025, 3, 1))
    span = correction_span(early, ToleranceRule.KNOWN_DATE, VERIFIED)
    assert span is not None
    assert span.first_day == VERIFIED
    assert "at most to the verification of 2025-11-01" in span.basis


def test_what_another_instrument_counted_before_is_in_no_question() -> None:
    put_in = date(2026, 10, 2)
    half = correction_span(FOUND, ToleranceRule.HALF_TIME, VERIFIED, put_in=put_in)
    assert half is not None
    assert (half.first_day, half.end_day) == (date(2026, 10, 17), FOUND.found_on)
    assert half.basis == "half_time: 30 d since the replacement of 2026-10-02"
    early = replace(FOUND, known_since=date(2026, 9, 14))
    known = correction_span(early, ToleranceRule.KNOWN_DATE, VERIFIED, put_in=put_in)
    assert known is not None
    assert known.first_day == put_in
    assert correction_span(FOUND, ToleranceRule.HALF_TIME, None, put_in=put_in) == half
    later = correction_span(FOUND, ToleranceRule.HALF_TIME, VERIFIED, put_in=FOUND.found_on)
    assert later == correction_span(FOUND, ToleranceRule.HALF_TIME, VERIFIED)


def test_a_contract_may_say_that_nothing_is_corrected() -> None:
    assert correction_span(FOUND, ToleranceRule.NONE, VERIFIED) is None


@pytest.mark.parametrize(
    ("rule", "verified", "reason"),
    [
        (ToleranceRule.HALF_TIME, None, "rule: no verification before 2026-11-01 is entered"),
        (ToleranceRule.HALF_TIME, FOUND.found_on, "rule: no verification before 2026-11-01"),
        (ToleranceRule.KNOWN_DATE, VERIFIED, "known_since: the finding does not say since when"),
    ],
)
def test_a_rule_that_lacks_its_day_is_refused(
    rule: ToleranceRule, verified: date | None, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        correction_span(FOUND, rule, verified)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            {"error_pct": Decimal("-0.9")},
            "error_pct: an error of -0.9 % is within the limit of 1 %",
        ),
        ({"error_pct": Decimal(-100)}, "error_pct: error_pct is -100, want more than -100"),
        ({"limit_pct": Decimal(0)}, "limit_pct: limit_pct is 0, want a number above 0"),
        ({"known_since": date(2026, 11, 1)}, "known_since: known_since 2026-11-01 is not before"),
        ({"document": "  "}, "document: a finding has a document"),
    ],
)
def test_what_is_no_finding_is_refused_with_the_place(
    wrong: dict[str, object], reason: str
) -> None:
    check_finding(FOUND)
    with pytest.raises(InputError, match=reason):
        check_finding(replace(FOUND, **wrong))  # type: ignore[arg-type]  # fields by name
