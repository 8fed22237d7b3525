"""Readings to alerts, batch by batch, in transactions that may be run again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Connection

from analytics.alerts.course import Says, Sight, judge, risen
from analytics.alerts.live_rule import (
    GRAVITY,
    LIVE_POLICIES,
    UNITS,
    Judged,
    judge_change,
    judge_said,
)
from analytics.jobs.alert_news import Opened, is_shown, tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from analytics.jobs.charge_watches import charge_watches
from analytics.jobs.held_back import Withheld
from analytics.jobs.running_demands import demand_said, running_demands
from analytics.jobs.supply_causes import SUPPLY_RULES, explain_supply
from analytics.rules.finding import Priority
from domain.alert import Act, AlertState
from domain.registry import DeviceKind
from store.alerts.alert import Alert, Change, Shown, alerts_of_devices, keep, tell
from store.alerts.alert_watch import LISTENED_TO, Mark, Said, Watched, keep_marks, said

STALE = timedelta(days=3)
"""What is older is no news."""
COMES_BACK = timedelta(days=2)
"""An alert that ended longer ago is not looked for. Longer than any rule's time to come back."""
_AT_ONCE, _MOST_ROWS = 500, 20_000
"""Devices and readings of a transaction, about."""


class Moved(NamedTuple):
    """What came of readings that were judged.

    Attributes
    ----------
    told : int
        Alerts of which people are told something.
    marks : dict of int to Mark
        How far the devices are judged now.
    """

    told: int
    marks: dict[int, Mark]


