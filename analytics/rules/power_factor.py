"""Power factor below the standard of the tariff (功率因数偏低), over a rolling span."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs

KIND = "low_power_factor"


@dataclass(frozen=True, slots=True)
class LowPowerFactor:
    """Thresholds.

    Attributes
    ----------
    standard : float
        0.90, for other users 0.85 or 0.80. [1]
    days : float
        Days over which energy is summed: the bill goes by the month. [d]
    least_known : float
        Share of the hours that must be known. [1]
    """

    standard: float
    days: float
    least_known: float


def low_power_factor(
    active_kwh: DayGrid, reactive_kvarh: Floats, rule: LowPowerFactor
) -> list[Finding]:
    """Find days at whose end the mean power factor of the span before is too low.

    Parameters
    ----------
    active_kwh : DayGrid
        Active energy drawn. [kWh]
    reactive_kvarh : ndarray of float, shape (n_days, n_slots)
        Reactive energy at the same slots. [kvarh]
    """
    factor = _rolling(active_kwh.value, reactive_kvarh, rule)
    found = []
    for first, end in runs(factor < rule.standard).tolist():
        worst = float(np.nanmin(factor[first:end]))
        found.append(
            Finding(
                active_kwh.start(first * active_kwh.slots),
                active_kwh.start(end * active_kwh.slots),
                KIND,
                Priority.LOW,
                rule.standard / max(worst, 1e-6),
                rule.standard,
                worst,
                {"days": end - first},
            )
        )
    return found


def _rolling(active: Floats, reactive: Floats, rule: LowPowerFactor) -> Floats:
    """Power factor of the days up to each, shape (n_days,); NaN where too little is known."""
    days = round(rule.days)
    known = np.isfinite(active) & np.isfinite(reactive)
    sums = [
        _sum_of(np.where(known, each, 0.0).sum(axis=1), days) for each in (active, reactive, known)
    ]
    energy, magnetising, count = sums
    enough = (count >= rule.least_known * days * active.shape[1]) & (energy > 0)
    apparent = np.hypot(energy, magnetising)
    return np.where(enough, energy / np.where(apparent > 0, apparent, 1.0), np.nan)


def _sum_of(daily: Floats, days: int) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(daily)])
    places = np.arange(1, len(total))
    return np.asarray(total[places] - total[np.maximum(places - days, 0)])
