"""The table of vehicles: new ones are entered, and what changes about one holds from a day on.

Each row is tried in a transaction that is taken back, so that what the store refuses, a terminal
that tells of two vehicles or a day before what is known, is a fault of the row that wants it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection

from domain.errors import InputError
from domain.local_day import day_start
from domain.vehicle import (
    Acquisition,
    NewVehicle,
    Powertrain,
    VehicleCategory,
    VehicleDescription,
    check_vin,
)
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from ingest.sheet.named_vehicle import twice
from store.fleet.vehicle import (
    VehicleRow,
    change_terminal,
    describe_anew,
    enter,
    move,
    vehicle_classes,
    vehicles,
)
from store.places.fact import administered_codes
from store.places.place import devices, organisations

_MOST_KWH = 2000
_REFUSED = {
    "code": ("code", "code_taken"),
    "since": ("first_day", "known_later"),
    "device": ("device", "unknown_device"),
}
"""Column and fault of what the store refuses, by what it is about; the rest is checked before."""
_STAYS = ("vin", "maker", "model")
_DESCRIBED = (
    "plate", "vehicle_class", "powertrain", "category", "acquisition", "battery_kwh", "livery",
    "hidden",
)  # fmt: skip


def _capacity(text: str) -> float:
    """Usable capacity of a battery. [kWh]."""
    wanted = f"0 .. {_MOST_KWH} kWh"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not 0 < value < _MOST_KWH:
        raise ValueError(wanted)
    return value


def _vin(text: str) -> str:
    try:
        check_vin(text)
    except InputError as error:
        raise ValueError("17: A-Z 0-9, - I O Q") from error
    return text


def _optional(name: str, name_zh: str) -> Column:
    return Column(name, name_zh, parse_text, "not_text", required=False)


def _yes(name: str, name_zh: str) -> Column:
    return Column(name, name_zh, choice("yes", "no"), "not_one_of", required=False)


class Vehicles:
    """Vehicles with what they are, who has them and which terminal tells of them."""

    form = Form(
        "vehicles",
        (
            Column("code", "车辆编码", parse_text, "not_text"),
            Column("plate", "车牌号", parse_text, "not_text"),
            Column("organisation", "机构编码", parse_text, "not_text"),
            _optional("department", "部门"),
            Column("vehicle_class", "车型类别", parse_text, "not_text"),
            Column("powertrain", "动力类型", choice(*Powertrain), "not_one_of"),
            Column(
                "category", "公务用车类别", choice(*VehicleCategory), "not_one_of", required=False
            ),
            Column("acquisition", "取得方式", choice(*Acquisition), "not_one_of", required=False),
            Column(
                "battery_kwh", "电池容量 kWh", _capacity, "not_an_amount",
                required=False, numeric=True,
            ),
            _yes("livery", "喷涂标识"),
            _yes("hidden", "隐藏"),
            Column("vin", "车辆识别代号", _vin, "not_a_vin", required=False),
            _optional("maker", "制造厂"),
            _optional("model", "型号"),
            _optional("device", "终端编码"),
            Column("first_day", "起始日期", parse_day, "not_a_day", required=False),
        ),
    )  # fmt: skip

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Codes twice, places and classes that are not there, and whatever the store refuses."""
        own = administered_codes(conn)
        codes = {row.code for row in organisations(conn)}
        classes = [row.vehicle_class for row in vehicle_classes(conn)]
        faults = twice([(row, row.values["code"]) for row in rows], "code")
        for row in rows:
            place = row.values["organisation"]
            if place not in codes:
                faults.append(row.fault("organisation", "unknown_organisation", ""))
            elif place not in own:
                faults.append(row.fault("organisation", "not_administered", ""))
            if row.values["vehicle_class"] not in classes:
                faults.append(row.fault("vehicle_class", "not_one_of", " | ".join(classes)))
        if not faults:
            with conn.transaction(force_rollback=True):
                faults += _Desk(conn).put_all(rows)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what is new, and what has changed from its day on."""
        faults = _Desk(conn).put_all(rows)
        if faults:  # somebody else was at the vehicles between the check and now
            raise InputError(str(faults[0]), place=f"row {faults[0].row}")

    def export(self, conn: Connection) -> list[list[str]]:
        """Every vehicle as it is now."""
        places = {row.id: row.code for row in organisations(conn)}
        terminals = {row.id: row.code for row in devices(conn)}
        return [
            [
                row.code,
                row.plate,
                places.get(row.organisation_id, ""),
                row.department,
                row.vehicle_class,
                row.powertrain,
                row.category,
                row.acquisition,
                "" if row.battery_kwh is None else f"{row.battery_kwh:g}",
                "yes" if row.livery else "no",
                "yes" if row.hidden else "no",
                row.vin or "",
                row.maker,
                row.model,
                terminals.get(row.device_id or 0, ""),
                "",
            ]
            for row in vehicles(conn)
        ]


class _Desk:
    """Puts row by row, and tells of each what stands against it."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._stored = {row.code: row for row in vehicles(conn)}
        self._places = {row.code: row for row in organisations(conn)}
        self._terminals = {row.code: row.id for row in devices(conn)}

    def put_all(self, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Put every row, in the table's order."""
        return [fault for row in rows for fault in self._put(row)]

    def _put(self, row: FormRow) -> Iterator[SheetFault]:
        old = self._stored.get(str(row.values["code"]))
        place = self._places[str(row.values["organisation"])]
        day, zone = row.values["first_day"], (old and old.zone) or place.zone
        since = day_start(day, ZoneInfo(zone or "UTC")) if isinstance(day, date) else None
        if old is None:
            yield from self._tried(row, "code", lambda: enter(self._conn, _new(row, since)))
            return
        yield from (
            row.fault(name, "stands_otherwise", str(getattr(old, name) or ""))
            for name in _STAYS
            if row.values[name] not in (None, getattr(old, name))
        )
        for column, change in self._changes(row, old):
            if since is None:
                yield row.fault("first_day", "change_wants_a_day", column)
                return
            yield from self._tried(row, column, change, since)

    def _changes(
        self, row: FormRow, old: VehicleRow
    ) -> Iterator[tuple[str, Callable[[datetime], None]]]:
        """What a row says otherwise than it is now, each with the column that says it."""
        told, values = _described(row, None), row.values
        column = next((n for n in _DESCRIBED if getattr(told, n) != getattr(old, n)), None)
        if column is not None:
            yield (
                column,
                lambda since: describe_anew(self._conn, old.id, _described(row, since)),
            )
        place = self._places[str(values["organisation"])]
        department = str(values["department"] or "")
        if (place.id, department) != (old.organisation_id, old.department):
            yield (
                "organisation" if place.id != old.organisation_id else "department",
                lambda since: move(self._conn, old.id, place.code, department, since),
            )
        device = values["device"]
        if device is not None and self._terminals.get(str(device)) != old.device_id:
            yield (
                "device",
                lambda since: change_terminal(self._conn, old.id, str(device), since),
            )

    def _tried(
        self, row: FormRow, column: str, put: Callable[..., object], *since: datetime
    ) -> Iterator[SheetFault]:
        """Do one thing of a row; what the store refuses of it, as a fault."""
        try:
            with self._conn.transaction():
                put(*since)
        except InputError as error:
            if error.place not in _REFUSED:
                raise
            yield row.fault(*_REFUSED[error.place], "")
        except psycopg.errors.ExclusionViolation:
            yield row.fault("device", "terminal_taken", "")
        except psycopg.errors.UniqueViolation as error:
            vin = error.diag.constraint_name == "vehicle_vin_key"
            yield row.fault(*(("vin", "vin_taken") if vin else _REFUSED["code"]), "")
        except psycopg.errors.InsufficientPrivilege:
            yield row.fault(column, "not_administered", "")


def _described(row: FormRow, since: datetime | None) -> VehicleDescription:
    values = row.values
    capacity = values["battery_kwh"]
    return VehicleDescription(
        plate=str(values["plate"]),
        vehicle_class=str(values["vehicle_class"]),
        powertrain=Powertrain(str(values["powertrain"])),
        category=VehicleCategory(str(values["category"] or VehicleCategory.GENERAL)),
        acquisition=Acquisition(str(values["acquisition"] or Acquisition.QUOTA)),
        battery_kwh=capacity if isinstance(capacity, float) else None,
        livery=values["livery"] == "yes",
        hidden=values["hidden"] == "yes",
        since=since,
    )


def _new(row: FormRow, since: datetime | None) -> NewVehicle:
    values = row.values
    return NewVehicle(
        code=str(values["code"]),
        place=str(values["organisation"]),
        description=_described(row, since),
        department=str(values["department"] or ""),
        vin=None if values["vin"] is None else str(values["vin"]),
        maker=str(values["maker"] or ""),
        model=str(values["model"] or ""),
        device=None if values["device"] is None else str(values["device"]),
    )
