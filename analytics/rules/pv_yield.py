"""What a photovoltaic plant yields against the sun that shone on it (光伏发电偏低).

The sun is measured, or told by plants beside it, or not known. What a plant makes of it is held
against what it made of it before; days of a fault are not learned, so that a fault stays one.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np

from analytics.models.estimator import Floats, Truths
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs

KIND = "pv_yield"
_NORMAL = 1.4826
_LEAST_KNOWN = 0.75
"""Share of a day's slots that must be known. [1]"""
_DEAD = 0.05
"""Of what was to be expected: the plant yields nothing. [1]"""


@dataclass(frozen=True, slots=True)
class PvYield:
    """Thresholds.

    Attributes
    ----------
    share : float
        Of the usual yield for such sun: below it a day is low. [1]
    spreads : float
        And by so many spreads of the days learned: what goes up and down by itself is no fault. [1]
    days : float
        Known days in a row; of a plant that yields nothing one is enough where the sun is known.
    learned, fewest : float
        Days that are remembered; days that must be learned first.
    least_sun : float
        Sun of a day over that of the brightest learned; duller days say nothing. [1]
    """

    share: float
    spreads: float
    days: float
    learned: float
    fewest: float
    least_sun: float


def pv_yield(grid: DayGrid, sun: Floats | None, rule: PvYield) -> list[Finding]:
    """Find days on which a plant yielded too little.

    Parameters
    ----------
    grid : DayGrid
        Energy yielded. [kWh]
    sun : ndarray of float, shape (n_days, n_slots), or None
        Irradiance, or the yield of plants beside it, in any unit; NaN: not known. Without it only
        a plant that yields nothing is told: dull days are no fault.
    """
    known = np.isfinite(grid.value) if sun is None else np.isfinite(grid.value) & np.isfinite(sun)
    enough = known.sum(axis=1) >= _LEAST_KNOWN * grid.slots
    made = np.where(enough, np.where(known, grid.value, 0.0).sum(axis=1), np.nan)
    shone = enough.astype(np.float64)
    if sun is not None:
        shone = np.where(enough, np.where(known, sun, 0.0).sum(axis=1), np.nan)
    expected, low = _held(made, shone, rule, sun_known=sun is not None)
    dead = low & (made <= _DEAD * expected)
    found = []
    for first, end in _runs_of_known(low, np.isfinite(expected)):
        days = int(low[first:end].sum())
        if days < rule.days and not (sun is not None and dead[first:end].any()):
            continue
        found.append(_finding(grid, rule, (first, end), made, expected))
    return found


def _held(made: Floats, shone: Floats, rule: PvYield, *, sun_known: bool) -> tuple[Floats, Truths]:
    """What was to be expected of each day, NaN of days that say nothing, and which were low."""
    expected = np.full(len(made), np.nan)
    low = np.zeros(len(made), np.bool_)
    learned: deque[tuple[float, float]] = deque(maxlen=round(rule.learned))
    for day in np.flatnonzero(np.isfinite(made) & np.isfinite(shone)).tolist():
        if len(learned) >= rule.fewest:
            brightest = max(each for _, each in learned)
            if shone[day] < rule.least_sun * brightest:
                continue
            made_of_it = [energy / sun for energy, sun in learned if sun > 0]
            usual = median(made_of_it)
            spread = _NORMAL * median(abs(each - usual) for each in made_of_it)
            expected[day] = usual * shone[day]
            limit = min(rule.share * usual, usual - rule.spreads * spread)
            if not sun_known:
                limit = _DEAD * usual
            low[day] = made[day] < limit * shone[day]
        if shone[day] > 0 and not low[day]:
            learned.append((float(made[day]), float(shone[day])))
    return expected, low


def _runs_of_known(low: Truths, judged: Truths) -> list[tuple[int, int]]:
    """Runs of low days; days that say nothing neither begin nor end one."""
    days = np.flatnonzero(judged)
    return [(int(days[first]), int(days[end - 1]) + 1) for first, end in runs(low[days]).tolist()]


def _finding(
    grid: DayGrid, rule: PvYield, span: tuple[int, int], made: Floats, expected: Floats
) -> Finding:
    days = slice(*span)
    judged = np.isfinite(expected[days])
    was, could = made[days][judged], expected[days][judged]
    share = float(was.sum() / could.sum())
    return Finding(
        grid.start(span[0] * grid.slots),
        grid.start(span[1] * grid.slots),
        KIND,
        Priority.HIGH if share < rule.share / 2 else Priority.LOW,
        (1 - share) / (1 - rule.share),
        float(could.mean()),
        float(was.mean()),
        {
            "days": int(judged.sum()),
            "share_of_usual": share,
            "sum_below_expected": float((could - was).sum()),
        },
    )
