"""Public charging orders whose clocks are wrong: their energy counts once, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.costed_fleet import TERMS, plant, put_on_tariff
from tests.db.conftest import V1, SignIn
from tests.metered_building import place_id

pytestmark = pytest.mark.db

HEAD = "订单编号,车牌号,充电开始时间,充电结束时间,充电电量,实付金额\n"
ZONE_OFF = HEAD + "C1,津Acar-1,2026-07-02 04:01,2026-07-02 04:58,20,26.00\n"
DAYS_OFF = HEAD + "C2,津Acar-2,2026-07-05 08:00,2026-07-05 08:40,20,26.00\n"
AT_OUR_PILE = HEAD + "C3,津Acar-1,2026-07-01 00:10,2026-07-01 00:40,10,13.00\n"


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    put_on_tariff(conn)
    client = sign_in("admin")
    terms = {"place": place_id(conn, "bureau"), "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    return client


def take(client: TestClient, text: str) -> None:
    assert client.post(f"{V1}/sheets/orders_charging", content=text.encode()).json()["taken"]


def of_july(client: TestClient, conn: Connection, path: str = "fleet-summary") -> Any:
    month = {"first_month": "2026-07-01", "last_month": "2026-07-01"}
    return client.get(f"{V1}/{path}", params={"place": place_id(conn, "school"), **month}).json()


def test_an_order_eight_hours_off_is_the_charge_it_fits_and_its_energy_counts_once(
    conn: Connection, client: TestClient
) -> None:
    take(client, ZONE_OFF)
    whole = of_july(client, conn)["whole"]
    # 20 kWh of the order, and 9 kWh into the battery of the charge that nobody paid. Once the
    # charge of 18 kWh was counted beside its order: 30 kWh for 10.
    assert (whole["order_kwh"], whole["assumed_kwh"]) == ("20.000", "10.000")
    assert whole["lacking"] == []
    found = of_july(client, conn, "vehicle-costs/orders")
    [order] = found["matched"]
    assert (order["trip"], order["by_energy"], order["off_min"]) == ("public", True, 422)
    assert [each["id"] for each in found["unpaid"]] == ["unpaid"]


@pytest.mark.parametrize(
    ("text", "perhaps", "accounts"),
    [
        (DAYS_OFF, "unpaid", [[], ["order_or_charge"]]),
        (AT_OUR_PILE, "own", [["order_or_charge"], []]),
    ],
)
def test_an_order_that_may_be_energy_counted_elsewhere_withholds_what_rests_on_it(
    conn: Connection, client: TestClient, text: str, perhaps: str, accounts: list[list[str]]
) -> None:
    take(client, ZONE_OFF)
    take(client, text)
    whole = of_july(client, conn)["whole"]
    assert "order_or_charge" in whole["lacking"]
    assert [whole[name] for name in ("energy_cost", "full_cost", "co2", "coal")] == [None] * 4
    found = of_july(client, conn, "vehicle-costs/orders")
    [order] = found["unmatched"]
    assert [each["id"] for each in order["perhaps"]] == [perhaps]
    told = of_july(client, conn, "vehicle-costs")["items"]
    assert [each["lacking"] for each in told] == accounts


def say(client: TestClient, conn: Connection, said: str, charge: str | None = None) -> int:
    vehicle = conn.execute("SELECT vehicle_id FROM vehicle WHERE code = 'car-2'").fetchone()
    assert vehicle
    [order] = [
        each
        for name in ("matched", "unmatched")
        for each in of_july(client, conn, "vehicle-costs/orders")[name]
        if each["number"] == "C2"
    ]
    told = {"vehicle_id": vehicle[0], "supplier": order["supplier"], "number": "C2", "said": said}
    told |= {"reason": "the driver's receipt", "charge": charge}
    return client.post(f"{V1}/vehicle-costs/orders/charges", json=told).status_code


def test_a_person_says_which_charge_an_order_is_and_its_energy_counts_once_until_it_is_undone(
    conn: Connection, client: TestClient
) -> None:
    take(client, ZONE_OFF)
    take(client, DAYS_OFF)
    assert of_july(client, conn)["whole"]["energy_cost"] is None
    assert say(client, conn, "charge", "unpaid") == 204
    whole = of_july(client, conn)["whole"]
    assert (whole["order_kwh"], whole["assumed_kwh"], whole["lacking"]) == ("40.000", "0.000", [])
    found = of_july(client, conn, "vehicle-costs/orders")
    assert found["unmatched"] == found["unpaid"] == []
    order = next(each for each in found["matched"] if each["number"] == "C2")
    assert (order["trip"], order["gone"], order["said"]["charge"]) == ("unpaid", False, "unpaid")
    assert (order["said"]["reason"], order["said"]["by"]) == ("the driver's receipt", "admin")
    assert order["energies_differ"]
    assert say(client, conn, "undone") == 204
    assert "order_or_charge" in of_july(client, conn)["whole"]["lacking"]


def test_an_order_said_to_be_for_no_charge_counts_beside_it_and_too_much_energy_is_still_found(
    conn: Connection, client: TestClient
) -> None:
    take(client, ZONE_OFF)
    take(client, DAYS_OFF)
    assert say(client, conn, "none") == 204
    whole = of_july(client, conn)["whole"]
    assert (whole["order_kwh"], whole["assumed_kwh"]) == ("40.000", "10.000")
    # The word was wrong, as planted: 50 kWh are more than the battery took and the trips used.
    assert whole["lacking"] == ["energy_balance"]


def test_a_charge_that_is_told_no_more_makes_what_was_said_count_for_nothing_and_says_so(
    conn: Connection, client: TestClient
) -> None:
    take(client, ZONE_OFF)
    take(client, DAYS_OFF)
    assert say(client, conn, "charge", "unpaid") == 204
    conn.execute("UPDATE vehicle_segment SET superseded_at = now() WHERE segment_id = 'unpaid'")
    [order] = of_july(client, conn, "vehicle-costs/orders")["unmatched"]
    assert (order["number"], order["gone"]) == ("C2", True)


@pytest.mark.parametrize(
    ("said", "charge"),
    [("charge", "own"), ("charge", "never"), ("charge", None), ("none", "unpaid")],
)
def test_an_order_is_said_for_no_charge_that_cannot_be_its_own(
    conn: Connection, client: TestClient, said: str, charge: str | None
) -> None:
    take(client, DAYS_OFF)
    assert say(client, conn, said, charge) == 422


@pytest.mark.parametrize(("login", "status"), [("school", 403), ("hospital", 404)])
def test_only_an_administrator_says_what_an_order_is_for(
    conn: Connection, client: TestClient, sign_in: SignIn, login: str, status: int
) -> None:
    take(client, DAYS_OFF)
    vehicle = conn.execute("SELECT vehicle_id FROM vehicle WHERE code = 'car-2'").fetchone()
    assert vehicle
    [order] = of_july(client, conn, "vehicle-costs/orders")["unmatched"]
    told = {"vehicle_id": vehicle[0], "supplier": order["supplier"], "number": "C2"}
    told |= {"said": "none", "reason": "no"}
    answer = sign_in(login).post(f"{V1}/vehicle-costs/orders/charges", json=told)
    assert answer.status_code == status
    assert conn.execute("SELECT count(*) FROM order_charge").fetchone() == (0,)