def judge_devices(
    conn: Connection,
    around: AlertSurroundings,
    device_ids: Iterable[int],
    marks: Mapping[int, Mark],
    *,
    now: datetime,
) -> Moved:
    """Judge every reading of some devices from what was judged last on, in its own order.

    Readings that were judged already change nothing, so a mark may lie too far back.

    Parameters
    ----------
    conn : Connection
        In autocommit mode.
    marks : mapping of int to Mark
        How far devices are judged. The reading there is judged once more: it may have grown.
    """
    moved = Moved(0, {})
    for kind, ids in by_kind(around, device_ids).items():
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            most = max(_MOST_ROWS // len(some), 2)
            left = {each: from_mark(marks.get(each), now) for each in some}
            while left:
                part = _judge_part(conn, around, kind, left, most, known=marks, now=now)
                moved = Moved(moved.told + part.told, moved.marks | part.marks)
                left = {each: part.marks[each].judged_to for each in part.more}
    return moved


def by_kind(around: AlertSurroundings, device_ids: Iterable[int]) -> dict[str, list[int]]:
    """Devices whose readings are judged, by their kind."""
    found: dict[str, list[int]] = {}
    for device_id in device_ids:
        watched = around.devices.get(device_id)
        if watched is not None and watched.kind in LISTENED_TO:
            found.setdefault(watched.kind, []).append(device_id)
    return found


def from_mark(mark: Mark | None, now: datetime) -> datetime:
    """The instant from which on readings are judged."""
    return now - STALE if mark is None else max(mark.judged_to, now - STALE)


def judged_by_rule(
    conn: Connection, around: AlertSurroundings, readings: Sequence[Said]
) -> Iterator[tuple[Watched, Judged]]:
    """What the rules that speak, or are on trial, say of readings in the order of their time."""
    before = dict[int, Said]()
    demands = running_demands(conn, around, readings)
    charges = charge_watches(conn, around, readings)
    for each in readings:
        watched = around.devices[each.device_id]
        device = around.device(watched)
        found = judge_said(each.values, each.ts, device)
        if each.device_id in demands:
            found += demand_said(demands[each.device_id], each, device)
        was = before.get(each.device_id)
        if watched.kind == DeviceKind.VEHICLE:
            if was is not None:
                found += judge_change(was.values, was.ts, each.values, each.ts)
            charge = charges[each.device_id].add(each.values, each.ts, device)
            found += [] if charge is None else [charge]
            before[each.device_id] = each
        for judged in found:
            if around.mode(judged.rule) != OFF:
                yield watched, judged


class _Part(NamedTuple):
    told: int
    marks: dict[int, Mark]
    more: list[int]


def _judge_part(
    conn: Connection,
    around: AlertSurroundings,
    kind: str,
    since: Mapping[int, datetime],
    most: int,
    *,
    known: Mapping[int, Mark],
    now: datetime,
) -> _Part:
    """One transaction; `more` are devices of which there were more readings than were taken.

    A device that was never judged is marked at once: who comes after a kill would take what came
    late for what stands already in its alerts.
    """
    with conn.transaction():
        readings = said(conn, kind, since, most=most)
        marks, counts = dict[int, Mark](), dict[int, int]()
        for each in readings:
            counts[each.device_id] = counts.get(each.device_id, 0) + 1
            before = marks.get(each.device_id)
            arrived = each.received_at if before is None else before.received_at
            marks[each.device_id] = Mark(each.ts, max(arrived, each.received_at))
        found = list(judged_by_rule(conn, around, readings))
        told = _Desk(conn, around, now).judge(found) if found else 0
        keep_marks(conn, {each: mark for each, mark in marks.items() if each not in known})
    return _Part(told, marks, [each for each, count in counts.items() if count == most])


class _Desk:
    """The alerts of some devices while their readings are judged, in one transaction."""

    def __init__(self, conn: Connection, around: AlertSurroundings, now: datetime) -> None:
        self._conn = conn
        self._around = around
        self._now = now
        self._told = set[int]()
        self._opened = Opened()

    def judge(self, found: Sequence[tuple[Watched, Judged]]) -> int:
        """Move alerts by what was found, in order; returns of how many people are told."""
        ids = sorted({watched.device_id for watched, _ in found})
        since = self._now - COMES_BACK
        known = alerts_of_devices(self._conn, ids, list(LIVE_POLICIES), since=since)
        silently, withheld = dict[tuple[str, int, str], Change](), Withheld()
        for watched, judged in found:
            window = self._around.suppressed(watched, judged.rule, judged.at)
            here = known.setdefault((judged.rule, watched.device_id), {})
            for code in codes_of(judged, here):
                if window is not None and _rests(here.get(code)):
                    withheld.note(watched, judged, window)
                    continue
                change = changed(self._around, watched, judged, here.get(code), self._now)
                if change is None:
                    continue
                key = judged.rule, watched.device_id, code
                before = silently.pop(key, None)
                if before is not None and change.shown == Shown():
                    change.shown = before.shown
                if change.acts:
                    here[code] = self._keep(change)
                else:  # of many values that only go on, the last is written
                    here[code], silently[key] = change.alert, change
        for change in silently.values():
            keep(self._conn, change)
        withheld.keep(self._conn)
        if self._opened.rules & SUPPLY_RULES:
            for kept, acts in explain_supply(self._conn, self._around, now=self._now):
                self._note(kept, acts)
        tell_desks(self._conn, self._opened.standing(), now=self._now)
        tell(self._conn, self._told)
        return len(self._told)

    def _keep(self, change: Change) -> Alert:
        kept = keep(self._conn, change)
        self._note(kept, change.acts)
        return kept

    def _note(self, kept: Alert, acts: Iterable[Act]) -> None:
        if kept.id is not None and is_shown(kept):
            self._told.add(kept.id)
        self._opened.note(kept, acts)


def codes_of(judged: Judged, here: Mapping[str, Alert]) -> list[str]:
    """Matters of its rule that a judgement is about; well without a code, every one there is."""
    if judged.code or judged.says is Says.BAD:
        return [judged.code]
    return list(here)


def _rests(alert: Alert | None) -> bool:
    standing = None if alert is None else alert.standing
    return standing is None or standing.state in (AlertState.RESOLVED, AlertState.PENDING)


def changed(
    around: AlertSurroundings,
    watched: Watched,
    judged: Judged,
    alert: Alert | None,
    now: datetime,
) -> Change | None:
    """What a judgement changes; None where it changes nothing."""
    if alert is None and judged.says is not Says.BAD:
        return None
    standing = None if alert is None else alert.standing
    step = judge(standing, Sight(judged.at, judged.says), LIVE_POLICIES[judged.rule], now=now)
    if step.standing is None or step.standing == standing:
        return None
    if alert is None or step.is_new:
        shadow = around.mode(judged.rule) == SHADOW
        alert, was = begun(watched, judged, shadow=shadow), None
    else:
        was = None if standing is None else standing.state
    standing, acts = step.standing, step.acts
    if judged.says is Says.BAD and GRAVITY[judged.priority] > GRAVITY[Priority(alert.priority)]:
        alert, standing = replace(alert, priority=str(judged.priority)), risen(standing)
        acts = acts if Act.OPEN in acts else (*acts, Act.RAISE)
    return Change(replace(alert, standing=standing), was, acts, shown_by(judged))


def shown_by(judged: Judged) -> Shown:
    """What an alert is seen by: bad values only."""
    if judged.says is not Says.BAD:
        return Shown()
    return Shown(None, judged.limit, judged.actual, UNITS[judged.rule])


def begun(watched: Watched, judged: Judged, *, shadow: bool) -> Alert:
    """An alert that has just begun."""
    return Alert(
        judged.rule,
        watched.place_id,
        watched.device_id,
        watched.meter_id,
        str(judged.priority),
        shadow=shadow,
        code=judged.code,
    )
