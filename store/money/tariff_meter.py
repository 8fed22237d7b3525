"""Meters that are or were on a tariff."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class TariffMeterRow:
    """A meter on local days [first_day, end_day) under a tariff, None for no end."""

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    first_day: date | None
    end_day: date | None
    capacity_kva: Decimal | None
    declared_kw: Decimal | None
    quota: Decimal | None


def meters_of_tariff(conn: Connection, tariff_id: int) -> list[TariffMeterRow]:
    """Meters on a tariff that the person may see, by code and time."""
    with conn.cursor(row_factory=class_row(TariffMeterRow)) as cursor:
        return cursor.execute(sql("tariff_meter", "of_tariff"), {"tariff_id": tariff_id}).fetchall()
