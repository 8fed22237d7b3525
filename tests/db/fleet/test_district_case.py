"""A published fleet year, sent as its cars would: the platform reports what it must."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from psycopg import Connection

from device_sim.district_case import case_vehicles
from store.registry import write as write_registry
from store.vehicle import enter
from tests.costed_fleet import TERMS
from tests.db.conftest import V1, SignIn
from tests.estate import estate, store_messages
from tests.fleet_estate import car, cut, told, with_terminals
from tests.metered_building import place_id

pytestmark = pytest.mark.db


def test_cars_of_nanan_report_eight_litres_and_79_5_percent(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    """Two cars and 100 trips of the 34 and 25,000; `python -m bench.district_case` sends all."""
    people()
    cars = list(case_vehicles(vehicles=2, trips=100))
    codes = [each.code for each in cars]
    write_registry(conn, with_terminals(estate(), "hospital-building", codes))
    for each in cars:
        enter(conn, replace(car(each.code, "hospital-building")))
        store_messages(conn, told(each.code, each.samples()))
    cut(conn)
    client = sign_in("admin")
    bureau = place_id(conn, "bureau")
    answer = client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    assert answer.status_code == 201
    asked = {
        "place": place_id(conn, "hospital"),
        "first_month": "2024-01-01",
        "last_month": "2024-12-01",
    }
    found = client.get(f"{V1}/fleet-summary", params={**asked, "by": "vehicle"}).json()
    whole = found["whole"]
    assert (whole["vehicles"], whole["trips"]) == (2, 100)
    assert float(whole["electric_km"]) == pytest.approx(2720.0, abs=0.001)
    assert float(whole["litres"]) == pytest.approx(2720 * 0.08, abs=0.001)
    assert float(whole["energy_cost"]["reduction"]) == pytest.approx(0.795, abs=0.0005)
    assert float(whole["co2"]["net"]) < float(whole["co2"]["gross"])
