"""The table of meters: new ones are entered, names changed, and moves made from a day on.

Whether the meters form a tree is the database's say: every row is tried in a transaction that is
taken back, so that a circle or another medium above is a fault of the row that would make it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection

from domain.errors import InputError, MeterTreeError
from domain.local_day import day_start, local_day
from domain.ratio import read_ratio
from domain.register_event import RegisterEvent
from domain.registry import REGISTER_OF_MEDIUM, REGISTERS_OF_MEDIUM, Medium, MeterRole
from domain.sub_item import UNCHECKED, sub_items
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.institution.ledger import clock
from store.meters.meter_entry import NewMeter, enter_meter, rename_meter
from store.meters.meter_tree import move
from store.meters.register_event import declare, ratios_in_force, register_events
from store.places.organisation import may_put_organisations
from store.places.place import (
    MeterRow,
    OrganisationRow,
    devices,
    hang_device,
    meters,
    organisations,
)

_CODE = re.compile(r"[^\[\]\s/+#](?:[^\[\]/+#]{0,98}[^\[\]\s/+#])?")
_ROLES = tuple(role.value for role in MeterRole if role is not MeterRole.VIRTUAL)


def _code(text: str) -> str:
    if not (_CODE.fullmatch(text) and text.isprintable()):
        raise ValueError("a..z 0..9 - _ . (100)")
    return text


def _item(text: str) -> str:
    if text not in sub_items():
        raise ValueError(" | ".join(sub_items()))
    return text


def _ratio(text: str) -> str:
    try:
        read_ratio(text)
    except InputError:
        raise ValueError("40 | 200/5 | 200/5 x 10000/100") from None
    return text


class Meters:
    """Meters of every medium and register, each below its parent; virtual ones have formulas."""

    form = Form(
        "meters",
        (
            Column("code", "表计编码", _code, "not_a_code"),
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("medium", "能源介质", choice(*Medium), "not_one_of"),
            Column("quantity", "计量量", parse_text, "not_text", required=False),
            Column("role", "角色", choice(*_ROLES), "not_one_of"),
            Column("parent", "上级表编码", _code, "not_a_code", required=False),
            Column("item", "分项", _item, "not_one_of", required=False),
            Column("item_code", "分项国标编码", parse_text, "not_text", required=False),
            Column("name_zh", "中文名称", parse_text, "not_text"),
            Column("name_en", "英文名称", parse_text, "not_text", required=False),
            Column("first_day", "起始日期", parse_day, "not_a_day", required=False),
            Column("device", "设备编码", parse_text, "not_text", required=False),
            Column("ratio", "倍率", _ratio, "not_a_ratio", required=False),
            Column("ratio_from", "倍率起始日期", parse_day, "not_a_day", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Codes twice, what is not there, other registers, and whatever the tree refuses."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("code", "not_administered", "")]
        faults, first = [], dict[str, int]()
        stored = {row.code: row for row in meters(conn)}
        for row in rows:
            code, medium = str(row.values["code"]), Medium(str(row.values["medium"]))
            if code in first:
                faults.append(row.fault("code", "twice", str(first[code])))
            first.setdefault(code, row.number)
            known = REGISTERS_OF_MEDIUM[medium]
            if row.values["quantity"] not in (None, *known):
                faults.append(row.fault("quantity", "not_one_of", " | ".join(known)))
            faults += _of_item_code(row)
            old = stored.get(code)
            if old is not None and (old.medium, old.quantity) != (medium, _quantity(row)):
                is_now = f"{old.medium} {old.quantity}"
                faults.append(row.fault("medium", "counts_otherwise", is_now))
        if not faults:
            with conn.transaction(force_rollback=True):
                faults += _Desk(conn).put_all(rows)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter, rename and move; what the table says again stays as it is."""
        faults = _Desk(conn).put_all(rows)
        if faults:  # somebody else was at the tree between the check and now
            raise InputError(str(faults[0]), place=f"row {faults[0].row}")

    def export(self, conn: Connection) -> list[list[str]]:
        """Every meter but virtual ones, as they hang now, those above first."""
        places = {row.id: row.code for row in organisations(conn)}
        rows = [row for row in meters(conn) if row.role != MeterRole.VIRTUAL]
        codes = {row.id: row.code for row in rows}
        ratios = ratios_in_force(conn)
        return [
            [
                row.code,
                places.get(row.organisation_id, ""),
                row.medium,
                row.quantity,
                row.role,
                codes.get(row.parent_id or 0, ""),
                row.item,
                _told_code(row.item),
                row.name_zh,
                row.name_en,
                "",
                "",
                *_told_ratio(ratios.get(row.id), row.zone),
            ]
            for row in rows
        ]


