from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from analytics.delivery.hours import DeskHours


def desk(zone: str, digest_at: time) -> DeskHours:
    return DeskHours(ZoneInfo(zone), time(22), time(7), digest_at)


@pytest.mark.parametrize(
    ("zone", "digest_at", "now", "told"),
    [
        ("Asia/Shanghai", time(8, 30), "2026-11-22T19:00Z", "2026-11-23T00:30Z"),
        ("Asia/Shanghai", time(8, 30), "2026-11-23T00:30Z", "2026-11-24T00:30Z"),
        # Clocks go from 03:00 back to 02:00: 02:30 is read twice, and told the first time alone.
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:00Z", "2026-10-25T00:30Z"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:00Z", "2026-10-26T01:30Z"),
        ("Europe/Berlin", time(8, 30), "2026-03-28T20:00Z", "2026-03-29T06:30Z"),
    ],
)
def test_the_next_morning_is_to_come_also_when_clocks_change(
    zone: str, digest_at: time, now: str, told: str
) -> None:
    found = desk(zone, digest_at).next_morning(datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(told)


@pytest.mark.parametrize(("at", "within"), [(time(6, 59), True), (time(7), False)])
def test_a_morning_list_before_the_quiet_hours_end_is_known_as_such(
    at: time, *, within: bool
) -> None:
    assert desk("Asia/Shanghai", at).is_told_in_quiet_hours is within
