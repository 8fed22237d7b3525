"""Costs in the store: orders taken over once, piles priced when they counted, accounts of each."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from psycopg import Connection

from store.fleet.vehicle import enter
from store.money.tariff import revise_tariff, tariffs
from tests.costed_fleet import TARIFF, local, match, plant, put_on_tariff, segment
from tests.db.conftest import V1, SignIn
from tests.estate import registers, store_messages
from tests.fleet_estate import car, cut
from tests.metered_building import place_id

pytestmark = pytest.mark.db

CHARGING = """订单编号,车牌号,充电开始时间,充电结束时间,充电电量,实付金额,交易类型,充电站,发票抬头
C1,津Acar-1,2026-07-02 12:01,2026-07-02 12:58,20,26.00,消费,城东站,学校
C2,津Acar-1,2026-07-03 18:00,2026-07-03 18:40,10,13.00,消费,城东站,学校
C1,津Acar-1,2026-07-02 12:01,2026-07-02 12:58,20,26.00,消费,城东站,学校
C2,津Acar-1,2026-07-04 09:00,2026-07-04 09:00,3,3.90,退款,城东站,学校
"""
TOLLS = """流水号,车牌号,出口时间,金额
T1,津Acar-1,2026-07-01 09:50,15.00
T2,津Acar-2,2026-07-03 23:00,20.00
"""
INSURANCE = """保单号,车牌号,保险起期,保险止期,保费
P1,津Acar-1,2026-07-01,2027-06-30,3650.00
"""
FEES = "pile,first_day,session_cny,service_cny_kwh\npile-1,2026-06-01,2.00,0.10\n"


@pytest.fixture
def fleet(conn: Connection, people: Callable[[], None]) -> Connection:
    people()
    plant(conn)
    return conn


def take(client: TestClient, name: str, text: str, *, encoding: str = "utf-8") -> Any:
    return client.post(f"{V1}/sheets/{name}", content=text.encode(encoding)).json()


def asked(conn: Connection, first: str = "2026-07-01", last: str = "2026-07-01") -> dict[str, Any]:
    return {"place": place_id(conn, "school"), "first_month": first, "last_month": last}


def costs(client: TestClient, conn: Connection, path: str = "", **months: str) -> Any:
    answer = client.get(f"{V1}/vehicle-costs{path}", params=asked(conn, **months))
    assert answer.status_code == 200, answer.text
    return answer.json()


def items(account: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["amount"] for each in account["items"]}


def test_a_month_of_orders_with_duplicates_and_a_refund(fleet: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    for _ in range(2):
        taken = take(client, "orders_charging", CHARGING, encoding="gb18030")
        assert (taken["rows"], taken["faults"]) == (4, [])
        assert take(client, "orders_toll", TOLLS)["taken"]
        assert take(client, "orders_insurance", INSURANCE)["taken"]
    answer = costs(client, fleet)
    one, other = answer["items"]
    assert items(one) == {"charging": "35.10", "toll": "15.00", "insurance": "310.00"}
    assert (one["km"], one["public_kwh"], items(other)) == ("200.000", "27.000", {"toll": "20.00"})
    energy, running, full = one["per_100_km"]
    assert energy["cny_100km"] is None
    assert energy["inside"] == ["charging"]
    assert (one["unpriced"], energy["absent"]) == (1, ["fuel", "own_piles"])
    # 20 CNY of toll over 50 km are no running cost while a plug-in elsewhere is not paid.
    assert (other["unpaid"], other["per_100_km"][1]["cny_100km"]) == (1, None)
    assert (one["unpaid"], one["trips_without_km"]) == (0, 0)
    assert "repair" in running["absent"]
    assert full["level"] == "full"
    found = costs(client, fleet, "/orders")
    partners = {each["number"]: each["trip"] for each in found["matched"]}
    assert partners == {"C1": "public", "T1": "t1"}
    assert [each["number"] for each in found["unmatched"]] == ["C2", "T2"]
    assert [each["id"] for each in found["unpaid"]] == ["unpaid"]


def test_a_plug_in_of_which_the_meter_tells_a_part_says_what_is_lacking(
    fleet: Connection, sign_in: SignIn
) -> None:
    """The meter's last reading is of midnight; the plug-in lasts from 22:00 to 02:00."""
    put_on_tariff(fleet)
    client = sign_in("admin")
    segment(fleet, "car-2", "night", "charge", "2026-07-02 22:00", 240, kwh=21.6)
    match(fleet, "night")
    told = next(e for e in costs(client, fleet, "/own-piles")["items"] if e["id"] == "night")
    assert (told["kwh"], told["amount"], told["uncounted_s"]) == ("12.000", None, 7200)
    other = costs(client, fleet)["items"][1]
    assert (other["unpriced"], other["own_kwh"]) == (1, "12.000")
    assert [each["cny_100km"] for each in other["per_100_km"]] == [None] * 3
    later = [1000.0 + 6 * hour for hour in range(72, 76)]
    start = local("2026-07-03 00:00")
    store_messages(fleet, registers("school-device-0", start, later, step=timedelta(hours=1)))
    cut(fleet)
    told = next(e for e in costs(client, fleet, "/own-piles")["items"] if e["id"] == "night")
    assert (told["kwh"], told["uncounted_s"]) == ("24.000", 0)
    assert told["amount"] is not None
    assert costs(client, fleet)["items"][1]["unpriced"] == 0


