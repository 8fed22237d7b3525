"""What the worker makes of a meter's days, one after the other, without the database.

The rules, their families, and which finding belongs to which alert are the product's; only the rows
of alerts are kept here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.alerts.matching import Span, goes_on, is_news, matched
from analytics.alerts.rule_names import FAMILIES
from analytics.models.series import instant
from analytics.rules.finding import Finding

REACH_DAYS, BACK = 100, timedelta(days=30)
"""Days that the worker reads of a meter, and how long it remembers alerts that have ended."""
_FLAPS_AFTER = 3
Judge = Callable[[int], Sequence[Finding]]
"""Findings of the days before one, given its number."""


@dataclass(slots=True)
class DayAlert:
    """An alert as it stands.

    Attributes
    ----------
    told : list of int
        Days on whose morning it was news.
    """

    finding: Finding
    began_at: datetime
    last_at: datetime
    told: list[int]
    standing: bool = True


def desk_days(judge: Judge, bounds: Sequence[int], days: range) -> list[DayAlert]:
    """Judge a meter each morning.

    Parameters
    ----------
    bounds : sequence of int
        Beginnings of the days. [us]
    days : range
        Mornings, by the number of the day that begins.
    """
    alerts: list[DayAlert] = []
    for day in days:
        judged_to = instant(int(bounds[day]))
        findings = judge(day)
        for family in FAMILIES:
            found = [each for each in findings if each.kind in family]
            known = [
                each
                for each in alerts
                if each.finding.kind in family
                and (each.standing or each.last_at > judged_to - BACK)
            ]
            alerts += _new(found, known, judged_to, day)
    return alerts


def _new(
    found: Sequence[Finding], known: Sequence[DayAlert], judged_to: datetime, day: int
) -> Iterator[DayAlert]:
    """Feed and end the alerts there are; those that open."""
    spans = [Span(number, each.began_at, each.last_at) for number, each in enumerate(known)]
    going = set[int]()
    for finding, number in matched(found, spans):
        on = goes_on(finding, judged_to)
        if number is None:
            if is_news(finding, judged_to):
                yield DayAlert(finding, finding.start, finding.end, [day], standing=on)
            continue
        alert = known[number]
        if on and not alert.standing and len(alert.told) <= _FLAPS_AFTER:
            alert.told.append(day)
        alert.last_at = max(alert.last_at, finding.end)
        alert.standing, alert.finding = on, finding
        if on:
            going.add(number)
    for number, alert in enumerate(known):
        alert.standing &= number in going
