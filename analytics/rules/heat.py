"""Heating and cooling circuits: supply, return, flow and what is drawn (供回水)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.rules.finding import Finding, Priority
from analytics.rules.lasting import State, lasting


@dataclass(frozen=True, slots=True)
class Heat:
    """Thresholds.

    Attributes
    ----------
    least_difference_k : float
        Supply less return of a circuit that gives heat. [K]
    reversed_k : float
        Return above supply by so much: sensors or pipes are changed over. [K]
    running_share : float
        Share of its usual flow from which a circuit runs. [1]
    both_share : float
        Share of its own 95th percentile from which heating, and cooling, runs. [1]
    hours : float
        Time that a state must last. [h]
    """

    least_difference_k: float
    reversed_k: float
    running_share: float
    both_share: float
    hours: float


def circuit_faults(
    ts: Integers, supply_c: Floats, return_c: Floats, flow_m3h: Floats, rule: Heat
) -> list[Finding]:
    """Find water that is pumped in vain, and a return that is warmer than its supply.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    supply_c, return_c, flow_m3h : ndarray of float, shape (n,)
        NaN: not measured, which is no fault. [degC], [degC], [m3/h]
    """
    drop = supply_c - return_c
    flowing = flow_m3h[flow_m3h > 0]
    usual = float(np.median(flowing)) if len(flowing) else np.inf
    pumped = flow_m3h >= rule.running_share * usual
    turned = pumped & (drop <= -rule.reversed_k)
    vain = pumped & (drop < rule.least_difference_k) & ~turned
    states = (
        State("low_difference", Priority.LOW, vain, drop, rule.least_difference_k),
        State("reversed_circuit", Priority.HIGH, turned, drop, 0.0),
    )
    return [finding for state in states for finding in lasting(ts, state, rule.hours)]


def heating_and_cooling(
    ts: Integers, heating: Floats, cooling: Floats, rule: Heat
) -> list[Finding]:
    """Find hours in which a building is heated and cooled at once.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    heating, cooling : ndarray of float, shape (n,)
        Of both meters at these instants; NaN: not measured. [kW, or kWh of a step]
    """
    both = _runs_well(heating, rule) & _runs_well(cooling, rule)
    wasted = np.minimum(heating, cooling)
    state = State("heating_and_cooling", Priority.HIGH, both, wasted, 0.0)
    return lasting(ts, state, rule.hours)


def _runs_well(power: Floats, rule: Heat) -> Truths:
    known = power[np.isfinite(power) & (power > 0)]
    full = float(np.quantile(known, 0.95)) if len(known) else np.inf
    return np.asarray(power >= rule.both_share * full)
