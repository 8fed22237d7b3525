"""Heat that is pumped in vain, and taken away by the cooling beside it (供回水、冷热同开)."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.series import us
from analytics.rules.finding import Finding, Priority
from analytics.rules.lasting import State, lasting

_APART = timedelta(hours=24)
"""What comes back sooner is one matter: plant runs by day, and not at night."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Thresholds.

    Attributes
    ----------
    least_difference_k : float
        Supply less return of a circuit that gives heat. [K]
    reversed_k : float
        Return above supply by so much: sensors or pipes are changed over. [K]
    least_flow_m3h : float
        Flow from which a circuit runs. [m3/h]
    both_share : float
        Share of its own 95th percentile from which heating, and cooling, runs. [1]
    hours : float
        Time for which both must run. [h]
    """

    least_difference_k: float
    reversed_k: float
    least_flow_m3h: float
    both_share: float
    hours: float


def heating_and_cooling(
    ts: Integers, heating: Floats, cooling: Floats, rule: Heat
) -> list[Finding]:
    """Find hours in which a building is heated and cooled at once.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    heating, cooling : ndarray of float, shape (n,)
        Of both meters at these instants; NaN: not measured. [kW, or kWh or GJ of a step]

    Returns
    -------
    list of Finding
        One for each matter; `sum_above_expected` is the heat that the cooling took away again: the
        lesser of both, in `hours` instants.
    """
    both = _runs_well(heating, rule) & _runs_well(cooling, rule)
    wasted = np.minimum(heating, cooling)
    state = State("heating_and_cooling", Priority.HIGH, both, wasted, 0.0)
    found: list[Finding] = []
    for spell in lasting(ts, state, rule.hours):
        start, score = spell.start, spell.score
        if found and start - found[-1].end < _APART:
            before = found.pop()
            start, score = before.start, max(before.score, score)
        inside = both & (ts >= us(start)) & (ts < us(spell.end))
        lost = {"sum_above_expected": float(wasted[inside].sum()), "hours": float(inside.sum())}
        actual = float(wasted[inside].mean())
        found.append(replace(spell, start=start, score=score, actual=actual, evidence=lost))
    return found


def _runs_well(power: Floats, rule: Heat) -> Truths:
    known = power[np.isfinite(power) & (power > 0)]
    full = float(np.quantile(known, 0.95)) if len(known) else np.inf
    return np.asarray(power >= rule.both_share * full)
