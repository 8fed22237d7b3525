"""The days a baseline was fitted to, in the one form in which they are kept and digested. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Self

import numpy as np

from analytics.baseline.cell import cell, number, table
from analytics.models.day import features
from analytics.models.estimator import Floats
from domain.calendar import DayKind
from domain.errors import InputError

_HEAD = "day,use,temperature_c,kind"
_HEATED = ",heated"
"""Column where the heating season (供暖季) of the place is known: 1 on its days, else 0."""
_SWING = ",swing_c"
"""Last column, where the hours of the days are known: amplitude of the day's temperatures. [K]"""
_HEADS = tuple(_HEAD + heated + swing for heated in ("", _HEATED) for swing in ("", _SWING))


@dataclass(frozen=True, slots=True)
class Training:
    """Consecutive local days.

    Attributes
    ----------
    use, temperature_c : ndarray of float, shape (n_days,)
        In the unit of the medium; NaN where not known. [degC]
    kinds : mapping of date to DayKind
        Of every day; a day whose calendar nobody has entered is absent.
    estimated_share : float
        Share of the use that is not measured. It decides a refusal, not the model. [1]
    heated : frozenset of date, or None
        Days of district heating; None where the place's season is not known.
    swing_c : ndarray of float, shape (n_days,), or None
        Amplitude of the course of each day (`series.daily_swing`); None of a training that was
        read by its days alone. [K]
    """

    first_day: date
    use: Floats
    temperature_c: Floats
    kinds: Mapping[date, DayKind]
    estimated_share: float = 0.0
    heated: frozenset[date] | None = None
    swing_c: Floats | None = None

    @property
    def has_calendar(self) -> bool:
        """Whether the kind of every day is known."""
        return len(self.kinds) == len(self.use)

    @property
    def matrix(self) -> Floats:
        """What the daily models take, shape (n_days, 2 or 3)."""
        heated = None if self.heated is None else self.heated.__contains__
        return features(self.first_day, self.temperature_c, self.kinds, heated, self.swing_c)

    def part(self, start: int, end: int) -> Self:
        """Days [start, end) of it, counted from its first."""
        first = self.first_day + timedelta(days=start)
        until = self.first_day + timedelta(days=end)
        kinds = {day: kind for day, kind in self.kinds.items() if first <= day < until}
        use, warmth = self.use[start:end], self.temperature_c[start:end]
        swing = None if self.swing_c is None else self.swing_c[start:end]
        return replace(
            self, first_day=first, use=use, temperature_c=warmth, kinds=kinds, swing_c=swing
        )


def written(training: Training) -> str:
    """Canonical text: the same days give the same text to the last byte.

    Numbers in the shortest form that reads back as the same number; empty where not known.
    """
    swings = training.swing_c
    lines = [
        _HEAD + ("" if training.heated is None else _HEATED) + ("" if swings is None else _SWING)
    ]
    day = training.first_day
    each = zip(training.use.tolist(), training.temperature_c.tolist(), strict=True)
    for n, (use, warmth) in enumerate(each):
        kind = training.kinds.get(day, "")
        heated = "" if training.heated is None else f",{int(day in training.heated)}"
        swing = "" if swings is None else f",{cell(float(swings[n]))}"
        lines.append(f"{day},{cell(use)},{cell(warmth)},{kind}{heated}{swing}")
        day += timedelta(days=1)
    return "\n".join(lines) + "\n"


def read(text: str) -> Training:
    """Read canonical text back.

    Raises
    ------
    InputError
        With the line as the place.
    """
    head, rows = table(text, _HEADS)
    days = [date.fromisoformat(row[0]) for row in rows]
    use, warmth = (np.array([number(row[at]) for row in rows]) for at in (1, 2))
    kinds = {day: DayKind(row[3]) for day, row in zip(days, rows, strict=True) if row[3]}
    if any(b - a != timedelta(days=1) for a, b in pairwise(days)):
        raise InputError("days do not follow each other", place="column day")
    season = swing = None
    if _HEATED in head:
        season = frozenset(day for day, row in zip(days, rows, strict=True) if row[4] == "1")
    if _SWING in head:
        swing = np.array([number(row[-1]) for row in rows])
    return Training(days[0], use, warmth, kinds, heated=season, swing_c=swing)


def digest(text: str) -> str:
    """SHA-256 of canonical text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()
