"""How unlike all before it each value of a stream is: causal, without calendar or weather.

Three kinds of strangeness add up: unlike what was forecast, a course unlike any before, and beyond
the range ever seen. The first two are told by how seldom they were so great, the third by how far
it goes. What follows a high score is told in the lower half of the scale until it is stranger
still, so that one matter is one alert.
"""

from math import isfinite, isnan, nan

import numpy as np

from analytics.rules.left_discord import LeftDiscord
from analytics.rules.season import season
from analytics.rules.tail import Tail

_FIRST = 64
"""Values before which nothing is judged."""
_COURSE, _HISTORY = 24, 4096
"""Length of a course, and the lags at which an earlier one is looked for."""
_AROUND = 5
"""Values whose median is the level of the moment."""
_SEASONS = 3
"""Earlier seasons whose median is the seasonal forecast."""
_LOOK_FOR_SEASON, _SEASON_FROM = 2048, 8192
"""How often a season is looked for, after the first times, and in how many values."""
_FADE, _MOST_ERROR = 0.01, 10.0
"""Weight of the newest error in the usual one, and most that one counts, in usual ones. [1]"""
_LEAST_ERROR = 1e-3
"""Of the range: no stream is forecast more closely. [1]"""
_TOLERANCE = 0.05
"""Share of its range by which a stream leaves it now and then. [1]"""
_BEYOND = 6.0
"""Decimal orders of seldomness of a value that much beyond the range."""
_ALERT, _QUIET = 3.0, 100
"""Seldomness of a high score, and for how many values it keeps those after it down."""
_HALF = 4.0
"""Decimal orders of seldomness that make half a scale. [1]"""
_TINY = 1e-12
_MOST = 1e100
"""Values beyond are taken for this: their squares and sums are numbers still."""


class StreamScore:
    """Scores one stream, value by value."""

    def __init__(self) -> None:
        self._value, self._total = np.empty(1024), np.zeros(1025)
        self._count = 0
        self._low = self._high = 0.0
        self._season: int | None = None
        self._usual_error = 0.0
        self._errors, self._courses = Tail(), Tail()
        self._course = LeftDiscord(_COURSE, _HISTORY)
        self._peak, self._quiet = 0.0, 0

    def score(self, value: float) -> float:
        """Score a value, then learn it.

        Returns
        -------
        float
            0 (usual) .. 1; NaN for a value that is not finite, of which nothing is learned.
        """
        if not isfinite(value):
            return nan
        value = min(max(value, -_MOST), _MOST)
        beyond = max(value - self._high, self._low - value, 0.0)
        beyond /= max(_TOLERANCE * (self._high - self._low), _TINY * (1 + abs(value)))
        error = self._error(value) if self._count >= _AROUND else 0.0
        self._learn(value)
        course = self._course.distance(self._value[: self._count], self._total[: self._count + 1])
        seldom = self._errors.seldom(error)
        if not isnan(course):
            seldom += self._courses.seldom(course)
        seldom += _BEYOND * min(beyond, 2.0)
        return self._told(seldom if self._count > _FIRST else 0.0)

    def _error(self, value: float) -> float:
        """Distance from the nearer of two forecasts, in usual errors."""
        past, end = self._value, self._count
        miss = abs(value - float(np.median(past[end - _AROUND : end])))
        if self._season is not None:
            same = end - self._season * np.arange(1, _SEASONS + 1)
            miss = min(miss, abs(value - float(np.median(past[same[same >= 0]]))))
        least = max(_LEAST_ERROR * (self._high - self._low), _TINY * (1 + abs(value)))
        scale = max(self._usual_error, least)
        weight = max(_FADE, 1 / (end - _AROUND + 1))
        self._usual_error += weight * (min(miss, _MOST_ERROR * scale) - self._usual_error)
        return miss / scale

    def _learn(self, value: float) -> None:
        end = self._count
        if end == len(self._value):
            self._value = np.concatenate([self._value, np.empty(end)])
            self._total = np.concatenate([self._total, np.zeros(end)])
        self._value[end] = value
        self._total[end + 1] = self._total[end] + value
        self._low = min(self._low, value) if end else value
        self._high = max(self._high, value) if end else value
        self._count = end = end + 1
        doubled = end & (end - 1) == 0
        if end > _FIRST and (doubled or end % _LOOK_FOR_SEASON == 0):
            self._season = season(self._value[max(0, end - _SEASON_FROM) : end])

    def _told(self, seldom: float) -> float:
        share = seldom / (seldom + _HALF)
        self._quiet -= 1
        if self._quiet > 0 and seldom <= self._peak:
            return share / 2
        if seldom > _ALERT:
            self._peak, self._quiet = seldom, _QUIET
        return (1 + share) / 2 if seldom else 0.0
