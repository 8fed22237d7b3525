"""Instants as whole microseconds since 1970, exact: what columns of instants are made of. Pure."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(instant: datetime) -> int:
    """Microseconds from the beginning of 1970 to an aware instant; before it, negative."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_us(instant_us: int) -> datetime:
    """Instant of so many microseconds since the beginning of 1970, in UTC.

    Raises
    ------
    OverflowError
        If it is outside the calendar.
    """
    return _EPOCH + instant_us * _MICROSECOND
