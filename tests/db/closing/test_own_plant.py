"""A plant behind the boundary: the use is what was bought and made, less what was fed in."""

from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from analytics.jobs.virtual import update_virtual_meters
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.places.registry import write as write_registry
from tests.closable_school import (
    COAL,
    GRID,
    HOUR,
    HOURS,
    JUNE_CNY,
    JUNE_KWH,
    PLACE,
    START,
    UNMETERED_KWH,
    compute,
    heard,
)
from tests.conftest import connected
from tests.db.closing.desk import closed, month_of, obstacles, preview
from tests.db.closing.test_entries_in_a_month import approve
from tests.db.conftest import V1, SignIn
from tests.db.test_meter_tree import virtual
from tests.estate import NOW, store_messages

pytestmark = pytest.mark.db

IMPORT, EXPORT = "active_energy_import_kwh", "active_energy_export_kwh"
MADE, BACK = Decimal(720 * 6), Decimal(720 * 1)
SELF = MADE - BACK
DAYS = {"from": "2026-06-01T00:00+08:00", "to": "2026-07-01T00:00+08:00", "medium": "electricity"}


def plant(conn: Connection, code: str, role: MeterRole, register: str, per_hour: float) -> None:
    """Enter a meter of a plant behind the main meter, and let its register be heard."""
    meter = Meter(
        code, PLACE, Medium.ELECTRICITY, role, "main", code, code, quantity=register
    )  # fmt: skip
    device = Device(
        f"{code}-device", PLACE, DeviceKind.ELECTRICITY_METER, code, code, meter=code,
        accept_back=HOUR * 24 * 1000,
    )  # fmt: skip
    write_registry(conn, Registry((), (meter,), (device,)))
    say_hours(conn, code, register, per_hour, range(HOURS + 1))


def say_hours(conn: Connection, code: str, register: str, per_hour: float, hours: range) -> None:
    messages = [heard(code, START + n * HOUR, {register: per_hour * n}) for n in hours]
    store_messages(conn, messages)


@pytest.fixture
def sunny(conn: Connection) -> Connection:
    """6 kWh an hour are made and 1 of them leaves through the boundary."""
    plant(conn, "roof", MeterRole.PV, IMPORT, 6.0)
    plant(conn, "back", MeterRole.FED_IN, EXPORT, 1.0)
    compute(conn)
    return conn


def amounts(told: Any) -> dict[str, Decimal]:
    return {name: Decimal(each["amount"]) for name, each in told.items() if isinstance(each, dict)}


