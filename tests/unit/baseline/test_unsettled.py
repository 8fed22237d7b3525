"""While a year is provisional, its baseline has leeway for the days its notice may still move."""

from datetime import date, timedelta

from analytics.baseline.unsettled import leeway, other_kinds, unsettled_of
from domain.calendar import DayKind
from domain.statutory_holiday import provisional_year

WORKDAYS = [("2027 x", -40.0)] * 7
DAYS_OFF = [("2027 x", 30.0)] * 4


def test_around_each_holiday_at_most_five_days_move_either_way() -> None:
    assert leeway([*WORKDAYS, *DAYS_OFF]) == (-200.0, 120.0)
    assert leeway([*WORKDAYS, ("2027 y", -7.0), ("2027 y", 0.0)]) == (-207.0, 0.0)
    assert leeway([]) == (0.0, 0.0)


def test_days_near_a_holiday_become_of_the_other_kind_and_the_rest_stay() -> None:
    kinds = {each.day: each.kind for each in provisional_year(2027)}
    near = unsettled_of([2027])
    other = other_kinds(kinds, near)
    labour = date(2027, 5, 1)
    before = next(
        day for n in range(1, 9) if kinds[day := labour - timedelta(n)] is DayKind.WORKDAY
    )
    assert (kinds[before].works, other[before].works) == (True, False)
    assert all(other[day] is kinds[day] for day in kinds if day not in near)
    assert all(other[day].works is not kinds[day].works for day in near)
    assert len({near[labour - timedelta(2)], near[date(2027, 9, 30)]}) == 2


def test_a_year_whose_holidays_nobody_knows_may_move_on_any_day() -> None:
    assert len(unsettled_of([2199])) == 365
