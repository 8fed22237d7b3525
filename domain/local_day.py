"""Local days: a date and a zone, as half-open intervals of instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Instant at which a local day begins, in UTC.

    Where the clock skips midnight itself, the day begins at the first instant that exists.
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Instant at which a local day ends and the next one begins, in UTC."""
    return day_start(day + timedelta(days=1), zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Local day to which an instant belongs; midnight belongs to the day it starts."""
    return instant.astimezone(zone).date()


def ranges(days: set[date]) -> list[tuple[date, date]]:
    """Group days into half-open ranges [first, end) of consecutive days, in order."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        following = day + timedelta(days=1)
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], following)
        else:
            found.append((day, following))
    return found
