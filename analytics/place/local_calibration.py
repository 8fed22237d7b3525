"""By which calibration a band at a place is made: its portfolio's, once that has enough years."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection

from analytics.savings import shipped
from analytics.savings.calibration import Calibration, calibrate, lent
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_past import MOST_YEARS
from analytics.savings.own_record import OwnRecord
from domain.model_band import LEAST_METER_YEARS
from store.meters.meter_year import LocalYear, local_years


@dataclass(frozen=True, slots=True)
class LocalCalibration:
    """What is known at a place of how far meters stray.

    Attributes
    ----------
    own : tuple of LocalYear
        Years of the meter that was asked for, the oldest first.
    years : tuple of MeterYear
        All that are known at the place, whether or not they are enough.
    """

    calibration: Calibration
    own: tuple[LocalYear, ...]
    years: tuple[MeterYear, ...] = ()

    def own_record(self, wander: float | None, end: date) -> OwnRecord:
        """What is known of the meter at the end of a baseline, the day `end`."""
        over = [each.deviation for each in self.own if date(each.year + 1, 1, 1) <= end]
        return OwnRecord(wander, tuple(over[-MOST_YEARS:]))


def local_calibration(
    conn: Connection,
    organisation_id: int,
    medium: str,
    *,
    step: str = "daily",
    meter_id: int | None = None,
    as_of: datetime | None = None,
) -> LocalCalibration:
    """Read the meter-years of a place; fewer than are wanted only test the shipped band.

    Parameters
    ----------
    step : str
        Of the model: by later years of which the shipped band was tested. Years of one's own are
        those of daily models.
    meter_id : int or None
        Whose own years are wanted; None: of a place as a whole none are kept.
    """
    found = local_years(conn, organisation_id, medium, meter_id=meter_id, as_of=as_of)
    own = sorted((each for each in found if each.own), key=lambda each: each.year)
    years = _meter_years(found)
    return LocalCalibration(_calibration(years, step), tuple(own), tuple(years))


def _calibration(years: list[MeterYear], step: str) -> Calibration:
    if len(years) >= LEAST_METER_YEARS:
        return calibrate(years)
    if not years:
        return shipped.calibration(step)
    return lent(shipped.meter_years("calibrating"), shipped.later(step), years)


def _meter_years(found: list[LocalYear]) -> list[MeterYear]:
    """Each with what its own meter did before it."""
    by_meter: dict[str, list[LocalYear]] = defaultdict(list)
    for each in sorted(found, key=lambda each: each.year):
        by_meter[each.meter].append(each)
    return [
        MeterYear(
            meter,
            date(each.year, 1, 1),
            OwnRecord(each.wander, tuple(x.deviation for x in years[:n][-MOST_YEARS:])),
            each.deviation,
        )
        for meter, years in by_meter.items()
        for n, each in enumerate(years)
    ]
