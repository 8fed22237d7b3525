"""Trainings of many daily baselines read at once; what places share is read once."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from psycopg import Connection

from analytics.baseline.training import Training
from analytics.jobs.training_basis import (
    Drivers,
    ReadTraining,
    Work,
    bases,
    share_of,
    shared,
    stretches_of,
)
from analytics.models.estimator import Floats
from analytics.models.series import LEAST_SHARE, Series, without_false_zeros
from store.contracts.baseline_work import Stretch, WantedDays, day_columns

_EPOCH = date(1970, 1, 1)


def read_trainings(conn: Connection, work: Sequence[Work]) -> list[ReadTraining[Work, Training]]:
    """Read what baselines are to be fitted to, in their order."""
    parts = [stretches_of(conn, each) for each in work]
    use, unmeasured = day_use(conn, work, parts)
    drivers = Drivers(conn, work)
    told = [drivers.of(each) for each in work]
    return [
        ReadTraining(
            each,
            Training(
                each.first_day,
                use[n],
                by.outdoors.mean_c,
                by.kinds.kinds,
                share_of(unmeasured[n], use[n]),
                by.heated,
                by.outdoors.swing_c,
                by.in_term,
            ),
            shared(each, by),
            basis,
        )
        for n, (each, by, basis) in enumerate(
            zip(work, told, bases(conn, work, parts, told), strict=True)
        )
    ]


def day_use(
    conn: Connection, work: Sequence[WantedDays], parts: Sequence[Sequence[Stretch]]
) -> tuple[list[Floats], list[float]]:
    """Use of each training by day, NaN where not known, and how much of it is not measured.

    Zeros of what never idles are not known.
    """
    use = [np.full((each.end_day - each.first_day).days, np.nan) for each in work]
    unmeasured = [0.0] * len(work)
    flat = [(n, stretch) for n, stretches in enumerate(parts) for stretch in stretches]
    told = day_columns(conn, [stretch for _, stretch in flat])
    order = np.argsort(told.stretch, kind="stable")
    bounds = np.searchsorted(told.stretch[order], np.arange(len(flat) + 1))
    for at, (n, _) in enumerate(flat):
        rows = order[bounds[at] : bounds[at + 1]]
        rows = rows[told.covered[rows] >= LEAST_SHARE]
        days = told.day[rows] - (work[n].first_day - _EPOCH).days
        use[n][days] = told.value[rows]
        unmeasured[n] += float(told.unmeasured[rows].sum())
    stamps = [np.arange(len(each), dtype=np.int64) for each in use]
    cleaned = [
        without_false_zeros(Series(ts, each)).value for ts, each in zip(stamps, use, strict=True)
    ]
    return cleaned, unmeasured
