"""Demand that comes near the contract (需量越限)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """Thresholds; `live_rule` judges by them.

    Attributes
    ----------
    high_share, urgent_share : float
        Of the contracted demand. [1]
    """

    high_share: float
    urgent_share: float
