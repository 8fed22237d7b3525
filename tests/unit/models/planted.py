"""Meters with a known truth: a year of weather, and use made of it by a formula."""

from datetime import date, timedelta

import numpy as np

from analytics.models.day import features
from analytics.models.estimator import Floats
from domain.calendar import DayKind

FIRST = date(2025, 1, 1)
YEAR = 365


def temperatures(days: int = YEAR, seed: int = 1) -> Floats:
    """Daily mean outdoor temperature of a temperate place. [degC]."""
    season = 14 - 13 * np.cos(2 * np.pi * (np.arange(days) - 20) / 365.25)
    noise = np.random.default_rng(seed).normal(0, 3, days)
    return np.asarray(season + noise)


def weekends(days: int = YEAR, first: date = FIRST) -> Floats:
    """1 on Saturdays and Sundays."""
    return np.array([float((first + timedelta(days=i)).weekday() >= 5) for i in range(days)])


def matrix(temperature_c: Floats, kinds: dict[date, DayKind] | None = None) -> Floats:
    """Features of consecutive days from `FIRST` on."""
    return features(FIRST, temperature_c, kinds or {})
