"""Whether a rule may interrupt a desk: it earns that by what came of its alerts, and loses it.

What is urgent interrupts in any case. A rule without the right still tells: its alerts wait for the
morning list, are judged there, and so it may earn the right again.
"""

from enum import StrEnum
from typing import NamedTuple

_FEWEST = 5
"""Fewer judged alerts say nothing."""
_LEAST_RIGHT = 0.5
"""An interruption is to be worth it at least as often as not. [1]"""
_MANY, _MOST_A_WEEK = 20, 0.25
"""Nobody having judged: so many alerts, and so many for each device and week. [1], [1/week]"""
WEEKS = 4
"""Of which alerts are counted."""


class Lost(StrEnum):
    """Why a rule has no right to interrupt."""

    SELDOM_RIGHT = "seldom_right"
    TOO_OFTEN = "too_often"


class Earned(NamedTuple):
    """What came of a rule's alerts at a desk.

    Attributes
    ----------
    right, wrong : int
        Verdicts of true and of false, with outcomes of orders: something stopped, nothing did.
    told : int
        Alerts that it told, or would have told, in four weeks.
    watched : int
        Devices there.
    """

    right: int
    wrong: int
    told: int
    watched: int

    @property
    def precision(self) -> float | None:
        """Share that was right; None of fewer than five."""
        judged = self.right + self.wrong
        return self.right / judged if judged >= _FEWEST else None


def lost(earned: Earned) -> Lost | None:
    """Why a rule may not interrupt; None where it may, as one of which little is known."""
    if earned.precision is not None:
        return Lost.SELDOM_RIGHT if earned.precision < _LEAST_RIGHT else None
    often = earned.told / (max(earned.watched, 1) * WEEKS)
    return Lost.TOO_OFTEN if earned.told >= _MANY and often > _MOST_A_WEEK else None
