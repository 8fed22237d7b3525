"""A main meter against the sum of those below it (总分表平衡)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs

KIND = "feeder_balance"


@dataclass(frozen=True, slots=True)
class Feeder:
    """Thresholds.

    Attributes
    ----------
    low_share, high_share : float
        Difference over the main meter of a day. [1]
    beyond_usual : float
        And beyond the usual difference by so much: what is unmetered has its own share. [1]
    days : float
        Days in a row. [d]
    """

    low_share: float
    high_share: float
    beyond_usual: float
    days: float


def feeder_balance(main: DayGrid, submeters: Floats, rule: Feeder) -> list[Finding]:
    """Find days on which the meters below do not add up to the main meter.

    Parameters
    ----------
    main : DayGrid
        Of the main meter.
    submeters : ndarray of float, shape (n_days, n_slots)
        Their sum; NaN where one of them is not known, and such slots are left out.
    """
    known = np.isfinite(main.value) & np.isfinite(submeters)
    above = np.where(known, main.value, 0.0).sum(axis=1)
    below = np.where(known, submeters, 0.0).sum(axis=1)
    enough = (2 * known.sum(axis=1) >= known.shape[1]) & (above > 0)
    share = np.where(enough, (above - below) / np.where(above > 0, above, 1.0), np.nan)
    usual = float(np.nanmedian(share)) if enough.any() else 0.0
    away = np.abs(share - usual)
    wrong = (np.abs(share) > rule.low_share) & (away > rule.beyond_usual)
    found = []
    for first, end in runs(wrong).tolist():
        if end - first < rule.days:
            continue
        worst = float(np.abs(share[first:end]).max())
        found.append(
            Finding(
                main.start(first * main.slots),
                main.start(end * main.slots),
                KIND,
                Priority.HIGH if worst > rule.high_share else Priority.LOW,
                worst / rule.low_share,
                float(below[first:end].mean()),
                float(above[first:end].mean()),
                {"share_unaccounted": float(share[first:end].mean()), "usual_share": usual},
            )
        )
    return found
