"""Proposes non-routine events: use that left its baseline and stayed away. Adjusts nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.baseline.fitted import predict
from analytics.baseline.training import Training, read
from analytics.jobs.training_basis import ReadTraining
from analytics.jobs.training_days import read_trainings
from analytics.savings.non_routine import proposals
from analytics.savings.proposal import Proposal, Shape
from domain.local_day import local_day
from store.baseline_work import BaselineWork, CountingModel, counting_models, propose

_MOST_DAYS = 1100
"""What is looked at after a training. [d]"""
_NEAR_DAYS = 45
"""A change so close to the first day of reporting may well be the measure itself. [d]"""
_SAME_DAYS = 60
"""Proposals that lie closer together are about the same thing. [d]"""


def propose_events(conn: Connection, work: Sequence[BaselineWork], *, now: datetime) -> int:
    """Hold the use since their trainings against the models that count; gives how many are new."""
    models = counting_models(conn, [each.id for each in work])
    later = [
        replace(each, first_day=each.end_day, end_day=until)
        for each in work
        if each.id in models and (until := _until(each, now)) > each.end_day
    ]
    found = 0
    for told in read_trainings(conn, later):
        model = models[told.work.id]
        for each in _proposals(model, told):
            found += propose(conn, told.work.id, _row(each, model, told), within_days=_SAME_DAYS)
    return found


def _until(work: BaselineWork, now: datetime) -> date:
    today = local_day(now, ZoneInfo(work.zone or "UTC"))
    return min(today, work.end_day + timedelta(days=_MOST_DAYS))


def _proposals(model: CountingModel, told: ReadTraining[BaselineWork, Training]) -> list[Proposal]:
    trained, later = read(model.inputs), told.training
    if trained.heated is not None and later.heated is None:
        return []  # the season it was fitted by is not known of what came later
    whole = Training(
        trained.first_day,
        np.concatenate([trained.use, later.use]),
        np.concatenate([trained.temperature_c, later.temperature_c]),
        {**trained.kinds, **later.kinds},
        heated=None if trained.heated is None else trained.heated | (later.heated or frozenset()),
        swing_c=(
            None
            if trained.swing_c is None or later.swing_c is None
            else np.concatenate([trained.swing_c, later.swing_c])
        ),
    )
    predicted = predict(model.parameters, whole.matrix)
    for n in range(len(predicted)):
        if trained.first_day + timedelta(days=n) not in whole.kinds:
            predicted[n] = np.nan
    return proposals(trained.first_day, whole.use, predicted, len(trained.use))


def _row(
    found: Proposal, model: CountingModel, told: ReadTraining[BaselineWork, Training]
) -> Mapping[str, Any]:
    expected = found.daily_change / (found.ratio - 1) if found.ratio != 1 else 0.0
    low, high = sorted((expected * (found.low - 1), expected * (found.high - 1)))
    lasting = found.shape is Shape.STEP
    near = abs(found.first - told.work.reporting_from) <= timedelta(days=_NEAR_DAYS)
    evidence = {
        name: str(value) if isinstance(value, date) else value
        for name, value in asdict(found).items()
    }
    return {
        "first_day": found.first,
        "end_day": None if lasting else found.end,
        "per_day": found.daily_change,
        "low": low,
        "high": high,
        "evidence": {**evidence, "version": model.number, "near_measure": near},
    }
