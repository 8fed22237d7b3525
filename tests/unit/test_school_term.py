"""Of which days it is known whether a school teaches."""

from datetime import date

from domain.school_term import term_days

SPRING = date(2025, 2, 17), date(2025, 7, 5)
AUTUMN = date(2025, 9, 1), date(2026, 1, 20)


def test_days_of_terms_are_taught_and_those_between_are_not() -> None:
    told = term_days([AUTUMN, SPRING], date(2025, 7, 3), date(2025, 9, 3))
    assert [day for day, taught in told.items() if taught] == [
        date(2025, 7, 3), date(2025, 7, 4), date(2025, 9, 1), date(2025, 9, 2)
    ]  # fmt: skip
    assert len(told) == 62


def test_before_the_first_and_after_the_last_term_nothing_is_known() -> None:
    told = term_days([SPRING, AUTUMN], date(2025, 1, 1), date(2027, 1, 1))
    assert (min(told), max(told)) == (SPRING[0], date(2026, 1, 19))


def test_five_months_without_a_term_are_no_break_but_a_term_that_nobody_entered() -> None:
    told = term_days([SPRING, (date(2026, 3, 1), date(2026, 7, 1))], SPRING[0], date(2026, 7, 1))
    assert date(2025, 10, 1) not in told
    assert told[date(2025, 7, 4)]
    assert told[date(2026, 3, 1)]
