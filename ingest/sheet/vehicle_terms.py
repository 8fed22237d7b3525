"""Tables of terms and plans of vehicles: what a rental costs, what is to be done how often."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_day, parse_text
from ingest.sheet.named_vehicle import NamedVehicles, twice
from ingest.sheet.order_form import parse_number
from store.fleet.fleet_entry import (
    PlanRow,
    RentalTermsRow,
    add_maintenance_plan,
    add_rental_terms,
    maintenance_plans,
    rental_terms,
)
from store.fleet.vehicle_stint import vehicle_codes

_NOTHING = Decimal(0)
_HOUR_MIN, _DAY_MIN = 60, 1440


def parse_amount(text: str, *, digits: int) -> Decimal:
    """A number of 0 or more."""
    value = parse_number(text, digits=digits)
    if value < 0:
        raise ValueError(f"0 .., {digits} decimals")
    return value


def parse_whole(text: str, *, least: int, most: int) -> int:
    """A whole number in a range, both ends included."""
    wanted = f"{least}..{most}"
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValueError(wanted)
    return int(text)


_MONEY = partial(parse_amount, digits=4)
_DAYS = partial(parse_whole, least=1, most=36_500)


def _optional(name: str, name_zh: str) -> Column:
    return Column(name, name_zh, _MONEY, "not_an_amount", required=False, numeric=True)


class RentalTermsSheet:
    """Terms of rented vehicles; those entered later for a day count."""

    form = Form(
        "rental_terms",
        (
            Column("vehicle", "车牌号", parse_text, "not_text"),
            Column("first_day", "起始日期", parse_day, "not_a_day"),
            Column("hour_cny", "每小时 元", _MONEY, "not_an_amount", numeric=True),
            _optional("km_cny", "每公里 元"),
            Column(
                "day_cap_cny", "日封顶 元", _MONEY, "not_an_amount", required=False, numeric=True
            ),
            Column(
                "step_min",
                "计时单位 分钟",
                partial(parse_whole, least=1, most=_DAY_MIN),
                "not_an_amount",
                required=False,
                numeric=True,
            ),
            _optional("free_km", "免费里程 km"),
            Column("document", "依据", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Vehicles nobody knows, a vehicle's day twice."""
        return _faults(conn, rows, "first_day", key="first_day")

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add what is not in force so already."""
        known = {(row.vehicle_id, row.holds_from): row for row in rental_terms(conn)}
        for row, vehicle in _named(conn, rows, "first_day"):
            first_day, step = row.values["first_day"], row.values["step_min"]
            assert isinstance(first_day, date)  # noqa: S101 - the form has parsed it
            told = RentalTermsRow(
                vehicle,
                first_day,
                _decimal(row, "hour_cny") or _NOTHING,
                _decimal(row, "km_cny") or _NOTHING,
                _decimal(row, "day_cap_cny"),
                step if isinstance(step, int) else _HOUR_MIN,
                _decimal(row, "free_km") or _NOTHING,
                str(row.values["document"] or ""),
            )
            if known.get((vehicle, first_day)) != told:
                add_rental_terms(conn, told)

    def export(self, conn: Connection) -> list[list[str]]:
        """Terms of every vehicle and day, as they count."""
        codes = vehicle_codes(conn)
        newest = {(row.vehicle_id, row.holds_from): row for row in rental_terms(conn)}
        return [
            [
                codes[row.vehicle_id],
                row.holds_from.isoformat(),
                f"{row.hour_cny:f}",
                f"{row.km_cny:f}",
                "" if row.day_cap_cny is None else f"{row.day_cap_cny:f}",
                str(row.step_min),
                f"{row.free_km:f}",
                row.document,
            ]
            for row in newest.values()
        ]


class MaintenancePlans:
    """What is to be done to vehicles; a row told otherwise is what it is now."""

    form = Form(
        "maintenance_plans",
        (
            Column("vehicle", "车牌号", parse_text, "not_text"),
            Column("item", "保养项目", parse_text, "not_text"),
            Column(
                "every_km", "间隔里程 km", _MONEY, "not_an_amount", required=False, numeric=True
            ),
            Column("every_days", "间隔天数", _DAYS, "not_an_amount", required=False, numeric=True),
            Column("done_on", "上次完成日期", parse_day, "not_a_day"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Vehicles nobody knows, an item twice, a plan without an interval."""
        faults = _faults(conn, rows, "done_on", key="item")
        for row in rows:
            if not row.values["every_km"] and not row.values["every_days"]:
                faults.append(row.fault("every_km", "no_interval", ""))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add what is not so already."""
        known = set(maintenance_plans(conn))
        for row, vehicle in _named(conn, rows, "done_on"):
            done_on, days = row.values["done_on"], row.values["every_days"]
            assert isinstance(done_on, date)  # noqa: S101 - the form has parsed it
            told = PlanRow(
                vehicle,
                str(row.values["item"]),
                _decimal(row, "every_km") or None,
                days if isinstance(days, int) else None,
                done_on,
            )
            if told not in known:
                add_maintenance_plan(conn, told)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every plan as it is now."""
        codes = vehicle_codes(conn)
        return [
            [
                codes[row.vehicle_id],
                row.item,
                "" if row.every_km is None else f"{row.every_km:f}",
                str(row.every_days or ""),
                row.done_on.isoformat(),
            ]
            for row in maintenance_plans(conn)
        ]


def _decimal(row: FormRow, column: str) -> Decimal | None:
    value = row.values[column]
    return value if isinstance(value, Decimal) else None


def _named(conn: Connection, rows: Sequence[FormRow], at: str) -> list[tuple[FormRow, int]]:
    """Rows whose vehicle is known, with it."""
    vehicles = NamedVehicles(conn)
    found = [(row, vehicles.find(row, at)) for row in rows]
    return [(row, each[0].vehicle_id) for row, each in found if not isinstance(each, SheetFault)]


def _faults(conn: Connection, rows: Sequence[FormRow], at: str, *, key: str) -> list[SheetFault]:
    """Vehicles that are not known on the day of column `at`, and keys told twice of one."""
    vehicles = NamedVehicles(conn)
    found = [(row, vehicles.find(row, at)) for row in rows]
    told: list[tuple[FormRow, object]] = [
        (row, (each[0].vehicle_id, row.values[key]))
        for row, each in found
        if not isinstance(each, SheetFault)
    ]
    return [each for _, each in found if isinstance(each, SheetFault)] + twice(told, key)
