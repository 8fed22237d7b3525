"""The meters beside one whose days are judged, and what its ledger found."""

from datetime import datetime

from psycopg import Connection

from analytics.place.meter_surroundings import sum_of
from analytics.rules.company import Broken, Company
from domain.consumption_flag import ConsumptionFlag
from store.alert_day import JudgedMeter, broken, company

_BROKEN = ConsumptionFlag.FALL | ConsumptionFlag.JUMP


def meter_company(
    conn: Connection, meter_id: int, meter: JudgedMeter, first: datetime, last: datetime
) -> Company:
    """Read the hours of its company in [first, last), and the days on which its register broke."""
    beside = company(conn, meter_id, meter.place_id)
    breaks = broken(conn, meter_id, _BROKEN, first, last)
    return Company(
        below=sum_of(conn, beside.below, first, last),
        reactive=sum_of(conn, beside.reactive[:1], first, last),
        cooling=sum_of(conn, beside.cooling, first, last) if meter.medium == "heat" else None,
        broken=tuple(Broken(start, end, ConsumptionFlag(flags)) for start, end, flags in breaks),
    )
