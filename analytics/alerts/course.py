"""The course of an alert: pending, open, acknowledged, assigned, snoozed, resolved, and open again.

Values move it by their own time: one that comes late, after newer ones were judged, changes
nothing. No value at all is a state of its own, in which an alert neither grows nor ends.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from analytics.alerts.policy import Policy
from domain.alert import STANDING, Act, AlertState, Standing


class Says(StrEnum):
    """What a value says of a matter.

    `BETWEEN` is beneath the threshold that opens and above the one that clears: it does neither.
    """

    BAD = "bad"
    BETWEEN = "between"
    GOOD = "good"
    NOTHING = "nothing"


class Sight(NamedTuple):
    """A value, or that there was none, at an instant of event time."""

    at: datetime
    says: Says


class Step(NamedTuple):
    """What became of an alert.

    Attributes
    ----------
    standing : Standing or None
        None: there is nothing to keep.
    acts : tuple of Act
        What happened, in order; empty when nothing that anybody is told of.
    is_new : bool
        It is another matter than the one before, with an id of its own.
    """

    standing: Standing | None
    acts: tuple[Act, ...] = ()
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """One value being judged."""

    sight: Sight
    policy: Policy
    now: datetime


def judge(standing: Standing | None, sight: Sight, policy: Policy, *, now: datetime) -> Step:
    """Move an alert by one value.

    Parameters
    ----------
    standing : Standing or None
        How the newest alert of this rule on this meter stands; None where there never was one.
    now : datetime
        When it is judged; stamps what people see, decides nothing but what is too old for news.
    """
    if standing is not None and sight.at <= standing.judged_to:
        return Step(standing)
    seen = _Seen(sight, policy, now)
    if standing is None or standing.state is AlertState.RESOLVED:
        return _rest(standing, seen)
    if sight.says is Says.NOTHING:
        return _blind(standing, sight.at)
    sighted = replace(standing, judged_to=sight.at, blind_since=None)
    told = (Act.SIGHT,) if standing.blind_since and standing.state in STANDING else ()
    step = (_pending if standing.state is AlertState.PENDING else _active)(sighted, seen)
    return step._replace(acts=told + step.acts)


def _rest(standing: Standing | None, seen: _Seen) -> Step:
    """Nothing stands: a bad value begins something, or brings back what was."""
    at, policy = seen.sight.at, seen.policy
    if seen.sight.says is not Says.BAD or seen.now - at > policy.news:
        return Step(standing)
    fresh = Standing(AlertState.PENDING, at, at, at)
    same = standing is not None and (
        standing.opened_at is None
        or at - (standing.resolved_at or standing.last_at) <= policy.reopen
    )
    if standing is not None and same:
        fresh = replace(
            standing,
            state=AlertState.PENDING,
            began_at=at,
            last_at=at,
            judged_to=at,
            hits=1,
            misses=0,
            clear_since=None,
            resolved_at=None,
        )
    step = _opened(fresh, seen)
    if step.standing is fresh:
        step = Step(fresh, (Act.PEND,))
    return step._replace(is_new=not same)


def _pending(standing: Standing, seen: _Seen) -> Step:
    at, policy = seen.sight.at, seen.policy
    if seen.sight.says is Says.BAD:
        hit = replace(standing, hits=standing.hits + 1, last_at=at)
        return _opened(hit, seen)
    missed = replace(standing, misses=standing.misses + 1)
    if missed.misses <= policy.within - policy.of:
        return Step(missed)
    ended = standing.last_at if standing.opened_at else None
    return Step(
        replace(missed, state=AlertState.RESOLVED, hits=0, misses=0, resolved_at=ended), (Act.FADE,)
    )


def _opened(standing: Standing, seen: _Seen) -> Step:
    """Open it where it has enough values over enough time; unchanged otherwise."""
    at, policy = seen.sight.at, seen.policy
    if standing.hits < policy.of or at - standing.began_at < policy.least:
        return Step(standing)
    if standing.opened_at is None:
        return Step(replace(standing, state=AlertState.OPEN, opened_at=seen.now), (Act.OPEN,))
    times = standing.reopened + 1
    flapping = times >= policy.flap_after
    back = replace(standing, state=AlertState.OPEN, reopened=times, flapping=flapping)
    acts = (Act.REOPEN, Act.FLAP) if flapping and not standing.flapping else (Act.REOPEN,)
    return Step(back, acts)


def _active(standing: Standing, seen: _Seen) -> Step:
    at = seen.sight.at
    if seen.sight.says is Says.BAD:
        return Step(replace(standing, last_at=at, clear_since=None))
    if seen.sight.says is Says.BETWEEN:
        return Step(replace(standing, clear_since=None))
    since = standing.clear_since or at
    if at - since < seen.policy.hold:
        return Step(replace(standing, clear_since=since))
    return Step(resolved(replace(standing, clear_since=None), at), (Act.RESOLVE,))


def _blind(standing: Standing, at: datetime) -> Step:
    if standing.blind_since is not None:
        return Step(standing)
    # What spoke against it does not count on through a silence.
    kept = replace(standing, blind_since=at, clear_since=None)
    return Step(kept, (Act.BLIND,) if standing.state in STANDING else ())


def risen(standing: Standing) -> Standing:
    """The same, graver: who acknowledged it or put it off was told of less."""
    if standing.state not in (AlertState.ACKNOWLEDGED, AlertState.SNOOZED):
        return standing
    return replace(standing, state=AlertState.OPEN, snoozed_until=None)


def resolved(standing: Standing, at: datetime) -> Standing:
    """The same, ended."""
    return replace(
        standing,
        state=AlertState.RESOLVED,
        resolved_at=at,
        snoozed_until=None,
        assigned_to=None,
        blind_since=None,
        hits=0,
        misses=0,
    )
