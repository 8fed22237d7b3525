"""Calendar and weather around a meter, from files: what the shape of its gaps leans on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from analytics.ledger.local_grid import Around, by_weekday
from analytics.models.series import Series
from civicwatt import chosen_calendar
from domain.calendar import DayKind
from domain.errors import CalendarMissingError

_NOTHING = Series(np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True, slots=True)
class GapSurroundings:
    """Tells what was around on some local days, as the worker does of a place in the store.

    Attributes
    ----------
    calendar : str or None
        As `chosen_calendar` takes it; None: weekdays alone.
    weather : Series or None
        Outdoor temperature, stamped with the start of each hour [degC]; None: no source.
    """

    calendar: str | None
    weather: Series | None
    _named: dict[int, Mapping[date, DayKind]] = field(default_factory=dict)

    def __call__(self, first: date, end: date) -> Around:
        """Tell of the local days [first, end)."""
        told = self.weather or _NOTHING
        known = np.isfinite(told.value)
        kinds = np.array(self.kinds(first, end), dtype=np.int64)
        return Around(kinds, told.ts[known], told.value[known], served=self.weather is not None)

    def kinds(self, first: date, end: date) -> list[int]:
        """0 for each of the days [first, end) that is worked, 1 for one that is not."""
        return [self._kind(first + timedelta(days=n)) for n in range((end - first).days)]

    def _kind(self, day: date) -> int:
        kind = self._of_year(day.year).get(day)
        return by_weekday(day) if kind is None else int(not kind.works)

    def _of_year(self, year: int) -> Mapping[date, DayKind]:
        """Of a year that the calendar has not got the weekday tells, as it does in the store."""
        if self.calendar is None:
            return {}
        if year not in self._named:
            try:
                span = date(year, 1, 1), date(year + 1, 1, 1)
                self._named[year] = chosen_calendar.kinds(self.calendar, *span)
            except CalendarMissingError:
                self._named[year] = {}
        return self._named[year]
