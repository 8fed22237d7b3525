"""What a kept model says of the days asked for, by whichever step it was fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isfinite, isnan
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.baseline import bills, fitted
from analytics.baseline.avoided import ToldRow
from analytics.baseline.bill_spans import BillSpan, bill_spans
from analytics.baseline.hours import predict as predict_hours
from analytics.baseline.training import Training
from analytics.baseline.unsettled import other_kinds, unsettled_of
from analytics.models.bill import mean_c
from analytics.models.day import termless
from analytics.models.estimator import Floats
from analytics.models.hour_of_week import local_features
from analytics.models.series import Series, daily_mean, daily_sum, day_bounds
from analytics.place.bills import told_spans
from analytics.place.day_drivers import (
    Kinds,
    Warmth,
    heated_days,
    kinds_of_days,
    term_days_of,
    warmth,
)
from analytics.place.hours import hour_bounds, local_hours, warmth_of_hours
from analytics.place.total import bought_meters, counted_meters
from domain.baseline import Step
from domain.local_day import day_start
from store.contracts.baseline import BaselineRow, VersionRow

_DAY = timedelta(days=1)
Actual = Mapping[date, tuple[float, bool]]


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of a model, and what they rest on.

    Attributes
    ----------
    actual : mapping of date to (float, bool)
        Use by the first day of each row, and whether some of it is estimated.
    weather : sequence of mapping
        Stations with the hours each told.
    calendar_missing : tuple of int
        Years nobody has entered.
    """

    rows: Sequence[ToldRow]
    actual: Actual
    weather: Sequence[Mapping[str, object]]
    calendar_missing: tuple[int, ...] = ()
    calendar_provisional: bool = False


def told_rows(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    actual: Actual,
    *,
    as_of: datetime | None = None,
    around_as_of: datetime | None = None,
) -> Told:
    """Let the model of a version tell [first_day, end_day).

    Parameters
    ----------
    actual : mapping of date to (float, bool)
        Use that meters have counted, by day.
    as_of, around_as_of : datetime or None
        Bills, and weather and calendar, as they were known then; None: now.

    Raises
    ------
    MissingInputError
        If what the calendar said at `around_as_of` is not kept.
    """
    # The first day feels the one before it, so its baseline does not depend on the span asked for.
    before = first_day - _DAY
    outdoors = warmth(conn, row.organisation_id, zone, before, end_day, as_of=around_as_of)
    if row.step == Step.MONTHLY:
        span = day_start(first_day, zone), day_start(end_day, zone)
        asked = (conn, row.organisation_id, row.medium, *span)
        counted = counted_meters(*asked)
        # A bill tells what was bought: with a plant behind the meter that is not the use.
        plain = counted == bought_meters(*asked)
        meters = {meter for part in counted for meter in part.meters if plain}
        place = row.organisation_id, row.medium, row.meter_id, meters
        told = told_spans(conn, *place, (first_day, end_day), as_of=as_of)
        spans = bill_spans(first_day, end_day, actual, told)
        return _of_bills(version, first_day, outdoors, spans)
    kinds = kinds_of_days(conn, row.organisation_id, before, end_day, as_of=around_as_of)
    days = [first_day + n * _DAY for n in range((end_day - first_day).days)]
    if row.step == Step.HOURLY:

        def tell(of_days: Kinds) -> list[ToldRow]:
            return _of_hours(version, zone, days, outdoors, of_days)
    else:
        heated = heated_days(conn, region_of(version), before, end_day)
        taught = None
        if (version.parameters or {}).get("terms"):
            taught = term_days_of(conn, row.organisation_id, before, end_day)

        def tell(of_days: Kinds) -> list[ToldRow]:
            return _of_days(version, days, outdoors, of_days, heated, taught)

    rows = tell(kinds)
    near = unsettled_of(year["year"] for year in kinds.years if year["provisional"])
    if near:
        others = tell(replace(kinds, kinds=other_kinds(kinds.kinds, near)))
        rows = [_with_other(*pair, near) for pair in zip(rows, others, strict=True)]
    provisional = any(year["provisional"] for year in kinds.years)
    return Told(rows, actual, outdoors.sources, kinds.missing, provisional)


