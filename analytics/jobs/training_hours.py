"""Trainings of hourly baselines: the hours of meters beside those of the weather."""

from collections.abc import Sequence

import numpy as np
from psycopg import Connection

from analytics.baseline.hours import HourTraining
from analytics.jobs.training_basis import (
    Drivers,
    ReadTraining,
    Work,
    bases,
    share_of,
    shared,
    stretches_of,
    zone_of,
)
from analytics.models.estimator import Floats
from analytics.models.series import LEAST_SHARE, Series, without_false_zeros
from analytics.place.hours import hour_bounds, local_hours, warmth_of_hours
from store.contracts.baseline_work import Stretch, WantedDays, hour_columns


def read_hour_trainings(
    conn: Connection, work: Sequence[Work]
) -> list[ReadTraining[Work, HourTraining]]:
    """Read what hourly baselines are to be fitted to, in their order."""
    parts = [stretches_of(conn, each) for each in work]
    drivers = Drivers(conn, work)
    told = [drivers.of(each) for each in work]
    found = []
    for each, stretches, by, basis in zip(
        work, parts, told, bases(conn, work, parts, told), strict=True
    ):
        bounds = hour_bounds(each.first_day, each.end_day, zone_of(each))
        use, unmeasured = _use(conn, each, stretches, len(bounds) - 1)
        training = HourTraining(
            local_hours(bounds, zone_of(each)),
            without_false_zeros(Series(bounds[:-1], use)).value,
            warmth_of_hours(by.outdoors.hours, bounds),
            by.kinds.kinds,
            share_of(unmeasured, use),
        )
        found.append(ReadTraining(each, training, shared(each, by), basis))
    return found


def _use(
    conn: Connection, work: WantedDays, stretches: Sequence[Stretch], hours: int
) -> tuple[Floats, float]:
    """Use by hour, NaN where not known, and how much of it is not measured."""
    use, unmeasured, zone = np.full(hours, np.nan), 0.0, zone_of(work)
    told = hour_columns(conn, stretches, zone)
    for at, stretch in enumerate(stretches):
        rows = (told.stretch == at) & (told.covered >= LEAST_SHARE)
        before = len(hour_bounds(work.first_day, stretch.first_day, zone)) - 1
        use[told.day[rows] + before] = told.value[rows]
        unmeasured += float(told.unmeasured[rows].sum())
    return use, unmeasured
