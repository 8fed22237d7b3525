"""Use unlike that of the same hour on like days (用能异常): the expected-value band.

The band is what like days around did, after a model took the weather off where there is one.
"""

from dataclasses import dataclass

import numpy as np

from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.hysteresis import Hysteresis, Spell, spells
from analytics.rules.usual import Usual

KIND = "unlike_usual"


@dataclass(frozen=True, slots=True)
class UnlikeUsual:
    """Thresholds.

    Attributes
    ----------
    fire, clear : float
        Distance from the expected value, in spreads. [1]
    of, within, hold : float
        Hours at or above `fire` among how many that open a finding; hours in a row below `clear`
        that end it. [h]
    urgent_from : float
        Distance from which it is urgent. [1]
    """

    fire: float
    clear: float
    of: float
    within: float
    hold: float
    urgent_from: float


def unlike_usual(grid: DayGrid, band: Usual, rule: UnlikeUsual) -> list[Finding]:
    """Find spans in which use leaves its band and stays away.

    Returns
    -------
    list of Finding
        Expected and actual are means over the span, in the unit of the series.
    """
    score = band.distance(grid.value).ravel()
    slots = grid.slots_an_hour
    count = Hysteresis(
        rule.fire,
        rule.clear,
        max(round(rule.of * slots), 1),
        max(round(rule.within * slots), 1),
        max(round(rule.hold * slots), 1),
    )
    return [_finding(grid, band, rule, spell) for spell in spells(score, count)]


def _finding(grid: DayGrid, band: Usual, rule: UnlikeUsual, spell: Spell) -> Finding:
    span = slice(spell.first, spell.end)
    actual, expected = grid.value.ravel()[span], band.expected.ravel()[span]
    known = np.isfinite(actual) & np.isfinite(expected)
    more = float((actual - expected)[known].sum())
    return Finding(
        grid.start(spell.first),
        grid.start(spell.end),
        KIND,
        Priority.HIGH if spell.peak >= rule.urgent_from else Priority.LOW,
        spell.peak / rule.fire,
        float(expected[known].mean()),
        float(actual[known].mean()),
        {"slots": int(known.sum()), "sum_above_expected": more, "peak_spreads": spell.peak},
    )
