"""`civicwatt compare`: savings by comparing days that are over, or by a measured key parameter."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from math import nan
from pathlib import Path
from zoneinfo import ZoneInfo

from analytics.baseline.compared import (
    ComparedDay,
    Part,
    Reason,
    compared,
    written,
    written_sample,
)
from analytics.baseline.training import digest
from analytics.models.period import Period
from analytics.models.series import (
    Series,
    daily_mean,
    daily_sum,
    day_bounds,
    without_false_zeros,
)
from civicwatt import chosen_zone
from civicwatt.chosen_calendar import SHIPPED, kinds
from civicwatt.readable_rows import ReadableRows
from civicwatt.series_file import SeriesFile
from device_sim.settings import ZoneSetting
from domain.calendar import usual_kind
from domain.comparison import Method, OnDays, Sampled, check_terms
from domain.errors import ConfigurationError

_METHODS = [each.value for each in Method if each is not Method.WHOLE]
_DAY = timedelta(days=1)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "compare",
        help="a saving by an alternating test, by a like, or by isolating the retrofit",
        description="Prints one JSON line: saving with its band in the unit of the file, the option"
        " of IPMVP, and the digest of the days compared; or the named reason for which there is"
        " none. IPMVP A: key_parameter, B: all_parameters; on_off and side_by_side: 直接比较.",
    )
    parser.add_argument("method", choices=_METHODS)
    parser.add_argument("use", type=Path, nargs="?", metavar="USE.csv", help="CSV with ts,kwh")
    parser.add_argument("--beside", type=Path, metavar="B.csv", help="the like, or what drives it")
    parser.add_argument("--weather", type=Path, metavar="T.csv", help="ts,temp_c; of on_off")
    parser.add_argument("--before", metavar="A/B", help="local dates without it, half-open")
    parser.add_argument("--after", metavar="A/B", help="local dates with it")
    parser.add_argument("--test", metavar="A/B", help="local dates of an alternating test")
    parser.add_argument("--on", metavar="A/B,..", help="spans of it on which the measure is on")
    for side in ("before", "after"):
        parser.add_argument(
            f"--kw-{side}", metavar="KW,..", help=f"power of each item measured {side}"
        )
    parser.add_argument("--hours", type=float, metavar="H", help="stipulated, of the whole stock")
    parser.add_argument("--why", default="", help="why these hours hold")
    parser.add_argument(
        "--calendar",
        metavar="|".join((*SHIPPED, "FILE")),
        help="kinds of days; without it weekdays alone",
    )
    parser.add_argument("--zone", help="zone of days and of stamps without offset")
    parser.add_argument("--confidence", type=float, default=0.9, metavar="P")
    parser.add_argument("--value-column", default="kwh", metavar="C", help="in both files of use")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the answer.

    Returns
    -------
    int
        0, also where a named reason stands in place of a figure; what cannot be read is raised.
    """
    if not 0 < args.confidence < 1:
        raise ConfigurationError(f"--confidence {args.confidence}: want more than 0, less than 1")
    method = Method(args.method)
    text = _sample(args) if method is Method.KEY_PARAMETER else written([*_days(args, method)])
    found = compared(method, text, args.confidence)
    line: dict[str, object] = {
        "method": method.value,
        "ipmvp": method.ipmvp(whole_place=False),
        "gbt_28750": method.gbt_28750,
        "sha256": digest(text),
    }
    if isinstance(found, Reason):
        print(json.dumps(line | {"disqualified": [found.value]}, ensure_ascii=False))
        return 0
    line |= {
        "saving_kwh": found.saving,
        "low_kwh": found.low,
        "high_kwh": found.high,
        "confidence": found.confidence,
        "band": "blocks",
        "not_calibrated": "blocks_know_no_drift",
        "blocks": found.blocks,
        "actual_kwh": found.actual,
        "days": found.days,
    }
    print(json.dumps(line, ensure_ascii=False))
    return 0


def _sample(args: argparse.Namespace) -> str:
    before, after = (_powers(side, getattr(args, f"kw_{side}")) for side in ("before", "after"))
    if args.hours is None:
        raise ConfigurationError("--hours: want the stipulated hours of the whole stock")
    return written_sample(Sampled(before, after, args.hours, args.why))


def _powers(side: str, text: str | None) -> list[float]:
    try:
        return [float(each) for each in (text or "").split(",")]
    except ValueError:
        raise ConfigurationError(f"--kw-{side} {text!r}: want powers in kW, with commas") from None


def _days(args: argparse.Namespace, method: Method) -> Iterator[ComparedDay]:
    """Days of the files, each by the side on which it stands."""
    if args.use is None:
        raise ConfigurationError("want a file of the use")
    zone = chosen_zone.zone(args.zone or ZoneSetting().zone)
    if method is Method.ON_OFF:
        whole, on = _span("test", args.test), _spans(args.on)
        check_terms(method, OnDays(on), (whole.first, whole.end))
        if args.weather is None:
            raise ConfigurationError("--weather: an alternating test follows the temperature")
        named = kinds(args.calendar, whole.first, whole.end) if args.calendar else {}
        for each in _read(args, whole, zone):
            kind = named.get(each.day, usual_kind(each.day))
            yield replace(each, part=_switched(each.day, on), kind=kind)
        return
    if args.beside is None:
        raise ConfigurationError(f"--beside: {method.value} holds the use against another series")
    before, after = (_span(side, getattr(args, side)) for side in ("before", "after"))
    if after.first < before.end:
        raise ConfigurationError("--after: want days after those of --before")
    for period, part in ((before, Part.BEFORE), (after, Part.AFTER)):
        yield from (replace(each, part=part) for each in _read(args, period, zone))


def _read(args: argparse.Namespace, period: Period, zone: ZoneInfo) -> Iterator[ComparedDay]:
    """Local days of a period as the files know them."""
    bounds = day_bounds(period.first, period.end, zone)
    use, beside = (
        daily_sum(without_false_zeros(_series(path, zone, args.value_column)), bounds)
        if path is not None
        else [nan] * period.days
        for path in (args.use, args.beside)
    )
    warmth = (
        [nan] * period.days
        if args.weather is None
        else daily_mean(_series(args.weather, zone, "temp_c"), bounds)
    )
    for n in range(period.days):
        day = period.first + n * _DAY
        told = float(use[n]), float(beside[n]), float(warmth[n])
        yield ComparedDay(day, *told, None, Part.BEFORE)


def _series(path: Path, zone: ZoneInfo, column: str) -> Series:
    return SeriesFile(path, zone, "ts", column, ReadableRows(skip_bad=False)).read()


def _switched(day: date, on: list[tuple[date, date]]) -> Part:
    """The days on which it is switched belong to neither side."""
    if day in chain.from_iterable(on):
        return Part.SWITCHED
    return Part.AFTER if any(first <= day < end for first, end in on) else Part.BEFORE


def _spans(text: str | None) -> list[tuple[date, date]]:
    each = [_span("on", part) for part in (text or "").split(",")]
    return [(period.first, period.end) for period in each]


def _span(name: str, text: str | None) -> Period:
    try:
        first, end = map(date.fromisoformat, (text or "").split("/"))
    except ValueError:
        raise ConfigurationError(
            f"--{name} {text!r}: want two dates, such as 2025-01-01/2025-03-01"
        ) from None
    if first >= end:
        raise ConfigurationError(f"--{name} {text}: want the second date after the first one")
    return Period(first, end)
