"""Marks of the days on which a meter's level of use changes; they follow the days around."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.ledger.level import REACH, daily_rate, level_changes
from domain.consumption_flag import ConsumptionFlag
from store.meters.consumption import RegisterOf, known_days
from store.meters.interval_version import LocalDays, toggle_flag

_MARK = int(ConsumptionFlag.LEVEL_CHANGE)
_REACH = timedelta(days=REACH)
_DAY = timedelta(days=1)


def mark_levels(
    conn: Connection, register: RegisterOf, spans: Iterable[tuple[date, date]], *, now: datetime
) -> set[date]:
    """Set the marks anew that depend on the days of some spans [first, end); the days that changed.

    The figures stay; intervals whose mark changes get a new version.
    """
    changed = set()
    for first, end in spans:
        lo, hi = first - 2 * _REACH, end + 2 * _REACH
        known = known_days(conn, register, lo, hi)
        rate = np.full((hi - lo).days, np.nan)
        rate[[(each.day - lo).days for each in known]] = daily_rate(
            np.array([each.value for each in known]),
            np.array([each.covered_s for each in known], np.float64),
            np.array([each.estimated for each in known], np.bool_),
        )
        marked = {lo + number * _DAY for number in level_changes(rate)}
        for each in known:
            has = bool(each.flags & _MARK)
            if has != (each.day in marked) and first - _REACH <= each.day < end + _REACH:
                day = LocalDays.of(each.day, each.day + _DAY, ZoneInfo(register.zone))
                toggle_flag(conn, register, day, _MARK, now=now)
                changed.add(each.day)
    return changed
