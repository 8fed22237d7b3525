"""Times as payloads give them, turned into UTC. Pure."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from domain.errors import PayloadError

BEIJING_AHEAD = timedelta(hours=8)
BEIJING = timezone(BEIJING_AHEAD)
"""China's one civil time, which vehicle and meter standards prescribe whatever the place."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST_MS = 253_402_300_799_999  # 9999-12-31, the last day a datetime can hold


def from_epoch_ms(ms: int) -> datetime:
    """Instant of whole milliseconds since 1970; exact.

    Raises
    ------
    PayloadError
        If it is outside the calendar.
    """
    if not 0 <= ms <= _LAST_MS:
        raise PayloadError(f"ts {ms} is no epoch milliseconds", code="bad_time")
    return _EPOCH + ms * _MILLISECOND


def from_epoch_s(seconds: float) -> datetime:
    """Instant of seconds since 1970, to the microsecond.

    Raises
    ------
    PayloadError
        If it is outside the calendar, or no number.
    """
    if not 0 <= seconds <= _LAST_MS / 1000:  # false of NaN too
        raise PayloadError(f"ts {seconds} is no epoch seconds", code="bad_time")
    return datetime.fromtimestamp(seconds, UTC)


def from_aware(ts: datetime) -> datetime:
    """An instant with an offset, in UTC.

    Raises
    ------
    PayloadError
        If it is outside the calendar.
    """
    try:
        return ts.astimezone(UTC)
    except OverflowError:
        raise PayloadError(f"ts {ts} is outside the calendar", code="bad_time") from None


def from_local(ts: datetime, zone: ZoneInfo) -> datetime:
    """A time of day without offset, read on a clock of `zone`.

    Raises
    ------
    PayloadError
        If that time did not exist there, or existed twice: when clocks were set back nobody can
        tell which of the two hours a device means, and a guess would put a reading at another time.
    """
    first, second = (from_aware(ts.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != ts:
        raise PayloadError(f"{ts} did not exist in {zone.key}", code="bad_time")
    if first != second:
        raise PayloadError(f"{ts} was twice in {zone.key}: want an offset", code="ambiguous_time")
    return first
