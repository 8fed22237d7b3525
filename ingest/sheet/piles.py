"""The table of charging piles, each at its own meter; what is entered of one does not change."""

from collections.abc import Sequence
from functools import partial

import psycopg
from psycopg import Connection

from domain.coordinates import CoordinateSystem, from_gcj02
from domain.errors import InputError
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from ingest.sheet.named_vehicle import twice
from store.fleet.pile import PileRow, add_pile, piles
from store.places.place import meters

_DIGITS = 6
"""Of a degree: a tenth of a metre."""


def _degrees(text: str, *, most: int) -> float:
    wanted = f"-{most}..{most}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not -most <= value <= most:
        raise ValueError(wanted)
    return value


class Piles:
    """Piles of our own; positions may be told in GCJ-02 and are kept and given out in WGS-84."""

    form = Form(
        "piles",
        (
            Column("code", "充电桩编码", parse_text, "not_text"),
            Column("meter", "电表编码", parse_text, "not_text"),
            Column("name_zh", "中文名称", parse_text, "not_text"),
            Column("name_en", "英文名称", parse_text, "not_text", required=False),
            Column(
                "latitude", "纬度", partial(_degrees, most=90), "not_an_amount",
                required=False, numeric=True,
            ),
            Column(
                "longitude", "经度", partial(_degrees, most=180), "not_an_amount",
                required=False, numeric=True,
            ),
            Column("system", "坐标系", choice(*CoordinateSystem), "not_one_of", required=False),
        ),
    )  # fmt: skip

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Codes and meters twice, half a position, what is known otherwise or is not theirs."""
        faults = twice([(row, row.values["code"]) for row in rows], "code")
        faults += twice([(row, row.values["meter"]) for row in rows], "meter")
        faults += [
            row.fault("longitude", "limits_incomplete", "")
            for row in rows
            if (row.values["latitude"] is None) != (row.values["longitude"] is None)
        ]
        if not faults:
            with conn.transaction(force_rollback=True):
                faults += _put_all(conn, rows)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what is not there yet."""
        faults = _put_all(conn, rows)
        if faults:  # somebody else was faster
            raise InputError(str(faults[0]), place=f"row {faults[0].row}")

    def export(self, conn: Connection) -> list[list[str]]:
        """Every pile that may be seen."""
        return [
            [
                row.code,
                row.meter_code,
                row.name_zh,
                row.name_en,
                _text(row.latitude_deg),
                _text(row.longitude_deg),
                CoordinateSystem.WGS84.value,
            ]
            for row in piles(conn)
        ]


def _put_all(conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
    """Enter every pile that is not there; what stands against it."""
    at_meter = {row.code: row.id for row in meters(conn)}
    stored = {row.code: row for row in piles(conn)}
    faults = []
    for row in rows:
        meter_id, old = at_meter.get(str(row.values["meter"])), stored.get(str(row.values["code"]))
        told = _told(row)
        if meter_id is None:
            faults.append(row.fault("meter", "unknown_meter", ""))
        elif old is None:
            faults += _entered(conn, row, told | {"meter_id": meter_id})
        else:
            faults += [
                row.fault(column, "stands_otherwise", "")
                for column in _differing(old, meter_id, told)
            ]
    return faults


def _entered(conn: Connection, row: FormRow, told: dict[str, object]) -> list[SheetFault]:
    try:
        with conn.transaction():
            entered = add_pile(conn, told)
    except psycopg.errors.InsufficientPrivilege:
        return [row.fault("meter", "not_administered", "")]
    return [] if entered else [row.fault("meter", "meter_has_pile", "")]


def _told(row: FormRow) -> dict[str, object]:
    values = row.values
    latitude, longitude = values["latitude"], values["longitude"]
    shifted = values["system"] == CoordinateSystem.GCJ02
    if shifted and isinstance(latitude, float) and isinstance(longitude, float):
        latitude, longitude = from_gcj02(latitude, longitude)
    return {
        "code": str(values["code"]),
        "name_zh": str(values["name_zh"]),
        "name_en": str(values["name_en"] or values["name_zh"]),
        "latitude_deg": latitude,
        "longitude_deg": longitude,
    }


def _differing(old: PileRow, meter_id: int, told: dict[str, object]) -> list[str]:
    """Columns that say otherwise than a pile is."""
    columns = [] if old.meter_id == meter_id else ["meter"]
    columns += [name for name in ("name_zh", "name_en") if getattr(old, name) != told[name]]
    for column in ("latitude", "longitude"):
        texts = [_text(each) for each in (getattr(old, f"{column}_deg"), told[f"{column}_deg"])]
        if texts[0] != texts[1]:
            columns.append(column)
    return columns


def _text(degrees: object) -> str:
    return f"{degrees:.{_DIGITS}f}" if isinstance(degrees, float) else ""
