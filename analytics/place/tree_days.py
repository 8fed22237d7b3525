"""Stretches of the meter tree as whole local days."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.local_day import day_start, local_day
from domain.meter_tree import Counted
from store.contracts.baseline_work import Stretch


def whole_days(counted: Sequence[Counted], zone: ZoneInfo) -> Iterator[Stretch]:
    """Stretches of the tree as local days; a day on which the tree changed belongs to none."""
    for part in counted:
        first, end = _first_whole_day(part.first, zone), local_day(part.end, zone)
        if part.meters and first < end:
            yield Stretch(part.meters, first, end, part.less)


def _first_whole_day(at: datetime, zone: ZoneInfo) -> date:
    day = local_day(at, zone)
    return day if day_start(day, zone) == at else day + timedelta(days=1)
