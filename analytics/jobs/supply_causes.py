"""Faults of the supply: what the main meter sees explains the same at the meters below it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from analytics.jobs.alert_surroundings import AlertSurroundings
from domain.alert import STANDING, Act, AlertState
from store.alerts.alert import Alert, Change, alerts_of_rules, keep, tell

SUPPLY_RULES: Final = frozenset({"voltage_low", "voltage_high", "voltage_unbalance", "phase_loss"})
"""Rules of what comes in from above; a current, or a ratio of currents, is a meter's own."""
_COMES_BACK = timedelta(days=2)
_LASTING = (*STANDING, AlertState.PENDING)


def explain_supply(
    conn: Connection, around: AlertSurroundings, *, now: datetime
) -> list[tuple[Alert, tuple[Act, ...]]]:
    """Put alerts of the supply below that of their main meter, and release what it leaves behind.

    A main meter that is about to tell explains them already, so that only one is told.
    In the caller's transaction; telling is left to the caller.

    Returns
    -------
    list of (Alert, acts)
        Those that changed.
    """
    known = {
        (each.rule, each.device_id): each
        for each in alerts_of_rules(conn, sorted(SUPPLY_RULES), since=now - _COMES_BACK)
        if each.device_id is not None
    }
    device_of = {each.meter_id: each.device_id for each in around.devices.values()}
    changed = []
    for (rule, device_id), alert in known.items():
        above = (known.get((rule, each)) for each in _mains(around, device_of, device_id))
        parent = next((each.id for each in above if each is not None and _explains(each)), None)
        change = _change(alert, parent)
        if change is not None:
            changed.append((keep(conn, change), change.acts))
    return changed


def release_supply(conn: Connection, around: AlertSurroundings, *, now: datetime) -> None:
    """Look whether mains still explain what stands below them, and tell of what they do not."""
    with conn.transaction():
        changed = explain_supply(conn, around, now=now)
        tell_desks(conn, [(each, 0.0) for each, acts in changed if is_news(each, acts)], now=now)
        tell(conn, {each.id for each, _ in changed if each.id is not None and is_shown(each)})


def _mains(
    around: AlertSurroundings, device_of: Mapping[int | None, int], device_id: int
) -> Iterator[int]:
    """Devices of the meters above that of a device, the nearest first."""
    watched, seen = around.devices.get(device_id), {device_id}
    while watched is not None and watched.above_meter_id is not None:
        above = device_of.get(watched.above_meter_id)
        if above is None or above in seen:
            return
        yield above
        seen.add(above)
        watched = around.devices.get(above)


def _explains(alert: Alert) -> bool:
    lasts = alert.standing is not None and alert.standing.state in _LASTING
    return lasts and not alert.shadow


def _change(alert: Alert, parent: int | None) -> Change | None:
    lasts = alert.standing is not None and alert.standing.state in _LASTING
    was = None if alert.standing is None else alert.standing.state
    if lasts and parent is not None:
        if alert.inhibited and alert.parent_id == parent:
            return None
        return Change(replace(alert, parent_id=parent, inhibited=True), was, (Act.INHIBIT,))
    if not alert.inhibited:
        return None
    return Change(
        replace(alert, parent_id=None, inhibited=False), was, (Act.RELEASE,) if lasts else ()
    )
