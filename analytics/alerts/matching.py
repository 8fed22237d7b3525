"""Findings of a meter's days against the alerts that stand: which is whose, and which has ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.rules.finding import Finding

HOLD = timedelta(hours=24)
"""A finding that ended later than this before the last judged instant still goes on."""
NEWS = timedelta(hours=72)
"""What ended longer ago, and nobody was told of, is no news."""


class Span(NamedTuple):
    """When an alert was seen, and its number among those it comes with."""

    number: int
    began_at: datetime
    last_at: datetime


class Matched(NamedTuple):
    """A finding and the alert it belongs to; None: a new matter."""

    finding: Finding
    number: int | None


def matched(findings: Sequence[Finding], spans: Sequence[Span]) -> list[Matched]:
    """Give each finding the alert it overlaps, the newest first; an alert takes one finding."""
    free, found = list(spans), list[Matched]()
    for finding in sorted(findings, key=lambda each: each.end, reverse=True):
        fits = [
            span
            for span in free
            if finding.start < span.last_at + HOLD and span.began_at < finding.end + HOLD
        ]
        mine = max(fits, key=lambda span: span.last_at, default=None)
        if mine is not None:
            free.remove(mine)
        found.append(Matched(finding, None if mine is None else mine.number))
    return found


def goes_on(finding: Finding, judged_to: datetime) -> bool:
    """Whether a finding reaches up to what was judged last."""
    return finding.end > judged_to - HOLD


def is_news(finding: Finding, judged_to: datetime) -> bool:
    """Whether people should still be told of a finding they were never told of."""
    return finding.end > judged_to - NEWS
