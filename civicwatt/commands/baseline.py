"""`civicwatt baseline`: what a meter would have used, and what was saved, from files."""

import argparse
import json
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np

from analytics.models.period import Period
from analytics.models.series import daily_mean, daily_swing, day_bounds, instant
from analytics.savings import shipped
from analytics.savings.avoided_use import avoided_use
from analytics.savings.normalised import normalised
from analytics.savings.own_past import own_record
from analytics.savings.own_record import OwnRecord, Span
from analytics.savings.typical_year import typical_year
from civicwatt import chosen_zone
from civicwatt.baseline_input import BaselineInput, read
from civicwatt.baseline_lines import detail, event_lines, normalised_lines, summary
from civicwatt.chosen_calendar import SHIPPED
from device_sim.settings import ZoneSetting
from domain.calendar import days
from domain.errors import ConfigurationError
from domain.school_term import term_days

_MOST_DAYS = 100 * 366
_DAY_S = 86_400
_MODELS = ("auto", "daily", "hourly", "monthly")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "baseline",
        help="fit a baseline to one period and apply it to another",
        description="Prints one JSON line: model, fit, baseline, actual and avoided use in the unit"
        " of the file (kWh unless you know better); with --detail a line for each interval after.",
    )
    parser.add_argument("use", type=Path, metavar="USE.csv", help="CSV with ts,kwh; also .gz")
    parser.add_argument("--weather", type=Path, metavar="T.csv", required=True, help="ts,temp_c")
    for name in ("train", "report"):
        parser.add_argument(
            f"--{name}", required=True, metavar="A/B", help="local dates, half-open: 2016-01-01/.."
        )
    parser.add_argument(
        "--model", choices=_MODELS, default="auto", help="default: daily, or monthly for bills"
    )
    parser.add_argument(
        "--calendar",
        metavar="|".join((*SHIPPED, "FILE")),
        help="kinds of days; without it weekdays alone",
    )
    parser.add_argument("--zone", help="zone of days and of stamps without offset")
    parser.add_argument("--confidence", type=float, default=0.9, metavar="P")
    parser.add_argument(
        "--heating", metavar="MM-DD/MM-DD", help="first and last day of heating, each year alike"
    )
    parser.add_argument(
        "--term",
        action="append",
        metavar="FIRST/END",
        help="a school's term, END is the day after it; for each of both periods",
    )
    parser.add_argument("--guarantee", type=float, metavar="KWH", help="guaranteed saving")
    parser.add_argument(
        "--normalise", action="store_true", help="the saving in a typical year as well"
    )
    parser.add_argument(
        "--events", action="store_true", help="a line for each non-routine event to be looked at"
    )
    parser.add_argument("--cvrmse-limit", type=float, metavar="R", help="instead of the usual one")
    parser.add_argument("--nmbe-limit", type=float, metavar="R", help="instead of the usual one")
    parser.add_argument("--detail", action="store_true", help="a line for each interval as well")
    parser.add_argument("--time-column", default="ts", metavar="C", help="in both files")
    parser.add_argument("--value-column", default="kwh", metavar="C")
    parser.add_argument("--weather-column", default="temp_c", metavar="C")
    parser.add_argument("--skip-bad", action="store_true", help="count unreadable rows, go on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the summary.

    Returns
    -------
    int
        0, also where a named reason stands in place of a model; what cannot be read is raised.
    """
    zone = chosen_zone.zone(args.zone or ZoneSetting().zone)
    if not 0 < args.confidence < 1:
        raise ConfigurationError(f"--confidence {args.confidence}: want more than 0, less than 1")
    train, report = (_period(name, getattr(args, name)) for name in ("train", "report"))
    if args.events and report.first < train.end:
        raise ConfigurationError("--events: want a reporting period that follows the training")
    given = read(args, zone, _in_term(args, train, report))
    found = given.apply(train, report)
    own = own_record(found, train.end, given.apply_to_past)
    measured = sum(
        (end - start).total_seconds()
        for (start, end), known in zip(
            found.bounds, np.isfinite(found.actual) & np.isfinite(found.baseline), strict=True
        )
        if known
    )
    span = Span.between(train, report, measured / _DAY_S)
    calibration = shipped.calibration(found.step)
    told = avoided_use(
        *found.totals,
        own,
        calibration,
        span=span,
        confidence=args.confidence,
        guarantee=args.guarantee,
        outside=found.outside,
    )
    line = summary(found, told, own, args)
    if args.normalise:
        line |= _normalised(given, train, report, own, args.confidence)
    print(json.dumps(line))
    more: list[Iterable[dict[str, object]]] = []
    if args.events:
        more.append(event_lines(given.apply(train, Period(train.first, report.end)), train))
    if args.detail:
        more.append(detail(found, own, span, calibration, args.confidence))
    for each in chain.from_iterable(more):
        print(json.dumps(each))
    return 0


def _normalised(
    given: BaselineInput, train: Period, report: Period, own: OwnRecord, confidence: float
) -> dict[str, object]:
    """Of all whole months of weather in the file, put together to a typical year."""
    stamps = given.record.temperature_c.ts
    if not len(stamps):
        raise ConfigurationError("--normalise: no weather to make a typical year of")
    first, last = (instant(int(at)).astimezone(given.zone).date() for at in stamps[[0, -1]])
    bounds = day_bounds(first, last + timedelta(days=1), given.zone)
    hours = given.record.temperature_c
    swing = daily_swing(hours, bounds)
    typical = typical_year(first, daily_mean(hours, bounds), report.first, swing)
    year = Period(typical.first, date(typical.first.year + 1, 1, 1))
    named = dict(given.kinds(train)) | dict(given.kinds(report)) | dict(given.kinds(year))
    found = normalised(given.record, train, report, given.zone, named, typical)
    told = avoided_use(
        found.baseline,
        found.reporting,
        own,
        shipped.calibration("normalised"),
        span=Span.between(train, report, report.days),
        confidence=confidence,
    )
    return normalised_lines(found, typical, told, confidence)


def _period(name: str, text: str) -> Period:
    try:
        first, end = map(date.fromisoformat, text.split("/"))
    except ValueError:
        raise ConfigurationError(
            f"--{name} {text!r}: want two dates, such as 2016-01-01/2017-01-01"
        ) from None
    if not 0 < (end - first).days <= _MOST_DAYS:
        raise ConfigurationError(f"--{name} {text}: want the second date after the first one")
    return Period(first, end)


def _in_term(args: argparse.Namespace, train: Period, report: Period) -> dict[date, bool] | None:
    """Whether the days of both periods lie in a term; None without terms.

    Raises
    ------
    ConfigurationError
        If it is not known of a day of either.
    """
    if not args.term:
        return None
    terms = [_period("term", text) for text in args.term]
    years = [date(train.first.year, 1, 1), date(report.first.year + 1, 1, 1)]
    first, end = min(train.first, years[0]), max(train.end, report.end, years[1])
    told = term_days([(term.first, term.end) for term in terms], first, end)
    for period in (train, report):
        for day in days(period.first, period.end):
            if day not in told:
                raise ConfigurationError(
                    f"--term: whether {day} lies in a term is not known: want the terms before and"
                    " after it"
                )
    return told