class _Desk:
    """Puts row by row, and tells of each what stands against it."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._places = {row.code: row for row in organisations(conn)}
        self._meters = {row.code: row for row in meters(conn)}
        self._devices: dict[str, int] | None = None

    def put_all(self, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Put every row, those above first."""
        return [fault for row in _parents_first(rows) for fault in self._put(row)]

    def _put(self, row: FormRow) -> Iterator[SheetFault]:
        values, place = row.values, self._places.get(str(row.values["organisation"]))
        parent = self._meters.get(str(values["parent"]))
        if place is None or place.zone is None:
            yield row.fault("organisation", "unknown_organisation", "")
        elif values["parent"] is not None and parent is None:
            yield row.fault("parent", "unknown_meter", "")
        elif isinstance(values["first_day"], date) and values["first_day"] > _today(
            self._conn, place.zone
        ):
            yield row.fault("first_day", "day_ahead", "")
        else:
            yield from self._tried(row, place, parent)

    def _tried(
        self, row: FormRow, place: OrganisationRow, parent: MeterRow | None
    ) -> Iterator[SheetFault]:
        old = self._meters.get(str(row.values["code"]))
        try:
            with self._conn.transaction():
                if old is None:
                    meter_id = enter_meter(self._conn, _new(row, place, parent))
                else:
                    meter_id = old.id
                    self._rename(row, old)
                    hangs = _hangs(row, place, parent, old)
                    if (old.organisation_id, old.parent_id, old.role) != hangs:
                        since = _since(row, old.zone)
                        if since is None:
                            yield row.fault("first_day", "move_wants_a_day", "")
                            return
                        place_id, parent_id, role = hangs
                        move(
                            self._conn,
                            meter_id,
                            since,
                            place_id=place_id,
                            parent_id=parent_id,
                            role=MeterRole(role),
                        )
                yield from self._hang(row, meter_id)
                yield from self._multiply(row, meter_id, place.zone or "UTC")
        except MeterTreeError as error:
            yield row.fault("parent", "tree_refuses", error.reason)
            return
        for found in meters(self._conn, meter_ids=[meter_id]):
            self._meters[found.code] = found

    def _rename(self, row: FormRow, old: MeterRow) -> None:
        values = row.values
        names = {
            "item": str(values["item"] or "") if row.has("item") else old.item,
            "name_zh": str(values["name_zh"]),
            "name_en": str(values["name_en"] or values["name_zh"])
            if row.has("name_en")
            else old.name_en,
        }
        if names != {name: getattr(old, name) for name in names}:
            rename_meter(self._conn, old.id, **names)

    def _multiply(self, row: FormRow, meter_id: int, zone: str) -> Iterator[SheetFault]:
        """Declare the multiplier of its register, from a day on, unless it is declared so."""
        if row.values["ratio"] is None:
            return
        day = row.values["ratio_from"] or row.values["first_day"]
        if not isinstance(day, date):
            yield row.fault("ratio_from", "ratio_wants_a_day", "2026-07-01")
            return
        if day > _today(self._conn, zone):
            yield row.fault("ratio_from", "day_ahead", "")
            return
        text, at = str(row.values["ratio"]), day_start(day, ZoneInfo(zone))
        value = float(read_ratio(text))
        known = [each for each in register_events(self._conn, meter_id) if each.kind == "ratio"]
        if any((each.at, each.value) == (at, value) for each in known):
            return
        event = RegisterEvent(at, "ratio", value, note=f"CT x PT {text}")
        try:
            declare(self._conn, meter_id, event)
        except InputError as error:
            yield row.fault("ratio", "ratio_refused", error.reason)

    def _hang(self, row: FormRow, meter_id: int) -> Iterator[SheetFault]:
        """Let the device that is named count for the meter, unless it does."""
        code = row.values["device"]
        if code is None:
            return
        if self._devices is None:
            self._devices = {each.code: each.id for each in devices(self._conn)}
        device_id = self._devices.get(str(code))
        if device_id is None:
            yield row.fault("device", "unknown_device", "")
            return
        [meter] = meters(self._conn, meter_ids=[meter_id])
        if meter.device_id == device_id:
            return
        try:
            with self._conn.transaction():
                hang_device(self._conn, device_id, meter_id)
        except psycopg.IntegrityError:
            yield row.fault("device", "meter_has_device", "")


