"""Newest values to alerts, batch by batch, in transactions that may be run again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.alerts.course import Says, Sight, judge
from analytics.alerts.live_rule import LIVE_POLICIES, UNITS, Judged, judge_newest
from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from domain.alert import Act, AlertState
from store.alert import Alert, Change, Shown, alerts_of_devices, keep, tell
from store.alert_watch import LISTENED_TO, Watched, said

_STALE = timedelta(days=3)
"""What is older is no news."""
_COMES_BACK = timedelta(days=2)
"""An alert that ended longer ago is not looked for. Longer than any rule's time to come back."""


def judge_devices(
    conn: Connection,
    around: AlertSurroundings,
    device_ids: Iterable[int],
    *,
    now: datetime,
) -> int:
    """Judge the newest values of devices in one transaction; judged again they change nothing.

    Parameters
    ----------
    conn : Connection
        In autocommit mode.

    Returns
    -------
    int
        Alerts of which people are told something.
    """
    with conn.transaction():
        found = list(_judged(conn, around, device_ids, since=now - _STALE))
        if not found:
            return 0
        return _move(conn, around, found, now)


def _judged(
    conn: Connection, around: AlertSurroundings, device_ids: Iterable[int], *, since: datetime
) -> Iterator[tuple[Watched, Judged]]:
    by_kind: dict[str, list[int]] = {}
    for device_id in device_ids:
        watched = around.devices.get(device_id)
        if watched is not None and watched.kind in LISTENED_TO:
            by_kind.setdefault(watched.kind, []).append(device_id)
    for kind, ids in by_kind.items():
        for each in said(conn, kind, ids, since=since):
            watched = around.devices[each.device_id]
            for judged in judge_newest(each.values, each.ts, around.device(watched)):
                if around.mode(judged.rule) != OFF:
                    yield watched, judged


def _move(
    conn: Connection,
    around: AlertSurroundings,
    found: Sequence[tuple[Watched, Judged]],
    now: datetime,
) -> int:
    ids = sorted({watched.device_id for watched, _ in found})
    known = alerts_of_devices(conn, ids, list(LIVE_POLICIES), since=now - _COMES_BACK)
    told, opened = set[int](), list[tuple[Alert, float]]()
    for watched, judged in found:
        alert = known.get((judged.rule, watched.device_id))
        if alert is None and judged.says is not Says.BAD:
            continue
        change = _changed(around, watched, judged, alert, now)
        if change is None:
            continue
        kept = keep(conn, change)
        if kept.id is not None and change.acts and is_shown(kept):
            told.add(kept.id)
        if is_news(kept, change.acts):
            opened.append((kept, 0.0))
    tell_desks(conn, opened, now=now)
    tell(conn, told)
    return len(told)


def _changed(
    around: AlertSurroundings,
    watched: Watched,
    judged: Judged,
    alert: Alert | None,
    now: datetime,
) -> Change | None:
    """What a judgement changes; None where it changes nothing."""
    standing = None if alert is None else alert.standing
    rests = standing is None or standing.state in (AlertState.RESOLVED, AlertState.PENDING)
    if rests and around.suppressed(watched, judged.rule, judged.at) is not None:
        return None
    step = judge(standing, Sight(judged.at, judged.says), LIVE_POLICIES[judged.rule], now=now)
    if step.standing is None or step.standing == standing:
        return None
    mode = around.mode(judged.rule)
    if alert is None or step.is_new:
        alert, was = _begun(watched, judged, shadow=mode == SHADOW), None
    else:
        was = None if standing is None else standing.state
    acts = step.acts
    raised = judged.says is Says.BAD and _ORDER[judged.priority] > _ORDER[alert.priority]
    if raised:
        alert = replace(alert, priority=str(judged.priority))
        acts = acts or (Act.RAISE,)
    shown = Shown()
    if judged.says is Says.BAD:
        shown = Shown(None, judged.limit, judged.actual, UNITS[judged.rule])
    return Change(replace(alert, standing=step.standing), was, acts, shown)


_ORDER = {"low": 0, "high": 1, "urgent": 2}


def _begun(watched: Watched, judged: Judged, *, shadow: bool) -> Alert:
    return Alert(
        judged.rule,
        watched.place_id,
        watched.device_id,
        watched.meter_id,
        str(judged.priority),
        shadow=shadow,
    )
