"""When a sample was measured, by the time rules of a profile. Pure.

The rules are tried in order. One whose time is absent or says that there is none leaves it to the
next; a time that is there and cannot be read is an error, never a reason to take another.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import ConfigurationError, PayloadError
from ingest.codecs.decoded import Around
from ingest.codecs.instant import from_aware, from_epoch_ms, from_epoch_s, from_local
from ingest.profile.document import TimeRule
from ingest.profile.number import MISSING, plain_number
from ingest.profile.path import Look, path_of

ARRIVAL = "arrival"
FROM_WHOLE = "/"
"""Before a path that begins at the whole payload, not at the sample."""
_SHORTEST_ISO = len("2026-07-01T08:00")
_QUARTER = timedelta(minutes=15)
_PARTS = re.compile(r"(yyyy|MM|dd|HH|mm|ss|SSS)")
_DIGITS = {"yyyy": 4, "MM": 2, "dd": 2, "HH": 2, "mm": 2, "ss": 2, "SSS": 3}
_TIMES_REMEMBERED = 4096
"""Local times: many devices speak of the same few seconds."""
_LONGEST_NUMBER = 25
"""Digits; longer ones are no time, and slow to read."""


@dataclass(slots=True)
class Where:
    """What a time may be read from.

    Attributes
    ----------
    sample, payload : object
        The sample's node and the whole payload.
    levels : mapping
        Named levels of the topic.
    arrived : datetime
        When the message was received; aware.
    around : Around
        Knows the zone of `device`; asked only for times that have none.
    """

    sample: Any
    payload: Any
    levels: Mapping[str, str]
    arrived: datetime
    around: Around
    device: str

    def zone(self) -> ZoneInfo:
        """Zone of the device."""
        return self.around.zone_of(self.device)


Reader = Callable[[Any, Where], datetime | None]
"""Reads a time; None when it is not written in this way."""


class Clock:
    """The time rules of one kind of message.

    Parameters
    ----------
    look : callable
        Finds in samples and payloads of the kind it is for.

    Raises
    ------
    ConfigurationError
        If a rule is none.
    """

    def __init__(self, rules: str | Sequence[str | TimeRule], look: Look) -> None:
        self._sources: list[tuple[Callable[[Where], Any], tuple[Reader, ...]]] = []
        self._arrival = False
        for rule in [rules] if isinstance(rules, str) else rules:
            if isinstance(rule, str):
                if rule != ARRIVAL:
                    raise ConfigurationError(f'time {rule!r}: want "{ARRIVAL}" or a table')
                self._arrival = True
            else:
                written = [rule.as_] if isinstance(rule.as_, str) else rule.as_
                self._sources.append((_source(rule, look), tuple(map(reader_of, written))))

    def read(self, where: Where) -> tuple[datetime, bool]:
        """Instant of a sample in UTC, and whether it is only that of its arrival.

        Raises
        ------
        PayloadError
            If there is no time and arrival may not stand in, or it cannot be read.
        """
        for source, readers in self._sources:
            given = source(where)
            if given is None:
                continue
            for reader in readers:
                instant = reader(given, where)
                if instant is not None:
                    return instant, False
            if isinstance(given, str) and given.strip().lower() in MISSING:
                continue
            shown = ascii(given)[:50] if isinstance(given, str | int | float) else type(given)
            raise PayloadError(f"time {shown} cannot be read", code="bad_time")
        if self._arrival:
            return where.arrived, True
        raise PayloadError("no time in it", code="no_time")


def reader_of(written: str) -> Reader:
    """Reader of one way to write a time.

    Raises
    ------
    ConfigurationError
        If there is no such way.
    """
    known = {"epoch_s": _epoch_s, "epoch_ms": _epoch_ms, "iso": _iso, "age_s": _age_s}
    return known.get(written) or _pattern(written)


def _source(rule: TimeRule, look: Look) -> Callable[[Where], Any]:
    if bool(rule.at) == bool(rule.level):
        raise ConfigurationError("time: want either `at` or `level`")
    if rule.level:
        level = rule.level
        return lambda where: where.levels.get(level)
    given = look(path_of(rule.at.removeprefix(FROM_WHOLE)))
    if rule.at.startswith(FROM_WHOLE):
        return lambda where: given(where.payload)
    return lambda where: given(where.sample)


def _count(given: Any) -> float | None:
    kind = given.__class__
    if kind is str:
        return plain_number(given) if len(given) <= _LONGEST_NUMBER else None
    if kind is float or kind is int:
        return float(given) if abs(given) < 10**_LONGEST_NUMBER else None
    return None


def _epoch_s(given: Any, _where: Where) -> datetime | None:
    if given.__class__ is float:
        return from_epoch_s(given)
    count = _count(given)
    return None if count is None else from_epoch_s(count)


def _epoch_ms(given: Any, _where: Where) -> datetime | None:
    if given.__class__ is int:
        return from_epoch_ms(given)
    if given.__class__ is str and len(given) <= _LONGEST_NUMBER and given.isdecimal():
        return from_epoch_ms(int(given))
    count = _count(given)
    return None if count is None else from_epoch_s(count / 1000)


def _age_s(given: Any, where: Where) -> datetime | None:
    age = _count(given)
    if age is None or not abs(age) < timedelta.max.days:
        return None
    return where.arrived - timedelta(seconds=abs(age))


def _iso(given: Any, where: Where) -> datetime | None:
    if given.__class__ is not str or len(given) < _SHORTEST_ISO:
        return None
    clock = given[len("2026-07-01") :]
    try:
        if "Z" in clock or "+" in clock or "-" in clock:
            ts = datetime.fromisoformat(given)
            if ts.tzinfo is not None:
                return from_aware(ts)
        return _local_iso(given, where.zone())
    except ValueError:
        return None


@lru_cache(maxsize=_TIMES_REMEMBERED)
def _local_iso(text: str, zone: ZoneInfo) -> datetime:
    ts = datetime.fromisoformat(text)
    return _in_zone(ts.replace(tzinfo=UTC), zone) if ts.tzinfo is None else from_aware(ts)


def _pattern(written: str) -> Reader:
    """Reader of a local time of fixed width, in the device's zone."""
    parts = _PARTS.split(written)
    names = [part for part in parts if part in _DIGITS]
    if names != list(_DIGITS)[: len(names)] or "dd" not in names:
        raise ConfigurationError(
            f"time as {written!r}: want epoch_s, epoch_ms, iso, age_s, or a pattern of"
            f" {', '.join(_DIGITS)} in this order"
        )
    shape = [rf"(\d{{{_DIGITS[part]}}})" if part in _DIGITS else re.escape(part) for part in parts]
    fits = re.compile("".join(shape), re.ASCII).fullmatch
    width = sum(_DIGITS.get(part, len(part)) for part in parts)

    @lru_cache(maxsize=_TIMES_REMEMBERED)
    def instant(text: str, zone: ZoneInfo) -> datetime | None:
        found = fits(text)
        if found is None:
            return None
        try:
            return _in_zone(datetime.fromisoformat(_iso_like(found.groups())), zone)
        except ValueError:
            raise PayloadError(f"time {text} is not in the calendar", code="bad_time") from None

    def read(given: Any, where: Where) -> datetime | None:
        text = str(given) if given.__class__ is int and given < 10**_LONGEST_NUMBER else given
        fits_in = text.__class__ is str and len(text) == width
        return instant(text, where.zone()) if fits_in else None

    return read


