"""What becomes of alerts that have just opened: who is interrupted, what waits for the morning."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.alerts.budget import (
    LONGEST,
    LULL,
    Budget,
    News,
    Storm,
    Told,
    day_began,
    shift_began,
    told,
)
from analytics.duty.rule_rights import rule_rights
from analytics.rules.finding import Priority
from domain.alert import STANDING, Act, AlertState
from store.alerts.alert import Alert
from store.alerts.alert_desk import (
    budget,
    flurry,
    grow,
    hold,
    interrupt,
    interrupt_once,
    lock_desk,
    spent,
    zone_of_desk,
)

OPENING = frozenset({Act.OPEN, Act.REOPEN, Act.RELEASE, Act.WAKE})
"""What is news of an alert."""


def is_news(alert: Alert, acts: Iterable[Act]) -> bool:
    """Whether somebody is to be told: that it opens, or that what was told is graver.

    Not of one on trial or explained by another. That one comes and goes is news once, for the
    morning list: from then on it opens again without a word, and is counted.
    """
    if alert.standing is None or alert.shadow or alert.inhibited:
        return False
    acts = frozenset(acts)
    begins_to_flap = Act.FLAP in acts and alert.priority != Priority.URGENT
    opened = bool(OPENING & acts) and (not alert.standing.flapping or begins_to_flap)
    return opened or (Act.RAISE in acts and alert.standing.state is not AlertState.PENDING)


def flaps(alert: Alert) -> bool:
    """Whether it comes and goes: it interrupts no more, unless it becomes urgent."""
    return alert.standing is not None and alert.standing.flapping


def is_shown(alert: Alert) -> bool:
    """Whether a desk shows it: it was opened once, by a rule that is not on trial."""
    opened = alert.standing is not None and alert.standing.opened_at is not None
    return opened and not alert.shadow


class Opened:
    """Alerts that open while many readings are judged; some of them end meanwhile."""

    def __init__(self) -> None:
        self._news = dict[int, Alert]()

    def note(self, alert: Alert, acts: Iterable[Act]) -> None:
        """Take note of an alert that was just kept."""
        if alert.id is not None and (alert.id in self._news or is_news(alert, acts)):
            self._news[alert.id] = alert

    @property
    def rules(self) -> frozenset[str]:
        """Rules of those that opened."""
        return frozenset(each.rule for each in self._news.values())

    def standing(self) -> list[tuple[Alert, float]]:
        """Those that interrupt: of what is over already only what was urgent.

        Not what another explains by now.
        """
        return [
            (alert, 0.0)
            for alert in self._news.values()
            if not alert.inhibited
            and (
                alert.priority == Priority.URGENT
                or (alert.standing is not None and alert.standing.state in STANDING)
            )
        ]


def tell_desks(conn: Connection, opened: Iterable[tuple[Alert, float]], *, now: datetime) -> None:
    """Interrupt desks by what has opened, within their budgets.

    Parameters
    ----------
    opened : iterable of (Alert, float)
        Each kept already, with its worth in a month. [CNY]
    """
    by_desk: dict[int, list[tuple[Alert, float]]] = {}
    for alert, worth in opened:
        if alert.id is not None and alert.desk_id is not None:
            by_desk.setdefault(alert.desk_id, []).append((alert, worth))
    for desk_id in sorted(by_desk):
        lock_desk(conn, desk_id)
        _interrupt(conn, desk_id, _news(conn, desk_id, by_desk[desk_id], now), now)


def _news(
    conn: Connection, desk_id: int, opened: list[tuple[Alert, float]], now: datetime
) -> list[News]:
    """What may interrupt: not what a rule without the right tells, unless it is urgent."""
    asked = any(alert.priority == Priority.HIGH for alert, _ in opened)
    rights = rule_rights(conn, [desk_id], now=now) if asked else []
    without = {each.rule for each in rights if each.lost is not None}
    return [
        News(
            alert.id,
            Priority(alert.priority),
            worth,
            alert.rule not in without and not flaps(alert),
        )
        for alert, worth in opened
        if alert.id is not None
    ]


def _left(conn: Connection, desk_id: int, now: datetime) -> int:
    zone = ZoneInfo(zone_of_desk(conn, desk_id) or "UTC")
    own = budget(conn, desk_id)
    allowed = Budget() if own is None else Budget(*own)
    used = spent(conn, desk_id, shift=shift_began(now, zone), day=day_began(now, zone))
    return min(allowed.per_shift - used.shift, allowed.per_day - used.day)


def _interrupt(conn: Connection, desk_id: int, news: list[News], now: datetime) -> None:
    own = [each.alert_id for each in news]
    seen = flurry(conn, desk_id, besides=own, begun=now - LONGEST, grown=now - LULL)
    storm = Storm(seen.digest_id is not None, seen.urgent, seen.told_urgent)
    chosen: Told = told(news, _left(conn, desk_id, now), storm)
    for alert_id in chosen.alone:
        interrupt(conn, desk_id, alert_id, over_budget=alert_id in chosen.over, now=now)
    digest = list(chosen.digest)
    if digest and seen.digest_id is not None and not chosen.anew:
        grow(conn, seen.digest_id, digest, now=now)
    elif digest:
        interrupt_once(conn, desk_id, digest, over_budget=chosen.digest_urgent, now=now)
    if chosen.held:
        hold(conn, list(chosen.held))
