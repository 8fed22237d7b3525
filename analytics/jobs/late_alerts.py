"""Readings that came late to alerts: judged among those around them, by the time they are of.

What the whole record shows there, and no alert tells of, becomes one: over already, or standing
still. What is told of already stays as it stands, or becomes as grave as it was. Judged again, late
readings change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.alerts.course import Says, risen
from analytics.alerts.live_rule import GRAVITY, LIVE_POLICIES, Judged
from analytics.alerts.policy import Policy
from analytics.alerts.spell import Spell, spells
from analytics.jobs.alert_news import Opened, is_shown, tell_desks
from analytics.jobs.alert_surroundings import SHADOW, AlertSurroundings
from analytics.jobs.held_back import Withheld
from analytics.jobs.live_alerts import (
    COMES_BACK,
    STALE,
    begun,
    by_kind,
    judged_by_rule,
    shown_by,
)
from analytics.rules.finding import Priority
from domain.alert import Act, AlertState, Standing
from store.alerts.alert import Alert, Change, all_of_devices, course_order, keep, tell
from store.alerts.alert_watch import Late, Mark, Watched, late, said

_AROUND = timedelta(hours=1)
"""Judged anew with what came late. Longer than any live rule's minimum and hold."""
_MOST = 100_000


def find_late(
    conn: Connection,
    around: AlertSurroundings,
    before: Mapping[int, Mark],
    *,
    arrived: datetime,
    now: datetime,
) -> dict[int, Late]:
    """Find devices whose readings arrived after an instant, of times that were judged before.

    Parameters
    ----------
    before : mapping of int to Mark
        How far each device was judged when somebody last looked for what came late.
    """
    found: dict[int, Late] = {}
    for kind, ids in by_kind(around, before).items():
        seen = {each: before[each] for each in ids}
        found |= late(conn, kind, seen, since=now - STALE, arrived=arrived)
    return found


def judge_late(
    conn: Connection,
    around: AlertSurroundings,
    device_id: int,
    came: Late,
    judged_to: datetime,
    *,
    now: datetime,
) -> int:
    """Judge what came late of a device, in one transaction.

    Parameters
    ----------
    judged_to : datetime
        How far the device is judged.

    Returns
    -------
    int
        Alerts of which people are told something.
    """
    watched = around.devices[device_id]
    with conn.transaction():
        since = {device_id: came.first - _AROUND}
        readings = said(conn, watched.kind, since, most=_MOST)
        known = [each for each in readings if each.ts <= judged_to]
        near = [each for each in known if each.ts <= came.last + _AROUND]
        desk = _Late(conn, around, watched, now)
        for some in (near, known):
            found = [judged for _, judged in judged_by_rule(conn, around, some)]
            if desk.judge(found, to_the_end=len(some) == len(known)):
                break
        return desk.tell()


