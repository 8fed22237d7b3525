"""Voltage and current of three phases: band, unbalance, a phase that is gone (三相不平衡、缺相)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phases:
    """Thresholds; `live_rule` judges by them.

    Attributes
    ----------
    low_v, high_v : float
        Band of the voltage of a phase. [V]
    voltage_unbalance : float
        Greatest distance of a phase from the mean of the three, over that mean. [1]
    current_unbalance : float
        The same of currents. [1]
    least_current_a : float
        Mean current below which the phases say nothing of each other. [A]
    lost_share : float
        Current of a lost phase over that of the strongest. [1]
    """

    low_v: float
    high_v: float
    voltage_unbalance: float
    current_unbalance: float
    least_current_a: float
    lost_share: float


def unbalance(phases: Sequence[float]) -> float:
    """Greatest distance of a phase from the mean of all, over that mean; 0 of nothing. [1]."""
    mean = sum(phases) / len(phases)
    return max(abs(each - mean) for each in phases) / mean if mean > 0 else 0.0
