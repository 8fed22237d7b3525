"""What `civicwatt baseline` is given: a meter's file, the weather's, a calendar; models on them."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.by_bill import by_bill
from analytics.models.by_day import by_day
from analytics.models.by_hour import by_hour
from analytics.models.estimator import Integers
from analytics.models.period import Period
from analytics.models.record import HeatingDays, Kinds, Record
from analytics.models.saving import Saving
from analytics.models.series import DAY_US, Series, instant
from civicwatt.chosen_calendar import kinds
from civicwatt.readable_rows import ReadableRows
from civicwatt.series_file import SeriesFile
from domain.calendar import DayKind
from domain.errors import CalendarMissingError, ConfigurationError, InputError

MONTHLY_FROM_DAYS = 20
_LEAP_YEAR = 2000
_NO_MODEL = Saving("daily", ())


@dataclass(frozen=True, slots=True)
class BaselineInput:
    """Both files read.

    Attributes
    ----------
    ends : mapping of int to int
        End of each bill, by its start, where the file says so. [us]
    model : str
        ``daily``, ``hourly`` or ``monthly``.
    calendar : str or None
        As it was chosen; None: weekdays alone.
    """

    record: Record
    ends: Mapping[int, int]
    model: str
    zone: ZoneInfo
    calendar: str | None
    _known: dict[tuple[date, date], Kinds] = field(default_factory=dict)

    def apply(self, train: Period, report: Period) -> Saving:
        """Fit the model to one period, apply it to another.

        Raises
        ------
        CalendarMissingError
            If the calendar has no entry for a year of theirs.
        """
        if self.model == "monthly":
            return by_bill(*self._bills(), train, report, self.zone)
        model = by_day if self.model == "daily" else by_hour
        named = dict(self.kinds(train)) | dict(self.kinds(report))
        return model(self.record, train, report, self.zone, named)

    def apply_to_past(self, train: Period, report: Period) -> Saving:
        """The same of years before the baseline: those without data or calendar have no model."""
        if not len(self.record.use.ts) or train.first < self._first_day():
            return _NO_MODEL
        try:
            return self.apply(train, report)
        except CalendarMissingError:
            return _NO_MODEL

    def kinds(self, period: Period) -> Mapping[date, DayKind]:
        """Kinds of the days of a period of which the calendar speaks."""
        key = (period.first, period.end)
        if key not in self._known:
            self._known[key] = kinds(self.calendar, *key) if self.calendar else {}
        return self._known[key]

    def _first_day(self) -> date:
        """First local day with use, but for a few days that a year may lack."""
        first = instant(int(self.record.use.ts[0])).astimezone(self.zone).date()
        return first - timedelta(days=36)

    def _bills(self) -> tuple[Record, Integers]:
        """Bills that say when they end, or end where the next one begins."""
        use = self.record.use
        following = [*use.ts[1:].tolist(), -1]
        until = np.array(
            [self.ends.get(int(at), after) for at, after in zip(use.ts, following, strict=True)]
        )
        whole = until > use.ts
        bills = Series(use.ts[whole], use.value[whole])
        ends: Integers = until[whole].astype(np.int64)
        return replace(self.record, use=bills), ends


def read(
    args: argparse.Namespace, zone: ZoneInfo, in_term: Mapping[date, bool] | None = None
) -> BaselineInput:
    """Read the files that the options name.

    Parameters
    ----------
    in_term : mapping of date to bool, or None
        As of `Record`.

    Raises
    ------
    InputError
        If one cannot be read, or its values stand for longer than the model can take.
    """
    use_file, weather_file = (
        SeriesFile(path, zone, args.time_column, column, ReadableRows(args.skip_bad))
        for path, column in ((args.use, args.value_column), (args.weather, args.weather_column))
    )
    use, weather = use_file.read(), weather_file.read()
    for file in (use_file, weather_file):
        if file.rows.skipped:
            print(f"{file.path}: {file.rows.skipped} unreadable rows left out", file=sys.stderr)
    stamps = np.array(sorted(use_file.estimated), np.int64)
    grades = np.array([use_file.estimated[int(at)] for at in stamps], np.float64)
    model = _model(args, use)
    heated = None if args.heating is None else _heating(args.heating)
    record = Record(use, weather, Series(stamps, grades), heated, in_term)
    return BaselineInput(record, use_file.ends, model, zone, args.calendar)


def _model(args: argparse.Namespace, use: Series) -> str:
    if args.model == "monthly":
        return "monthly"
    if args.model == "auto" and use.step >= MONTHLY_FROM_DAYS * DAY_US:
        return "monthly"
    wanted = "hourly" if args.model == "hourly" else "daily"
    longest = DAY_US if wanted == "daily" else DAY_US // 24
    if use.step > longest and len(use.ts) > 1:
        raise InputError(
            f"values stand for {use.step / DAY_US * 24:g} h: want at most {longest / DAY_US * 24:g}"
            f" h for a {wanted} model",
            place=str(args.use),
        )
    return wanted


def _heating(text: str) -> HeatingDays:
    """Heating days from text such as 11-01/03-31."""
    try:
        first, last = (date.fromisoformat(f"{_LEAP_YEAR}-{day}") for day in text.split("/"))
    except ValueError:
        raise ConfigurationError(
            f"--heating {text!r}: want two days of the year, such as 11-01/03-31"
        ) from None
    return HeatingDays((first.month, first.day), (last.month, last.day))
