"""Escalation: who else is told while nobody has acknowledged."""

from collections.abc import Sequence
from datetime import datetime, timedelta


def rung(opened_at: datetime, now: datetime, after_min: Sequence[int]) -> int:
    """The highest rung reached: 0 when it opened, one more with each delay that is over.

    Parameters
    ----------
    after_min : sequence of int
        Delays since the opening, rising. [min]
    """
    return sum(opened_at + timedelta(minutes=minutes) <= now for minutes in after_min)
