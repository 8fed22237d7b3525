"""Normalised saving: two models under one weather, that of a typical year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models import day
from analytics.models.by_day import days_of
from analytics.models.change_point import ChangePoint
from analytics.models.estimator import Floats
from analytics.models.period import Period
from analytics.models.record import Kinds, Record
from analytics.models.refusal import FATAL, Refusal, training_refusals
from analytics.savings.typical_year import TypicalYear
from domain.errors import MissingInputError

_NEEDS = FATAL | {Refusal.SHORT_BASELINE, Refusal.GAPS_IN_TRAINING}
"""A model of part of a year says little of a whole one."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Use in a typical year, before and after.

    Attributes
    ----------
    baseline, reporting : float or None
        By the model of the training and by one of the reporting period. [use per year]
    refusals : sequence of Refusal
        Why there is no figure; of either period.
    """

    baseline: float | None
    reporting: float | None
    refusals: Sequence[Refusal] = ()

    @property
    def saving(self) -> float | None:
        """Positive = saved. [use per year]."""
        if self.baseline is None or self.reporting is None:
            return None
        return self.baseline - self.reporting


def normalised_use(
    model: ChangePoint,
    typical: TypicalYear,
    kinds: Kinds,
    heated: Callable[[date], bool] | None = None,
    in_term: Mapping[date, bool] | None = None,
) -> Floats:
    """Use of each meter of a model in a typical year, shape (n_meters,). [use per year].

    Parameters
    ----------
    kinds : mapping of date to DayKind
        Of the year whose days the typical year takes.
    heated : callable, optional
        Whether the place is heated on a day.
    in_term : mapping of date to bool, optional
        Whether a day lies in a school's term.
    """
    matrix = day.features(
        typical.first, typical.temperature_c, kinds, heated, typical.swing_c, in_term
    )
    return np.asarray(model.predict(matrix).sum(axis=0))


def normalised(
    record: Record,
    train: Period,
    report: Period,
    zone: ZoneInfo,
    kinds: Kinds,
    typical: TypicalYear,
) -> Normalised:
    """Fit a daily model to each period; both need nearly a whole year.

    Raises
    ------
    MissingInputError
        If a model tells school terms apart and those of the typical year are not known.
    """
    totals = []
    for period in (train, report):
        seen = days_of(record, period, zone, kinds)
        refusals = training_refusals(seen.sample, "daily", period.days)
        if _NEEDS.intersection(refusals):
            return Normalised(None, None, refusals)
        model = ChangePoint().fit(seen.matrix, seen.sample.use)
        totals.append(
            float(normalised_use(model, typical, kinds, record.heated, record.in_term)[0])
        )
    if not np.isfinite(totals).all():
        raise MissingInputError(
            "a workday of the typical year is of no known term", code="calendar"
        )
    return Normalised(totals[0], totals[1])
