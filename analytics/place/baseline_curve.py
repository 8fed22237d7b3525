"""The kept baseline as a load curve: mean rate of each day, and how far days usually lay off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import fsum, isfinite
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.baseline.usual_error import usual_error
from analytics.place.saving import actual_days, adjustments_of
from analytics.place.told_rows import told_rows
from domain.baseline import Step
from domain.local_day import day_start
from store.contracts.baseline import BaselineRow, EventRow, VersionRow, inputs

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CurveRow:
    """A local day, or the days of a bill, [start, end).

    Attributes
    ----------
    mean, low, high : float or None
        Mean rate by the model with the signed adjustments, and the band around it; None where the
        weather or the calendar is not known. [unit of the medium/h]
    """

    start: datetime
    end: datetime
    mean: float | None
    low: float | None
    high: float | None


def baseline_curve(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    signed: Sequence[EventRow],
    first_day: date,
    end_day: date,
) -> Iterator[CurveRow]:
    """What a version with a model tells of [first_day, end_day), whatever was used.

    Parameters
    ----------
    signed : sequence of EventRow
        Non-routine events; only accepted ones adjust anything.
    """
    assert version.parameters is not None  # noqa: S101 - the caller has refused such a version
    zone, step = ZoneInfo(version.basis["zone"]), Step(row.step)
    # Only bills need what was used: their days are those of the bill.
    bills = step is Step.MONTHLY
    actual = actual_days(conn, row, zone, first_day, end_day, None) if bills else {}
    told = told_rows(conn, row, version, zone, first_day, end_day, actual)
    text = inputs(conn, row.id, version.number) or ""
    error = usual_error(step, version.parameters, text)
    adjustments = adjustments_of(signed)
    for each in told.rows:
        start = day_start(each.first_day, zone)
        end = day_start(each.first_day + timedelta(days=each.days), zone)
        if each.no_calendar or not isfinite(each.predicted):
            yield CurveRow(start, end, None, None, None)
            continue
        length_h = (end - start) / _HOUR
        added = fsum(event.over(each.first_day, each.days) for event in adjustments)
        mean = (each.predicted + added) / length_h
        room = None if error is None else error * each.days / length_h
        low = None if room is None else min(mean, max(mean - room, 0.0))
        yield CurveRow(start, end, mean, low, None if room is None else mean + room)