def workbook(text: str) -> bytes:
    """A table as a workbook, numbers as numbers, times as times."""
    book = Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append([_cell(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(value: str) -> str | float | datetime:
    for read in (float, datetime.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value


def test_workbooks_of_orders_say_what_tables_say_in_whichever_form_they_come(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    for _ in range(2):
        for name, text in (
            ("orders_charging", CHARGING),
            ("orders_toll", TOLLS),
            ("orders_insurance", INSURANCE),
        ):
            taken = client.post(f"{V1}/sheets/{name}", content=workbook(text)).json()
            assert (taken["taken"], taken["faults"]) == (True, [])
    one, other = costs(client, fleet)["items"]
    paid = {"charging": "35.10", "toll": "15.00", "insurance": "310.00"}
    for account, wanted in ((one, paid), (other, {"toll": "20.00"})):
        told = {name: Decimal(amount) for name, amount in items(account).items()}
        assert told == {name: Decimal(amount) for name, amount in wanted.items()}
    # The same orders once more as text are the same orders.
    assert take(client, "orders_charging", CHARGING)["taken"]
    assert costs(client, fleet)["items"] == [one, other]
    changed = workbook(CHARGING.replace("26.00", "27.00"))
    again = client.post(f"{V1}/sheets/orders_charging", content=changed).json()
    assert [each["code"] for each in again["faults"]] == ["order_differs"] * 2


def test_a_pile_of_our_own_is_priced_by_its_meter_as_soon_as_there_is_a_tariff(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    [before] = costs(client, fleet, "/own-piles")["items"]
    assert (before["amount"], before["why"] != "") == (None, True)
    put_on_tariff(fleet)
    assert take(client, "pile_fees", FEES)["taken"]
    both = {"first": "2026-06-01", "last": "2026-07-01"}
    [after] = costs(client, fleet, "/own-piles", **both)["items"]
    assert [(each["month"], each["energy"], each["fees"]) for each in after["months"]] == [
        ("2026-06-01", "7.20", "3.20"),
        ("2026-07-01", "3.60", "1.20"),
    ]
    assert after["amount"] == "15.20"
    [of_july] = costs(client, fleet, "/own-piles")["items"]
    assert ([each["month"] for each in of_july["months"]], of_july["amount"]) == (
        ["2026-07-01"],
        "4.80",
    )
    june = costs(client, fleet, first="2026-06-01", last="2026-06-01")["items"][0]
    july = costs(client, fleet)["items"][0]
    assert (items(june), items(july)) == ({"own_piles": "10.40"}, {"own_piles": "4.80"})
    assert july["own_kwh"] == "12.000"


def own_of(client: TestClient, conn: Connection) -> list[tuple[str, int]]:
    """Energy of car 1 at our own piles, and plug-ins without a price, in June and in July."""
    found = []
    for month in ("2026-06-01", "2026-07-01"):
        account = costs(client, conn, first=month, last=month)["items"][0]
        found.append((account["own_kwh"], account["unpriced"]))
    return found


def test_a_plug_in_over_the_end_of_a_month_counts_once_with_and_without_a_tariff(
    fleet: Connection, sign_in: SignIn
) -> None:
    """12 kWh before midnight and 12 after it, whatever of it has a price."""
    client = sign_in("admin")
    assert own_of(client, fleet) == [("12.000", 1), ("12.000", 1)]
    put_on_tariff(fleet, since=date(2026, 7, 1))
    assert own_of(client, fleet) == [("12.000", 1), ("12.000", 0)]
    [listed] = costs(client, fleet, "/own-piles", first="2026-06-01", last="2026-07-01")["items"]
    assert [each["kwh"] for each in listed["months"]] == ["12.000", "12.000"]
    assert [each["energy"] for each in listed["months"]] == [None, "3.60"]
    assert (listed["amount"], listed["why"] != "") == (None, True)


def test_a_plug_in_whose_first_month_the_meter_does_not_tell_counts_in_the_second_only(
    fleet: Connection, sign_in: SignIn
) -> None:
    """Its meter is heard from midnight on: what it was matched with is not counted beside that.

    The first month says that energy is lacking, the second that none is.
    """
    fleet.execute(
        "UPDATE consumption SET superseded_at = now() WHERE start_at < '2026-06-30 16:00Z'"
    )
    put_on_tariff(fleet)
    assert own_of(sign_in("admin"), fleet) == [("0.000", 1), ("12.000", 0)]


def test_prices_and_readings_that_come_later_count_back(fleet: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    put_on_tariff(fleet)
    segment(fleet, "car-2", "later", "charge", "2026-07-03 00:00", 120, kwh=10.8)
    match(fleet, "later")

    def own() -> dict[str, tuple[str, str | None]]:
        found = costs(client, fleet, "/own-piles")["items"]
        return {each["id"]: (each["kwh"], each["amount"]) for each in found}

    # The pile's meter has told nothing of it yet: all it was matched with, and no price.
    assert own() == {"own": ("12.000", "3.60"), "later": ("24.000", None)}
    late = [1432.0, 1438.0, 1444.0]
    store_messages(
        fleet,
        registers("school-device-0", local("2026-07-03 00:00"), late, step=timedelta(hours=1)),
    )
    cut(fleet)
    assert own() == {"own": ("12.000", "3.60"), "later": ("12.000", "3.60")}
    # The valley is dearer from the first of July on; June keeps its price.
    dearer = TARIFF.replace("2026-01-01", "2026-07-01").replace("valley = 0.30", "valley = 0.50")
    [pile] = [row.id for row in tariffs(fleet) if row.code == "pile"]
    assert revise_tariff(fleet, pile, dearer, place="pile.toml") == [date(2026, 7, 1)]
    assert own() == {"own": ("12.000", "6.00"), "later": ("12.000", "6.00")}
    [june] = costs(client, fleet, "/own-piles", first="2026-06-01", last="2026-06-01")["items"]
    assert (june["kwh"], june["amount"]) == ("12.000", "7.20")


def test_an_implausible_trip_is_listed_and_in_no_total(fleet: Connection, sign_in: SignIn) -> None:
    segment(fleet, "car-1", "wrong", "trip", "2026-07-02 18:00", 30, km=400, kwh=60)
    fleet.execute("UPDATE vehicle_segment SET doubts = 32 WHERE segment_id = 'wrong'")
    client = sign_in("admin")
    assert costs(client, fleet)["items"][0]["km"] == "200.000"
    vehicle = next(
        each for each in client.get(f"{V1}/vehicles").json()["items"] if each["code"] == "car-1"
    )
    span = {"first": "2026-07-01T00:00:00+08:00", "end": "2026-08-01T00:00:00+08:00"}
    listed = client.get(f"{V1}/vehicles/{vehicle['id']}/trips", params=span).json()["items"]
    assert {each["id"]: each["doubts"] for each in listed}["wrong"] == ["implausible"]
    bars = client.get(f"{V1}/vehicle-use", params=span).json()["items"]
    assert [each["id"] for each in bars if each["implausible"]] == ["wrong"]


def test_institutions_that_share_a_pile_share_what_its_meter_counted(
    fleet: Connection, sign_in: SignIn
) -> None:
    """12 kWh from three to five: the school's car until 03:40, the hospital's until 04:30."""
    enter(fleet, replace(car("guest", "hospital-building"), device=None))
    segment(fleet, "car-2", "theirs", "charge", "2026-07-02 03:00", 40)
    segment(fleet, "guest", "ours", "charge", "2026-07-02 03:40", 50)
    for charge in ("theirs", "ours"):
        match(fleet, charge)
    put_on_tariff(fleet)
    found = {}
    for login, place, vehicle in (
        ("admin", "school", "car-2"),
        ("admin", "hospital", "guest"),
        ("school", "school", "car-2"),
    ):
        months = asked(fleet) | {"place": place_id(fleet, place)}
        accounts = sign_in(login).get(f"{V1}/vehicle-costs", params=months).json()["items"]
        kwh = {each["code"]: Decimal(each["own_kwh"]) for each in accounts}
        assert (len(kwh), "guest" in kwh) == ((1, True) if place == "hospital" else (2, False))
        found[login, place] = kwh[vehicle]
    assert found["admin", "school"] == found["school", "school"] == Decimal(4)
    assert sum(found[key] for key in found if key[0] == "admin") == Decimal(12)
    hours = {"first": "2026-07-01T19:00:00Z", "end": "2026-07-01T21:00:00Z"}
    for login, told in (("admin", (12.0, 0.0, 0.0)), ("school", (4.0, 8.0, 0.0))):
        [pile] = sign_in(login).get(f"{V1}/charging-balance", params=hours).json()["piles"]
        names = ("matched_kwh", "unseen_kwh", "unmatched_kwh")
        assert tuple(pile[name] for name in names) == pytest.approx(told)


def test_a_wrong_row_is_refused_at_its_cell_and_nothing_is_taken(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    wrong = CHARGING + "C1,津Acar-1,2026-07-02 12:01,2026-07-02 12:58,20,99.00,消费,城东站,学校\n"
    wrong += "C9,津Z9,2026-07-02 12:01,2026-07-02 11:00,x,5.00,消费,城东站,学校\n"
    wrong += "C8,津Z9,2026-07-02 12:01,2026-07-02 13:00,5,5.00,消费,城东站,学校\n"
    taken = take(client, "orders_charging", wrong)
    assert not taken["taken"]
    assert [(each["row"], each["column"], each["code"]) for each in taken["faults"]] == [
        (6, "订单编号", "order_differs"),
        (7, "充电电量", "not_an_amount"),
        (8, "车牌号", "unknown_vehicle"),
    ]
    assert costs(client, fleet)["totals"] == []
    assert costs(client, fleet)["items"][0]["total"] is None
    assert take(client, "orders_charging", CHARGING)["taken"]
    again = take(client, "orders_charging", CHARGING.replace("26.00", "27.00"))
    assert [each["code"] for each in again["faults"]] == ["order_differs"] * 2


def test_who_administers_no_vehicle_can_name_none_and_another_institution_sees_none(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    assert take(client, "orders_toll", TOLLS)["taken"]
    assert take(sign_in("school"), "orders_toll", TOLLS)["faults"][0]["code"] == "unknown_vehicle"
    assert items(costs(client, fleet)["items"][0]) == {"toll": "15.00"}
    client = sign_in("hospital")
    assert client.get(f"{V1}/vehicle-costs", params=asked(fleet)).status_code == 404
    assert client.get(f"{V1}/sheets/orders_toll?form=csv").text.count("\n") == 1


def test_months_that_are_none_are_refused(fleet: Connection, sign_in: SignIn) -> None:
    client = sign_in("school")
    for first, last in (("2026-07-02", "2026-07-01"), ("2026-08-01", "2026-07-01")):
        answer = client.get(f"{V1}/vehicle-costs", params=asked(fleet, first, last))
        assert answer.status_code == 422
        assert answer.json()["code"] in {"want_first_of_month", "days_backwards"}


def test_a_trip_without_a_distance_leaves_no_cost_per_distance(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    put_on_tariff(fleet)
    assert take(client, "orders_charging", CHARGING)["taken"]
    fleet.execute("UPDATE vehicle_segment SET km = NULL WHERE segment_id = 't2'")
    one = costs(client, fleet)["items"][0]
    assert (one["km"], one["trips_without_km"], one["unpriced"]) == ("100.000", 1, 0)
    assert [each["cny_100km"] for each in one["per_100_km"]] == [None] * 3
    fleet.execute("UPDATE vehicle_segment SET km = 100 WHERE segment_id = 't2'")
    assert costs(client, fleet)["items"][0]["per_100_km"][0]["cny_100km"] is not None
