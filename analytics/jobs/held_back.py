"""What is found live while a window is open: no alert, and yet never hidden."""

from dataclasses import replace
from datetime import timedelta

from psycopg import Connection

from analytics.alerts.course import Says
from analytics.alerts.live_rule import GRAVITY, LIVE_POLICIES, Judged
from analytics.rules.finding import Priority
from store.alerts.alert_watch import Watched, Window
from store.alerts.held_back import HeldBack, hold_back

_SECOND = timedelta(seconds=1)


class Withheld:
    """Bad values of one transaction that lie in windows, written together at its end."""

    def __init__(self) -> None:
        self._held = dict[tuple[str, int, str], tuple[HeldBack, Window]]()

    def note(self, watched: Watched, judged: Judged, window: Window) -> None:
        """Take note of a value that is bad, in the order of their time; others say nothing."""
        if judged.says is not Says.BAD:
            return
        key = judged.rule, watched.device_id, str(window.during)
        before = self._held.get(key)
        if before is None:
            held = _first(watched, judged)
        else:
            known, window = before
            graver = GRAVITY[judged.priority] >= GRAVITY[Priority(known.priority)]
            worst = str(judged.priority) if graver else known.priority
            actual = judged.actual if graver else known.actual
            held = replace(
                known, last_at=judged.at, values=known.values + 1, priority=worst, actual=actual
            )
        self._held[key] = held, window

    def keep(self, conn: Connection) -> None:
        """Write what was noted."""
        for held, window in self._held.values():
            hold_back(conn, held, window)


def _first(watched: Watched, judged: Judged) -> HeldBack:
    policy = LIVE_POLICIES[judged.rule]
    return HeldBack(
        judged.rule,
        watched.place_id,
        watched.device_id,
        watched.meter_id,
        str(judged.priority),
        judged.at,
        judged.at,
        1,
        policy.of,
        policy.least / _SECOND,
        judged.limit,
        judged.actual,
    )
