"""Vehicles as tables name them: by code, or by the plate they bore at the time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.local_day import day_start
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import FormRow
from store.fleet.vehicle_stint import Nameable, nameable


class NamedVehicles:
    """Vehicles whose entries a person may make."""

    def __init__(self, conn: Connection) -> None:
        self._rows: dict[str, list[Nameable]] = {}
        for row in nameable(conn):
            for name in {row.code, row.plate}:
                self._rows.setdefault(name, []).append(row)

    def find(self, row: FormRow, at: str) -> tuple[Nameable, datetime] | SheetFault:
        """The vehicle of a row, and the instant of its column `at`; or what is wrong.

        A time without an offset is read by the clock of the vehicle's place.
        """
        told = row.values[at]
        local = told if isinstance(told, datetime) else None
        name = str(row.values["vehicle"])
        for each in self._rows.get(name, ()):
            zone = ZoneInfo(each.zone or "UTC")
            instant = _instant(local, told, zone)
            if each.code == name or (
                (each.start_at is None or each.start_at <= instant)
                and (each.end_at is None or instant < each.end_at)
            ):
                return each, instant
        return row.fault("vehicle", "unknown_vehicle", "")

    @staticmethod
    def instant(row: FormRow, column: str, vehicle: Nameable) -> datetime | None:
        """The instant of another column, by the same clock."""
        told = row.values[column]
        return (
            _instant(told, told, ZoneInfo(vehicle.zone or "UTC"))
            if isinstance(told, datetime)
            else None
        )


def _instant(local: datetime | None, told: object, zone: ZoneInfo) -> datetime:
    if local is None:
        assert isinstance(told, date)  # noqa: S101 - the form has parsed a day
        return day_start(told, zone)
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def twice(rows: Sequence[tuple[FormRow, object]], column: str) -> list[SheetFault]:
    """Rows that name what an earlier row has named."""
    first: dict[object, int] = {}
    faults = []
    for row, key in rows:
        if key in first:
            faults.append(row.fault(column, "twice", str(first[key])))
        first.setdefault(key, row.number)
    return faults
