"""Proposes non-routine events: use that left its baseline and stayed away. Adjusts nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.baseline import hours
from analytics.baseline.fitted import predict
from analytics.baseline.training import Training, read, use_apart
from analytics.jobs.training_basis import ReadTraining
from analytics.jobs.training_days import read_trainings
from analytics.jobs.training_hours import read_hour_trainings
from analytics.models.estimator import Floats
from analytics.savings.non_routine import proposals
from analytics.savings.proposal import Proposal, Shape
from domain.baseline import Step
from domain.calendar import days
from domain.local_day import day_start, local_day
from store.contracts.baseline_work import BaselineWork, CountingModel, counting_models, propose
from store.places.occasion import events

_MOST_DAYS = 1100
"""What is looked at after a training. [d]"""
_NEAR_DAYS = 45
"""A change so close to the first day of reporting may well be the measure itself. [d]"""
_AROUND_STEP = timedelta(days=14)
"""So near events of the calendar may be what a change is about."""
_MOST_EVENTS = 5
_SAME_DAYS = 60
"""Proposals that lie closer together are about the same thing. [d]"""


def propose_events(conn: Connection, work: Sequence[BaselineWork], *, now: datetime) -> int:
    """Hold the use since their trainings against the models that count; gives how many are new.

    Of daily and hourly baselines; months tell no weeks in which a level could be seen to stay.
    """
    models = counting_models(conn, [each.id for each in work])
    later = [
        replace(each, first_day=each.end_day, end_day=until)
        for each in work
        if each.id in models and (until := _until(each, now)) > each.end_day
    ]
    daily = [each for each in later if each.step == Step.DAILY]
    hourly = [each for each in later if each.step == Step.HOURLY]
    found = 0
    for of, each in chain(_of_days(conn, daily, models), _of_hours(conn, hourly, models)):
        row = _row(each, models[of.id], of, _happened(conn, each, of))
        found += propose(conn, of.id, row, within_days=_SAME_DAYS)
    return found


def _of_days(
    conn: Connection, work: Sequence[BaselineWork], models: Mapping[int, CountingModel]
) -> Iterator[tuple[BaselineWork, Proposal]]:
    alike: dict[tuple[object, ...], list[_Held]] = {}
    for told in read_trainings(conn, work):
        model = models[told.work.id]
        shared, use = use_apart(model.inputs)
        alike.setdefault((shared, *told.shares), []).append(_Held(model, use, told))
    for together in alike.values():
        for held, each in _proposals(together):
            yield held.told.work, each


def _of_hours(
    conn: Connection, work: Sequence[BaselineWork], models: Mapping[int, CountingModel]
) -> Iterator[tuple[BaselineWork, Proposal]]:
    """Of hourly models, summed to days; one at a time, for years of hours are large."""
    for one in work:
        model, (told,) = models[one.id], read_hour_trainings(conn, [one])
        trained, later = hours.read(model.inputs), told.training
        parts = [
            hours.by_day(each, hours.predict(model.parameters, each.matrix))
            for each in (trained, later)
        ]
        use, predicted = (np.concatenate(each) for each in zip(*parts, strict=True))
        first = trained.hours[0].date()
        for each in proposals(first, use, predicted, len(parts[0][0])):
            yield one, each


class _Held(NamedTuple):
    """A model that counts, the use it was fitted to, and what came after it."""

    model: CountingModel
    trained: Floats
    told: ReadTraining[BaselineWork, Training]


def _until(work: BaselineWork, now: datetime) -> date:
    today = local_day(now, ZoneInfo(work.zone or "UTC"))
    return min(today, work.end_day + timedelta(days=_MOST_DAYS))


def _proposals(together: Sequence[_Held]) -> Iterator[tuple[_Held, Proposal]]:
    """Of models that share days, temperatures and calendar, in their training and after it."""
    trained, later = read(together[0].model.inputs), together[0].told.training
    lacks_term = trained.in_term is not None and later.in_term is None
    if lacks_term and any(held.model.parameters.get("terms") for held in together):
        together = [held for held in together if not held.model.parameters.get("terms")]
    if not together or (trained.heated is not None and later.heated is None):
        return  # the terms or the season it was fitted by are not known of what came later
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
        in_term={**(trained.in_term or {}), **(later.in_term or {})},
    )
    matrix = whole.matrix
    unknown = [n for n, day in enumerate(_days(whole)) if day not in whole.kinds]
    for held in together:
        use = np.concatenate([held.trained, held.told.training.use])
        predicted = predict(held.model.parameters, matrix)
        predicted[unknown] = np.nan
        for each in proposals(trained.first_day, use, predicted, len(held.trained)):
            yield held, each


def _days(of: Training) -> Iterator[date]:
    return days(of.first_day, of.first_day + timedelta(days=len(of.use)))


def _happened(conn: Connection, found: Proposal, work: BaselineWork) -> list[dict[str, str]]:
    """Events of the calendar at the place that may be why: of the days, or around a step."""
    zone = ZoneInfo(work.zone or "UTC")
    end = found.first if found.shape is Shape.STEP else found.end
    first, last = (day_start(day, zone) for day in (found.first - _AROUND_STEP, end + _AROUND_STEP))
    return [
        {
            "kind": each.kind,
            "name": each.name,
            "first_day": local_day(each.start_at, zone).isoformat(),
        }
        for each in events(conn, work.organisation_id, first, last)[:_MOST_EVENTS]
    ]


def _row(
    found: Proposal,
    model: CountingModel,
    work: BaselineWork,
    happened: list[dict[str, str]],
) -> Mapping[str, Any]:
    expected = found.daily_change / (found.ratio - 1) if found.ratio != 1 else 0.0
    low, high = sorted((expected * (found.low - 1), expected * (found.high - 1)))
    lasting = found.shape is Shape.STEP
    near = abs(found.first - work.reporting_from) <= timedelta(days=_NEAR_DAYS)
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
        "evidence": {**evidence, "version": model.number, "near_measure": near, "events": happened},
    }