def _parents_first(rows: Sequence[FormRow]) -> list[FormRow]:
    """Rows with each parent before what hangs below it; a circle stays in the table's order."""
    left, done, ordered = list(rows), set[str](), list[FormRow]()
    codes = {str(row.values["code"]) for row in rows}
    while left:
        free = [row for row in left if str(row.values["parent"]) not in codes - done] or left[:1]
        ordered += free
        done |= {str(row.values["code"]) for row in free}
        left = [row for row in left if str(row.values["code"]) not in done]
    return ordered


def _hangs(
    row: FormRow, place: OrganisationRow, parent: MeterRow | None, old: MeterRow | None = None
) -> tuple[int, int | None, str]:
    """Place, meter above and role; a table without the column leaves what is there above it."""
    if old is not None and not row.has("parent"):
        above = old.parent_id
    else:
        above = None if parent is None else parent.id
    return place.id, above, str(row.values["role"])


def _new(row: FormRow, place: OrganisationRow, parent: MeterRow | None) -> NewMeter:
    values = row.values
    place_id, parent_id, role = _hangs(row, place, parent)
    return NewMeter(
        code=str(values["code"]),
        medium=str(values["medium"]),
        quantity=_quantity(row),
        item=str(values["item"] or ""),
        name_zh=str(values["name_zh"]),
        name_en=str(values["name_en"] or values["name_zh"]),
        place_id=place_id,
        parent_id=parent_id,
        role=role,
        since=_since(row, place.zone or "UTC"),
    )


def _told_code(item: str) -> str:
    """National code of a sub-item as the table has it; empty where there is none."""
    found = sub_items().get(item)
    return "" if found is None else found.exported_code


def _of_item_code(row: FormRow) -> Iterator[SheetFault]:
    """Hold a code against its sub-item; it names none itself, for several items may share one."""
    told, item = row.values["item_code"], row.values["item"]
    if told is None:
        return
    if item is None:
        yield row.fault("item", "required", "")
    elif str(told).removesuffix(UNCHECKED) != sub_items()[str(item)].code:
        yield row.fault("item_code", "not_one_of", _told_code(str(item)))


def _told_ratio(event: RegisterEvent | None, zone: str) -> tuple[str, str]:
    """Multiplier and first day of it as the table has them; empty where none is declared."""
    if event is None:
        return "", ""
    return f"{event.value!r}".removesuffix(".0"), str(local_day(event.at, ZoneInfo(zone)))


def _quantity(row: FormRow) -> str:
    return str(row.values["quantity"] or REGISTER_OF_MEDIUM[Medium(str(row.values["medium"]))])


def _since(row: FormRow, zone: str) -> datetime | None:
    day = row.values["first_day"]
    return day_start(day, ZoneInfo(zone)) if isinstance(day, date) else None


def _today(conn: Connection, zone: str) -> date:
    """The local day by the database's clock."""
    return clock(conn).astimezone(ZoneInfo(zone)).date()
