"""What a comparison says of the days of a month: the rule learnt without the measure. Pure.

An alternating test has learnt it on the days off, like beside like and the isolated retrofit on the
days before; a measured key parameter tells a saving, not a baseline.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from analytics.baseline.compared import (
    ComparedDay,
    Part,
    Reason,
    compared,
    days_in,
    sample_in,
    written,
    written_sample,
)
from analytics.baseline.fitted import FittedBaseline, refused
from analytics.evidence.register_days import Days
from analytics.evidence.step import Around, Step, Told, canonical, outside
from analytics.models.day import features
from analytics.models.estimator import Floats
from analytics.models.fit_quality import FitQuality
from analytics.savings.on_off import columns, off_rule
from domain.comparison import Method, Sampled
from domain.errors import InputError

_DAY = timedelta(days=1)
_NO_FIT = FitQuality(None, None, None, 0)


def step_of(method: Method) -> Step:
    """How the figures of a method come about."""
    if method is Method.KEY_PARAMETER:
        return Step(_fit_sample, _tell_sample)
    told = _tell_weather if method is Method.ON_OFF else _tell_beside

    def fit(text: str) -> FittedBaseline:
        days = days_in(text)
        canonical(text, written(days), len(days))
        parameters = _off(days) if method is Method.ON_OFF else _before(method, days)
        return _fitted(method, text, parameters)

    return Step(fit, told)


def _fitted(method: Method, text: str, parameters: Mapping[str, Any]) -> FittedBaseline:
    found = compared(method, text)
    if isinstance(found, Reason):
        return refused([found])
    name = f"{method}, {found.blocks} blocks"
    return FittedBaseline(name, parameters, _NO_FIT, None, None, None, [])


def _off(days: Sequence[ComparedDay]) -> dict[str, Any]:
    """Rule of the days on which the measure is off."""
    warmth = np.array([each.temperature_c for each in days])
    kinds = {each.day: each.kind for each in days if each.kind is not None}
    matrix = features(days[0].day, warmth, kinds)
    use = np.array([each.use for each in days])
    off = np.array([each.part is Part.BEFORE for each in days]) & np.isfinite(use)
    types, bends = off_rule(matrix[off])
    rule = _learnt(columns(matrix[off], types, bends), use[off])
    return {"types": types.tolist(), "bends_c": bends.tolist(), "rule": rule}


def _before(method: Method, days: Sequence[ComparedDay]) -> dict[str, Any]:
    """Rule of the days before the measure, by the meter beside or by what drives the use."""
    before = [each for each in days if each.part is Part.BEFORE]
    beside = np.array([each.beside for each in before])
    use = np.array([each.use for each in before])
    has_base = method is Method.ALL_PARAMETERS
    return {"base": has_base, "rule": _learnt(_beside(beside, has_base=has_base), use)}


def _learnt(of: Floats, use: Floats) -> list[float]:
    known = np.isfinite(use) & np.isfinite(of).all(axis=1)
    rule: list[float] = np.linalg.lstsq(of[known], use[known], rcond=None)[0].tolist()
    return rule


def _beside(beside: Floats, *, has_base: bool) -> Floats:
    return np.column_stack([np.ones(len(beside)), beside]) if has_base else beside[:, None]


def _tell_weather(text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    days = around.days
    before = Days(days.first_day - _DAY, days.end_day, days.zone)
    warmth = around.surroundings.daily_c(before)
    matrix = features(before.first_day, warmth, around.surroundings.kinds)[1:]
    types, bends = (np.array(parameters[name]) for name in ("types", "bends_c"))
    of = columns(matrix, types, bends)
    strange = np.isnan(of).any(axis=1) & np.isfinite(warmth[1:])
    if strange.any():
        day = days.each()[int(np.flatnonzero(strange)[0])]
        raise InputError(f"no day of the type of {day} was ever off in the test", place="")
    learnt = [each.temperature_c for each in days_in(text) if each.part is Part.BEFORE]
    use: Floats = of @ np.array(parameters["rule"])
    return use, outside(np.array(learnt), warmth[1:])


def _tell_beside(_text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    days = around.days.each()
    lacking = [day for day in days if day not in around.beside]
    if lacking:
        reason = f"the meter beside tells nothing of {len(lacking)} d, the first {lacking[0]}"
        raise InputError(reason, place="")
    beside = np.array([around.beside[day] for day in days])
    of = _beside(beside, has_base=bool(parameters["base"]))
    use: Floats = of @ np.array(parameters["rule"])
    return use, None


def _fit_sample(text: str) -> FittedBaseline:
    told = sample_in(text)
    again = Sampled(
        told.before.tolist(), told.after.tolist(), told.stipulated_h, told.stipulated_why
    )
    canonical(text, written_sample(again), len(told.before) + len(told.after))
    found = compared(Method.KEY_PARAMETER, text)
    if isinstance(found, Reason):
        return refused([found])
    return _fitted(Method.KEY_PARAMETER, text, {"saving": [found.saving]})


def _tell_sample(_text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    """Saving of the days: their share of the stipulated one of the whole reporting period."""
    if around.reporting is None:
        raise InputError("nothing says which days the stipulated number is of", place="")
    first, end = around.reporting
    days = around.days
    if not first <= days.first_day < days.end_day <= end:
        reason = f"its stipulated number is of {first} to {end - _DAY}, the days are not in it"
        raise InputError(reason, place="")
    [saving] = parameters["saving"]
    return np.full(len(days.each()), saving / (end - first).days), None
