"""A measure of quality is counted from the temperatures that rooms told, each hour once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from analytics.contracts.drawing import draw
from domain.contract_month import ContractMonth
from domain.registry import Device, DeviceKind, Registry
from store.become import Role
from store.contracts.contract_ledger import Eyes
from store.maintenance import refresh_hourly
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.contracted_school import (
    FIRST,
    HOUR,
    HOURS,
    compute,
    count,
    drawn,
    planted_template,
    terms,
)
from tests.db.contracts.desk import Desk
from tests.estate import NOW, say, store_messages

pytestmark = pytest.mark.db

ROOMS = ("room-201", "room-305")
PLAIN = 'name_en = "Hours within the agreed temperature"\n'
RULE = (
    'drawn_from = "room_hours"\nrooms = { devices = ["room-201", "room-305"], from_hour = 8,'
    " end_hour = 18, lowest_c = 18, highest_c = 26, every_day = true }\n"
)
"""Every day of June: 30 d x 10 h x 2 rooms = 600 samples."""


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school with two rooms: one too warm on two days, one silent on another."""
    with planted_template(database_server, template, also=warm_rooms) as name:
        yield name


def warm_rooms(conn: Connection) -> None:
    count(conn, "main", range(HOURS - 12, HOURS + 1))
    compute(conn, NOW + HOUR)
    sensor, far = DeviceKind.CLIMATE_SENSOR, timedelta(days=1000)
    rooms = (Device(e, "school-building", sensor, e, e, accept_back=far) for e in ROOMS)
    write_registry(conn, Registry((), (), tuple(rooms)))
    hours = range(HOURS)
    tell(conn, "room-201", {hour: 27.0 if hour // 24 in {3, 4} else 22.0 for hour in hours})
    tell(conn, "room-305", {hour: 21.5 for hour in hours if hour // 24 != 10})


def tell(conn: Connection, room: str, by_hour: dict[int, float]) -> None:
    """Let a room tell its temperature in the middle of hours since the beginning of June."""
    said = []
    for hour, warm in by_hour.items():
        at = FIRST + hour * HOUR + HOUR / 2
        told = {"ts": at.isoformat(), "values": {"air_temperature_c": warm}}
        said.append(say(room, json.dumps(told).encode()))
    store_messages(conn, said)
    refresh_hourly(conn)


def temperature(statement: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in statement["lines"] if each["code"] == "temperature")


def test_the_hours_of_rooms_fall_short_as_they_were_and_late_ones_count(
    conn: Connection, desk: Desk
) -> None:
    """600 - 20 too warm - 10 silent = 570: 95 %, as agreed."""
    contract = desk.agree(terms(**{PLAIN: PLAIN + RULE}))
    found = drawn(desk, contract, kpis=[])
    line = temperature(found)
    steps = {step["symbol"]: step["formula"] for step in line["steps"]}
    assert steps["kpi_temperature"] == "570 / 600 samples"
    assert steps["room_room-201"] == "280 / 300 valid of 300 h, 22 to 27 degC"
    assert steps["room_room-305"] == "290 / 290 valid of 300 h, 21.5 to 21.5 degC"
    assert Decimal(line["amount"]) == 0
    assert {each["code"] for each in found["remarks"] if each["blocks"]} == set()
    origins = desk.get("manager", f"statements/{found['id']}/origins")["origins"]
    told = next(each for each in origins if each["name"] == "temperature")
    assert (told["source"], told["refers"]["devices"]) == ("ledger", list(ROOMS))

    tell(conn, "room-305", dict.fromkeys(range(240, 264), 21.5))
    again = drawn(desk, contract, kpis=[])
    steps = {step["symbol"]: step["formula"] for step in temperature(again)["steps"]}
    assert steps["kpi_temperature"] == "580 / 600 samples"
    with connected(conn.info.dsn, Role.WORK) as worker:
        (figure,) = draw(worker, Eyes.WORKER, contract, ContractMonth("2026-06")).drawn.month.kpis
    assert (figure.compliant, figure.expected) == (580, 600)
