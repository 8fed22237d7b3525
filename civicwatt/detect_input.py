"""What `civicwatt detect` is given, and the lines that it prints."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from pathlib import Path
from zoneinfo import ZoneInfo

from analytics.models.series import Series, instant
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.finding import Finding
from analytics.rules.stream_score import StreamScore
from analytics.rules.thresholds import MeterClass, Overrides, thresholds
from civicwatt.chosen_calendar import kinds
from civicwatt.readable_rows import ReadableRows
from civicwatt.series_file import SeriesFile
from civicwatt.text_file import text_of
from device_sim.recordings.cell import number
from device_sim.recordings.stamps import WrittenStamps
from device_sim.recordings.table import Table
from domain.errors import InputError
from domain.toml_text import read_toml

Line = dict[str, object]


def findings(args: argparse.Namespace, zone: ZoneInfo) -> Iterator[Line]:
    """Lines of the incidents of a file.

    Raises
    ------
    InputError
        With the place of what cannot be read.
    """
    rules = thresholds(MeterClass(args.meter_class), _overrides(args.thresholds))
    series = _series(args, args.file, args.value_column, zone)
    air = _series(args, args.weather, args.weather_column, zone) if args.weather else None
    if not len(series.ts):
        return
    first, last = (instant(int(at)).astimezone(zone).date() for at in series.ts[[0, -1]])
    named = kinds(args.calendar, first, last + timedelta(days=1)) if args.calendar else {}
    around = Surroundings(zone, named, air)
    for finding in judge(series, MeterClass(args.meter_class), rules, around):
        yield _line(finding)


def scores(args: argparse.Namespace, zone: ZoneInfo) -> Iterator[Line]:
    """Stamp and score of each row, in the order of the file; null for a value that is empty.

    Raises
    ------
    InputError
        With the place of what cannot be read.
    """
    rows, stream = ReadableRows(args.skip_bad), StreamScore()
    with Table(args.file) as table:
        at, of = table.column(args.time_column), table.column(args.value_column)
        stamps = WrittenStamps(zone)
        for row in rows.of(table):
            column = at
            try:
                stamp = stamps.read(row[at])
                column = of
                text = row[of].strip()
                value = float(number(text)) if text else nan
            except ValueError as error:
                rows.leave_out(table, column, error)
                continue
            score = stream.score(value)
            yield {"ts": _written(stamp), "score": None if isnan(score) else round(score, 6)}
    _report(args.file, rows)


def _series(args: argparse.Namespace, path: Path, column: str, zone: ZoneInfo) -> Series:
    rows = ReadableRows(args.skip_bad)
    series = SeriesFile(path, zone, args.time_column, column, rows).read()
    _report(path, rows)
    return series


def _report(path: Path, rows: ReadableRows) -> None:
    if rows.skipped:
        print(f"{path}: {rows.skipped} unreadable rows left out", file=sys.stderr)


def _overrides(path: Path | None) -> Overrides | None:
    if path is None:
        return None
    tables = read_toml(text_of(path), place=str(path))
    for rule, values in tables.items():
        if not isinstance(values, dict):
            raise InputError(f"{rule} = {values!r}: want a table of thresholds", place=str(path))
    return tables


def _line(finding: Finding) -> Line:
    return {
        "start": _written(finding.start),
        "end": _written(finding.end),
        "kind": finding.kind,
        "priority": str(finding.priority),
        "score": _short(finding.score),
        "expected": _short(finding.expected),
        "actual": _short(finding.actual),
        "evidence": {
            name: _short(value) if isinstance(value, float) else value
            for name, value in finding.evidence.items()
        },
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
