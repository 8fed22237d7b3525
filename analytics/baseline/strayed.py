"""How far meters strayed in a year from a model of the year before, fitted as baselines are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.baseline.fitted import NO_CALENDAR, FittedBaseline, fit, predict
from analytics.baseline.training import Training
from analytics.models.estimator import Floats
from analytics.models.refusal import Refusal, Sample, training_refusals


@dataclass(frozen=True, slots=True)
class Strayed:
    """A meter-year, or the named reasons why it says nothing.

    Attributes
    ----------
    wander, deviation : float or None
        Of the year before, and (measured - predicted) / predicted of the year. [1]
    days : int
        Of the year, that have both.
    """

    wander: float | None
    deviation: float | None
    days: int
    refusals: Sequence[str]


def strayed(trainings: Sequence[Training], days: int) -> list[Strayed]:
    """Fit the first days of each, and hold the rest against the model.

    Parameters
    ----------
    trainings : sequence of Training
        Two years each, of the same days, with the same `temperature_c`, `kinds` and `heated`.
    days : int
        Length of the first year.
    """
    models = fit([training.part(0, days) for training in trainings])
    return [
        _strayed(training, days, model) for training, model in zip(trainings, models, strict=True)
    ]


def _strayed(training: Training, days: int, model: FittedBaseline) -> Strayed:
    year = training.part(days, len(training.use))
    refusals = [*model.refusals, *_refusals(year)]
    if refusals or model.parameters is None or model.wander is None:
        return Strayed(None, None, 0, refusals or [Refusal.TOO_FEW])
    told = predict(model.parameters, training.matrix)[days:]
    return _held_against(year.use, told, model.wander)


def _held_against(measured: Floats, told: Floats, wander: float) -> Strayed:
    known = np.isfinite(measured) & np.isfinite(told)
    total = float(told[known].sum())
    if total <= 0:
        return Strayed(None, None, 0, [Refusal.NO_REPORT])
    deviation = float(measured[known].sum()) / total - 1
    return Strayed(wander, deviation, int(known.sum()), [])


def _refusals(year: Training) -> list[str]:
    """The year is held to what a training is: a half of it is no year."""
    if not year.has_calendar:
        return [NO_CALENDAR]
    sample = Sample(year.use, year.temperature_c, year.estimated_share)
    return [*training_refusals(sample, "daily", len(year.use))]
