"""Plug-in hybrids in the store: one never charged is a suspicion and displaces nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from psycopg import Connection

from device_sim.samples import Samples
from domain.vehicle import Powertrain
from store.fleet.vehicle import enter
from tests.costed_fleet import TERMS, ZONE
from tests.db.conftest import V1, SignIn
from tests.estate import store_messages
from tests.fleet_estate import car, cut, drawn, told
from tests.metered_building import place_id
from tests.told_vehicle import Line

pytestmark = pytest.mark.db

MAY = round(datetime(2026, 5, 1, tzinfo=ZONE).timestamp())
DAYS, KM_A_DAY = 32, 20.0


def may(*, charged: bool) -> Samples:
    """Each day of May 20 km: on the engine and never plugged in, or electric and so each night."""
    line = Line(("odometer", "speed", "gear"))
    for day in range(DAYS):
        begin, mode = MAY + day * 86_400, "electric" if charged else "fuel"
        line.stand(begin, begin + 30_000, 3000, soc_pct=90.0 if charged else 15.0)
        line.drive(begin + 30_000, begin + 31_200, kmh=60, run_mode=mode, soc_pct=15.0)
        line.stand(begin + 31_200, begin + 60_000, 3000, soc_pct=15.0)
        for at_s in range(begin + 60_000, begin + 67_500 if charged else 0, 300):
            soc = 15.0 + (at_s - begin - 60_000) / 100
            line.tell(at_s, charge_state="parked_charging", soc_pct=soc)
        line.stand(begin + 67_500, begin + 86_400, 3000, soc_pct=90.0 if charged else 15.0)
    return drawn(line)


@pytest.fixture
def hybrids(conn: Connection, people: Callable[[], None]) -> Connection:
    """One that is never plugged in, and one that is each night."""
    people()
    for code, terminal in (("petrol", "car-1"), ("plugged", "car-2")):
        conn.execute(
            "DELETE FROM vehicle_device WHERE device_id = ("
            "SELECT device_id FROM device WHERE code = %s)",
            [terminal],
        )
        new = car(code, "school-building")
        described = replace(new.description, powertrain=Powertrain.PLUG_IN_HYBRID)
        enter(conn, replace(new, description=described, device=terminal))
    store_messages(conn, told("car-1", may(charged=False)))
    store_messages(conn, told("car-2", may(charged=True)))
    cut(conn)
    return conn


def test_a_hybrid_that_was_never_charged_is_a_suspicion_and_displaces_no_fuel(
    hybrids: Connection, sign_in: SignIn
) -> None:
    conn, admin = hybrids, sign_in("admin")

    def uncharged() -> list[dict[str, object]]:
        every = admin.get(f"{V1}/suspicions", params={"limit": "1000"}).json()["items"]
        return [each for each in every if each["rule"] == "uncharged"]

    (found,) = uncharged()
    assert (found["plate"], found["subject"]) == ("津Apetrol", "month:2026-05")
    assert found["evidence"] == {
        "month": "2026-05", "km": pytest.approx(31 * KM_A_DAY, rel=0.01), "electric_km": 0.0,
        "trips": 31, "days_known": 31, "uncharged_km": 300.0,
    }  # fmt: skip

    bureau, school = place_id(conn, "bureau"), place_id(conn, "school")
    admin.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    asked: dict[str, str | int] = {
        "place": school,
        "first_month": "2026-05-01",
        "last_month": "2026-05-01",
        "by": "vehicle",
    }
    groups = admin.get(f"{V1}/fleet-summary", params=asked).json()["groups"]
    litres = {each["name"]: float(each["litres"]) for each in groups}
    assert litres["petrol"] == 0
    assert litres["plugged"] == pytest.approx(31 * KM_A_DAY * 0.08, rel=0.05)

    # A charge that is told late takes it back.
    line = Line(("odometer",))
    night = MAY + 10 * 86_400 + 70_500
    for at_s in range(night, night + 7200, 300):
        line.tell(at_s, charge_state="parked_charging", soc_pct=15.0 + (at_s - night) / 100)
    late = [{name: row[name] for name in ("ts", "charge_state", "soc_pct")} for row in line.rows]
    store_messages(conn, told("car-1", drawn(Line(rows=late))))
    cut(conn, now=datetime(2026, 7, 15, 5, tzinfo=ZONE) + timedelta(days=1))
    assert uncharged() == []
