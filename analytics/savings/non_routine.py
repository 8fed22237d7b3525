"""Non-routine events (NRE, 非常规事件): use that leaves its baseline and stays away is proposed.

Nothing is adjusted by it. A person accepts a proposal, dates it, gives a reason and signs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import exp, sqrt

import numpy as np

from analytics.models.estimator import Floats
from analytics.savings.level import Level, levels
from analytics.savings.proposal import Proposal, Shape

LEAST_CHANGE = 0.25
"""Change of level that is worth a person's time, as a logarithm. [1]"""
SPREADS = 3.0
"""Spreads of the weeks of the baseline that a change must exceed."""
LEAST_WEEKS = 4
"""Weeks that a level must last: a holiday or an outage is no event."""
APART_DAYS = 365
"""Of changes that lie closer together the largest is proposed. [d]"""
_PENALTY = 0.15
"""About four weeks at a fifth more or less."""
_KNOWN_DAYS = 4
_WEEK = 7
_ASIDE = 2
"""Weeks to either side of one, in a median."""
_NINETY = 1.645
_BACK = 0.5
"""Share of a change that must be undone for the use to have come back. [1]"""


def proposals(
    first: date, measured: Floats, predicted: Floats, baseline_days: int
) -> list[Proposal]:
    """Propose events of one meter, in order of their days.

    Parameters
    ----------
    first : date
        First of consecutive local days: the baseline, and what came after it.
    measured : ndarray of float, shape (n_days,)
        NaN: not measured; a day without any use counts as such. [use per day]
    predicted : ndarray of float, shape (n_days,)
        By the baseline; within the baseline best by models that have not seen the day.
    baseline_days : int
        How many of the days are the baseline.
    """
    weekly = _log_ratio(measured, predicted)
    spread = _spread(weekly[: baseline_days // _WEEK])
    if spread is None:
        return []
    parts = levels(_steady(weekly), _PENALTY, LEAST_WEEKS)
    kept: list[_Change] = []
    for change in sorted(_changes(parts, max(LEAST_CHANGE, SPREADS * spread)), reverse=True):
        if all(abs(change.first - other.first) * _WEEK >= APART_DAYS for other in kept):
            kept.append(change)
    noise = _noise(weekly, parts)
    return [
        _proposal(
            first,
            change,
            (parts[change.place - 1], parts[change.place]),
            spread,
            noise,
            (measured, predicted),
        )
        for change in sorted(kept, key=lambda change: change.first)
    ]


@dataclass(frozen=True, slots=True, order=True)
class _Change:
    """A move from one level to the next; `end` is the week in which it was undone or data end."""

    size: float
    place: int
    first: int
    end: int
    undone: bool


def _changes(parts: Sequence[Level], least: float) -> Iterator[_Change]:
    """Moves of at least a size. What takes one back is part of it, and no change of its own."""
    returns = set()
    for place, (before, after) in enumerate(pairwise(parts), 1):
        moved = after.mean - before.mean
        if abs(moved) < least or place in returns:
            continue
        back = next(
            (i for i in range(place + 1, len(parts))
             if (parts[i].mean - before.mean) / moved < _BACK),
            None,
        )  # fmt: skip
        end = parts[-1].end if back is None else parts[back].first
        if back is not None:
            returns.add(back)
        yield _Change(abs(moved), place, after.first, end, back is not None)


def _steady(weekly: Floats) -> Floats:
    """Medians of five weeks: what lasts two weeks or less, such as a holiday, is no level."""
    known = np.flatnonzero(np.isfinite(weekly))
    padded = np.pad(weekly[known], _ASIDE, mode="reflect") if len(known) > _ASIDE else weekly[known]
    found = np.full(len(weekly), np.nan)
    if len(known) > _ASIDE:
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _ASIDE + 1)
        found[known] = np.median(around, axis=1)
    return found


def _log_ratio(measured: Floats, predicted: Floats) -> Floats:
    """Logarithm of measured over predicted by week; NaN where fewer than four days are known."""
    weeks = len(measured) // _WEEK
    rows = weeks * _WEEK
    known = np.isfinite(measured) & np.isfinite(predicted) & (measured > 0) & (predicted > 0)
    use = np.where(known, measured, 0.0)[:rows].reshape(weeks, _WEEK).sum(axis=1)
    told = np.where(known, predicted, 0.0)[:rows].reshape(weeks, _WEEK).sum(axis=1)
    enough = known[:rows].reshape(weeks, _WEEK).sum(axis=1) >= _KNOWN_DAYS
    return np.where(
        enough, np.log(np.where(enough, use, 1.0) / np.where(enough, told, 1.0)), np.nan
    )


def _spread(weekly: Floats) -> float | None:
    known = weekly[np.isfinite(weekly)]
    return float(known.std()) if len(known) >= 2 * LEAST_WEEKS else None


def _noise(weekly: Floats, parts: Sequence[Level]) -> float:
    """Standard error of one week about its level, as if weeks were independent. [1]."""
    rest = np.concatenate([weekly[part.first : part.end] - part.mean for part in parts])
    rest = rest[np.isfinite(rest)]
    variance = float(np.mean(rest**2))
    if variance == 0:
        return 0.0
    along = min(max(float(np.mean(rest[1:] * rest[:-1])) / variance, 0.0), 0.9)
    return sqrt(variance * (1 + along) / (1 - along))


def _proposal(
    first: date,
    change: _Change,
    sides: tuple[Level, Level],
    spread: float,
    noise: float,
    days: tuple[Floats, Floats],
) -> Proposal:
    before, after = sides
    ratio = after.mean - before.mean
    error = _NINETY * noise * sqrt(1 / before.weeks + 1 / after.weeks)
    measured, predicted = (each[change.first * _WEEK : change.end * _WEEK] for each in days)
    known = np.isfinite(measured) & np.isfinite(predicted) & (measured > 0)
    expected = predicted[known] * exp(before.mean)
    return Proposal(
        first=first + timedelta(days=change.first * _WEEK),
        end=first + timedelta(days=change.end * _WEEK),
        shape=Shape.SPELL if change.undone else Shape.STEP,
        ratio=exp(ratio),
        low=exp(ratio - error),
        high=exp(ratio + error),
        daily_change=float(np.mean(measured[known] - expected)),
        days=int(known.sum()),
        ratio_before=exp(before.mean),
        ratio_within=exp(after.mean),
        spread_before=spread,
    )
