"""Up to when alerts are evaluated, and whether that is recent enough to be trusted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_LIVE_BEHIND, _DAYS_BEHIND = timedelta(minutes=2), timedelta(minutes=15)
"""The evaluator says every second how far it is; the worker after each round of its jobs."""


class Pace(StrEnum):
    """How evaluation keeps up; `DAYS_BEHIND`: newest values are judged, whole days are not."""

    CURRENT = "current"
    DAYS_BEHIND = "days_behind"
    BEHIND = "behind"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Up to when everything received is judged; None: never anything was.

    Attributes
    ----------
    live_to, days_to : datetime or None
        Newest values; whole days of meters.
    """

    live_to: datetime | None
    days_to: datetime | None

    def pace(self, now: datetime) -> Pace:
        """How it keeps up at an instant."""
        if self.live_to is None:
            return Pace.NEVER
        if now - self.live_to > _LIVE_BEHIND:
            return Pace.BEHIND
        late = self.days_to is None or now - self.days_to > _DAYS_BEHIND
        return Pace.DAYS_BEHIND if late else Pace.CURRENT
