"""District heat in a closed month: register, cost, coal equivalent, CO2, and what refuses it."""

from decimal import Decimal

import pytest
from psycopg import Connection

from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.places.registry import write as write_registry
from tests.closable_school import (
    HOUR,
    HOURS,
    JUNE_CNY,
    JUNE_KWH,
    PLACE,
    START,
    compute,
    heard,
    meter_id,
)
from tests.db.closing.desk import OF_JUNE, close, closed, obstacles
from tests.db.closing.test_entries_in_a_month import approve
from tests.db.conftest import SignIn
from tests.estate import store_messages

pytestmark = pytest.mark.db

PER_HOUR = {"station": 0.25, "teaching": 0.2}
"""What the heat exchange station and the branch below it count. [GJ/h]"""
JUNE_GJ, UNMETERED_GJ = Decimal(180), Decimal(36)
TARIFF = """
schema = "tariff/1"
code = "district-heat"
medium = "heat"
name_zh = "按热量计费"
name_en = "Heat by quantity"
[[version]]
first_day = 2026-01-01
source = "notice 9"
checked = true
checked_by = "checker"
checked_on = 2026-01-05
document = "notice 9"
[[version.component]]
name = "heat"
price = 36.60
[[version.tax]]
name = "vat"
rate = 0.09
included = true
"""
HEAT_CNY = Decimal("6588.00")
"""180 GJ x 36.60 CNY/GJ; the tax is inside."""


@pytest.fixture
def heated(conn: Connection) -> Connection:
    """The school with district heat: its station, and one of its two branches metered."""
    meters = (
        Meter("station", PLACE, Medium.HEAT, MeterRole.GATEWAY, None, "换热站", "Heat station"),
        Meter("teaching", PLACE, Medium.HEAT, MeterRole.BRANCH, "station", "教学楼", "Teaching"),
    )
    devices = tuple(
        Device(
            f"{code}-device", PLACE, DeviceKind.HEAT_METER, code, code, meter=code,
            accept_back=1000 * 24 * HOUR,
        )
        for code in PER_HOUR
    )  # fmt: skip
    write_registry(conn, Registry((), meters, devices))
    for code, gj in PER_HOUR.items():
        said = [heard(code, START + n * HOUR, {"heat_energy_gj": gj * n}) for n in range(HOURS + 1)]
        store_messages(conn, said)
    compute(conn)
    tariff_id = add_tariff(conn, TARIFF, place="school")
    assert tariff_id is not None
    put_meter(
        conn, meter_id(conn, "station"), MeterTariffRow(tariff_id, "", None, None, None, None, None)
    )
    return conn


def test_a_month_of_metered_district_heat_closes_to_the_cent_and_the_gigajoule(
    heated: Connection, sign_in: SignIn
) -> None:
    document = closed(sign_in("head"), heated)["document"]
    totals = {name: Decimal(each["amount"]) for name, each in document["totals"].items()}
    assert totals["heat"] == JUNE_GJ
    assert totals["cost"] == JUNE_CNY + HEAT_CNY
    assert totals["coal_equivalent"] == JUNE_KWH * Decimal("0.1229") + JUNE_GJ * Decimal("34.12")
    assert totals["co2"] == JUNE_KWH * Decimal("0.6796") + JUNE_GJ * 110
    heat = next(each for each in document["media"] if each["medium"] == "heat")
    [station] = heat["meters"]
    assert (station["code"], station["kind"], station["use"]["unit"]) == (
        "station", "heat_energy_gj", "GJ",
    )  # fmt: skip
    opened, ended = (Decimal(station[end]["value"]) for end in ("opening", "closing"))
    assert (opened, ended - opened) == (OF_JUNE * Decimal("0.25"), JUNE_GJ)
    assert Decimal(heat["unmetered"]["left"]["amount"]) == UNMETERED_GJ
    assert {"kind": "unmetered", "medium": "heat", "share": "0.2", "limit": "0.05"} in document[
        "warnings"
    ]
    cost = next(each for each in document["costs"] if each["meter"] == "station")
    assert cost["total"] == {"amount": str(HEAT_CNY), "unit": "CNY"}
    assert cost["tariffs"][0]["document"] == "notice 9"
    lines = {each["carrier"]: each for each in document["energy"]["coal_equivalent"]["lines"]}
    [factor] = lines["heat"]["factors"]
    assert (factor["key"], factor["value"], factor["unit"]) == ("coal.heat", "34.12", "kgce/GJ")


def test_estimated_heat_is_refused_and_a_total_that_was_measured_is_not(
    heated: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    hour = (
        f"start_at = '{START + (OF_JUNE + 50) * HOUR}' AND meter_id = {meter_id(heated, 'station')}"
    )
    heated.execute(f"UPDATE consumption SET shape_grade = 'allocated' WHERE {hour}")
    assert obstacles(client, heated) == []
    heated.execute(f"UPDATE consumption SET quantity_grade = 'estimated' WHERE {hour}")
    stands, *others = obstacles(client, heated)
    assert {kind for kind, *_ in others} <= {"cost_missing", "price_unchecked"}
    assert stands == ("estimated", "school", "station", "2026-06-03", "2026-06-04", "0.25 GJ")
    assert close(client, heated).status_code == 409


def test_heat_without_a_price_stands_against_closing(conn: Connection, sign_in: SignIn) -> None:
    write_registry(
        conn,
        Registry(
            (),
            (Meter("station", PLACE, Medium.HEAT, MeterRole.GATEWAY, None, "站", "Station"),),
            (
                Device(
                    "station-device", PLACE, DeviceKind.HEAT_METER, "s", "s", meter="station",
                    accept_back=1000 * 24 * HOUR,
                ),
            ),
        ),
    )  # fmt: skip
    said = [
        heard("station", START + n * HOUR, {"heat_energy_gj": 0.25 * n}) for n in range(HOURS + 1)
    ]
    store_messages(conn, said)
    compute(conn)
    [stands] = obstacles(sign_in("head"), conn)
    assert stands[:3] == ("cost_missing", "school", "station")


def test_heat_that_no_meter_counts_closes_by_the_approved_entry_with_its_cost(
    conn: Connection, sign_in: SignIn
) -> None:
    approve(conn, "heat_gj", "120.5", "4410.30")
    document = closed(sign_in("head"), conn)["document"]
    totals = {name: Decimal(each["amount"]) for name, each in document["totals"].items()}
    assert totals["heat"] == Decimal("120.5")
    assert totals["cost"] == JUNE_CNY + Decimal("4410.30")
    assert totals["co2"] == JUNE_KWH * Decimal("0.6796") + Decimal("120.5") * 110
    [entry] = document["manual_entries"]
    assert (entry["kind"], entry["counted"]) == ("heat_gj", True)
