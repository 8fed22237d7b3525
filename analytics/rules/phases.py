"""Voltage and current of three phases: band, unbalance, a phase that is gone (三相不平衡、缺相)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats, Integers
from analytics.rules.finding import Finding, Priority
from analytics.rules.lasting import State, lasting


@dataclass(frozen=True, slots=True)
class Phases:
    """Thresholds.

    Attributes
    ----------
    low_v, high_v : float
        Band of the voltage of a phase. [V]
    voltage_unbalance : float
        Greatest distance of a phase from the mean of the three, over that mean. [1]
    current_unbalance : float
        The same of currents. [1]
    least_current_share : float
        Of the greatest mean current ever seen: below it unbalance says nothing. [1]
    lost_share : float
        Current of a lost phase over that of the strongest. [1]
    hours : float
        Time that a state must last. [h]
    """

    low_v: float
    high_v: float
    voltage_unbalance: float
    current_unbalance: float
    least_current_share: float
    lost_share: float
    hours: float


def voltage_faults(ts: Integers, voltage_v: Floats, rule: Phases) -> list[Finding]:
    """Find voltages out of their band, or unlike each other.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    voltage_v : ndarray of float, shape (n, 3)
        NaN: not measured, which is no fault. [V]
    """
    uneven = _unbalance(voltage_v)
    low, high = voltage_v.min(axis=1), voltage_v.max(axis=1)
    limit = rule.voltage_unbalance
    states = (
        State("voltage_unbalance", Priority.LOW, uneven > limit, uneven, limit),
        State("voltage_low", Priority.HIGH, low < rule.low_v, low, rule.low_v),
        State("voltage_high", Priority.HIGH, high > rule.high_v, high, rule.high_v),
    )
    return [finding for state in states for finding in lasting(ts, state, rule.hours)]


def current_faults(ts: Integers, current_a: Floats, rule: Phases) -> list[Finding]:
    """Find a phase without current beside others that have some, and loads unlike each other.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    current_a : ndarray of float, shape (n, 3)
        NaN: not measured, which is no fault. [A]
    """
    mean = current_a.mean(axis=1)
    known = mean[np.isfinite(mean)]
    most = float(known.max()) if len(known) else np.inf
    loaded = mean >= rule.least_current_share * most
    weakest = current_a.min(axis=1)
    lost = loaded & (weakest <= rule.lost_share * current_a.max(axis=1))
    uneven = _unbalance(current_a)
    limit = rule.current_unbalance
    states = (
        State("phase_loss", Priority.URGENT, lost, weakest),
        State("current_unbalance", Priority.LOW, loaded & ~lost & (uneven > limit), uneven, limit),
    )
    return [finding for state in states for finding in lasting(ts, state, rule.hours)]


def _unbalance(phase: Floats) -> Floats:
    mean = phase.mean(axis=1)
    furthest = np.abs(phase - mean[:, None]).max(axis=1)
    return np.where(mean > 0, furthest / np.where(mean > 0, mean, 1.0), 0.0)
