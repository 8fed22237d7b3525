"""Spells of one matter among readings that are judged together: when each began and ended."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.alerts.course import Says, Sight, judge
from analytics.alerts.live_rule import GRAVITY, Judged
from analytics.alerts.policy import Policy
from domain.alert import AlertState, Standing

_NEVER = timedelta(microseconds=-1)


class Spell(NamedTuple):
    """A time in which something was wrong, or may be.

    Attributes
    ----------
    standing : Standing
        How an alert of it would stand at the end of the readings.
    worst : Judged
        Of its bad values the gravest, and of those the latest.
    """

    standing: Standing
    worst: Judged


def spells(judged: Iterable[Judged], policy: Policy, *, now: datetime) -> list[Spell]:
    """Judge one rule's readings of one device, in the order of their time, as if never before.

    Returns
    -------
    list of Spell
        In order; those that would have opened an alert, and at the end perhaps one that may yet.
    """
    apart = replace(policy, reopen=_NEVER)
    found = list[Spell]()
    standing: Standing | None = None
    for each in judged:
        was = None if standing is None else standing.state
        standing, _, is_new = judge(standing, Sight(each.at, each.says), apart, now=now)
        if standing is None:
            continue
        if is_new:
            found.append(Spell(standing, each))
            continue
        worst = found[-1].worst
        begun = was is AlertState.RESOLVED and standing.state is not AlertState.RESOLVED
        graver = each.says is Says.BAD and GRAVITY[each.priority] >= GRAVITY[worst.priority]
        found[-1] = Spell(standing, each if begun or graver else worst)
    return [each for each in found if each.standing.opened_at or _may_yet(each.standing)]


def _may_yet(standing: Standing) -> bool:
    return standing.state is AlertState.PENDING