def _with_other(row: ToldRow, other: ToldRow, near: Mapping[date, str]) -> ToldRow:
    """A day with how much more it would use if its notice made it one of the other kind."""
    change = other.predicted - row.predicted
    if row.first_day not in near or not isfinite(change):
        return row
    return replace(row, unsettled=(near[row.first_day], change))


def _of_days(
    version: VersionRow,
    days: Sequence[date],
    outdoors: Warmth,
    kinds: Kinds,
    heated: frozenset[date] | None,
    taught: Mapping[date, bool] | None,
) -> list[ToldRow]:
    """Of a model that tells terms apart, a workday of which no term is known lacks its calendar."""
    unused = np.full(len(outdoors.mean_c), np.nan)
    told = Training(
        days[0] - _DAY,
        unused,
        outdoors.mean_c,
        kinds.kinds,
        heated=heated,
        swing_c=outdoors.swing_c,
        in_term=taught,
    )
    predicted = fitted.predict(version.parameters or {}, told.matrix)[1:]
    outside = _outside(version, outdoors.mean_c[1:])
    without = termless(told.matrix)[1:] if taught is not None else np.zeros(len(days), np.bool_)
    rows = _rows(days, predicted, outdoors.mean_c[1:], outside, kinds)
    return [
        replace(row, no_calendar=row.no_calendar or bool(no_term))
        for row, no_term in zip(rows, without, strict=True)
    ]


def _of_hours(
    version: VersionRow, zone: ZoneInfo, days: Sequence[date], outdoors: Warmth, kinds: Kinds
) -> list[ToldRow]:
    """Hours summed to local days; of a day that is told but for a few hours, these as its mean."""
    first, end = days[0], days[-1] + _DAY
    bounds, of_days = hour_bounds(first, end, zone), day_bounds(first, end, zone)
    hours, each_c = local_hours(bounds, zone), warmth_of_hours(outdoors.hours, bounds)
    use = predict_hours(version.parameters or {}, local_features(hours, each_c, kinds.kinds))
    outside = daily_mean(Series(bounds[:-1], _outside(version, each_c)), of_days)
    predicted = daily_sum(Series(bounds[:-1], use), of_days)
    return _rows(days, predicted, outdoors.mean_c[1:], outside, kinds)


def _of_bills(
    version: VersionRow, first_day: date, outdoors: Warmth, spans: Sequence[BillSpan]
) -> Told:
    matrix = bills.matrix_of(first_day, outdoors.mean_c[1:], spans)
    predicted, means = bills.predict(version.parameters or {}, matrix), mean_c(matrix)
    outside = _outside(version, means)
    return Told(
        [
            ToldRow(each.first_day, each.days, use, warm, None if isnan(out) else out)
            for each, use, warm, out in zip(
                spans, predicted.tolist(), means.tolist(), outside.tolist(), strict=True
            )
        ],
        {each.first_day: (each.amount, each.estimated) for each in spans if isfinite(each.amount)},
        outdoors.sources,
    )


def _rows(
    days: Sequence[date], predicted: Floats, warmth_c: Floats, outside: Floats, kinds: Kinds
) -> list[ToldRow]:
    columns = (each.tolist() for each in (predicted, warmth_c, outside))
    return [
        ToldRow(day, 1, use, warm, None if isnan(out) else out, day not in kinds.kinds)
        for day, use, warm, out in zip(days, *columns, strict=True)
    ]


def _outside(version: VersionRow, temperature_c: Floats) -> Floats:
    """1 where it is colder or warmer than in the training, NaN where it is not known."""
    assert version.coldest_c is not None and version.warmest_c is not None  # noqa: S101, PT018 - a model has seen temperatures
    beyond = (temperature_c < version.coldest_c) | (temperature_c > version.warmest_c)
    return np.where(np.isnan(temperature_c), np.nan, beyond.astype(np.float64))


def region_of(version: VersionRow) -> str | None:
    """Whose heating season the model was fitted by; None: winter is that of the months."""
    told = version.basis.get("heating")
    return None if told is None else str(told["region"])
