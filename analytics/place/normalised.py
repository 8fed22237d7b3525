"""Normalised saving of a baseline: its model and one of the reporting year under a typical year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.baseline.avoided import Adjustment
from analytics.baseline.fitted import fit, predict
from analytics.baseline.training import Training
from analytics.models.period import Period
from analytics.models.refusal import FATAL, Refusal
from analytics.place.day_drivers import heated_days, kinds_of_days, term_days_of, warmth
from analytics.place.local_calibration import local_calibration
from analytics.place.saving import actual_days, adjustments_of
from analytics.place.told_rows import region_of
from analytics.savings.avoided_use import AvoidedUse, avoided_use
from analytics.savings.own_record import Span
from analytics.savings.typical_year import TypicalYear, typical_year
from domain.errors import MissingInputError
from store.contracts.baseline import BaselineRow, EventRow, VersionRow

WEATHER_YEARS = 5
"""Of which the typical year is put together, as far as they are known. [a]"""
NO_TYPICAL_YEAR = "no_typical_year"
"""Some calendar month was never known whole."""
CALENDAR_MISSING = "calendar_missing"
_NEEDS = {*FATAL, Refusal.SHORT_BASELINE, Refusal.GAPS_IN_TRAINING, CALENDAR_MISSING}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlaceNormalised:
    """Use in a typical year, before and after the measure; None with the named reasons.

    Attributes
    ----------
    baseline, reporting : float or None
        By the version that counts, and by a model of the reporting days less what accepted events
        added to them. [use per year]
    model : str or None
        Family of the latter.
    years : tuple of int
        Of which year each month of the typical year is.
    candidates : int
        Fewest years that a month was chosen from.
    sure : AvoidedUse or None
        How sure the saving is: unchanged meters' use in a typical year moves like their use itself.
    """

    baseline: float | None
    reporting: float | None
    model: str | None
    years: tuple[int, ...]
    candidates: int
    refusals: Sequence[str]
    sure: AvoidedUse | None = None

    @property
    def saving(self) -> float | None:
        """Positive = saved. [use per year]."""
        if self.baseline is None or self.reporting is None:
            return None
        return self.baseline - self.reporting


def place_normalised(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    signed: Sequence[EventRow],
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    *,
    confidence: float = 0.9,
    as_of: datetime | None = None,
) -> PlaceNormalised:
    """Of a daily baseline; [first_day, end_day) is to be nearly a whole year of reporting.

    Parameters
    ----------
    as_of : datetime or None
        Use, weather and calendar as they were known then; None: as they are known now.

    Raises
    ------
    MissingInputError
        If what the calendar said at `as_of` is not kept.
    """
    reporting = _reporting(conn, row, version, zone, first_day, end_day, as_of)
    reporting = replace(reporting, use=_adjusted(reporting, adjustments_of(signed)))
    [found] = fit([reporting])
    refusals = [*found.refusals]
    typical = _typical(conn, row, zone, first_day, end_day, as_of)
    if typical is None:
        refusals.append(NO_TYPICAL_YEAR)
        return PlaceNormalised(None, None, found.model, (), 0, refusals)
    told = (found.model, typical.years, typical.candidates)
    if found.parameters is None or _NEEDS.intersection(refusals):
        return PlaceNormalised(None, None, *told, refusals)
    year = _typical_days(conn, row, version, typical, as_of)
    if not year.has_calendar:
        return PlaceNormalised(None, None, *told, [*refusals, CALENDAR_MISSING])
    sums = [
        float(predict(parameters, year.matrix).sum())
        for parameters in (_known(version), found.parameters)
    ]
    if not np.isfinite(sums).all():  # a workday of which no term is known
        return PlaceNormalised(None, None, *told, [*refusals, CALENDAR_MISSING])
    asked = (conn, row.organisation_id, row.medium)
    local = local_calibration(*asked, step="normalised", meter_id=row.meter_id, as_of=as_of)
    sure = avoided_use(
        sums[0],
        sums[1],
        local.own_record(version.wander, row.end_day),
        local.calibration,
        span=Span.between(
            Period(row.first_day, row.end_day),
            Period(first_day, end_day),
            float(np.isfinite(reporting.use).sum()),
        ),
        confidence=confidence,
    )
    return PlaceNormalised(sums[0], sums[1], *told, refusals, sure)


def _known(version: VersionRow) -> Mapping[str, Any]:
    assert version.parameters is not None  # noqa: S101 - the caller has refused such a version
    return version.parameters


def _reporting(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    as_of: datetime | None,
) -> Training:
    outdoors = warmth(conn, row.organisation_id, zone, first_day, end_day, as_of=as_of)
    kinds = kinds_of_days(conn, row.organisation_id, first_day, end_day, as_of=as_of)
    actual = actual_days(conn, row, zone, first_day, end_day, as_of)
    days = [first_day + n * _DAY for n in range((end_day - first_day).days)]
    known = [actual.get(day, (np.nan, False)) for day in days]
    use = np.array([amount for amount, _ in known], np.float64)
    use = use if _known(version)["idles"] else np.where(use == 0, np.nan, use)
    estimated = float(np.mean([each for _, each in known])) if known else 0.0
    heated = heated_days(conn, region_of(version), first_day, end_day)
    taught = term_days_of(conn, row.organisation_id, first_day, end_day)
    return Training(
        first_day,
        use,
        outdoors.mean_c,
        kinds.kinds,
        estimated,
        heated,
        outdoors.swing_c,
        taught if len(taught) == len(days) else None,
    )


def _adjusted(reporting: Training, adjustments: Sequence[Adjustment]) -> "np.ndarray[Any, Any]":
    """Use less what accepted events added on each day."""
    added = [
        sum(each.over(reporting.first_day + n * _DAY, 1) for each in adjustments)
        for n in range(len(reporting.use))
    ]
    return np.asarray(reporting.use - np.array(added))


def _typical(
    conn: Connection,
    row: BaselineRow,
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    as_of: datetime | None,
) -> TypicalYear | None:
    """Of the whole months of some years until the end of the reporting; None where one lacks."""
    first = date(end_day.year - WEATHER_YEARS, 1, 1)
    lived = warmth(conn, row.organisation_id, zone, first, end_day, as_of=as_of)
    try:
        return typical_year(first, lived.mean_c, first_day, lived.swing_c)
    except MissingInputError:
        return None


def _typical_days(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    typical: TypicalYear,
    as_of: datetime | None,
) -> Training:
    """Days of the typical year with the calendar of the year whose weekdays it has."""
    end = typical.first + len(typical.temperature_c) * _DAY
    kinds = kinds_of_days(conn, row.organisation_id, typical.first, end, as_of=as_of)
    heated = heated_days(conn, region_of(version), typical.first, end)
    unused = np.full(len(typical.temperature_c), np.nan)
    return Training(
        typical.first,
        unused,
        typical.temperature_c,
        kinds.kinds,
        0.0,
        heated,
        typical.swing_c,
        term_days_of(conn, row.organisation_id, typical.first, end),
    )
