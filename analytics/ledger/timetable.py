"""A tariff laid out over time: which instants belong to which version, month and period. Pure.

Made once for a tariff, a zone and some days, and used for any number of meters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.tariff import Tariff, TariffVersion
from domain.time_of_use import Calendar, Period, Weather, day_spans, instants


@dataclass(frozen=True, slots=True)
class Slice:
    """Local days [first_day, end_day) of one month under one version."""

    first_day: date
    end_day: date
    version: TariffVersion

    @property
    def month(self) -> date:
        """First day of its month."""
        return self.first_day.replace(day=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Parts of time, in order and without a gap, each in one slice and one period.

    Attributes
    ----------
    edges : NDArray, shape (n_parts + 1,)
        Beginnings of the parts, and the end of the last. [s] since 1970, UTC
    slice_of : NDArray, shape (n_parts,)
        Index of the slice of each part.
    periods : tuple of Period, length n_parts
    """

    slices: tuple[Slice, ...]
    edges: NDArray[np.float64]
    slice_of: NDArray[np.int64]
    periods: tuple[Period, ...]


def lay_out(
    tariff: Tariff,
    first_day: date,
    end_day: date,
    *,
    zone: ZoneInfo,
    calendar: Calendar,
    weather: Weather,
) -> Timetable:
    """Lay a tariff out over local days [first_day, end_day).

    Raises
    ------
    MissingInputError
        If a day has no version, or no kind or temperature that a window asks for.
    """
    slices = _slices(tariff, first_day, end_day)
    parts: list[tuple[datetime, datetime, int, Period]] = []
    for number, piece in enumerate(slices):
        for day in _days(piece.first_day, piece.end_day):
            spans = day_spans(piece.version.windows, day, calendar=calendar, weather=weather)
            for start, end, period in instants(spans, day, zone):
                if parts and parts[-1][1:] == (start, number, period):
                    parts[-1] = (parts[-1][0], end, number, period)
                else:
                    parts.append((start, end, number, period))
    instants_of = [start.timestamp() for start, _, _, _ in parts] + [parts[-1][1].timestamp()]
    return Timetable(
        slices=tuple(slices),
        edges=np.array(instants_of),
        slice_of=np.array([number for _, _, number, _ in parts]),
        periods=tuple(period for _, _, _, period in parts),
    )


def next_month(day: date) -> date:
    """First day of the month after that of `day`."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _slices(tariff: Tariff, first_day: date, end_day: date) -> list[Slice]:
    slices = []
    day = first_day
    while day < end_day:
        version = tariff.in_force(day)
        until = min(end_day, next_month(day), version.end_day or end_day)
        slices.append(Slice(day, until, version))
        day = until
    return slices


def _days(first_day: date, end_day: date) -> Sequence[date]:
    return [first_day + timedelta(days=n) for n in range((end_day - first_day).days)]
