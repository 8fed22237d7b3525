"""The fleet report: accounts, use and displaced fuel of a month and a year, kept as versions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.paper.words import word_list
from store.fleet.vehicle import enter
from tests.closable_school import add_checked_factors
from tests.costed_fleet import TERMS, plant
from tests.db.conftest import V1, SignIn
from tests.db.test_drawn_reports import document, keys_of, table
from tests.fleet_estate import car
from tests.metered_building import place_id

pytestmark = pytest.mark.db

TOLLS = "流水号,车牌号,出口时间,金额\nT1,津Acar-1,2026-07-01 09:50,15.00\n"


@pytest.fixture
def fleet(conn: Connection, people: Callable[[], None]) -> Connection:
    people()
    plant(conn)
    add_checked_factors(conn)
    return conn


def make(client: TestClient, conn: Connection, **when: object) -> Any:
    asked = {"organisation_id": place_id(conn, "school"), "kind": "fleet", **when}
    return client.post(f"{V1}/reports", json=asked)


def test_a_month_has_the_accounts_of_its_page_and_no_total_without_a_price(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    assert client.post(f"{V1}/sheets/orders_toll", content=TOLLS.encode()).status_code == 200
    found = document(client, make(client, fleet, month="2026-07"))
    one, other = table(found, "fleet_costs")
    assert (one["code"], one["km"], one["unpriced"], one["cost_cny"]) == ("car-1", 200, 1, None)
    assert (other["km"], other["cost_cny"], other["energy_100km"]) == (50, None, None)
    assert {"say": "fleet_unpriced"} in found["standing"]
    (costs,) = (each for each in found["tables"] if each["key"] == "fleet_costs")
    assert "cost_cny" not in costs["sums"]
    assert table(found, "fleet_items") == [
        {"item": "item_own_piles", "cost_cny": None},
        {"item": "item_toll", "cost_cny": Decimal(15)},
    ]
    uses = {row["code"]: row for row in table(found, "fleet_vehicles")}
    assert (uses["car-1"]["trips"], uses["car-2"]["km"]) == (2, 50)
    (untold,) = found["paragraphs"]
    assert untold["say"] == "displacement_untold"
    words = word_list("report")
    assert {*keys_of(found)} <= words.keys() | {"kind_fleet"}


def test_a_year_tells_the_displaced_fuel_in_the_words_of_its_page(
    fleet: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    terms = {"place": place_id(fleet, "bureau"), "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    made = make(client, fleet, year=2026)
    found = document(client, made)
    told = {row["what"]: row for row in table(found, "fleet_displacement")}
    assert told["displaced_l"]["value"] == Decimal(20)
    assert told["displaced_l"]["basis"] == "basis_assumed"
    assert table(found, "fleet_months") == [
        {"month": "2026-07", "trips": Decimal(3), "km": Decimal(250)}
    ]
    keys = {key for key in keys_of(found) if "." in key}
    known = word_list("displacement").keys()
    assert {key.removeprefix("displacement.") for key in keys} <= known
    pdf = client.get(f"{V1}/reports/{made.json()['id']}/pdf")
    assert pdf.content.startswith(b"%PDF")


def test_a_report_that_tells_of_a_hidden_vehicle_is_for_who_may_see_it(
    fleet: Connection, sign_in: SignIn
) -> None:
    hidden = car("car-3", "school-building")
    described = replace(hidden.description, hidden=True)
    enter(fleet, replace(hidden, description=described, device=None))
    made = make(sign_in("admin"), fleet, month="2026-07").json()
    client = sign_in("school")
    for path in ("", "/pdf", "/xlsx"):
        assert client.get(f"{V1}/reports/{made['id']}{path}").status_code == 404
    own = make(client, fleet, month="2026-07")
    assert own.json()["version"] == 2
    codes = [row["code"] for row in table(document(client, own), "fleet_vehicles")]
    assert codes == ["car-1", "car-2"]


def test_an_institution_without_vehicles_has_no_fleet_report(
    fleet: Connection, sign_in: SignIn
) -> None:
    asked: Mapping[str, object] = {
        "organisation_id": place_id(fleet, "hospital"), "kind": "fleet", "month": "2026-07",
    }  # fmt: skip
    answer = sign_in("admin").post(f"{V1}/reports", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_vehicle_in_period")
