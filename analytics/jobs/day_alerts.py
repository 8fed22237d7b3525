"""Finished days of meters to alerts, with what they are worth.

A meter is judged when figures of a day that is over have changed: by the rules of its class and by
the meters around it, over a hundred days, in one transaction. Judged again it finds the same; what
comes late is placed by its own time, and what is too old to be news is kept as what would have been
told.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.alerts.course import resolved, risen
from analytics.alerts.feedback import raised
from analytics.alerts.live_rule import GRAVITY
from analytics.alerts.matching import Matched, Span, goes_on, is_news, matched
from analytics.alerts.rule_names import DAY_RULES, FAMILIES
from analytics.alerts.worth import amounts, confidence, goes_by_the_cheapest, in_cny
from analytics.duty.alert_expectation import LEARNED
from analytics.jobs.alert_hand_over import hand_over
from analytics.jobs.alert_news import is_news as is_told
from analytics.jobs.alert_news import tell_desks
from analytics.jobs.alert_surroundings import OFF, SHADOW, AlertSurroundings
from analytics.jobs.meter_company import meter_company
from analytics.models.series import Series
from analytics.place.meter_surroundings import meter_surroundings
from analytics.place.own_limits import limits_of
from analytics.rules.catalogue import judge
from analytics.rules.company import judge_company
from analytics.rules.finding import Finding, Priority
from analytics.rules.thresholds import Thresholds, class_of
from domain.alert import STANDING, Act, AlertState, Standing, Verdict
from domain.local_day import day_start, local_day
from store.alerts.alert import Alert, Change, Shown, alerts_of_meter, keep, tell
from store.alerts.alert_day import (
    Found,
    JudgedMeter,
    Worth,
    claim_meter,
    find,
    hours,
    judged_beside,
    judged_meter,
    meters_waiting,
    price,
    take_work,
    value_it,
    verdicts,
)
from store.alerts.alert_watch import advance

_BACK = timedelta(days=30)
_UNITS = {"electricity": "kWh", "water": "m3", "gas": "m3", "heat": "GJ", "cooling": "GJ"}
_log = logging.getLogger(__name__)


def judge_days(conn: Connection, *, now: datetime) -> int:
    """Judge every meter with new figures of finished days; returns how many were judged.

    What stands with the desk of an institution that its place has left goes over to the new one.
    """
    hand_over(conn, now=now)
    around = AlertSurroundings.read(conn, since=now - LEARNED)
    waiting = meters_waiting(conn, now=now)
    beside = judged_beside(conn, waiting)
    # A main meter after those below it: it is held against what they show now.
    waiting = [*sorted(set(waiting) - set(beside)), *beside]
    for meter_id in waiting:
        with conn.transaction():
            meter = judged_meter(conn, meter_id)
            if meter is None or not claim_meter(conn, meter_id):
                continue
            today = local_day(now, ZoneInfo(meter.zone))
            if take_work(conn, meter_id, today):
                _Judging(conn, around, meter_id, meter, today, now).run()
    advance(conn, "days", now)
    if waiting:
        _log.info("days of %d meters judged", len(waiting))
    return len(waiting)


@dataclass(slots=True)
class _Judging:
    """One meter being judged, in one transaction."""

    conn: Connection
    around: AlertSurroundings
    meter_id: int
    meter: JudgedMeter
    today: date
    now: datetime
    told: set[int] = field(default_factory=set)
    opened: list[tuple[Alert, float]] = field(default_factory=list)

    def run(self) -> None:
        zone = ZoneInfo(self.meter.zone)
        judged_to = day_start(self.today, zone)
        first = day_start(local_day(judged_to - LEARNED, zone), zone)
        series = Series(*hours(self.conn, [self.meter_id], first, judged_to))
        if not len(series.ts):
            return
        meter = self.conn, self.meter_id, self.meter
        of = self.meter
        meter_class = class_of(of.medium, of.quantity, of.role, charges=of.charges)
        around = meter_surroundings(*meter, meter_class, first, judged_to)
        own = self._softened(limits_of(self.around.own, meter_class, self.meter_id))
        by_itself = judge(series, meter_class, own, around)
        in_company = judge_company(series, meter_company(*meter, first, judged_to), own, around)
        known = alerts_of_meter(self.conn, self.meter_id, DAY_RULES, since=judged_to - _BACK)
        seen_to = _instant(series, judged_to)
        for rules in FAMILIES:
            found = [each for each in (*by_itself, *in_company) if each.kind in rules]
            mine = [each for each in known if each.rule in rules]
            self._family(found, mine, judged_to, seen_to)
        tell_desks(self.conn, self.opened, now=self.now)
        tell(self.conn, self.told)

    def _family(
        self,
        found: Sequence[Finding],
        known: Sequence[Alert],
        judged_to: datetime,
        seen_to: datetime,
    ) -> None:
        """Findings of rules that tell of one matter, and the alerts they make, feed or end."""
        findings = [each for each in found if self._speaks(each)]
        spans = [
            Span(number, alert.standing.began_at, alert.standing.last_at)
            for number, alert in enumerate(known)
            if alert.standing is not None
        ]
        going = set[int]()
        for pair in reversed(matched(findings, spans)):
            alert = None if pair.number is None else known[pair.number]
            if self._take(pair, alert, judged_to) and pair.number is not None:
                going.add(pair.number)
        for number, alert in enumerate(known):
            if number not in going:
                self._end(alert, judged_to, seen_to)

    def _softened(self, own: Thresholds) -> Thresholds:
        """Thresholds after what people said of this meter's alerts: raised for a while."""
        said: dict[str, list[tuple[datetime, Verdict]]] = {}
        for rule, at, verdict in verdicts(self.conn, self.meter_id):
            said.setdefault(rule, []).append((at, Verdict(verdict)))
        factor = {rule: raised(each, self.now) for rule, each in said.items()}
        unlike, night = own.unlike_usual, own.night_load
        off, flow, pv = own.off_day_use, own.night_flow, own.pv_yield
        return replace(
            own,
            unlike_usual=replace(unlike, fire=unlike.fire * factor.get("unlike_usual", 1.0)),
            night_load=replace(night, above=night.above * factor.get("night_load", 1.0)),
            off_day_use=replace(off, spreads=off.spreads * factor.get("off_day_use", 1.0)),
            night_flow=replace(flow, spreads=flow.spreads * factor.get("night_flow", 1.0)),
            pv_yield=replace(pv, spreads=pv.spreads * factor.get("pv_yield", 1.0)),
        )

    def _speaks(self, finding: Finding) -> bool:
        # Silence is judged by arrival, of the device; a gap of figures is not told twice.
        return finding.kind in DAY_RULES and self.around.mode(finding.kind) != OFF

    def _take(self, pair: Matched, alert: Alert | None, judged_to: datetime) -> bool:
        """Keep a finding, and the alert it makes or feeds; whether it goes on."""
        finding, on = pair.finding, goes_on(pair.finding, judged_to)
        place = self.meter.place_id
        window = self.around.explaining(
            place, self.meter_id, finding.kind, finding.start, finding.end
        )
        shadow = self.around.mode(finding.kind) == SHADOW
        outcome = "shadow" if shadow else "told"
        kept: Alert | None = None
        if alert is None and window is not None:
            outcome = "suppressed"
            why = {"because_kind": window.kind, "because": window.reason}
            if window.of_calendar:
                why |= {"because_of": "event"}
            finding = replace(finding, evidence={**finding.evidence, **why})
        elif alert is None and not is_news(finding, judged_to):
            outcome = "late"
        else:
            kept = self._keep(finding, alert, judged_to, shadow=shadow, on=on)
        self._find(finding, None if kept is None else kept.id, outcome)
        return on and kept is not None

    def _keep(
        self, finding: Finding, alert: Alert | None, judged_to: datetime, *, shadow: bool, on: bool
    ) -> Alert:
        was = None if alert is None or alert.standing is None else alert.standing
        acts: tuple[Act, ...] = ()
        if alert is None or was is None:
            alert = Alert(
                finding.kind, self.meter.place_id, None, self.meter_id, finding.priority,
                shadow=shadow,
            )  # fmt: skip
            standing = Standing(AlertState.OPEN, finding.start, finding.end, judged_to)
            standing, acts = replace(standing, opened_at=self.now), (Act.OPEN,)
        else:
            standing = replace(
                was, last_at=max(finding.end, was.last_at), judged_to=judged_to, clear_since=None
            )
            if on and was.state is AlertState.RESOLVED and judged_to > was.judged_to:
                standing = replace(
                    standing, state=AlertState.OPEN, resolved_at=None, reopened=was.reopened + 1
                )
                acts = (Act.REOPEN,)
            elif on and was.blind_since is not None:
                standing, acts = replace(standing, blind_since=None), (Act.SIGHT,)
            if on and GRAVITY[finding.priority] > GRAVITY[Priority(alert.priority)]:
                alert = replace(alert, priority=finding.priority)
                standing, acts = risen(standing), (*acts, Act.RAISE)
        if not on and standing.state in STANDING:
            standing, acts = resolved(standing, finding.end), (*acts, Act.RESOLVE)
        if alert.id is not None and standing == was:
            return alert  # judged again by the same figures
        shown = Shown(
            finding.score, finding.expected, finding.actual, _UNITS[self.meter.medium],
            dict(finding.evidence),
        )  # fmt: skip
        state = None if was is None else was.state
        kept = keep(self.conn, Change(replace(alert, standing=standing), state, acts, shown))
        worth = self._worth(finding)
        if kept.id is not None and worth is not None:
            value_it(self.conn, kept.id, worth)
        if kept.id is not None and not kept.shadow:
            self.told.add(kept.id)
        if standing.state in STANDING and is_told(kept, acts):
            self.opened.append((kept, float((worth and worth.month_cny) or 0)))
        return kept

    def _worth(self, finding: Finding) -> Worth | None:
        found = amounts(finding)
        if found is None:
            return None
        zone = ZoneInfo(self.meter.zone)
        days = local_day(finding.start, zone), local_day(finding.end, zone)
        cost = price(self.conn, self.meter_id, *days)
        cheapest = goes_by_the_cheapest(finding)
        unit = cost.least if cheapest else cost.mean
        basis = {
            "tariffs": cost.tariffs or [],
            "checked": bool(cost.checked),
            "price_cny": None if unit is None else str(unit),
            "price_of": "cheapest period" if cheapest else "mean of the days",
            "days": [str(day) for day in days],
        }
        lost_cny, month_cny = in_cny(found.lost, unit), in_cny(found.month, unit)
        sure = confidence(finding.score)
        return Worth(found.lost, found.month, lost_cny, month_cny, sure, basis)

    def _end(self, alert: Alert, judged_to: datetime, seen_to: datetime) -> None:
        """End what the days no longer show; where they show nothing, say so instead."""
        was = alert.standing
        if was is None or was.state not in STANDING or was.judged_to > judged_to:
            return
        if judged_to - seen_to > timedelta(hours=24):
            if was.blind_since is not None:
                return
            standing, act = replace(was, blind_since=seen_to), Act.BLIND
        else:
            standing, act = resolved(replace(was, judged_to=judged_to), judged_to), Act.RESOLVE
        kept = keep(self.conn, Change(replace(alert, standing=standing), was.state, (act,)))
        if kept.id is not None and not kept.shadow:
            self.told.add(kept.id)

    def _find(self, finding: Finding, alert_id: int | None, outcome: str) -> None:
        find(
            self.conn,
            Found(
                finding.kind, self.meter.place_id, self.meter_id, finding.start, finding.end,
                finding.priority, finding.score, finding.expected, finding.actual,
                finding.evidence, alert_id, outcome,
            ),
        )  # fmt: skip


def _instant(series: Series, judged_to: datetime) -> datetime:
    """Up to when a series has values."""
    behind_us = int(judged_to.timestamp() * 1e6) - int(series.ts[-1]) - series.step
    return judged_to - timedelta(microseconds=max(behind_us, 0))
