"""Daily baseline of a whole building (IPMVP option C)."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models import day
from analytics.models.change_point import ChangePoint
from analytics.models.day import MODEL_TYPES, Season
from analytics.models.estimator import Floats, Integers
from analytics.models.period import Period
from analytics.models.record import Kinds, Record, spans
from analytics.models.refusal import Sample
from analytics.models.saving import Fitted, Saving, saving, unfitted
from analytics.models.series import (
    daily_mean,
    daily_sum,
    daily_swing,
    day_bounds,
    without_false_zeros,
)


@dataclass(frozen=True, slots=True)
class Days:
    """A period as the daily model takes it.

    Attributes
    ----------
    bounds : ndarray of int, shape (n_days + 1,)
        Beginnings of the local days. [us]
    sample : Sample
        Use and temperature of each.
    matrix : ndarray of float, shape (n_days, 3)
        `day.features`.
    """

    bounds: Integers
    sample: Sample
    matrix: Floats


def days_of(record: Record, period: Period, zone: ZoneInfo, kinds: Kinds) -> Days:
    """Local days of a period; zeros of a meter that never idles are gaps."""
    bounds = day_bounds(period.first, period.end, zone)
    warmth = daily_mean(record.temperature_c, bounds)
    use = daily_sum(without_false_zeros(record.use), bounds)
    sample = Sample(use, warmth, record.estimated_share(bounds))
    swing = daily_swing(record.temperature_c, bounds)
    matrix = day.features(period.first, warmth, kinds, record.heated, swing, record.in_term)
    return Days(bounds, sample, matrix)


def by_day(record: Record, train: Period, report: Period, zone: ZoneInfo, kinds: Kinds) -> Saving:
    """Daily change-point model, fitted to one period and applied to another."""
    seen, told = (days_of(record, period, zone, kinds) for period in (train, report))
    refusals, nothing = unfitted("daily", seen.sample, train.days)
    if nothing is not None:
        return nothing
    model = ChangePoint().fit(seen.matrix, seen.sample.use)
    fitted = Fitted(
        f"daily {model.family_[0]}, {model.split_[0]}",
        _cells(model),
        model.predict(seen.matrix)[:, 0],
        model.predict(told.matrix)[:, 0],
        model.residual_[:, 0],
    )
    return saving("daily", seen.sample, told.sample, spans(told.bounds), fitted, refusals)


def _cells(model: ChangePoint) -> dict[str, Any]:
    """Parameters of the only meter of a model, by type of day and season."""
    heat, cool = model.change_c_[0]
    types = MODEL_TYPES if model.terms_[0] else MODEL_TYPES[:-1]
    names = [f"{t.name.lower()} {s.name.lower()}" for t in types for s in Season]

    def named(values: Floats) -> dict[str, float]:
        return dict(zip(names, values[: len(names)].tolist(), strict=True))

    return {
        "heating_from_c": None if np.isnan(heat) else float(heat),
        "cooling_from_c": None if np.isnan(cool) else float(cool),
        "base_per_day": named(model.base_[0]),
        "heating_per_c_day": named(model.heating_[0]),
        "cooling_per_c_day": named(model.cooling_[0]),
    }
