"""Today's figures of a place, against the same part of earlier days. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import fsum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from domain.local_day import day_start, local_day

Use: TypeAlias = tuple[int, datetime, datetime, float]
"""Meter, start, end, and what was used in between."""


@dataclass(frozen=True, slots=True)
class DaySoFar:
    """Use of a local day until `as_of`; None where nothing was measured.

    Attributes
    ----------
    as_of : datetime or None
        Until when every meter has a figure today.
    today, yesterday_same_time, last_week_same_time : float or None
        Use from midnight until `as_of`, and until the same time of day on the earlier days. In
        the unit of the register.
    peak_rate : float or None
        Greatest rate of the sum of all meters in one interval today. Register's unit per hour.
    peak_at : datetime or None
        Start of that interval.
    last_rate, last_at : float or None, datetime or None
        Rate of the newest interval of today, and its end.
    coverage : float or None
        Share of the day until `as_of` that has figures, over all meters. [1]
    """

    as_of: datetime | None
    today: float | None
    yesterday_same_time: float | None
    last_week_same_time: float | None
    peak_rate: float | None
    peak_at: datetime | None
    last_rate: float | None
    last_at: datetime | None
    coverage: float | None


def day_so_far(uses: Iterable[Use], *, now: datetime, zone: ZoneInfo) -> DaySoFar:
    """Compare today with yesterday and the same weekday of last week.

    Parameters
    ----------
    uses : iterable of Use
        Intervals of the meters of the place, from eight days back until `now`. Meters that have
        different steps compare at the end of the shortest day among them.
    """
    known = list(uses)
    today = local_day(now, zone)
    start = day_start(today, zone)
    last_end: dict[int, datetime] = {}
    for meter, begins, ends, _ in known:
        if begins >= start:
            last_end[meter] = max(last_end.get(meter, ends), ends)
    if not last_end:
        return DaySoFar(None, None, *_earlier(known, now, zone), None, None, None, None, None)
    as_of = min(last_end.values())
    inside = [use for use in known if use[1] >= start and use[2] <= as_of]
    rates = _rates(inside, len(last_end))
    peak_at = max(rates, key=lambda at: rates[at][0], default=None)
    last_at = max(rates, default=None)
    covered = fsum((ends - begins).total_seconds() for _, begins, ends, _ in inside)
    return DaySoFar(
        as_of,
        fsum(value for *_, value in inside),
        *_earlier(known, as_of, zone),
        None if peak_at is None else rates[peak_at][0],
        peak_at,
        None if last_at is None else rates[last_at][0],
        None if last_at is None else rates[last_at][1],
        covered / ((as_of - start).total_seconds() * len(last_end)),
    )


def _earlier(uses: list[Use], as_of: datetime, zone: ZoneInfo) -> tuple[float | None, float | None]:
    today = local_day(as_of, zone)
    return (
        _until(uses, today - timedelta(days=1), as_of, zone),
        _until(uses, today - timedelta(days=7), as_of, zone),
    )


def _until(uses: list[Use], day: date, as_of: datetime, zone: ZoneInfo) -> float | None:
    """Use of `day` until the time of day of `as_of`."""
    start = day_start(day, zone)
    # The wall clock decides, so that a day that changes its clocks is compared hour by hour.
    end = as_of.astimezone(zone).replace(year=day.year, month=day.month, day=day.day)
    inside = [value for _, begins, ends, value in uses if begins >= start and ends <= end]
    return fsum(inside) if inside else None


def _rates(inside: list[Use], meters: int) -> dict[datetime, tuple[float, datetime]]:
    """Rate of all meters together by start of interval, where all have one, and its end."""
    parts: dict[tuple[datetime, datetime], list[float]] = defaultdict(list)
    for _, begins, ends, value in inside:
        parts[begins, ends].append(value)
    return {
        begins: (fsum(values) * 3600 / (ends - begins).total_seconds(), ends)
        for (begins, ends), values in parts.items()
        if len(values) == meters
    }
