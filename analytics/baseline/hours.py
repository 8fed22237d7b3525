"""Hourly baselines: the hours they were fitted to in one form, and what is told from them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from analytics.baseline.cell import cell, number, table
from analytics.baseline.fitted import NO_CALENDAR, FittedBaseline, fitted_where_usable
from analytics.models.estimator import Floats
from analytics.models.fit_quality import fit_quality
from analytics.models.hour_of_week import SLOTS, local_features
from analytics.models.left_out import fortnights_left_out
from analytics.models.refusal import Sample, training_refusals
from analytics.models.series import LEAST_SHARE
from analytics.models.time_of_week import TimeOfWeek
from analytics.models.wander import DAYS, wander
from domain.calendar import DayKind
from domain.errors import InputError

HEAD = "hour,use,temperature_c,kind"
_HOURS_A_MONTH = 24 * DAYS
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class HourTraining:
    """Consecutive hours of whole local days.

    Attributes
    ----------
    hours : sequence of datetime
        Beginnings, aware, by the clock of the place.
    use, temperature_c : ndarray of float, shape (n_hours,)
        In the unit of the medium; NaN where not known. [degC]
    kinds : mapping of date to DayKind
        Of every day; a day whose calendar nobody has entered is absent.
    estimated_share : float
        Share of the use that is not measured. [1]
    """

    hours: Sequence[datetime]
    use: Floats
    temperature_c: Floats
    kinds: Mapping[date, DayKind]
    estimated_share: float = 0.0

    @property
    def has_calendar(self) -> bool:
        """Whether the kind of every day is known."""
        return {hour.date() for hour in self.hours} <= self.kinds.keys()

    @property
    def matrix(self) -> Floats:
        """What the hourly model takes, shape (n_hours, 2)."""
        return local_features(self.hours, self.temperature_c, self.kinds)


def written(training: HourTraining) -> str:
    """Canonical text: the same hours give the same text to the last byte."""
    return written_together([training])[0]


def written_together(trainings: Sequence[HourTraining]) -> list[str]:
    """Canonical texts of trainings that share all but their use: what they share is told once."""
    one = trainings[0]
    beside = [
        (hour.isoformat(timespec="minutes"), f"{cell(warmth)},{one.kinds.get(hour.date(), '')}")
        for hour, warmth in zip(one.hours, one.temperature_c.tolist(), strict=True)
    ]
    return [
        "\n".join(
            [HEAD]
            + [
                f"{stamp},{cell(use)},{rest}"
                for (stamp, rest), use in zip(beside, each.use.tolist(), strict=True)
            ]
        )
        + "\n"
        for each in trainings
    ]


def read(text: str) -> HourTraining:
    """Read canonical text back.

    Raises
    ------
    InputError
        With the line as the place.
    """
    _, rows = table(text, (HEAD,))
    hours = [datetime.fromisoformat(row[0]) for row in rows]
    use, warmth = (np.array([number(row[at]) for row in rows]) for at in (1, 2))
    named = {hour.date(): row[3] for hour, row in zip(hours, rows, strict=True) if row[3]}
    if any((b - a).total_seconds() != _HOUR_S for a, b in pairwise(hours)):
        raise InputError("hours do not follow each other", place="column hour")
    return HourTraining(hours, use, warmth, {day: DayKind(kind) for day, kind in named.items()})


def fit(trainings: Sequence[HourTraining]) -> list[FittedBaseline]:
    """Fit baselines that share hours, temperatures and calendar: what they share is done once."""

    def together(usable: Sequence[int]) -> Iterator[FittedBaseline]:
        matrix = trainings[usable[0]].matrix
        use = np.column_stack([trainings[n].use for n in usable])
        model = TimeOfWeek().fit(matrix, use)
        told, left_out = model.predict(matrix), fortnights_left_out(matrix, use)
        for column, n in enumerate(usable):
            parts = told[:, column], left_out[:, column]
            yield _fitted(trainings[n], _parameters(model, column), *parts, reasons[n])

    reasons = [_refusals(training) for training in trainings]
    return fitted_where_usable(reasons, together)


def predict(parameters: Mapping[str, Any], matrix: Floats) -> Floats:
    """Use of hours by a kept model, NaN where the temperature is not known, shape (n_hours,)."""
    model = TimeOfWeek()
    model.knots_c_ = np.array([parameters["knots_c"]], np.float64)
    model.level_ = np.array([parameters["level"]], np.float64)
    model.slope_ = np.array([parameters["slope"]], np.float64)
    model.occupied_ = np.zeros((1, SLOTS), np.bool_)
    model.occupied_[0, parameters["occupied_hours"]] = True
    return model.predict(matrix)[:, 0]


def by_day(training: HourTraining, predicted: Floats) -> tuple[Floats, Floats]:
    """Use and prediction of whole local days, of the hours that have both.

    A day counts when nine tenths of its hours do; what lacks takes the mean of the day, in both. A
    day of which the calendar says nothing has no figure.

    Parameters
    ----------
    predicted : ndarray of float, shape (n_hours,)
        By a model; NaN where not known.

    Returns
    -------
    tuple of ndarray of float, each of shape (n_days,)
        NaN: not known. [use per day]
    """
    first = training.hours[0].date().toordinal()
    day = np.array([hour.date().toordinal() - first for hour in training.hours])
    known = np.isfinite(training.use) & np.isfinite(predicted)
    known &= np.array([hour.date() in training.kinds for hour in training.hours])
    share = np.bincount(day, known) / np.bincount(day)
    whole = np.where(share >= LEAST_SHARE, share, np.nan)
    use, told = (
        np.bincount(day, np.where(known, each, 0.0)) / whole for each in (training.use, predicted)
    )
    return use, told


def _refusals(training: HourTraining) -> list[str]:
    if not training.has_calendar:
        return [NO_CALENDAR]
    sample = Sample(training.use, training.temperature_c, training.estimated_share)
    days = len({hour.date() for hour in training.hours})
    return [*training_refusals(sample, "hourly", days)]


def _parameters(model: TimeOfWeek, column: int) -> dict[str, Any]:
    return {
        "knots_c": model.knots_c_[column].tolist(),
        "level": model.level_[column].tolist(),
        "slope": model.slope_[column].tolist(),
        "occupied_hours": np.flatnonzero(model.occupied_[column]).tolist(),
        "hours_of_week_without_data": int(model.filled_[column]),
    }


def _fitted(
    training: HourTraining,
    parameters: dict[str, Any],
    told: Floats,
    left_out: Floats,
    reasons: Sequence[str],
) -> FittedBaseline:
    use = training.use
    warmth = training.temperature_c[np.isfinite(use) & np.isfinite(training.temperature_c)]
    return FittedBaseline(
        "hourly time of week and temperature",
        {**parameters, "idles": bool((use == 0).any())},
        fit_quality(use, told),
        fit_quality(use, use - left_out).cvrmse,
        wander(left_out, use, _HOURS_A_MONTH),
        (float(warmth.min()), float(warmth.max())),
        reasons,
    )
