"""Terminals that told nothing for days, judged by the clock: no data is a state of its own. Pure.

A terminal sleeps while its vehicle is parked, so a silence of hours says nothing; one of many days
that are worked does, and whether it was unplugged or the vehicle merely stood, a person finds out.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from math import ceil
from zoneinfo import ZoneInfo

from analytics.fleet.suspicion import Held, Suspicion
from analytics.fleet.use_rules import UseRule
from domain.epoch import to_us
from domain.local_day import day_end, day_start

SILENT = "silent:"
"""Before the first silent day, the name of a silence."""
_DAY = timedelta(days=1)


def silences(fitted: Mapping[date, bool], zone: ZoneInfo, held: Held) -> list[Suspicion]:
    """Look for runs of local days on which a vehicle's terminal told nothing.

    Parameters
    ----------
    fitted : mapping of date to bool
        Days that are over and on which the vehicle had a terminal, and whether it told anything,
        in order. A day that is not there ends a run: nothing could be told on it.

    Returns
    -------
    list of Suspicion
        One for each run that holds as many worked days as the rules in force on its first day
        allow. What it says stays as it is while the silence goes on; once the terminal is heard
        again it says when.
    """
    found = (_silence(run, fitted, zone, held) for run in _runs(fitted))
    return [each for each in found if each is not None]


def _runs(fitted: Mapping[date, bool]) -> Iterator[list[date]]:
    run: list[date] = []
    for day, heard in fitted.items():
        if run and (heard or day - run[-1] != _DAY):
            yield run
            run = []
        if not heard:
            run.append(day)
    if run:
        yield run


def _silence(
    run: list[date], fitted: Mapping[date, bool], zone: ZoneInfo, held: Held
) -> Suspicion | None:
    around = held(to_us(day_start(run[0], zone)))
    if around is None or UseRule.TERMINAL_OFFLINE not in around.rules.in_use:
        return None
    limit = around.rules.terms.silent_days
    worked = (day for day in run if around.works(day))
    reached = next(islice(worked, ceil(limit) - 1, None), None)
    if reached is None:
        return None
    heard = run[-1] + _DAY if fitted.get(run[-1] + _DAY) else None
    told = {
        "silent_since": str(run[0]),
        "silent_days": limit,
        "heard_on": None if heard is None else str(heard),
    }
    end = day_end(reached, zone) if heard is None else day_start(heard, zone)
    return Suspicion(
        UseRule.TERMINAL_OFFLINE,
        f"{SILENT}{run[0]}",
        to_us(day_start(run[0], zone)),
        to_us(end),
        told,
    )
