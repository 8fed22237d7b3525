"""Silent devices, and what explains the silence of many: their place, main meter or gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.alerts.course import Says, Sight, Step, judge
from analytics.alerts.live_rule import LIVE_POLICIES
from analytics.alerts.policy import Policy
from analytics.alerts.quiet import Heard, patience, silent_devices
from analytics.alerts.rule_names import GATEWAY_SILENT, MAIN_SILENT, PLACE_SILENT, SILENT
from analytics.alerts.upkeep import Subject
from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from analytics.jobs.silent_causes import Cause, silent_causes
from analytics.rules.finding import Priority
from domain.alert import STANDING, Act, AlertState
from store.alerts.alert import Alert, Change, Shown, alerts_of_devices, alerts_of_rules, keep, tell
from store.alerts.alert_watch import Watched, heard, usual_pause
from store.alerts.held_back import HeldBack, hold_back

_WAIT = timedelta(minutes=2)
"""Nothing is told of sooner than this: what explains it often comes later."""
_POLICY = Policy(least=_WAIT)
_WIDEST = {PLACE_SILENT: Policy()}
_OF_DEVICES = (MAIN_SILENT, GATEWAY_SILENT, SILENT)
_INSTANT = timedelta(microseconds=1)
_LASTING = (*STANDING, AlertState.PENDING)
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
        return _Round(conn, around, now).run(silent_causes(around, known, silent), silent)


class _Round:
    """One look at all devices."""

    def __init__(self, conn: Connection, around: AlertSurroundings, now: datetime) -> None:
        self._conn = conn
        self._around = around
        self._now = now
        self._told = set[int]()
        self._withheld = set[int]()
        self._opened = list[tuple[Alert, float]]()

    def run(self, causes: Sequence[Cause], silent: Mapping[int, timedelta]) -> int:
        """The widest first, so that each finds what explains it."""
        since = self._now - _COMES_BACK
        of_devices = alerts_of_devices(
            self._conn, sorted(self._around.devices), _OF_DEVICES, since=since
        )
        known = {key: each for key, by_code in of_devices.items() for each in by_code.values()}
        for place in alerts_of_rules(self._conn, [PLACE_SILENT], since=since):
            known[place.rule, place.organisation_id] = place
        found = {(each.rule, each.subject_id): each for each in causes}
        over = [key for key in known if key[0] != SILENT and key not in found]
        for rule, subject_id in sorted(over):
            self._judge(self._subject(rule, subject_id), None, known.get((rule, subject_id)))
        explained = dict[int, int]()
        for key, cause in found.items():
            above = {explained.get(each) for each in cause.devices}
            parent = above.pop() if len(above) == 1 else None
            kept = self._judge(self._subject(*key), cause.lasts, known.get(key), parent)
            if kept is not None and kept.id is not None and _explains(kept):
                explained |= {each: kept.id for each in cause.devices if each not in explained}
            else:  # a window may be open: what it holds back stands for its devices too
                self._withheld |= cause.devices
        for device_id in sorted({*silent, *(each for rule, each in known if rule == SILENT)}):
            subject, alert = self._subject(SILENT, device_id), known.get((SILENT, device_id))
            self._judge(subject, silent.get(device_id), alert, explained.get(device_id))
        self._blind(silent)
        tell_desks(self._conn, self._opened, now=self._now)
        tell(self._conn, self._told)
        return len(self._told)

    def _blind(self, silent: Mapping[int, timedelta]) -> None:
        """What stands at a silent device neither grows nor ends until it speaks, and says so."""
        rules = list(LIVE_POLICIES)
        standing = alerts_of_devices(self._conn, sorted(silent), rules, since=self._now)
        for alert in (each for by_code in standing.values() for each in by_code.values()):
            was = alert.standing
            if was is None or was.state not in STANDING or was.blind_since or not alert.device_id:
                continue
            heard = self._now - silent[alert.device_id]
            sight = Sight(max(heard, was.judged_to + _INSTANT), Says.NOTHING)
            step = judge(was, sight, LIVE_POLICIES[alert.rule], now=self._now)
            if step.standing is not None:
                blind = replace(alert, standing=step.standing)
                kept = keep(self._conn, Change(blind, was.state, step.acts))
                if kept.id is not None and is_shown(kept):
                    self._told.add(kept.id)

    def _subject(self, rule: str, subject_id: int) -> Subject | None:
        if rule == PLACE_SILENT:
            return Subject(rule, subject_id, None, None)
        watched = self._around.devices.get(subject_id)
        if watched is None:
            return None
        return Subject(rule, watched.place_id, subject_id, watched.meter_id)

    def _judge(
        self,
        subject: Subject | None,
        for_long: timedelta | None,
        alert: Alert | None,
        parent: int | None = None,
    ) -> Alert | None:
        """Move one alert; the alert as it stands then, None where there is none."""
        if subject is None or self._around.mode(subject.rule) == OFF:
            return alert
        rule, place_id, device_id, meter_id = subject
        standing = None if alert is None else alert.standing
        says = Says.GOOD if for_long is None else Says.BAD
        sight, policy = Sight(self._now, says), _WIDEST.get(rule, _POLICY)
        step = judge(standing, sight, policy, now=self._now)
        rests = standing is None or standing.state is AlertState.RESOLVED
        window = self._around.covering(place_id, device_id, meter_id, rule, self._now)
        if rests and window is not None:
            if for_long is not None and parent is None and device_id not in self._withheld:
                hold_back(self._conn, self._held(subject, for_long), window)
            return alert
        if step.standing is None:
            return alert
        if alert is None or step.is_new:
            priority = "low" if rule == SILENT else "high"
            alert = Alert(*subject, priority, shadow=self._around.mode(rule) == SHADOW)
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

    def _held(self, subject: Subject, for_long: timedelta) -> HeldBack:
        rule, place_id, device_id, meter_id = subject
        priority = Priority.LOW if rule == SILENT else Priority.HIGH
        minutes = for_long / timedelta(minutes=1)
        heard, wait = self._now - for_long, _WAIT / timedelta(seconds=1)
        return HeldBack(
            rule, place_id, device_id, meter_id, str(priority), heard, self._now, 1, 1, wait,
            None, minutes,
        )  # fmt: skip


def _explains(alert: Alert) -> bool:
    lasts = alert.standing is not None and alert.standing.state in _LASTING
    return lasts and not alert.shadow


def _change(alert: Alert, step: Step, parent: int | None) -> Change | None:
    """What is new of an alert: its state, or that something explains it, or does no more.

    While it only goes on being silent nothing is written.
    """
    if step.standing is None:
        return None
    acts = step.acts
    lasts = step.standing.state in _LASTING
    if lasts and parent is not None and (not alert.inhibited or alert.parent_id != parent):
        alert, acts = replace(alert, parent_id=parent, inhibited=True), (*acts, Act.INHIBIT)
    elif alert.inhibited and (parent is None or not lasts):
        alert = replace(alert, parent_id=None, inhibited=False)
        acts = (*acts, Act.RELEASE) if lasts else acts
    if not acts:
        return None
    return Change(replace(alert, standing=step.standing), None, acts)


def _evidence(now: datetime, for_long: timedelta) -> dict[str, object]:
    return {"silent_since": (now - for_long).isoformat()}
