"""Use in the store: bookings beside trips, idle ones, rentals, places and maintenance."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.costed_fleet import plant, segment
from tests.db.conftest import V1, SignIn
from tests.db.fleet.test_vehicle_costs import take
from tests.metered_building import place_id

pytestmark = pytest.mark.db

BOOKINGS = """派车单号,车牌号,开始时间,结束时间,事由
B1,津Acar-1,2026-07-01 08:30,2026-07-01 12:00,调研
B2,津Acar-1,2026-07-01 11:00,2026-07-01 13:00,会议
B3,津Acar-2,2026-07-02 09:00,2026-07-02 11:00,送文件
"""
RENTALS = """订单号,车牌号,取车时间,还车时间,行驶里程,金额
R1,津Acar-2,2026-07-02 09:00,2026-07-02 12:20,50,64.00
"""
OVER_THE_END = """订单号,车牌号,取车时间,还车时间,行驶里程,金额
R2,津Acar-2,2026-06-30 20:00,2026-07-01 12:00,,193.00
"""
NIGHTS = """number,vehicle,start,end
N1,car-2,2026-06-30 20:00,2026-07-01 02:00
N2,car-2,2026-08-01 00:00,2026-08-01 03:00
N3,car-2,2026-07-31 22:00,2026-07-31 23:00
"""
TERMS = """vehicle,first_day,hour_cny,km_cny,day_cap_cny,step_min,free_km
car-2,2026-01-01,10,0.50,83,30,
"""
PLACES = """organisation,kind,day,places,receiver,document
school,grant,2025-01-01,5,,doc-1
school,transfer,2026-07-02,2,hospital,doc-2
"""
PLANS = """vehicle,item,every_km,every_days,done_on
car-1,tyres,150,,2026-07-01
"""


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    return sign_in("admin")


def of_july(client: TestClient, conn: Connection, path: str, month: str = "2026-07-01") -> Any:
    bureau = str(place_id(conn, "bureau"))
    asked = {"place": bureau, "first_month": month, "last_month": month}
    answer = client.get(f"{V1}/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_bookings_beside_trips_and_a_booking_told_otherwise_is_what_it_is_now(
    conn: Connection, client: TestClient
) -> None:
    for _ in range(2):
        assert take(client, "bookings", BOOKINGS)["taken"]
    found = of_july(client, conn, "bookings")
    assert (found["used"], [each["number"] for each in found["unused"]]) == (2, ["B2"])
    assert [each["id"] for each in found["unbooked"]] == ["t2"]
    assert [(o["one"]["number"], o["other"]["number"]) for o in found["overlapping"]] == [
        ("B1", "B2")
    ]
    cancelled = (
        "number,vehicle,start,end,state\nB2,car-1,2026-07-01 11:00,2026-07-01 13:00,cancelled\n"
    )
    assert take(client, "bookings", cancelled)["taken"]
    again = of_july(client, conn, "bookings")
    assert (again["unused"], again["overlapping"]) == ([], [])


def test_use_rentals_places_and_maintenance(conn: Connection, client: TestClient) -> None:
    for name, text in (
        ("orders_rent", RENTALS),
        ("rental_terms", TERMS),
        ("vehicle_quota_entries", PLACES),
        ("maintenance_plans", PLANS),
    ):
        for _ in range(2):
            taken = take(client, name, text)
            assert taken["taken"], (name, taken)
    use = of_july(client, conn, "fleet-use")
    told = [(each["code"], each["days_used"], each["km"], each["idle"]) for each in use["items"]]
    assert told == [("car-1", 2, "200.000", None), ("car-2", 1, "50.000", None)]
    assert (use["at_once"]["most"], use["at_once"]["enough"]) == (2, 2)
    [rental] = of_july(client, conn, "fleet-use/rentals")["items"]
    assert (rental["hours"], rental["expected"], rental["difference"]) == ("3.5", "60.00", "4.00")
    assert (rental["billed_km"], rental["driven_km"]) == ("50", "50.000000")
    managed = of_july(client, conn, "fleet-use/management")
    places = {each["code"]: (each["granted"], each["filled"]) for each in managed["places"]}
    assert (places["school"], places["hospital"]) == ((3, 2), (2, 0))
    ledger = [(e["institution"], e["kind"], e["places"], e["receiver"]) for e in managed["entries"]]
    assert ledger == [("school", "grant", 5, ""), ("school", "transfer", 2, "hospital")]
    [plan] = managed["maintenance"]
    assert (plan["km"], plan["state"]) == ("200.000", "due")
    sent = client.get(f"{V1}/sheets/vehicle_quota_entries?form=csv&lang=en").text
    assert "transfer,2026-07-02,2,hospital,doc-2" in sent
    other = PLACES.replace(",5,,doc-1", ",6,,doc-1")
    assert take(client, "vehicle_quota_entries", other)["faults"][0]["code"] == "entry_differs"


def test_a_rental_over_the_end_of_a_month_has_the_trips_of_both(
    conn: Connection, client: TestClient
) -> None:
    segment(conn, "car-2", "before", "trip", "2026-06-30 21:00", 60, km=60)
    segment(conn, "car-2", "after", "trip", "2026-07-01 10:00", 60, km=160)
    assert take(client, "rental_terms", TERMS)["taken"]
    assert take(client, "orders_rent", OVER_THE_END)["taken"]
    [rental] = of_july(client, conn, "fleet-use/rentals", "2026-06-01")["items"]
    # 83 for less than a day, and 220 km at 0.50.
    assert (rental["driven_km"], rental["expected"]) == ("220.000000", "193.00")
    assert rental["difference"] == "0.00"
    assert of_july(client, conn, "fleet-use/rentals")["items"] == []


def test_a_booking_over_the_end_of_a_month_is_used_whichever_month_it_was_driven_in(
    conn: Connection, client: TestClient
) -> None:
    segment(conn, "car-2", "evening", "trip", "2026-06-30 20:30", 60, km=30)
    # Begun in July, and of a booking that begins in August.
    segment(conn, "car-2", "midnight", "trip", "2026-07-31 23:50", 60, km=30)
    assert take(client, "bookings", NIGHTS)["taken"]
    told = {}
    for month in ("2026-06-01", "2026-07-01", "2026-08-01"):
        found = of_july(client, conn, "bookings", month)
        told[month] = (
            found["used"],
            [each["number"] for each in found["unused"]],
            [each["id"] for each in found["unbooked"]],
        )
    assert told["2026-06-01"] == (1, [], [])
    assert told["2026-07-01"] == (1, ["N3"], ["t1", "t2", "t3"])
    assert told["2026-08-01"] == (1, [], [])
