"""`civicwatt consumption`: what a register in a file has counted, interval by interval."""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isnan
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from analytics.ledger.amounts import of_amounts, of_rate
from analytics.ledger.closed_days import closed_days
from analytics.ledger.frozen import MAY_IDLE, Closed
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.level import mark_level_changes
from analytics.ledger.local_grid import LocalGrid, Surroundings, local_grid
from analytics.ledger.readings import MINUTE, Readings, in_order
from analytics.ledger.register import use_of_history
from analytics.ledger.segments import BOUNDARY, History, history, us
from analytics.models.series import Series
from civicwatt import chosen_zone
from civicwatt.chosen_calendar import SHIPPED
from civicwatt.gap_surroundings import GapSurroundings
from civicwatt.readable_rows import ReadableRows
from civicwatt.register_events import read_events
from civicwatt.series_file import SeriesFile
from device_sim.recordings.cell import number
from device_sim.recordings.stamps import WrittenStamps
from device_sim.recordings.table import Table
from device_sim.settings import ZoneSetting
from domain.consumption_flag import ConsumptionFlag
from domain.counting import RATES
from domain.errors import ConfigurationError, InputError
from domain.interval import Interval
from domain.local_day import local_day
from domain.quantity import Kind, Quantity, quantities
from domain.register_event import RegisterEvent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RATES = {"kW": "kWh", "m3/h": "m3"}
"""Units of gauges that can be integrated over hours, and what they come to."""
_MAY_IDLE = MAY_IDLE | {rate.gauge for name, rate in RATES.items() if name in MAY_IDLE}
"""Registers of what may rightly stand still, and the gauges that tell the same."""
_MOST_DAYS = 100 * 366
_DAY_MIN = 1440
_LARGEST = 1e15
"""Beyond it a register has no unit digit any more. [unit of the register]"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "consumption",
        help="turn a recorded register into interval use",
        description="Prints a JSON line for each interval: start, end, value, unit, method, grades"
        " of quantity and shape, flags. A value of null means that no register tells.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV with ts,register; also .gz")
    parser.add_argument(
        "--quantity",
        default="active_energy_import_kwh",
        metavar="Q",
        help="default: %(default)s; a gauge of power or flow is integrated",
    )
    parser.add_argument("--ratio", type=float, metavar="R", help="multiplier CT x PT (default: 1)")
    parser.add_argument(
        "--register-size", type=float, metavar="S", help="where the register begins again at zero"
    )
    parser.add_argument(
        "--events",
        type=Path,
        metavar="EVENTS.csv",
        help="ts,kind,value,previous,note of what was done to the register",
    )
    parser.add_argument(
        "--intervals", action="store_true", help="values are amounts, stamped with their start"
    )
    parser.add_argument(
        "--calendar",
        metavar="|".join((*SHIPPED, "FILE")),
        help="kinds of days, which shape gaps; without it weekdays alone",
    )
    parser.add_argument(
        "--weather", type=Path, metavar="T.csv", help="ts,temp_c by the hour; gaps may follow it"
    )
    parser.add_argument("--weather-column", default="temp_c", metavar="C")
    parser.add_argument("--zone", help="zone of days and of stamps without offset")
    parser.add_argument("--minutes", type=int, default=60, help="length of intervals (default: 60)")
    parser.add_argument("--as-of", metavar="T", help="take only what was received until T")
    parser.add_argument("--time-column", default="ts", metavar="C")
    parser.add_argument("--value-column", default="register", metavar="C")
    parser.add_argument("--skip-bad", action="store_true", help="count unreadable rows, go on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the intervals.

    Returns
    -------
    int
        0; what cannot be used is raised.
    """
    zone = chosen_zone.zone(args.zone or ZoneSetting().zone)
    quantity = _quantity(args.quantity, intervals=args.intervals)
    for name in ("ratio", "register_size"):
        given = getattr(args, name)
        if given is not None and not 0 < given < _LARGEST:
            wanted = f"want more than 0 and less than {_LARGEST:g}"
            raise ConfigurationError(f"--{name.replace('_', '-')} {given}: {wanted}")
    if not 0 < args.minutes <= _DAY_MIN or _DAY_MIN % args.minutes:
        raise ConfigurationError(f"--minutes {args.minutes}: want a divisor of {_DAY_MIN}")
    as_of = None if args.as_of is None else _instant(args.as_of, zone)
    rows = ReadableRows(args.skip_bad)
    with Table(args.file) as table:
        readings = _File(args, zone, as_of, rows).read(table)
    if rows.skipped:
        print(f"{args.file}: {rows.skipped} unreadable rows left out", file=sys.stderr)
    events, before = read_events(args.events, zone) if args.events else ([], None)
    ratio = args.ratio if args.ratio is not None else before or 1.0
    if not len(readings.ts):
        raise InputError("no readings", place=str(args.file))
    around = GapSurroundings(args.calendar, _weather(args, zone))
    grid = _grid(readings, zone, args, around)
    closed = closed_days(zone, around.kinds) if quantity.name in _MAY_IDLE else None
    told = _history(readings, events, zone, quantity, args, ratio, closed)
    use = mark_level_changes(use_of_history(told, grid), grid)
    unit = _RATES[quantity.unit] if quantity.kind is Kind.GAUGE else quantity.unit
    told_any = False
    for interval in as_told(intervals_of(use, grid.bounds), told.segments).rows():
        print(json.dumps(_line(interval, unit)))
        told_any = True
    if not told_any:
        reason = f"no interval follows from {len(readings.ts)} readings"
        why = "one alone, or all of them taken for garbage"
        raise InputError(f"{reason}: {why}", place=str(args.file))
    return 0


