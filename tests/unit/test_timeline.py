"""Time-weighted means of facts: exact, in days, and honest about days nobody knows."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.summed_fact import Parts, noted_in_part, summed_mean
from domain.timeline import Mean, NotedPart, Spell, time_weighted_mean

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def test_a_value_that_changes_counts_by_its_days() -> None:
    change = date(2026, 7, 1)  # 181 days before, 184 after
    area = [Spell(Decimal(20_000), None, change), Spell(Decimal(21_600), change)]
    mean = time_weighted_mean([area], *YEAR)
    assert mean.value == Fraction(20_000 * 181 + 21_600 * 184, 365)
    assert mean.whole


def test_buildings_add_up_and_one_counts_from_the_day_it_begins() -> None:
    old = [Spell(Decimal("1000.5"))]
    new = [Spell(Decimal(365), date(2026, 12, 31))]
    assert time_weighted_mean([old, new], *YEAR).value == Fraction("1001.5")


def test_days_of_which_nothing_is_known_are_left_out_and_told() -> None:
    mean = time_weighted_mean([[Spell(Decimal(30), date(2026, 1, 31))]], *YEAR)
    assert (mean.value, mean.covered_days, mean.days, mean.whole) == (Fraction(30), 335, 365, False)
    unknown = time_weighted_mean([[]], *YEAR)
    assert (unknown.value, unknown.covered_days) == (None, 0)


SCHOOL, SITE, OLD, NEW = 1, 2, 3, 4
JANUARY = (date(2026, 1, 1), date(2026, 2, 1))
ALWAYS = [(None, None)]
KNOWN = {OLD: [Spell(Decimal(500), date(2026, 6, 1))], NEW: [Spell(Decimal(800))]}
"""The area of the one building is known from June on, that of the other always."""


ANNEX = 5
CODES = {OLD: "old", NEW: "new", ANNEX: "annex"}


def summed(parts: Parts, days: tuple[date, date]) -> Mean:
    """Floor area of the school, where each building needs one."""
    return summed_mean(SCHOOL, KNOWN, parts, days, codes=CODES, needed=CODES)


MOVES_IN = [(date(2026, 9, 1), None)]


@pytest.mark.parametrize(
    "parts",
    [
        {SCHOOL: {OLD: ALWAYS, NEW: MOVES_IN}},
        {SCHOOL: {OLD: ALWAYS, SITE: ALWAYS}, SITE: {NEW: MOVES_IN}},
    ],
    ids=["beside it", "on a site beside it"],
)
def test_a_building_that_moves_in_later_does_not_make_an_unknown_area_zero(parts: Parts) -> None:
    january = summed(parts, JANUARY)
    assert (january.value, january.covered_days, january.days) == (None, 0, 31)
    year = summed(parts, YEAR)
    assert (year.value, year.covered_days) == (Fraction(500 * 214 + 800 * 122, 214), 214)


def test_days_on_which_no_building_stands_there_have_an_area_of_zero() -> None:
    moves_out = [(None, date(2026, 7, 1))]
    parts: Parts = {SCHOOL: {SITE: ALWAYS}, SITE: {NEW: moves_out}}
    year = summed(parts, YEAR)
    assert (year.value, year.whole) == (Fraction(800 * 181, 365), True)
    assert (year.lacking, year.in_part) == ((), ())  # it counted on all its days


BOTH: Parts = {SCHOOL: {OLD: ALWAYS, NEW: ALWAYS}}


def test_a_building_that_is_noted_from_june_on_counts_from_then_and_is_named() -> None:
    year = summed(BOTH, YEAR)
    assert (year.value, year.whole) == (Fraction(500 * 214 + 800 * 365, 365), True)
    assert year.in_part == (NotedPart("old", 214, 365),)
    assert str(noted_in_part(year)).endswith(": old (214 / 365 d)")


def test_a_building_that_is_noted_on_none_of_the_days_leaves_the_sum_too_small() -> None:
    """It stood there in January; nobody knows how large it was then."""
    january = summed(BOTH, JANUARY)
    assert (january.value, january.covered_days) == (Fraction(800), 31)
    assert (january.lacking, january.whole) == (("old",), False)
    without = summed({SCHOOL: {OLD: ALWAYS, NEW: ALWAYS, ANNEX: ALWAYS}}, YEAR)
    assert (without.lacking, without.whole) == (("annex",), False)


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        time_weighted_mean([], date(2026, 1, 1), date(2026, 1, 1))


@given(
    values=st.lists(st.decimals(min_value="0.01", max_value="1e8", places=2), min_size=1),
    lengths=st.lists(st.integers(1, 400), min_size=30, max_size=30),
)
def test_it_is_the_mean_of_the_days_one_by_one(values: list[Decimal], lengths: list[int]) -> None:
    values = values[:30]
    first, spells, daily = date(2020, 1, 1), [], []
    for value, length in zip(values, lengths, strict=False):
        spells.append(Spell(value, first, first + timedelta(days=length)))
        first += timedelta(days=length)
        daily += [Fraction(value)] * length
    assert time_weighted_mean([spells], date(2020, 1, 1), first).value == sum(daily) / len(daily)
