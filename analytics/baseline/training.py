"""The days a baseline was fitted to, in the one form in which they are kept and digested. Pure."""

from collections.abc import Mapping, Sequence
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
_IN_TERM = ",in_term"
"""Column where the school's terms are known of every day: 1 on their days, else 0."""
_SWING = ",swing_c"
"""Last column, where the hours of the days are known: amplitude of the day's temperatures. [K]"""
_CELLS_UP_TO_USE = 3
"""Day, use, and what lies behind it."""
_HEADS = tuple(
    _HEAD + heated + taught + swing
    for heated in ("", _HEATED)
    for taught in ("", _IN_TERM)
    for swing in ("", _SWING)
)


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
    in_term : mapping of date to bool, or None
        Whether each day lies in a term of the school; None where it is not known of every day.
    """

    first_day: date
    use: Floats
    temperature_c: Floats
    kinds: Mapping[date, DayKind]
    estimated_share: float = 0.0
    heated: frozenset[date] | None = None
    swing_c: Floats | None = None
    in_term: Mapping[date, bool] | None = None

    @property
    def has_calendar(self) -> bool:
        """Whether the kind of every day is known."""
        return len(self.kinds) == len(self.use)

    @property
    def matrix(self) -> Floats:
        """What the daily models take, shape (n_days, 2 or 3)."""
        heated = None if self.heated is None else self.heated.__contains__
        return features(
            self.first_day, self.temperature_c, self.kinds, heated, self.swing_c, self.in_term
        )

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
    return written_together([training])[0]


def written_together(trainings: Sequence[Training]) -> list[str]:
    """Canonical texts of trainings that share all but their use: what they share is told once."""
    one = trainings[0]
    told = ((one.heated, _HEATED), (one.in_term, _IN_TERM), (one.swing_c, _SWING))
    head = _HEAD + "".join(column for known, column in told if known is not None)
    beside = [_beside(one, n) for n in range(len(one.use))]
    return [
        "\n".join(
            [head]
            + [
                f"{day},{cell(use)}{rest}"
                for (day, rest), use in zip(beside, each.use.tolist(), strict=True)
            ]
        )
        + "\n"
        for each in trainings
    ]


def _beside(training: Training, n: int) -> tuple[date, str]:
    """A day, and what its line says behind the use."""
    day = training.first_day + timedelta(days=n)
    heated = "" if training.heated is None else f",{int(day in training.heated)}"
    taught = "" if training.in_term is None else f",{int(training.in_term[day])}"
    swing = "" if training.swing_c is None else f",{cell(float(training.swing_c[n]))}"
    warmth = cell(float(training.temperature_c[n]))
    return day, f",{warmth},{training.kinds.get(day, '')}{heated}{taught}{swing}"


def of_days_alone(text: str) -> str:
    """Canonical text as it was before the course of a day was told."""
    lines = text.splitlines()
    if not lines[0].endswith(_SWING):
        return text
    return "\n".join(line.rpartition(",")[0] for line in lines) + "\n"


def use_apart(text: str) -> tuple[str, Floats]:
    """Canonical text without its use, equal where trainings share all else; and the use.

    Raises
    ------
    InputError
        If a line has no use.
    """
    lines = [line.split(",", 2) for line in text.splitlines()]
    if any(len(line) < _CELLS_UP_TO_USE for line in lines):
        raise InputError("has lines without a use", place="training")
    shared = "\n".join(f"{line[0]},{line[2]}" for line in lines)
    return shared, np.array([number(line[1]) for line in lines[1:]])


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
    season = swing = taught = None
    if _HEATED in head:
        season = frozenset(day for day, row in zip(days, rows, strict=True) if row[4] == "1")
    if _IN_TERM in head:
        at = 5 if _HEATED in head else 4
        taught = {day: row[at] == "1" for day, row in zip(days, rows, strict=True)}
    if _SWING in head:
        swing = np.array([number(row[-1]) for row in rows])
    return Training(days[0], use, warmth, kinds, heated=season, swing_c=swing, in_term=taught)


def digest(text: str) -> str:
    """SHA-256 of canonical text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()