def _iso_like(groups: Sequence[str]) -> str:
    """ISO 8601 of year, month, day, hour, minute, second, millisecond, as far as they are there."""
    day, clock = groups[:3], (*groups[3:6], "00", "00")[:3]
    return f"{''.join(day)}T{''.join(clock)}.{''.join(groups[6:]) or '000'}Z"


def _in_zone(on_clock: datetime, zone: ZoneInfo) -> datetime:
    """Instant at which a clock of `zone` shows what `on_clock` shows in UTC."""
    ts = on_clock
    shift = _shift(zone, ts.year, ts.month, ts.day, ts.hour, ts.minute // 15)
    if shift is None:  # clocks are set within this quarter of an hour
        return from_local(ts.replace(tzinfo=None), zone)
    return ts - shift


@lru_cache(maxsize=4096)  # devices speak of the same few quarters of an hour
def _shift(
    zone: ZoneInfo, year: int, month: int, day: int, hour: int, quarter: int
) -> timedelta | None:
    """How far a zone's clock is ahead of UTC during a quarter of an hour, if that is one number."""
    start = datetime(year, month, day, hour, quarter * 15)  # noqa: DTZ001 - a time on that clock
    ends = (start, start + _QUARTER - timedelta(microseconds=1))
    try:
        first, last = (end - from_local(end, zone).replace(tzinfo=None) for end in ends)
    except (PayloadError, OverflowError):
        return None
    return first if first == last else None
