"""A building's curve, days and week over the API, by the tree of their time; water and heat too."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.reading import Message
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from ingest.profile.load import load
from store.become import Role, become
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate, say, store_messages
from tests.metered_building import FIRST, FIRST_DAY, HOUR, PLACE, compute, meter_id

pytestmark = pytest.mark.db

DAYS = 12
NORTH_KW, SOUTH_KW = 30.0, 10.0
MOVED = 4
"""From this day on the southern meter hangs below the northern one, and is counted by it."""
SIZE_M3 = 1000.0
"""Where the water register begins again at zero."""
WATER_M3H, LEAK_M3H = 2.5, 0.3
GAS_M3H = 4.0
HEAT_GJH = 1.8

_MEDIA = {
    "north": (Medium.ELECTRICITY, DeviceKind.ELECTRICITY_METER),
    "south": (Medium.ELECTRICITY, DeviceKind.ELECTRICITY_METER),
    "tap": (Medium.WATER, DeviceKind.WATER_METER),
    "boiler": (Medium.GAS, DeviceKind.GAS_METER),
    "radiators": (Medium.HEAT, DeviceKind.HEAT_METER),
}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    described = estate(meters=0)
    meters = tuple(
        Meter(code, PLACE, medium, MeterRole.MAIN, None, code, code)
        for code, (medium, _) in _MEDIA.items()
    )
    devices = tuple(
        Device(
            f"{code}-device", PLACE, kind, code, code, meter=code,
            accept_back=timedelta(days=1000),
        )
        for code, (_, kind) in _MEDIA.items()
    )  # fmt: skip
    write_registry(superuser, Registry(described.organisations, meters, devices))
    add_people(superuser)
    return superuser


def hours() -> list[datetime]:
    return [FIRST + n * HOUR for n in range(DAYS * 24 + 1)]


def heard(code: str, quantity: str, values: Iterable[float]) -> list[Message]:
    return [
        say(
            f"{code}-device",
            json.dumps({"ts": at.isoformat(), "values": {quantity: value}}).encode(),
        )
        for at, value in zip(hours(), values, strict=True)
    ]


def electricity(conn: Connection) -> None:
    for code, kw in (("north", NORTH_KW), ("south", SOUTH_KW)):
        values = [kw * n for n in range(len(hours()))]
        store_messages(conn, heard(code, "active_energy_import_kwh", values))


def ask(client: TestClient, what: str, medium: str, **other: str | int) -> dict[str, Any]:
    asked: dict[str, str | int] = {
        "medium": medium,
        "first_day": str(FIRST_DAY),
        "end_day": str(FIRST_DAY + timedelta(days=DAYS)),
    }
    answer = client.get(f"{V1}/organisations/{PLACE}/{what}", params=asked | other)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def move_south(client: TestClient, conn: Connection) -> None:
    moved = {
        "day": str(FIRST_DAY + timedelta(days=MOVED)),
        "parent_id": meter_id(conn, "north"),
        "role": "main",
    }
    answer = client.post(f"{V1}/meters/{meter_id(conn, 'south')}/positions", json=moved)
    assert answer.status_code == 201, answer.text


def test_the_curve_counts_each_amount_once_by_the_tree_of_its_time(
    conn: Connection, sign_in: SignIn
) -> None:
    electricity(conn)
    compute(conn)
    client = sign_in("admin")
    move_south(client, conn)
    for max_points, tier in ((2000, "native"), (200, "hour"), (100, "day")):
        params = {
            "medium": "electricity",
            "from": FIRST.isoformat(),
            "to": (FIRST + DAYS * 24 * HOUR).isoformat(),
            "max_points": str(max_points),
        }
        found = client.get(f"{V1}/organisations/{PLACE}/series", params=params).json()
        assert (found["tier"], found["unit"], found["meter_id"]) == (tier, "kW", None)
        turn = round((FIRST + MOVED * 24 * HOUR).timestamp())
        means = dict(zip(found["t"], found["mean"], strict=True))
        assert {round(kw, 6) for at, kw in means.items() if at < turn} == {NORTH_KW + SOUTH_KW}
        assert {round(kw, 6) for at, kw in means.items() if at >= turn} == {NORTH_KW}


def test_days_and_months_are_the_sums_of_the_consumption_of_their_time(
    conn: Connection, sign_in: SignIn
) -> None:
    electricity(conn)
    compute(conn)
    client = sign_in("admin")
    move_south(client, conn)
    days = ask(client, "use", "electricity", step="day")
    assert days["unit"] == "kWh"
    values = [round(day["value"], 6) for day in days["items"]]
    assert values == [24 * (NORTH_KW + SOUTH_KW)] * MOVED + [24 * NORTH_KW] * (DAYS - MOVED)
    assert [set(part["meters"]) for part in days["counted"]] == [
        {meter_id(conn, "north"), meter_id(conn, "south")},
        {meter_id(conn, "north")},
    ]
    [month] = ask(client, "use", "electricity", step="month")["items"]
    assert month["value"] == pytest.approx(sum(values))
    assert month["coverage"] == pytest.approx(DAYS / 31)


def place(client: TestClient) -> int:
    items = client.get(f"{V1}/organisations").json()["items"]
    return next(int(item["id"]) for item in items if item["code"] == PLACE)


def test_what_is_asked_of_another_place_is_refused(conn: Connection, sign_in: SignIn) -> None:
    url = f"{V1}/organisations/{PLACE}"
    asked: dict[str, str | int] = {
        "medium": "water",
        "step": "day",
        "first_day": str(FIRST_DAY),
        "end_day": str(FIRST_DAY + timedelta(days=1)),
    }
    client = sign_in("hospital")
    for what in ("use", "day-pattern", "night-minimum"):
        assert client.get(f"{url}/{what}", params=asked).status_code == 404
    client = sign_in("school")
    of_another = asked | {"meter": meter_id(conn, "north")}
    assert "no meter" in client.get(f"{url}/use", params=of_another).json()["detail"]
    empty = asked | {"end_day": str(FIRST_DAY)}
    assert client.get(f"{url}/use", params=empty).status_code == 422


def test_an_hour_that_one_meter_missed_is_no_hour_of_the_place(
    conn: Connection, sign_in: SignIn
) -> None:
    north = heard("north", "active_energy_import_kwh", [NORTH_KW * n for n in range(289)])
    south = heard("south", "active_energy_import_kwh", [SOUTH_KW * n for n in range(289)])
    store_messages(conn, north)
    store_messages(conn, south[:49])  # silent after two days
    compute(conn)
    client = sign_in("school")
    found = ask(client, "use", "electricity", step="hour", end_day=str(date(2026, 7, 4)))
    assert len(found["items"]) == 48
    assert {round(item["value"], 6) for item in found["items"]} == {NORTH_KW + SOUTH_KW}
    alone = ask(
        client, "use", "electricity", step="hour", end_day=str(date(2026, 7, 4)),
        meter=meter_id(conn, "north"),
    )  # fmt: skip
    assert len(alone["items"]) == 72


def test_the_week_rests_on_the_calendar_and_says_when_it_lacks_a_year(
    conn: Connection, sign_in: SignIn
) -> None:
    electricity(conn)
    compute(conn)
    client = sign_in("school")
    found = ask(client, "day-pattern", "electricity")
    assert found["unit"] == "kW"
    assert found["measured"] == DAYS * 24
    assert {round(cell["mean"], 6) for cell in found["week"]} == {NORTH_KW + SOUTH_KW}
    assert {cell["weekday"] for cell in found["week"]} == set(range(7))
    assert (found["profiles"], found["calendar_missing"]) == ([], 2026)
    become(conn, Role.ADMIN)
    conn.execute("INSERT INTO calendar_year (calendar, year, provisional, source) "
                 "VALUES ('cn', 2026, true, 'test')")  # fmt: skip
    conn.execute(
        "INSERT INTO calendar_day (calendar, day, kind, name, source) "
        "SELECT 'cn', d::date, CASE WHEN extract(isodow FROM d) > 5 THEN 'weekend' "
        "ELSE 'workday' END, '', '' "
        "FROM generate_series('2026-01-01'::timestamp, '2026-12-31', '1 day') d"
    )
    conn.commit()
    found = ask(client, "day-pattern", "electricity")
    days = {profile["kind"]: profile["days"] for profile in found["profiles"]}
    assert days == {"workday": 8, "weekend": 4}  # 1 to 12 July 2026
    assert (found["calendar_missing"], found["calendar_provisional"]) == (None, True)


def water() -> list[float]:
    """Volume by the hour: a leak at night, more by day; the register rolls over on the way."""
    volume, values = 800.0, []
    for n in range(len(hours())):
        values.append(round(volume % SIZE_M3, 3))
        volume += LEAK_M3H if n % 24 < 5 else WATER_M3H
    return values


def test_water_is_counted_across_the_roll_over_and_its_leak_is_seen_at_night(
    conn: Connection, sign_in: SignIn
) -> None:
    store_messages(conn, heard("tap", "volume_m3", water()))
    client = sign_in("admin")
    size = {"at": FIRST.isoformat(), "kind": "register_size", "value": SIZE_M3, "note": "wheels"}
    assert client.post(f"{V1}/meters/tap/events", json=size).status_code == 201
    compute(conn)
    a_day = 5 * LEAK_M3H + 19 * WATER_M3H
    days = ask(client, "use", "water", step="day")
    assert days["unit"] == "m3"
    assert [round(day["value"], 3) for day in days["items"]] == [round(a_day, 3)] * DAYS
    assert {day["quantity_grade"] for day in days["items"]} == {"measured"}
    night = ask(client, "night-minimum", "water")
    assert night["unit"] == "m3/h"
    assert night["usual"] == pytest.approx(LEAK_M3H)
    assert night["slope"] == pytest.approx(0.0, abs=1e-9)
    assert {each["hours"] for each in night["nights"]} == {5}


def test_gas_in_cubic_metres_and_heat_in_gigajoules_are_counted_and_balanced(
    conn: Connection, sign_in: SignIn
) -> None:
    numbers = range(len(hours()))
    store_messages(conn, heard("boiler", "volume_m3", [5.0 + GAS_M3H * n for n in numbers]))
    store_messages(conn, heard("radiators", "heat_energy_gj", [HEAT_GJH * n for n in numbers]))
    compute(conn)
    client = sign_in("school")
    for medium, unit, rate in (("gas", "m3", GAS_M3H), ("heat", "GJ", HEAT_GJH)):
        found = ask(client, "use", medium, step="day")
        assert found["unit"] == unit
        assert [round(day["value"], 6) for day in found["items"]] == [round(24 * rate, 6)] * DAYS
        params = {
            "medium": medium,
            "from": FIRST.isoformat(),
            "to": (FIRST + DAYS * 24 * HOUR).isoformat(),
        }
        balance = client.get(f"{V1}/buildings/{place(client)}/balance", params=params).json()
        assert (balance["unit"], balance["total"]) == (unit, pytest.approx(DAYS * 24 * rate))


def test_a_heat_meter_is_not_frozen_before_its_season_begins(
    conn: Connection, sign_in: SignIn
) -> None:
    off = 9 * 24
    values = [500.0 + HEAT_GJH * max(0, n - off) for n in range(len(hours()))]
    store_messages(conn, heard("radiators", "heat_energy_gj", values))
    compute(conn)
    found = ask(sign_in("school"), "use", "heat", step="day")["items"]
    assert [round(day["value"], 6) for day in found] == [0.0] * 9 + [24 * HEAT_GJH] * 3
    assert {day["quantity_grade"] for day in found} == {"measured"}


def test_a_heat_meter_that_counts_in_megawatt_hours_is_counted_in_gigajoules(
    conn: Connection, sign_in: SignIn
) -> None:
    text = (
        '[[message]]\ntopic = "acme/{device}/up"\ntime = [{ at = "t" }]\n'
        '[message.values]\nE = { is = "heat_energy_gj", unit = "MWh" }\n'
    )
    conn.execute("UPDATE device SET profile = 'acme' WHERE code = 'radiators-device'")
    messages = [
        replace(
            say("radiators-device", json.dumps({"t": at.isoformat(), "E": 0.5 * n}).encode()),
            topic="acme/radiators-device/up",
        )
        for n, at in enumerate(hours())
    ]
    store_messages(conn, messages, also=[load("acme", text)])
    compute(conn)
    found = ask(sign_in("school"), "use", "heat", step="day")
    assert [round(day["value"], 6) for day in found["items"]] == [24 * 0.5 * 3.6] * DAYS
