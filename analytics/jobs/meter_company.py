"""The meters beside one whose days are judged, and what its ledger found."""

from datetime import datetime

import numpy as np
from psycopg import Connection

from analytics.models.series import Series
from analytics.place.meter_surroundings import sum_of
from analytics.rules.company import Broken, Company
from domain.consumption_flag import ConsumptionFlag
from store.alerts.alert_day import JudgedMeter, broken, company

_BROKEN = ConsumptionFlag.FALL | ConsumptionFlag.JUMP


def meter_company(
    conn: Connection, meter_id: int, meter: JudgedMeter, first: datetime, last: datetime
) -> Company:
    """Read the hours of its company in [first, last), and the days on which its register broke."""
    beside = company(conn, meter_id, meter.place_id)
    breaks = broken(conn, meter_id, _BROKEN, first, last)
    return Company(
        below=_less(
            sum_of(conn, beside.below, first, last), sum_of(conn, beside.made, first, last)
        ),
        reactive=sum_of(conn, beside.reactive[:1], first, last),
        cooling=sum_of(conn, beside.cooling, first, last) if meter.medium == "heat" else None,
        broken=tuple(Broken(start, end, ConsumptionFlag(flags)) for start, end, flags in breaks),
    )


def _less(below: Series | None, made: Series | None) -> Series | None:
    """What meters below one counted less what plants behind it made: this much came through it."""
    if below is None or made is None:
        return below
    both, here, there = np.intersect1d(below.ts, made.ts, return_indices=True)
    return Series(both, below.value[here] - made.value[there])
