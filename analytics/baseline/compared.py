"""Comparisons of days that are over, worked out from the one text in which they are kept. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from analytics.baseline.cell import cell
from analytics.models.day import features
from analytics.models.estimator import Floats, Truths
from analytics.savings.estimate import Estimate
from analytics.savings.isolation import Driven, KeyParameter, all_parameters, key_parameter
from analytics.savings.on_off import on_off
from analytics.savings.side_by_side import Pair, side_by_side
from domain.calendar import DayKind
from domain.comparison import Method, Sampled
from domain.errors import MissingInputError

HEAD = ("day", "use", "beside", "temperature_c", "kind", "part")
SAMPLE_HEAD = ("what", "value")


class Part(StrEnum):
    """What a day is in a comparison."""

    BEFORE = "before"
    """Without the measure; also off."""
    AFTER = "after"
    """With it; also on."""
    SWITCHED = "switched"
    """Neither: it was switched on or off on that day."""


class Reason(StrEnum):
    """Why there is no figure."""

    TOO_FEW_CYCLES = "too_few_cycles"
    TOO_FEW_DAYS = "too_few_days"
    TOO_FEW_ITEMS = "too_few_items"
    NO_STIPULATION = "no_stipulation"
    NO_CALENDAR = "calendar_missing"


_REASONS: Mapping[str, Reason] = {
    "cycles": Reason.TOO_FEW_CYCLES,
    "rows": Reason.TOO_FEW_DAYS,
    "items": Reason.TOO_FEW_ITEMS,
    "stipulation": Reason.NO_STIPULATION,
}


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """A local day of a comparison.

    Attributes
    ----------
    use, beside : float
        Of what has the measure, and of the meter beside it; NaN where not known, or not wanted.
    temperature_c : float
        NaN where not known. [degC]
    kind : DayKind or None
        None where nobody has entered it.
    """

    day: date
    use: float
    beside: float
    temperature_c: float
    kind: DayKind | None
    part: Part


def written(days: Sequence[ComparedDay]) -> str:
    """Canonical text of days: the same days give the same text to the last byte."""
    rows = (
        (
            str(each.day),
            cell(each.use),
            cell(each.beside),
            cell(each.temperature_c),
            each.kind or "",
            each.part,
        )
        for each in days
    )
    return _csv([HEAD, *rows])


def written_sample(told: Sampled) -> str:
    """Canonical text of a key parameter."""
    rows = [
        *(("before_kw", repr(each)) for each in told.before),
        *(("after_kw", repr(each)) for each in told.after),
        ("stipulated_h", repr(told.stipulated_h)),
        ("stipulated_why", told.stipulated_why),
    ]
    return _csv([SAMPLE_HEAD, *rows])


def compared(method: Method, text: str, confidence: float = 0.9) -> Estimate | Reason:
    """Work out the saving, or say why there is none.

    Parameters
    ----------
    text : str
        As it was written, and kept.
    """
    try:
        if method is Method.KEY_PARAMETER:
            return key_parameter(sample_in(text), confidence)
        return _of_days(method, days_in(text), confidence)
    except MissingInputError as error:
        return _REASONS[error.code]


def days_in(text: str) -> list[ComparedDay]:
    """Days of a text, as they were written."""
    _, *rows = csv.reader(io.StringIO(text))
    return [_day(row) for row in rows]


def sample_in(text: str) -> KeyParameter:
    """Key parameter of a text, as it was written."""
    _, *rows = csv.reader(io.StringIO(text))
    return _sample(rows)


def _of_days(method: Method, days: Sequence[ComparedDay], confidence: float) -> Estimate | Reason:
    use, beside = (np.array([getattr(x, name) for x in days]) for name in ("use", "beside"))
    before, after = (
        np.array([each.part is part for each in days]) for part in (Part.BEFORE, Part.AFTER)
    )
    if method is Method.ON_OFF:
        return _alternating(days, use, before, after, confidence)
    if method is Method.SIDE_BY_SIDE:
        first, then = (Pair(use[part], beside[part]) for part in (before, after))
        return side_by_side(first, then, confidence)
    without, with_ = (Driven(beside[part], use[part]) for part in (before, after))
    return all_parameters(without, with_, confidence)


def _alternating(
    days: Sequence[ComparedDay], use: Floats, off: Truths, on: Truths, confidence: float
) -> Estimate | Reason:
    if any(each.kind is None for each in days):
        return Reason.NO_CALENDAR
    kinds = {each.day: each.kind for each in days if each.kind is not None}
    warmth = np.array([each.temperature_c for each in days])
    matrix = features(days[0].day, warmth, kinds)
    counted = off | on
    return on_off(matrix[counted], use[counted], on[counted], confidence)


def _day(row: Sequence[str]) -> ComparedDay:
    day, use, beside, warmth, kind, part = row
    return ComparedDay(
        date.fromisoformat(day),
        float(use or "nan"),
        float(beside or "nan"),
        float(warmth or "nan"),
        DayKind(kind) if kind else None,
        Part(part),
    )


def _sample(rows: Sequence[Sequence[str]]) -> KeyParameter:
    def values(name: str) -> list[str]:
        return [value for what, value in rows if what == name]

    before, after = (np.array([*map(float, values(name))]) for name in ("before_kw", "after_kw"))
    (hours,), (why,) = values("stipulated_h"), values("stipulated_why")
    return KeyParameter(before, after, float(hours), why)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
