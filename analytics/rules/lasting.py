"""States that must last before they are worth a word."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.series import instant
from analytics.rules.day_grid import HOUR_US
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs


@dataclass(frozen=True, slots=True)
class State:
    """Something that holds, or does not, at each instant.

    Attributes
    ----------
    holds : ndarray of bool, shape (n,)
    shown : ndarray of float, shape (n,)
        What is told as the actual value, as its mean.
    expected : float or None
        Limit that it broke.
    """

    kind: str
    priority: Priority
    holds: Truths
    shown: Floats
    expected: float | None = None


def lasting(ts: Integers, state: State, least_hours: float) -> list[Finding]:
    """Find the spans in which a state held for so long.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    """
    step = int(np.median(np.diff(ts))) if len(ts) > 1 else 0
    found = []
    for first, end in runs(state.holds).tolist():
        start, until = int(ts[first]), int(ts[end - 1]) + step
        hours = (until - start) / HOUR_US
        if hours < least_hours:
            continue
        found.append(
            Finding(
                instant(start),
                instant(until),
                state.kind,
                state.priority,
                hours / least_hours,
                state.expected,
                float(state.shown[first:end].mean()),
                {"hours": hours},
            )
        )
    return found
