"""Instants as files write them."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Stamps(Protocol):
    """Reads the stamps of one file in their order; may remember the one before."""

    def read(self, text: str) -> datetime:
        """Instant in UTC; ValueError with the reason if it is none."""


class WrittenStamps:
    """RFC 3339, or local time without offset in a zone.

    In the hour that a change of clocks repeats, the first pass comes first: a stamp is of the
    second pass when the first one would not be later than the stamp before.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._last: datetime | None = None

    def read(self, text: str) -> datetime:
        """Read one stamp; ValueError if it is no instant, or one the clocks skipped."""
        try:
            stamp = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(f"{text!r} is no time: want RFC 3339, or local time") from None
        if not MINYEAR < stamp.year < MAXYEAR:  # so that no zone leads beyond what a clock knows
            raise ValueError(f"{text!r} is in a year out of range")
        if stamp.tzinfo is None:
            stamp = self._local(stamp)
        self._last = stamp.astimezone(UTC)
        return self._last

    def _local(self, stamp: datetime) -> datetime:
        local = stamp.replace(tzinfo=self._zone)
        there = local.astimezone(UTC)
        if there.astimezone(self._zone).replace(tzinfo=None) != stamp:
            raise ValueError(f"{stamp} does not exist in {self._zone}: the clocks skipped it")
        if self._last is not None and there <= self._last:
            return local.replace(fold=1)
        return local


class EpochSeconds:
    """Seconds since 1970-01-01T00:00Z."""

    def read(self, text: str) -> datetime:
        """Read one stamp; ValueError if it is no number of seconds."""
        try:
            return datetime.fromtimestamp(float(text), UTC)
        except (ValueError, OverflowError, OSError):
            raise ValueError(f"{text!r} is no number of seconds since 1970") from None
