"""Alerts on what wants a hand: clocks, sources of weather, certificates, seals and multipliers.

They are looked through whole, again and again: what is found anew opens, what is found no more
ends. Looked through twice, or by two workers, nothing is told twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.alerts.course import Says, Sight, judge, risen
from analytics.alerts.live_rule import GRAVITY
from analytics.alerts.upkeep import CLOCK_OFFSET as CLOCK
from analytics.alerts.upkeep import (
    POLICY,
    UPKEEP_RULES,
    Subject,
    Wanting,
    metrology_wants,
    stale_weather,
    wrong_clock,
)
from analytics.alerts.upkeep import WEATHER_STALE as WEATHER
from analytics.jobs.alert_news import is_news, is_shown, tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from analytics.metrology.findings import meter_states
from analytics.rules.finding import Priority
from analytics.weather_settings import weather_settings
from domain.alert import Act, AlertState
from store.alerts.alert import Alert, Change, Shown, alerts_of_rules, claim_upkeep, keep, tell
from store.places.weather_hour import newest_of_places
from store.telemetry.quality import clocks

_COMES_BACK = timedelta(days=2)
_EVERY_DEVICE = 1_000_000


def judge_upkeep(conn: Connection, *, now: datetime) -> int:
    """Look through clocks, weather and settlement meters; returns how many alerts changed."""
    with conn.transaction():
        if not claim_upkeep(conn):
            return 0
        around = AlertSurroundings.read(conn, since=now - _COMES_BACK)
        found = [*_clocks(conn, around), *_weather(conn, now), *_metrology(conn, now)]
        return _Round(conn, around, now).run(found)


def _clocks(conn: Connection, around: AlertSurroundings) -> Iterator[Wanting]:
    every = clocks(conn, organisation_id=None, least=timedelta(0), at_most=_EVERY_DEVICE)
    for row in every:
        device = around.devices.get(row.device_id)
        if device is not None:
            subject = Subject(CLOCK, device.place_id, row.device_id, device.meter_id)
            wanting = wrong_clock(subject, row.offset_s, row.estimated_at)
            if wanting is not None:
                yield wanting


def _weather(conn: Connection, now: datetime) -> Iterator[Wanting]:
    stale_after = weather_settings().stale_after
    for place_id, newest_at in newest_of_places(conn):
        wanting = stale_weather(Subject(WEATHER, place_id, None, None), newest_at, now, stale_after)
        if wanting is not None:
            yield wanting


def _metrology(conn: Connection, now: datetime) -> Iterator[Wanting]:
    for state in meter_states(conn, now, of_all=True):
        yield from metrology_wants(state.meter.organisation_id, state.meter.id, state.findings)


class _Round:
    """One look at everything, in one transaction."""

    def __init__(self, conn: Connection, around: AlertSurroundings, now: datetime) -> None:
        self._conn = conn
        self._around = around
        self._now = now

    def run(self, found: Iterable[Wanting]) -> int:
        speaking = [rule for rule in UPKEEP_RULES if self._around.mode(rule) != OFF]
        wanting = {each.subject: each for each in found if each.subject.rule in speaking}
        known = {
            Subject(each.rule, each.organisation_id, each.device_id, each.meter_id): each
            for each in alerts_of_rules(self._conn, speaking, since=self._now - _COMES_BACK)
        }
        changes = [
            self._change(subject, wanting.get(subject), known.get(subject))
            for subject in {**known, **wanting}
        ]
        kept = [(keep(self._conn, change), change) for change in changes if change is not None]
        news = [(alert, 0.0) for alert, change in kept if is_news(alert, change.acts)]
        tell_desks(self._conn, news, now=self._now)
        told = [alert.id for alert, _ in kept if alert.id is not None and is_shown(alert)]
        tell(self._conn, told)
        return len(told)

    def _change(
        self, subject: Subject, wanting: Wanting | None, alert: Alert | None
    ) -> Change | None:
        """What is new of an alert; while it only goes on nothing is written."""
        standing = None if alert is None else alert.standing
        rests = standing is None or standing.state is AlertState.RESOLVED
        if rests and (wanting is None or self._is_suppressed(subject)):
            return None
        says = Says.GOOD if wanting is None else wanting.says
        step = judge(standing, Sight(self._now, says), POLICY, now=self._now)
        if step.standing is None or (standing is None and says is not Says.BAD):
            return None
        now_stands, acts = step.standing, step.acts
        if alert is None or step.is_new:
            shadow = self._around.mode(subject.rule) == SHADOW
            alert = Alert(*subject, Priority.LOW, shadow=shadow)
        shown = Shown()
        if wanting is not None and says is Says.BAD:
            began = wanting.since
            if Act.OPEN in acts and began and self._now - POLICY.news < began < self._now:
                now_stands = replace(now_stands, began_at=began)
            graver = GRAVITY[wanting.priority] > GRAVITY[Priority(alert.priority)]
            if Act.OPEN not in acts and graver:
                acts, now_stands = (*acts, Act.RAISE), risen(now_stands)
            if acts:
                alert = replace(alert, priority=str(wanting.priority))
            shown = Shown(None, wanting.expected, wanting.actual, wanting.unit, wanting.evidence)
        if not acts:
            return None
        was = None if standing is None or step.is_new else standing.state
        return Change(replace(alert, standing=now_stands), was, acts, shown)

    def _is_suppressed(self, subject: Subject) -> bool:
        rule, place, device, meter = subject
        return self._around.covering(place, device, meter, rule, self._now) is not None