def _history(
    readings: Readings,
    events: list[RegisterEvent],
    zone: ZoneInfo,
    quantity: Quantity,
    args: argparse.Namespace,
    ratio: float,
    closed: Closed | None,
) -> History:
    if not args.intervals and quantity.kind is not Kind.GAUGE:
        size = args.register_size
        return history(readings, events, ratio=ratio, size=size, closed=closed)
    of_registers = {each.kind for each in events} & {*BOUNDARY, "register_size"}
    if args.register_size or of_registers:
        names = ", ".join(sorted(of_registers)) or "--register-size"
        raise ConfigurationError(f"{names}: only a register has such a thing")
    if args.intervals:
        return of_amounts(readings, zone, events, ratio=ratio, closed=closed)
    return of_rate(readings, zone, events, ratio=ratio, closed=closed)


@dataclass
class _File:
    """How the readings of a file are read."""

    args: argparse.Namespace
    zone: ZoneInfo
    as_of: datetime | None
    rows: ReadableRows

    def read(self, table: Table) -> Readings:
        stamps, arrivals = WrittenStamps(self.zone), WrittenStamps(self.zone)
        at, value = table.column(self.args.time_column), table.column(self.args.value_column)
        received = None
        if self.as_of is not None:
            received = table.column("received_at")
        instants, numbers = [], []
        for row in self.rows.of(table):
            column = at
            try:
                instant = stamps.read(row[at])
                if received is not None and self.as_of is not None:
                    column = received
                    if arrivals.read(row[received]) > self.as_of:
                        continue
                column = value
                if row[value].strip():  # not measured is not zero
                    numbers.append(_number(row[value].strip()))
                    instants.append(us(instant))
            except ValueError as error:
                self.rows.leave_out(table, column, error)
        return in_order(np.array(instants, np.int64), np.array(numbers, np.float64))


def _number(text: str) -> float:
    value = float(number(text))
    if abs(value) >= _LARGEST:
        raise ValueError(f"{text!r} is out of range: want less than {_LARGEST:g}")
    return value


def _weather(args: argparse.Namespace, zone: ZoneInfo) -> Series | None:
    if args.weather is None:
        return None
    file = SeriesFile(
        args.weather, zone, args.time_column, args.weather_column, ReadableRows(args.skip_bad)
    )
    found = file.read()
    if file.rows.skipped:
        print(f"{file.path}: {file.rows.skipped} unreadable rows left out", file=sys.stderr)
    return found


def _grid(
    readings: Readings, zone: ZoneInfo, args: argparse.Namespace, around: Surroundings
) -> LocalGrid:
    first, last = (_day(int(readings.ts[i]), zone) for i in (0, -1))
    if (last - first).days > _MOST_DAYS:
        raise InputError(f"stamps from {first} to {last}: want at most 100 years", place=args.file)
    end, step = last + timedelta(days=2), args.minutes * MINUTE
    return local_grid(first, end, zone, step=step, surroundings=around)


def _day(instant: int, zone: ZoneInfo) -> date:
    return local_day(_EPOCH + timedelta(microseconds=instant), zone)


def _line(interval: Interval, unit: str) -> dict[str, Any]:
    known = not isnan(interval.value)
    quantity, shape, method = interval.grading
    line = {
        "start": _written(interval.start),
        "end": _written(interval.end),
        "value": round(interval.value, 9) if known else None,
        "unit": unit,
        "method": method,
        "quantity_grade": quantity if known else None,
        "shape_grade": shape if known else None,
        "flags": ConsumptionFlag(interval.flags).names,
    }
    if unit == "kWh":
        line["kwh"] = line["value"]
    return line


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _quantity(name: str, *, intervals: bool) -> Quantity:
    known = quantities().get(name)
    if known is None:
        raise ConfigurationError(f"quantity {name!r} is not in the list of quantities")
    if known.kind is Kind.CUMULATIVE or (known.unit in _RATES and not intervals):
        return known
    wanted = "a register" if intervals else f"a register, or a gauge in {' or '.join(_RATES)}"
    raise ConfigurationError(f"{name} ({known.unit}) is no amount: want {wanted}")


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        return WrittenStamps(zone).read(text)
    except ValueError as error:
        raise ConfigurationError(f"--as-of {error}") from None
