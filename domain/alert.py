"""Alerts: in which states they stand, what happens to them, and what people say of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertState(StrEnum):
    """Where an alert stands; reopening returns it to open with the same id."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


STANDING = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.ASSIGNED, AlertState.SNOOZED)
"""States of what somebody was told and what has not ended."""


class Act(StrEnum):
    """What happened to an alert, done by a person or by the evaluator."""

    PEND = "pend"
    OPEN = "open"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    RESOLVE = "resolve"
    FADE = "fade"
    INHIBIT = "inhibit"
    RELEASE = "release"
    BLIND = "blind"
    SIGHT = "sight"
    FLAP = "flap"
    RAISE = "raise"
    SUPPRESS = "suppress"
    COMMENT = "comment"
    VERDICT = "verdict"
    HAND_OVER = "hand_over"


class Verdict(StrEnum):
    """What a person says of an alert."""

    TRUE = "true"
    FALSE = "false"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert as its values and its people have made it.

    Attributes
    ----------
    began_at, last_at : datetime
        Event time of the first value of its newest spell that speaks for it, and of the newest.
    judged_to : datetime
        Event time up to which values were judged; an older one changes nothing.
    hits, misses : int
        Values beyond the threshold while it is pending, and others.
    clear_since : datetime or None
        Event time since which values speak against it.
    blind_since : datetime or None
        Event time since which there are no values. It neither grows nor ends.
    opened_at : datetime or None
        When it was first opened; None: nobody was ever told.
    resolved_at : datetime or None
        Event time at which it ended, or the clock of the person who ended it.
    reopened : int
        How often it came back.
    flapping : bool
        It came back so often that only a digest tells of it.
    """

    state: AlertState
    began_at: datetime
    last_at: datetime
    judged_to: datetime
    hits: int = 1
    misses: int = 0
    clear_since: datetime | None = None
    blind_since: datetime | None = None
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    assigned_to: int | None = None
    reopened: int = 0
    flapping: bool = False
