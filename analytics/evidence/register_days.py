"""What one register counted on each local day, by the register engine. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np

from analytics.evidence.fed_in import feeding
from analytics.evidence.registers import READINGS, Reading, Register, Registers, edited
from analytics.ledger.edited import mark_edited
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.local_grid import LocalGrid, local_grid
from analytics.ledger.readings import Instants, Readings, in_order
from analytics.ledger.register import STEPS, native_step, use_of_history
from analytics.ledger.segments import history, us
from analytics.ledger.timetable import Timetable
from domain.contract_term import Meter
from domain.errors import InputError
from domain.interval import Intervals
from domain.local_day import day_start
from domain.time_of_use import Period

AROUND = timedelta(days=62)
"""How far before and after the month a reading may lie."""
_CONTEXT = timedelta(days=8)
_KNOWN = frozenset({"measured", "derived"})


@dataclass(frozen=True, slots=True)
class Days:
    """Local days [first_day, end_day) of a zone."""

    first_day: date
    end_day: date
    zone: ZoneInfo

    def begin(self) -> datetime:
        """First instant."""
        return day_start(self.first_day, self.zone)

    def end(self) -> datetime:
        """Instant after the last."""
        return day_start(self.end_day, self.zone)

    def each(self) -> list[date]:
        """The days."""
        return [
            self.first_day + timedelta(days=n) for n in range((self.end_day - self.first_day).days)
        ]


@dataclass(frozen=True, slots=True)
class RegisterDays:
    """What a register counted.

    Attributes
    ----------
    days : tuple of mapping of Period to float, or None
        Of each day, in order [unit]; None where the register does not tell it whole.
    shapes : frozenset of str
        Grades of the places in time of its intervals.
    """

    days: tuple[dict[Period, float] | None, ...]
    shapes: frozenset[str]


def register_days(
    meter: Meter,
    key: Register,
    registers: Registers,
    days: Days,
    timetable: Timetable | None,
    exports: Sequence[Reading] = (),
) -> RegisterDays:
    """Attribute what a register counted to local days, and to the periods of a timetable.

    Parameters
    ----------
    meter : Meter
        Its ratio is the multiplier before the first declared one.
    timetable : Timetable or None
        None: everything is of the register's own period, or flat.
    exports : sequence of Reading
        Of the meter's export register: while that rises, this one rightly stands.

    Raises
    ------
    InputError
        If readings lie too far from the month, or periods change inside a quarter of an hour.
    """
    _refuse_far(meter, key, registers, days)
    readings, replaced = edited(registers.readings[key], registers.edits.get(key, ()))
    ordered = in_order(
        np.array([us(each.ts) for each in readings], np.int64),
        np.array([float(each.register) for each in readings], np.float64),
    )
    edges = np.zeros(0, np.int64)
    if timetable is not None:
        edges = np.round(timetable.edges * 1e6).astype(np.int64)
    grid = _grid(ordered, days, edges, meter.line)
    fed_in = feeding(exports) if exports else None
    told = history(ordered, registers.declared(key), ratio=float(meter.ratio), fed_in=fed_in)
    found = as_told(intervals_of(use_of_history(told, grid), grid.bounds), told.segments)
    found = mark_edited(found, ordered.ts, np.array([us(at) for at in replaced], np.int64))
    return _by_day(found, grid, days, key[1] or Period.FLAT, (edges, timetable))


def _refuse_far(meter: Meter, key: Register, registers: Registers, days: Days) -> None:
    begin, end = days.begin() - AROUND, days.end() + AROUND
    for reading in registers.readings[key]:
        if not begin <= reading.ts <= end:
            reason = f"{meter.code}, {reading.ts}: want readings of the month and 62 d around it"
            raise InputError(reason, place=reading.place or READINGS)


def _grid(readings: Readings, days: Days, edges: Instants, line: str) -> LocalGrid:
    """Intervals as long as the pauses between readings, or shorter where periods change inside."""
    native = native_step(readings.ts)
    first, end = days.first_day - _CONTEXT, days.end_day + _CONTEXT
    for step in sorted((step for step in STEPS if step <= native), reverse=True):
        grid = local_grid(first, end, days.zone, step=step)
        if np.isin(edges, grid.bounds).all():
            return grid
    raise InputError("periods change inside a quarter of an hour", place=f"tariff/{line}.toml")


def _by_day(
    found: Intervals,
    grid: LocalGrid,
    days: Days,
    period: Period,
    by: tuple[Instants, Timetable | None],
) -> RegisterDays:
    sure = np.array([grading.quantity in _KNOWN for grading in found.gradings], np.bool_)
    known = np.isfinite(found.value)
    if len(found):
        known &= sure[found.grading]
    first = days.first_day.toordinal()
    wanted = np.bincount(grid.day - int(grid.day[0]))
    day = grid.day[np.searchsorted(grid.bounds, found.start)]
    edges, timetable = by
    part = np.searchsorted(edges, found.start, side="right") - 1
    amounts: list[dict[Period, list[float]]] = [{} for _ in days.each()]
    counts, shapes = [0] * len(amounts), set()
    for n in np.flatnonzero(known & (day >= first) & (day < days.end_day.toordinal())).tolist():
        at = int(day[n]) - first
        own = period if timetable is None else timetable.periods[part[n]]
        amounts[at].setdefault(own, []).append(float(found.value[n]))
        counts[at] += 1
        shapes.add(found.gradings[found.grading[n]].shape)
    whole = wanted[first - int(grid.day[0]) :]
    told = (
        {each: fsum(values) for each, values in parts.items()} if count == whole[n] else None
        for n, (parts, count) in enumerate(zip(amounts, counts, strict=True))
    )
    return RegisterDays(tuple(told), frozenset(shapes))