class _Late:
    """One device with readings that came late, in one transaction."""

    def __init__(
        self, conn: Connection, around: AlertSurroundings, watched: Watched, now: datetime
    ) -> None:
        self._conn = conn
        self._around = around
        self._watched = watched
        self._now = now
        self._told = set[int]()
        self._opened = Opened()

    def judge(self, found: Sequence[Judged], *, to_the_end: bool) -> bool:
        """Keep what was found; False, and nothing kept, where more must be read to know its end."""
        bad = sorted({(each.rule, each.code) for each in found if each.says is Says.BAD})
        since = self._now - STALE - COMES_BACK
        rules = [rule for rule, _ in bad]
        every = all_of_devices(self._conn, [self._watched.device_id], rules, since=since)
        spelt = {
            (rule, code): spells(
                [each for each in found if each.rule == rule and each.code in ("", code)],
                LIVE_POLICIES[rule],
                now=self._now,
            )
            for rule, code in bad
        }
        last = (each[-1].standing.state for each in spelt.values() if each)
        if not to_the_end and any(state is not AlertState.RESOLVED for state in last):
            return False
        for rule, code in bad:
            known = [each for each in every if (each.rule, each.code) == (rule, code)]
            for spell in spelt[rule, code]:
                placed = {each.id: each for each in self._place(spell, known)}
                left = [each for each in known if each.id not in placed]
                known = sorted([*left, *placed.values()], key=course_order)
        return True

    def tell(self) -> int:
        """Tell people; returns of how many alerts."""
        tell_desks(self._conn, self._opened.standing(), now=self._now)
        tell(self._conn, self._told)
        return len(self._told)

    def _place(self, spell: Spell, known: Sequence[Alert]) -> list[Alert]:
        """Keep what a spell makes of an alert; returns it, nothing where all is told already."""
        judged, spelt = spell.worst, spell.standing
        window = self._around.suppressed(self._watched, judged.rule, spelt.began_at)
        if window is not None:
            withheld = Withheld()
            for at in (spelt.began_at, spelt.last_at):
                withheld.note(self._watched, judged._replace(at=at), window)
            withheld.keep(self._conn)
            return []
        same = [each for each in known if each.standing and _overlap(each.standing, spelt)]
        told = [each for each in same if each.standing and each.standing.opened_at]
        if told:
            return self._raise(told[-1], spell)
        newest = known[-1] if known else None
        if same:
            alert = same[-1]
        elif newest is not None and _comes_back(newest, spelt, LIVE_POLICIES[judged.rule]):
            alert = newest
        elif spelt.state is not AlertState.RESOLVED and _stands(newest):
            return []
        else:
            shadow = self._around.mode(judged.rule) == SHADOW
            alert = begun(self._watched, judged, shadow=shadow)
        return [self._keep(alert, spell)]

    def _raise(self, alert: Alert, spell: Spell) -> list[Alert]:
        """Let an alert be as grave as its spell; nothing where it is already."""
        was, worst = alert.standing, spell.worst
        if was is None or GRAVITY[worst.priority] <= GRAVITY[Priority(alert.priority)]:
            return []
        alert = replace(alert, priority=str(worst.priority), standing=risen(was))
        kept = keep(self._conn, Change(alert, was.state, (Act.RAISE,), shown_by(worst)))
        if kept.id is not None and is_shown(kept):
            self._told.add(kept.id)
        self._opened.note(kept, (Act.RAISE,))
        return [kept]

    def _keep(self, alert: Alert, spell: Spell) -> Alert:
        was, standing, acts = alert.standing, spell.standing, list[Act]()
        again = was is not None and was.opened_at is not None
        if was is not None and again:
            times = was.reopened + (standing.opened_at is not None)
            standing = replace(standing, opened_at=was.opened_at, reopened=times)
        if was is not None:
            standing = replace(standing, judged_to=max(standing.judged_to, was.judged_to))
        if spell.standing.opened_at is not None:
            acts.append(Act.REOPEN if again else Act.OPEN)
        elif alert.id is None:
            acts.append(Act.PEND)
        if standing.state is AlertState.RESOLVED:
            acts.append(Act.RESOLVE)
        alert = replace(alert, standing=standing, priority=str(spell.worst.priority))
        before = None if was is None else was.state
        change = Change(alert, before, tuple(acts), shown_by(spell.worst))
        kept = keep(self._conn, change)
        if kept.id is not None and is_shown(kept) and acts:
            self._told.add(kept.id)
        self._opened.note(kept, acts)
        return kept


def _overlap(known: Standing, spelt: Standing) -> bool:
    ends = known.resolved_at if known.state is AlertState.RESOLVED else None
    if known.state is AlertState.RESOLVED and ends is None:
        ends = max(known.last_at, known.judged_to)
    begins_before = known.began_at <= (spelt.resolved_at or spelt.judged_to)
    return begins_before and (ends is None or spelt.began_at <= ends)


def _comes_back(known: Alert, spelt: Standing, policy: Policy) -> bool:
    """Whether a spell is the same matter as the newest alert, which has ended before it."""
    was = known.standing
    if was is None or was.opened_at is None or was.state is not AlertState.RESOLVED:
        return False
    since = spelt.began_at - (was.resolved_at or was.last_at)
    return timedelta(0) <= since <= policy.reopen


def _stands(alert: Alert | None) -> bool:
    return (
        alert is not None
        and alert.standing is not None
        and alert.standing.state is not AlertState.RESOLVED
    )
