"""Savings of a baseline as somebody asks for them, by the version and the decisions of an instant.

Computed when asked: what a signed statement holds is the version, and that never changes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.baseline.avoided import Adjustment, AvoidedDay, avoided_rows, outside_share
from analytics.baseline.unsettled import leeway
from analytics.models.fit_quality import freedom, held
from analytics.models.period import Period
from analytics.models.refusal import MOST_OUTSIDE, Refusal
from analytics.models.series import LEAST_SHARE
from analytics.place.local_calibration import LocalCalibration, local_calibration
from analytics.place.told_rows import told_rows
from analytics.place.total import counted_meters
from analytics.place.tree_days import whole_days
from analytics.savings.avoided_use import AvoidedUse, avoided_use
from analytics.savings.own_record import Span
from domain.baseline import EventVerdict
from domain.local_day import day_start
from domain.meter_tree import Counted
from store.contracts.baseline import BaselineRow, EventRow, VersionRow
from store.institution.figure import DayUse, days, days_as_of
from store.places.place import ALL

_DAY = timedelta(days=1)
_MEASURED = frozenset({"measured", "derived", "manual"})
SURE_OF_HALF = 0.68
"""Confidence at which ASHRAE Guideline 14 holds the uncertainty against the saving. [1]"""
MOST_UNCERTAIN = 0.5
"""Most of the saving that its half band may be. [1]"""


@dataclass(frozen=True, slots=True)
class Check:
    """A figure held against a limit; a failure is shown, not hidden."""

    check: str
    value: float | None
    limit: float
    source: str

    @property
    def passed(self) -> bool | None:
        """None where there is no figure."""
        return None if self.value is None else abs(self.value) <= self.limit


@dataclass(frozen=True, slots=True)
class PlaceSaving:
    """Savings over local days.

    Attributes
    ----------
    total : AvoidedUse
        Over the days that count, with its band; the baseline in it is the adjusted one. While a
        year is provisional the band takes in what its notice may still move.
    reasons : list of str
        Why it is not to be relied on, by name.
    calendar_missing : tuple of int
        Years nobody has entered.
    """

    days: list[AvoidedDay]
    adjustment: float
    total: AvoidedUse
    checks: list[Check]
    reasons: list[str]
    weather: list[Mapping[str, object]]
    calendar_missing: tuple[int, ...]
    calendar_provisional: bool


def place_saving(
    conn: Connection,
    row: BaselineRow,
    version: VersionRow,
    signed: Sequence[EventRow],
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    *,
    confidence: float = 0.9,
    guarantee: float | None = None,
    as_of: datetime | None = None,
    around_as_of: datetime | None = None,
) -> PlaceSaving:
    """Hold the use of [first_day, end_day) against a version that has a model.

    Parameters
    ----------
    signed : sequence of EventRow
        Non-routine events; only accepted ones adjust anything.
    guarantee : float or None
        A saving of which it is wanted how likely more was saved. [unit of the medium]
    as_of : datetime or None
        Use as it was known then; None: as it is known now.
    around_as_of : datetime or None
        The same of weather and calendar. What a correction of use changes is told by those of now.

    Raises
    ------
    MissingInputError
        If what the calendar said at `around_as_of` is not kept.
    """
    assert version.parameters is not None  # noqa: S101 - the caller has refused such a version
    adjustments = [*adjustments_of(signed)]
    actual = actual_days(conn, row, zone, first_day, end_day, as_of)
    told = told_rows(
        conn, row, version, zone, first_day, end_day, actual,
        as_of=as_of, around_as_of=around_as_of,
    )  # fmt: skip
    found = avoided_rows(
        told.rows, told.actual, adjustments, idles=bool(version.parameters["idles"])
    )
    local = local_calibration(
        conn,
        row.organisation_id,
        row.medium,
        step=row.step,
        meter_id=row.meter_id,
        as_of=as_of,
    )
    total = _total(row, version, local, found, confidence, guarantee)
    return PlaceSaving(
        found,
        sum(each.adjustment for each in found if each.saving is not None),
        total,
        _checks(row, version, total, _total(row, version, local, found, SURE_OF_HALF)),
        _reasons(version, total),
        [*told.weather],
        told.calendar_missing,
        told.calendar_provisional,
    )


def adjustments_of(signed: Sequence[EventRow]) -> list[Adjustment]:
    """Those of the events that somebody has accepted."""
    return [
        Adjustment(each.id, each.signed_first_day, each.signed_end_day, float(each.signed_per_day))
        for each in signed
        if each.verdict == EventVerdict.ACCEPTED
        and each.signed_first_day is not None
        and each.signed_per_day is not None
    ]


def actual_days(
    conn: Connection,
    row: BaselineRow,
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    as_of: datetime | None,
) -> dict[date, tuple[float, bool]]:
    """Use by day, of days on which each meter that counts has most of its figure.

    What a meter lacks of a day is filled with its own mean of that day.
    """
    span = day_start(first_day, zone), day_start(end_day, zone)
    if row.meter_id is None:
        counted = counted_meters(conn, row.organisation_id, row.medium, *span)
    else:
        counted = [Counted(*span, (row.meter_id,))]
    found: dict[date, tuple[float, bool]] = {}
    for part in whole_days(counted, zone):
        by_day: dict[date, list[DayUse]] = defaultdict(list)
        bounds = ([*part.terms], part.first_day, part.end_day)
        if as_of is None:
            uses = days(conn, *bounds, bin_="day", at_most=ALL)
        else:
            uses = days_as_of(conn, *bounds, bin_="day", zone=zone, as_of=as_of, at_most=ALL)
        for use in uses:
            by_day[use.first_day].append(use)
        for day, parts in by_day.items():
            length = (day_start(day + _DAY, zone) - day_start(day, zone)).total_seconds()
            shares = {use.meter_id: use.covered_s / length for use in parts}
            if len(parts) == len(part.terms) and min(shares.values()) >= LEAST_SHARE:
                estimated = any(use.quantity_grade not in _MEASURED for use in parts)
                # Each meter by its own share: what another one lacks is not lacking here.
                whole = {use.meter_id: use.value / shares[use.meter_id] for use in parts}
                found[day] = sum(part.terms[meter] * use for meter, use in whole.items()), estimated
    return found


def _total(
    row: BaselineRow,
    version: VersionRow,
    local: LocalCalibration,
    found: Sequence[AvoidedDay],
    confidence: float,
    guarantee: float | None = None,
) -> AvoidedUse:
    counted = [each for each in found if each.saving is not None]
    last = found[-1] if found else None
    end = row.reporting_from + _DAY if last is None else last.day + last.days * _DAY
    actual = sum(each.actual or 0.0 for each in counted)
    saving = sum(each.saving or 0.0 for each in counted)
    return avoided_use(
        actual + saving if counted else None,
        actual if counted else None,
        local.own_record(version.wander, row.end_day),
        local.calibration,
        span=Span.between(
            Period(row.first_day, row.end_day),
            Period(found[0].day if found else row.reporting_from, end),
            sum(each.days for each in counted) or 1,
        ),
        confidence=confidence,
        guarantee=guarantee,
        outside=outside_share(found),
        leeway=leeway(each.unsettled for each in counted if each.unsettled is not None),
    )


def _checks(
    row: BaselineRow, version: VersionRow, total: AvoidedUse, likely: AvoidedUse
) -> list[Check]:
    """The fit against the limits of this baseline, and the band against the saving."""
    free = freedom(version.days, version.parameters or {})
    cvrmse, nmbe = held(version.cvrmse, version.nmbe, free)
    checks = [
        Check("cvrmse_train", cvrmse, row.cvrmse_limit, row.limit_source),
        Check("nmbe_train", nmbe, row.nmbe_limit, row.limit_source),
        Check("outside_temperatures", total.outside, MOST_OUTSIDE, "Civicwatt"),
    ]
    share = None
    if likely.band is not None and likely.saving is not None and likely.saving > 0:
        share = (likely.band.high - likely.band.low) / 2 / likely.saving
    return [*checks, Check("uncertainty_of_saving", share, MOST_UNCERTAIN, "ASHRAE Guideline 14")]


def _reasons(version: VersionRow, total: AvoidedUse) -> list[str]:
    found = [*version.refusals]
    if total.saving is None:
        found.append(Refusal.NO_REPORT)
    if total.outside is not None and total.outside > MOST_OUTSIDE:
        found.append(Refusal.OUT_OF_RANGE)
    return found
