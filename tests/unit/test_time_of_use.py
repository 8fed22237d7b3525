"""Every minute has exactly one period, on every day of every zone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import DayKind
from domain.errors import CalendarMissingError
from domain.local_day import day_end, day_start
from domain.tariff_file import read_tariff, shipped_tariffs
from domain.time_of_use import (
    DAY_MINUTES,
    Period,
    Window,
    clock_minute,
    day_spans,
    instants,
)

RANK = list(Period)


def workday(_day: date) -> DayKind:
    return DayKind.WORKDAY


def mild(_day: date) -> Decimal:
    return Decimal(20)


def nobody_knows(day: date) -> DayKind:
    raise CalendarMissingError("cn", day.year)


def windows_of(name: str) -> tuple[Window, ...]:
    return read_tariff(shipped_tariffs()[name], place=name).versions[0].windows


def hours(windows: tuple[Window, ...], day: date) -> dict[Period, float]:
    found: dict[Period, float] = {}
    for span in day_spans(windows, day, calendar=nobody_knows, weather=mild):
        length = (span.end_minute - span.first_minute) / 60
        found[span.period] = found.get(span.period, 0) + length
    return found


windows = st.builds(
    Window,
    period=st.sampled_from([period for period in Period if period is not Period.FLAT]),
    first_minute=st.integers(0, DAY_MINUTES - 1),
    end_minute=st.integers(1, DAY_MINUTES),
    months=st.frozensets(st.integers(1, 12), min_size=1),
    days=st.frozensets(st.sampled_from(DayKind)),
    at_or_above_c=st.none() | st.just(Decimal(35)),
).filter(lambda window: window.first_minute != window.end_minute)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@settings(max_examples=200)
@given(st.lists(windows, max_size=6), days, st.sampled_from(DayKind), st.integers(0, 45))
def test_every_minute_has_one_period_and_it_is_the_first_by_precedence(
    given_windows: list[Window], day: date, kind: DayKind, heat: int
) -> None:
    def weather(_day: date) -> Decimal:
        return Decimal(heat)

    spans = day_spans(given_windows, day, calendar=lambda _day: kind, weather=weather)
    of_minute = [s.period for s in spans for _ in range(s.first_minute, s.end_minute)]
    assert len(of_minute) == DAY_MINUTES
    assert [spans[0].first_minute, spans[-1].end_minute] == [0, DAY_MINUTES]
    for minute in range(0, DAY_MINUTES, 7):
        claims = [
            window.period
            for window in given_windows
            if window.holds(day, lambda _day: kind, weather)
            for first, end in window.minutes()
            if first <= minute < end
        ]
        assert of_minute[minute] is min([*claims, Period.FLAT], key=RANK.index)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Africa/Cairo"])
@pytest.mark.parametrize("name", ["tianjin.toml", "chongqing.toml"])
def test_a_year_is_covered_once_whatever_the_clocks_do(name: str, zone: str) -> None:
    place = ZoneInfo(zone)
    at = day_start(date(2026, 1, 1), place)
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        spans = day_spans(windows_of(name), day, calendar=nobody_knows, weather=mild)
        for start, end, _ in instants(spans, day, place):
            assert start == at
            assert end > start
            at = end
    assert at == day_end(date(2026, 12, 31), place)


def test_chongqing_is_sharp_at_noon_in_july_and_only_at_peak_in_may() -> None:
    july, may = (hours(windows_of("chongqing.toml"), date(2026, m, 15)) for m in (7, 5))
    assert july == {Period.VALLEY: 8, Period.FLAT: 8, Period.PEAK: 6, Period.SHARP: 2}
    assert may == {Period.VALLEY: 8, Period.FLAT: 8, Period.PEAK: 8}


def test_tianjins_valley_wraps_over_midnight() -> None:
    spans = day_spans(
        windows_of("tianjin.toml"), date(2026, 5, 1), calendar=nobody_knows, weather=mild
    )
    told = [(s.first_minute // 60, s.end_minute // 60, s.period.value) for s in spans]
    assert told == [
        (0, 7, "valley"), (7, 9, "flat"), (9, 12, "peak"), (12, 16, "flat"), (16, 21, "peak"),
        (21, 23, "flat"), (23, 24, "valley"),
    ]  # fmt: skip


def test_a_deep_valley_of_holidays_goes_before_the_valley_but_not_before_the_peak() -> None:
    rules = [
        Window(Period.VALLEY, 0, 480),
        Window(Period.PEAK, 600, 660),
        Window(Period.DEEP_VALLEY, 0, DAY_MINUTES, days=frozenset({DayKind.HOLIDAY})),
    ]
    holiday = day_spans(
        rules, date(2026, 10, 1), calendar=lambda _day: DayKind.HOLIDAY, weather=mild
    )
    assert [s.period.value for s in holiday] == ["deep_valley", "peak", "deep_valley"]
    plain = day_spans(rules, date(2026, 10, 9), calendar=workday, weather=mild)
    assert [s.period.value for s in plain] == ["valley", "flat", "peak", "flat"]


def test_heat_makes_a_sharp_period_from_the_day_that_reaches_it() -> None:
    rules = [Window(Period.SHARP, 660, 720, at_or_above_c=Decimal(35))]

    def spans(heat: str) -> list[Period]:
        found = day_spans(
            rules, date(2026, 7, 1), calendar=workday, weather=lambda _day: Decimal(heat)
        )
        return [span.period for span in found]

    assert spans("34.9") == [Period.FLAT]
    assert spans("35") == [Period.FLAT, Period.SHARP, Period.FLAT]


def test_a_rule_of_three_hot_days_begins_with_the_third_and_ends_with_the_first_mild_one() -> None:
    rules = [Window(Period.SHARP, 660, 720, at_or_above_c=Decimal(35), hot_days=3)]
    heat = dict(enumerate((34, 36, 35, 38, 37, 34, 36), start=1))

    def is_sharp(day: int) -> bool:
        found = day_spans(
            rules, date(2026, 7, day), calendar=workday, weather=lambda at: Decimal(heat[at.day])
        )
        return Period.SHARP in [span.period for span in found]

    assert [day for day in range(3, 8) if is_sharp(day)] == [4, 5]


def test_a_year_without_a_calendar_is_refused_where_a_window_asks_for_it() -> None:
    rules = [Window(Period.DEEP_VALLEY, 0, 60, days=frozenset({DayKind.HOLIDAY}))]
    with pytest.raises(CalendarMissingError, match="2027"):
        day_spans(rules, date(2027, 1, 1), calendar=nobody_knows, weather=mild)


@pytest.mark.parametrize(("day", "valley"), [(date(2026, 3, 29), 2), (date(2026, 10, 25), 4)])
def test_an_hour_that_comes_twice_counts_twice_and_a_skipped_one_not_at_all(
    day: date, valley: int
) -> None:
    """Berlin's clocks go from 2 to 3 in March and from 3 to 2 in October."""
    rules = [Window(Period.VALLEY, clock_minute("01:00"), clock_minute("04:00"))]
    berlin = ZoneInfo("Europe/Berlin")
    spans = day_spans(rules, day, calendar=workday, weather=mild)
    lengths = {period: end - start for start, end, period in instants(spans, day, berlin)}
    total = sum((end - start for start, end, _ in instants(spans, day, berlin)), timedelta())
    assert total == day_end(day, berlin) - day_start(day, berlin)
    in_valley = sum(
        (e - s for s, e, p in instants(spans, day, berlin) if p is Period.VALLEY), timedelta()
    )
    assert in_valley == timedelta(hours=valley)
    assert set(lengths) == {Period.VALLEY, Period.FLAT}
    assert instants(spans, day, berlin)[0][0] == datetime.combine(
        day - timedelta(days=1), datetime.min.time(), UTC
    ) + timedelta(hours=23 if day.month == 3 else 22)
