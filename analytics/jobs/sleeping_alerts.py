"""Alerts that were snoozed come back when their time is over, and are told anew."""

from dataclasses import replace
from datetime import datetime

from psycopg import Connection

from analytics.alerts.handling import awake
from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from domain.alert import Act
from store.alerts.alert import Alert, Change, alert_locked, asleep, keep, tell

_WAKES = (Act.WAKE,)


def wake(conn: Connection, *, now: datetime) -> int:
    """Open what was snoozed until now or earlier; running it again changes nothing."""
    with conn.transaction():
        woken = list[Alert]()
        for alert_id in asleep(conn, now=now):
            alert = alert_locked(conn, alert_id)
            if alert is None or alert.standing is None:
                continue
            standing = awake(alert.standing, now=now)
            if standing != alert.standing:
                waking = Change(replace(alert, standing=standing), alert.standing.state, _WAKES)
                woken.append(keep(conn, waking))
        tell_desks(conn, [(each, 0.0) for each in woken if is_news(each, _WAKES)], now=now)
        tell(conn, (each.id for each in woken if each.id is not None and is_shown(each)))
    return len(woken)
