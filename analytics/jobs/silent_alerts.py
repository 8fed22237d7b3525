"""Silent devices, and gateways that explain the silence of all behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.alerts.course import Says, Sight, Step, judge
from analytics.alerts.policy import Policy
from analytics.alerts.quiet import Heard, dead_gateways, patience, silent_devices
from analytics.alerts.rule_names import GATEWAY_SILENT as GATEWAY
from analytics.alerts.rule_names import SILENT
from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from domain.alert import STANDING, Act, AlertState
from store.alert import Alert, Change, Shown, alerts_of_devices, keep, tell
from store.alert_watch import Watched, heard, usual_pause

_WAIT = timedelta(minutes=2)
"""A device behind a gateway is not told of sooner: what explains it often comes later."""
_POLICY: Mapping[str, Policy] = {SILENT: Policy(least=_WAIT), GATEWAY: Policy()}
_INTERVALS, _LEAST = 3.0, timedelta(minutes=15)
_COMES_BACK = timedelta(days=2)
_OURS, _MANY = timedelta(minutes=5), 5
"""Where none of so many devices was heard for so long, the fault is on our side of them."""


@dataclass(slots=True)
class Ears:
    """What is known of the habits of devices, asked once each."""

    pauses: dict[int, timedelta | None] = field(default_factory=dict)

    def of(self, conn: Connection, watched: Watched, last: datetime, now: datetime) -> Heard:
        """When it was last heard, and how long it may be silent."""
        pause: timedelta | None = None
        if now - last > _LEAST:
            if watched.device_id not in self.pauses:
                self.pauses[watched.device_id] = usual_pause(conn, watched.device_id)
            pause = self.pauses[watched.device_id]
        may = patience(pause, intervals=_INTERVALS, least=_LEAST)
        return Heard(watched.device_id, watched.via_id, last, may)


def judge_silence(conn: Connection, around: AlertSurroundings, ears: Ears, *, now: datetime) -> int:
    """Judge who is silent, in one transaction; returns how many alerts people are told of."""
    with conn.transaction():
        known = [
            ears.of(conn, around.devices[each.device_id], each.received_at, now)
            for each in heard(conn)
            if each.device_id in around.devices
        ]
        if len(known) >= _MANY and now - max(each.last for each in known) > _OURS:
            return 0
        silent = silent_devices(known, now)
        dead = {
            gateway: for_long
            for gateway, for_long in dead_gateways(known, silent).items()
            if gateway in around.devices
        }
        return _Round(conn, around, now).run([each.device_id for each in known], silent, dead)


class _Round:
    """One look at all devices."""

    def __init__(self, conn: Connection, around: AlertSurroundings, now: datetime) -> None:
        self._conn = conn
        self._around = around
        self._now = now
        self._told = set[int]()
        self._opened = list[tuple[Alert, float]]()

    def run(
        self,
        devices: list[int],
        silent: Mapping[int, timedelta],
        dead: Mapping[int, timedelta],
    ) -> int:
        """Gateways first, so that those behind them find what explains them."""
        everyone = sorted({*devices, *self._around.devices})
        known = alerts_of_devices(
            self._conn, everyone, [SILENT, GATEWAY], since=self._now - _COMES_BACK
        )
        parents = dict[int, int]()
        for device_id in sorted({*dead, *(d for rule, d in known if rule == GATEWAY)}):
            kept = self._judge(GATEWAY, device_id, dead.get(device_id), known)
            if kept is not None and kept.id is not None and _stands(kept):
                parents[device_id] = kept.id
        for device_id in sorted({*silent, *(d for rule, d in known if rule == SILENT)}):
            watched = self._around.devices.get(device_id)
            parent = None if watched is None else parents.get(watched.via_id or 0)
            self._judge(SILENT, device_id, silent.get(device_id), known, parent)
        tell_desks(self._conn, self._opened, now=self._now)
        tell(self._conn, self._told)
        return len(self._told)

    def _judge(
        self,
        rule: str,
        device_id: int,
        for_long: timedelta | None,
        known: Mapping[tuple[str, int], Alert],
        parent: int | None = None,
    ) -> Alert | None:
        """Move one alert; the alert as it stands then, None where there is none."""
        watched, alert = self._around.devices.get(device_id), known.get((rule, device_id))
        if watched is None or self._around.mode(rule) == OFF:
            return alert
        standing = None if alert is None else alert.standing
        says = Says.GOOD if for_long is None else Says.BAD
        step = judge(standing, Sight(self._now, says), _POLICY[rule], now=self._now)
        rests = standing is None or standing.state is AlertState.RESOLVED
        if rests and self._around.suppressed(watched, rule, self._now) is not None:
            return alert
        if step.standing is None:
            return alert
        if alert is None or step.is_new:
            alert = _begun(rule, watched, shadow=self._around.mode(rule) == SHADOW)
        change = _change(alert, step, parent)
        if change is None:
            return alert
        if for_long is not None:
            minutes = for_long / timedelta(minutes=1)
            change.shown = Shown(
                actual=minutes, unit="min", evidence=_evidence(self._now, for_long)
            )
        change.was = None if standing is None or step.is_new else standing.state
        kept = keep(self._conn, change)
        if kept.id is not None and is_shown(kept):
            self._told.add(kept.id)
        if is_news(kept, change.acts):
            self._opened.append((kept, 0.0))
        return kept


def _begun(rule: str, watched: Watched, *, shadow: bool) -> Alert:
    priority = "high" if rule == GATEWAY else "low"
    return Alert(
        rule, watched.place_id, watched.device_id, watched.meter_id, priority, shadow=shadow
    )


def _stands(alert: Alert) -> bool:
    return alert.standing is not None and alert.standing.state in STANDING


def _change(alert: Alert, step: Step, parent: int | None) -> Change | None:
    """What is new of an alert: its state, or that something explains it, or does no more.

    While it only goes on being silent nothing is written.
    """
    if step.standing is None:
        return None
    acts = step.acts
    lasts = step.standing.state in (*STANDING, AlertState.PENDING)
    if lasts and parent is not None and not alert.inhibited:
        alert, acts = replace(alert, parent_id=parent, inhibited=True), (*acts, Act.INHIBIT)
    elif alert.inhibited and (parent is None or not lasts):
        alert = replace(alert, parent_id=None, inhibited=False)
        acts = (*acts, Act.RELEASE) if lasts else acts
    if not acts:
        return None
    return Change(replace(alert, standing=step.standing), None, acts)


def _evidence(now: datetime, for_long: timedelta) -> dict[str, object]:
    return {"silent_since": (now - for_long).isoformat()}
