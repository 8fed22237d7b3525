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
