"""What is proposed as a non-routine event (NRE); a person accepts it, dates it and signs."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Shape(StrEnum):
    """What the use did."""

    STEP = "step"
    """It stays at another level until the end of what is known."""
    SPELL = "spell"
    """It came back."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Use that left the baseline and stayed away.

    Attributes
    ----------
    first, end : date
        Local days [first, end) over which it differs; `end` is the end of the data for a step.
    shape : Shape
    ratio : float
        Measured over baseline within the event, over the same before it. [1]
    low, high : float
        Band of `ratio`. [1]
    daily_change : float
        Measured less what was to be expected, mean of the event. [use per day]
    days : int
        Measured days within the event.
    ratio_before, ratio_within : float
        Measured over baseline. [1]
    spread_before : float
        Usual spread of that ratio from fortnight to fortnight before the event. [1]
    """

    first: date
    end: date
    shape: Shape
    ratio: float
    low: float
    high: float
    daily_change: float
    days: int
    ratio_before: float
    ratio_within: float
    spread_before: float
