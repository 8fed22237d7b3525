from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.local_day import day_end, day_start, local_day, ranges

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/London", "America/Sao_Paulo", "Asia/Kathmandu"])


def test_days_of_a_clock_change_have_23_and_25_hours() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert day_end(spring, LONDON) - day_start(spring, LONDON) == timedelta(hours=23)
    assert day_end(autumn, LONDON) - day_start(autumn, LONDON) == timedelta(hours=25)


def test_midnight_belongs_to_the_day_it_starts() -> None:
    midnight = datetime(2026, 6, 30, 16, tzinfo=UTC)
    shanghai = ZoneInfo("Asia/Shanghai")
    assert local_day(midnight, shanghai) == date(2026, 7, 1)
    assert day_start(date(2026, 7, 1), shanghai) == midnight


def test_a_day_whose_midnight_is_skipped_begins_when_its_clock_does() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert day_start(date(2017, 10, 15), sao_paulo) == datetime(2017, 10, 15, 3, tzinfo=UTC)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), ZONES)  # noqa: DTZ001 - a seed
def test_an_instant_lies_in_its_local_day_and_in_no_other(at: datetime, zone_name: str) -> None:
    instant, zone = at.replace(tzinfo=UTC), ZoneInfo(zone_name)
    day = local_day(instant, zone)
    assert day_start(day, zone) <= instant < day_end(day, zone)


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 2, 20))))
def test_ranges_hold_the_same_days_and_do_not_touch(days: set[date]) -> None:
    found = ranges(days)
    held = [first + timedelta(days=i) for first, end in found for i in range((end - first).days)]
    assert held == sorted(days)
    assert all(before[1] < after[0] for before, after in pairwise(found))