def test_a_month_closes_with_what_was_bought_made_and_fed_in(
    sunny: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    whole = closed(client, sunny)
    document = whole["document"]
    assert amounts(document["totals"]) == {
        "electricity": JUNE_KWH,
        "pv_self_used_kwh": SELF,
        "water": Decimal(360),
        "cost": JUNE_CNY,
        "coal_equivalent": (JUNE_KWH + SELF) * COAL,
        "co2": JUNE_KWH * GRID,
    }
    electricity = document["media"][0]
    made = electricity["plant"]
    assert amounts(made) == {"generated": MADE, "fed_in": BACK, "self_used": SELF}
    assert [(m["code"], m["role"], m["grades"][0]["quantity_grade"]) for m in made["meters"]] == [
        ("back", "fed_in", "measured"), ("roof", "pv", "measured"),
    ]  # fmt: skip
    assert [m["code"] for m in electricity["meters"]] == ["main"]
    unmetered = electricity["unmetered"]
    assert Decimal(unmetered["left"]["amount"]) == UNMETERED_KWH + SELF
    assert Decimal(unmetered["compared"]["amount"]) == JUNE_KWH + SELF
    [used] = (u for u in document["energy"]["use"] if u["carrier"] == "electricity")
    assert Decimal(used["amount"]) == JUNE_KWH + SELF
    assert {meter["meter"] for meter in document["costs"]} == {"main", "water"}
    assert month_of(client, sunny)["changed"] is False


def test_what_a_plant_says_later_is_told_beside_the_closed_month(
    sunny: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    closed(client, sunny)
    sunny.execute(
        "UPDATE consumption_day SET value = value + 1 WHERE day = '2026-06-10' AND meter_id ="
        " (SELECT meter_id FROM meter WHERE code = 'roof')"
    )
    sunny.execute(
        "UPDATE consumption_month SET value = value + 1 WHERE month = '2026-06-01' AND meter_id ="
        " (SELECT meter_id FROM meter WHERE code = 'roof')"
    )
    assert month_of(client, sunny)["changed"] is True


def test_a_plant_that_was_silent_for_days_stands_against_closing(
    conn: Connection, sign_in: SignIn
) -> None:
    plant(conn, "back", MeterRole.FED_IN, EXPORT, 1.0)
    plant(conn, "roof", MeterRole.PV, IMPORT, 6.0)
    compute(conn)
    conn.execute(
        "DELETE FROM consumption WHERE start_at >= '2026-06-10T00:00+08' AND start_at <"
        " '2026-06-12T00:00+08' AND meter_id = (SELECT meter_id FROM meter WHERE code = 'roof')"
    )
    client = sign_in("head")
    assert obstacles(client, conn) == [
        ("hours_missing", "school", "roof", "2026-06-10", "2026-06-12", "48.00 h")
    ]
    approve(conn, "pv_self_used_kwh", "3599", None)
    assert obstacles(client, conn) == []
    document = closed(client, conn)["document"]
    assert document["totals"]["pv_self_used_kwh"] == {"amount": "3599", "unit": "kWh"}
    [entry] = document["manual_entries"]
    assert entry["counted"] is True


def test_an_entry_stands_beside_a_plant_that_is_metered_whole(
    sunny: Connection, sign_in: SignIn
) -> None:
    approve(sunny, "pv_self_used_kwh", "9999", None)
    document = closed(sign_in("head"), sunny)["document"]
    assert Decimal(document["totals"]["pv_self_used_kwh"]["amount"]) == SELF
    assert [entry["counted"] for entry in document["manual_entries"]] == [False]


def test_without_a_meter_of_what_was_fed_in_nobody_says_what_was_used_at_home(
    conn: Connection, sign_in: SignIn
) -> None:
    plant(conn, "roof", MeterRole.PV, IMPORT, 6.0)
    compute(conn)
    [stands] = preview(sign_in("head"), conn)["obstacles"]
    assert (stands["kind"], stands["words"]["code"]) == ("plant_unclear", "fed_in_not_metered")
    approve(conn, "pv_self_used_kwh", "3599", None)
    document = closed(sign_in("head"), conn)["document"]
    assert document["totals"]["pv_self_used_kwh"] == {"amount": "3599", "unit": "kWh"}
    assert [entry["counted"] for entry in document["manual_entries"]] == [True]


def test_more_fed_in_than_made_is_a_battery_or_a_fault_and_gives_no_figure(
    conn: Connection, sign_in: SignIn
) -> None:
    plant(conn, "roof", MeterRole.PV, IMPORT, 6.0)
    plant(conn, "back", MeterRole.FED_IN, EXPORT, 8.0)
    compute(conn)
    found = preview(sign_in("head"), conn)
    assert [(each["kind"], each["words"]["code"]) for each in found["obstacles"]][:1] == [
        ("plant_unclear", "fed_in_above_generated")
    ]
    assert "battery" in found["obstacles"][0]["detail"]
    assert {"coal_equivalent", "co2"}.isdisjoint(found["document"]["totals"])


def test_balance_days_curve_and_costs_count_every_kilowatt_hour_once(
    sunny: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    row = sunny.execute("SELECT organisation_id FROM organisation WHERE code = %s", [PLACE])
    [(building,)] = row.fetchall()
    found = client.get(f"{V1}/buildings/{building}/balance", params=DAYS).json()
    assert (found["bought"], found["generated"], found["fed_in"]) == (
        pytest.approx(float(JUNE_KWH)), pytest.approx(4320), pytest.approx(720),
    )  # fmt: skip
    assert found["total"] == pytest.approx(float(JUNE_KWH + SELF))
    assert found["rests"][0]["unmetered"] == pytest.approx(float(UNMETERED_KWH + SELF))
    assert found["beside"] == []
    days = {"medium": "electricity", "first_day": "2026-06-01", "end_day": "2026-07-01"}
    use = client.get(f"{V1}/organisations/{PLACE}/use", params={**days, "step": "day"}).json()
    assert {round(each["value"], 3) for each in use["items"]} == {round(24 * 45.123, 3)}
    assert len(use["items"]) == 30
    curve = client.get(
        f"{V1}/organisations/{PLACE}/series",
        params={**DAYS, "to": "2026-06-03T00:00+08:00"},
    ).json()
    assert {round(value, 3) for value in curve["mean"]} == {45.123}
    cost = client.get(f"{V1}/organisations/{PLACE}/cost", params={**days, "step": "month"}).json()
    assert {each["code"] for each in cost["uncosted"]} == {"main"}  # PV costs nothing
    tree = client.get(f"{V1}/buildings/{building}/meter-tree", params={"medium": "electricity"})
    codes = {node["id"]: node["code"] for node in tree.json()["nodes"]}
    assert [codes[n] for n in tree.json()["uppermost"]] == ["main"]
    assert [codes[n] for n in tree.json()["plants"]] == ["roof"]
    assert [codes[n] for n in tree.json()["fed_in"]] == ["back"]


def test_a_formula_may_add_what_was_made_and_stands_beside_its_parts(
    sunny: Connection, sign_in: SignIn
) -> None:
    """What a net meter shows is bought less fed in; with what was made it is the use."""
    virtual(sunny, "net", "[main] - [back]")
    virtual(sunny, "use", "[net] + [roof]")
    with connected(sunny.info.dsn, Role.WORK) as worker:
        while update_virtual_meters(worker, now=NOW):
            pass
    days = sunny.execute(
        "SELECT DISTINCT m.code, round(d.value::numeric, 3) FROM consumption_day d JOIN meter m"
        " USING (meter_id) WHERE m.code IN ('net', 'use')"
        " AND d.day BETWEEN '2026-06-02' AND '2026-06-29'"
    ).fetchall()
    assert {code: float(value) for code, value in days} == {
        "net": pytest.approx(24 * 39.123), "use": pytest.approx(24 * 45.123),
    }  # fmt: skip
    document = closed(sign_in("head"), sunny)["document"]
    assert Decimal(document["totals"]["electricity"]["amount"]) == JUNE_KWH
    assert Decimal(document["totals"]["pv_self_used_kwh"]["amount"]) == SELF
