"""A vehicle that is handed over: each day, trip, order and plug-in belongs to whoever had it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.costed_fleet import TERMS, local, plant, put_on_tariff, segment
from tests.db.conftest import V1, SignIn
from tests.db.fleet.test_fleet_use import BOOKINGS
from tests.db.fleet.test_vehicle_costs import CHARGING, items, take
from tests.metered_building import place_id

pytestmark = pytest.mark.db

MOVED = "2026-07-02 00:00"
"""Car 1 goes from the school to the hospital."""
INSURANCE = """保单号,车牌号,保险起期,保险止期,保费
P1,津Acar-1,2026-06-01,2026-08-30,9100.00
"""
RENTAL = """订单号,车牌号,取车时间,还车时间,行驶里程,金额
R1,津Acar-1,2026-07-01 08:00,2026-07-02 20:00,{km},266.00
"""
RENTAL_TERMS = """vehicle,first_day,hour_cny,km_cny,day_cap_cny,step_min,free_km
car-1,2026-01-01,10,0.50,83,30,
"""
PLANS = """vehicle,item,every_km,every_days,done_on
car-1,tyres,150,,2026-07-01
"""
NIGHT = """订单编号,车牌号,充电开始时间,充电结束时间,充电电量,实付金额
N1,津Acar-2,2026-08-01 00:05,2026-08-01 00:50,10,13.00
"""


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    put_on_tariff(conn)
    return sign_in("admin")


def hand_over(client: TestClient, at: str = MOVED, place: str = "hospital-building") -> Any:
    told = {"organisation": place, "department": "emergency", "since": local(at).isoformat()}
    return client.post(f"{V1}/vehicles/1/stations", json=told)


def asked(conn: Connection, place: str, first: str = "2026-07-01", last: str = "2026-07-01") -> Any:
    return {"place": place_id(conn, place), "first_month": first, "last_month": last}


def account(client: TestClient, conn: Connection, place: str, **months: str) -> dict[str, Any]:
    found = client.get(f"{V1}/vehicle-costs", params=asked(conn, place, **months)).json()
    return next((each for each in found["items"] if each["code"] == "car-1"), {})


def test_costs_and_displaced_fuel_go_with_whoever_had_the_vehicle(
    conn: Connection, client: TestClient, sign_in: SignIn
) -> None:
    assert take(client, "orders_charging", CHARGING)["taken"]
    assert take(client, "orders_insurance", INSURANCE)["taken"]
    before = items(account(client, conn, "bureau"))
    assert hand_over(client).status_code == 201
    # 30 of the 31 days of July, the trip of the second, and the orders of the second and later.
    school, hospital = (account(client, conn, place) for place in ("school", "hospital"))
    assert items(school) == {"insurance": "100.00", "own_piles": "3.60"}
    assert items(hospital) == {"insurance": "3000.00", "charging": "35.10"}
    assert (school["km"], hospital["km"]) == ("100.000", "100.000")
    assert (school["own_kwh"], hospital["public_kwh"]) == ("12.000", "27.000")
    assert items(account(client, conn, "bureau")) == before
    terms = {"place": place_id(conn, "bureau"), "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    whole = asked(conn, "bureau") | {"by": "department"}
    found = client.get(f"{V1}/fleet-summary", params=whole).json()
    groups = {each["name"]: each for each in found["groups"]}
    told = {name: (each["electric_km"], each["pile_kwh"], each["order_kwh"])
            for name, each in groups.items()}  # fmt: skip
    assert told == {"emergency": ("100.000", "0.000", "27.000"), "": ("150.000", "12.000", "0.000")}
    for name in ("pile_kwh", "order_kwh", "assumed_kwh", "litres", "paid_cny"):
        parts = sum(Decimal(each[name]) for each in found["groups"])
        assert parts == Decimal(found["whole"][name])
    # Whoever has it now sees its share of what was paid before it came, and nothing more.
    own = sign_in("hospital")
    assert items(account(own, conn, "hospital"))["insurance"] == "3000.00"


def test_what_vehicles_did_stays_with_the_institution_their_place_belonged_to_then(
    conn: Connection, client: TestClient
) -> None:
    """The school's building, with both cars and their pile, goes to the hospital on 2 July."""
    assert take(client, "orders_charging", CHARGING)["taken"]
    assert take(client, "orders_insurance", INSURANCE)["taken"]
    before = items(account(client, conn, "bureau"))
    body = {"day": MOVED[:10], "parent": "hospital", "reason": "机构改革"}
    answer = client.post(f"{V1}/organisations/school-building/positions", json=body)
    assert answer.status_code == 201, answer.text
    school, hospital = (account(client, conn, place) for place in ("school", "hospital"))
    assert items(school) == {"insurance": "100.00", "own_piles": "3.60"}
    assert items(hospital) == {"insurance": "3000.00", "charging": "35.10"}
    assert (school["km"], hospital["km"]) == ("100.000", "100.000")
    assert items(account(client, conn, "bureau")) == before
    terms = {"place": place_id(conn, "bureau"), "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    whole = asked(conn, "bureau") | {"by": "institution"}
    found = client.get(f"{V1}/fleet-summary", params=whole).json()
    told = {each["name"]: (each["electric_km"], each["vehicles"]) for each in found["groups"]}
    assert told == {"school": ("100.000", 2), "hospital": ("150.000", 2)}
    days = {}
    for place in ("school", "hospital"):
        used = client.get(f"{V1}/fleet-use", params=asked(conn, place)).json()["items"]
        days[place] = next((e["days"], e["days_used"]) for e in used if e["code"] == "car-1")
    assert days == {"school": (1, 1), "hospital": (30, 1)}
    first, end = local("2026-07-01 00:00"), local("2026-08-01 00:00")
    span = {"first": first.isoformat(), "end": end.isoformat()}
    trips = {}
    for place in ("school", "hospital"):
        listed = client.get(f"{V1}/trips", params={"organisation": place_id(conn, place), **span})
        trips[place] = [each["id"] for each in listed.json()["items"]]
    assert trips == {"school": ["t1"], "hospital": ["t2", "t3"]}


def test_months_and_holders_add_up_and_no_plug_in_is_counted_twice(
    conn: Connection, client: TestClient
) -> None:
    # A plug-in over the end of June, when the car was handed over as well.
    assert hand_over(client, "2026-07-01 00:00").status_code == 201
    both = {"first": "2026-06-01", "last": "2026-07-01"}
    school = account(client, conn, "school", **both)
    hospital = account(client, conn, "hospital", **both)
    assert (items(school), items(hospital)) == ({"own_piles": "7.20"}, {"own_piles": "3.60"})
    july = account(client, conn, "hospital")
    assert items(july) == {"own_piles": "3.60"}
    # Another car's, which is paid in the month after.
    segment(conn, "car-2", "night", "charge", "2026-07-31 23:50", 70, kwh=9)
    assert take(client, "orders_charging", NIGHT)["taken"]
    of_month = {}
    for month in ("2026-07-01", "2026-08-01"):
        path = f"{V1}/vehicle-costs/orders"
        of_month[month] = client.get(path, params=asked(conn, "school", month, month)).json()
    july, august = of_month["2026-07-01"], of_month["2026-08-01"]
    assert "night" not in {each["id"] for each in july["unpaid"]}
    assert [(each["number"], each["trip"]) for each in august["matched"]] == [("N1", "night")]
    assert august["unpaid"] == []


def test_use_and_bookings_of_a_moved_vehicle_are_those_of_its_days(
    conn: Connection, client: TestClient
) -> None:
    assert take(client, "bookings", BOOKINGS)["taken"]
    assert hand_over(client).status_code == 201
    days = {}
    for place in ("school", "hospital"):
        found = client.get(f"{V1}/fleet-use", params=asked(conn, place)).json()["items"]
        days[place] = next((e["days"], e["days_used"]) for e in found if e["code"] == "car-1")
    assert days == {"school": (1, 1), "hospital": (30, 1)}
    found = client.get(f"{V1}/bookings", params=asked(conn, "hospital")).json()
    assert (found["unused"], found["overlapping"]) == ([], [])


def test_what_a_vehicle_is_changes_from_a_day_on_and_never_backwards(
    client: TestClient, sign_in: SignIn
) -> None:
    assert hand_over(client).status_code == 201
    again = hand_over(client, "2026-06-01 00:00", "school-building")
    assert (again.status_code, again.json()["code"]) == (422, "vehicle_known_later")
    stations = client.get(f"{V1}/vehicles/1/stations").json()["items"]
    assert [each["department"] for each in stations] == ["emergency", ""]
    told = {
        "plate": "渝B12345", "vehicle_class": "suv", "powertrain": "electric",
        "acquisition": "rent_in_lieu_of_quota", "since": local("2026-07-03 00:00").isoformat(),
    }  # fmt: skip
    answer = client.post(f"{V1}/vehicles/1/descriptions", json=told)
    assert (answer.status_code, answer.json()["plate"]) == (201, "渝B12345")
    assert client.post(f"{V1}/vehicles/1/descriptions", json=told).status_code == 422
    fitted = {"device": "car-2", "since": local("2026-07-03 00:00").isoformat()}
    taken = client.post(f"{V1}/vehicles/1/terminals", json=fitted)
    assert (taken.status_code, taken.json()["code"]) == (422, "vehicle_known_later")
    # A school's operator administers no vehicle, and nobody hands one over to a place of others.
    assert hand_over(sign_in("school"), "2026-07-05 00:00").status_code in {403, 404}


def test_limits_of_idleness_are_told_beside_the_result_and_are_those_of_the_nearest_place(
    conn: Connection, client: TestClient, sign_in: SignIn
) -> None:
    def limits(place: str) -> Any:
        return client.get(f"{V1}/fleet-use", params=asked(conn, place)).json()["limits"]

    usual = limits("school")
    assert (usual["used_days"], usual["set_at"]) == ("0.3", None)
    bureau = place_id(conn, "bureau")
    new = {
        "organisation_id": bureau, "holds_from": "2026-07-15", "used_days": "0.5", "km_day": "200",
        "least_known": "0.01", "spare_hours": "4", "away_hours": "1", "reason": "decree 9",
    }  # fmt: skip
    assert client.put(f"{V1}/fleet-limits", json=new).status_code == 200
    assert client.put(f"{V1}/fleet-limits", json=new | {"used_days": "2"}).status_code == 422
    found = client.get(f"{V1}/fleet-use", params=asked(conn, "school")).json()
    assert (found["limits"]["used_days"], found["limits"]["set_at"]) == ("0.5", bureau)
    assert (found["limits"]["reason"], found["at_once"]["enough"]) == ("decree 9", 0)
    june = asked(conn, "school", "2026-06-01", "2026-06-01")
    assert client.get(f"{V1}/fleet-use", params=june).json()["limits"]["set_at"] is None
    client = sign_in("school")
    assert limits("school")["reason"] == "decree 9"
    own = new | {"organisation_id": place_id(conn, "school")}
    assert client.put(f"{V1}/fleet-limits", json=own).status_code == 403


@pytest.mark.parametrize("km", ["200", ""])
def test_a_rental_of_which_a_part_may_not_be_seen_has_no_distance_of_trips(
    conn: Connection, client: TestClient, sign_in: SignIn, km: str
) -> None:
    """Two days of 100 km each; the vehicle is the school's on the first of them only."""
    assert take(client, "rental_terms", RENTAL_TERMS)["taken"]
    assert take(client, "orders_rent", RENTAL.format(km=km))["taken"]
    assert hand_over(client).status_code == 201
    found = {}
    for login in ("admin", "school"):
        months = asked(conn, "school")
        answer = sign_in(login).get(f"{V1}/fleet-use/rentals", params=months).json()
        found[login] = (
            answer["unchecked"],
            [(e["driven_km"], e["partly_seen"], e["difference"]) for e in answer["items"]],
        )
    # 83 for each of two days, and 200 km at 0.50.
    assert found["admin"] == (0, [("200.000000", False, "0.00")])
    assert found["school"] == ((0, [(None, True, "0.00")]) if km else (1, []))


def test_maintenance_is_not_held_off_by_kilometres_that_may_not_be_seen(
    conn: Connection, client: TestClient, sign_in: SignIn
) -> None:
    """Due after 150 km, of which the hospital sees the 100 since the vehicle is its own."""
    assert take(client, "maintenance_plans", PLANS)["taken"]
    assert hand_over(client).status_code == 201
    found = {}
    for login in ("admin", "hospital"):
        months = asked(conn, "hospital")
        answer = sign_in(login).get(f"{V1}/fleet-use/management", params=months).json()
        found[login] = [(each["km"], each["state"]) for each in answer["maintenance"]]
    assert found == {"admin": [("200.000", "due")], "hospital": [(None, "unknown")]}
