"""Displaced fuel in the store: drawn from kept trips, stated in versions, as the report has it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg import Connection

from domain.vehicle import Powertrain
from store.fleet.vehicle import enter
from tests.costed_fleet import TERMS, local, plant, put_on_tariff, segment, told_of
from tests.db.conftest import V1, SignIn
from tests.fleet_estate import car, cut
from tests.metered_building import place_id

TOLLS = """流水号,车牌号,出口时间,金额
T1,津Acar-1,2026-07-01 09:50,15.00
T2,津Acar-2,2026-07-03 23:00,20.00
"""

pytestmark = pytest.mark.db

FLEET = 34
YEAR_OF_TRIPS = """
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km, km_ways, kwh,
                             kwh_ways, electric_km, evidence, estimated, doubts, known_at)
SELECT v.vehicle_id, 'n' || n, 'trip', %(from)s + n * interval '20 minutes',
       %(from)s + n * interval '20 minutes' + interval '10 minutes', 27.2, '{}', 27.2 * 0.14, '{}',
       27.2, '{odometer}', false, 0, '2025-01-15Z'
  FROM generate_series(0, 24999) n JOIN vehicle v ON v.code = 'nanan-' || n %% 34"""


def months(conn: Connection, code: str, first: str, last: str) -> dict[str, Any]:
    return {"place": place_id(conn, code), "first_month": first, "last_month": last}


def test_the_report_of_nanan_comes_out_of_kept_trips_and_stated_parameters(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    people()
    for number in range(FLEET):
        enter(conn, replace(car(f"nanan-{number}", "hospital-building"), device=None))
    cut(conn)
    conn.execute(YEAR_OF_TRIPS, {"from": local("2024-01-01 00:00")})
    for number in range(FLEET):
        told_of(conn, f"nanan-{number}", "2023-12-31 00:00", "2025-01-02 00:00")
    client = sign_in("admin")
    bureau = place_id(conn, "bureau")
    asked = months(conn, "hospital", "2024-01-01", "2024-12-01")
    # The fleet page asks for the whole alone, and is told that there is none yet.
    assert client.get(f"{V1}/fleet-summary/whole", params=asked).json()["whole"] is None
    answer = client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    assert answer.status_code == 201, answer.text
    found = client.get(f"{V1}/fleet-summary", params={**asked, "by": "vehicle"}).json()
    whole = found["whole"]
    assert client.get(f"{V1}/fleet-summary/whole", params=asked).json()["whole"] == whole
    assert (whole["vehicles"], whole["trips"]) == (FLEET, 25_000)
    assert (whole["electric_km"], whole["litres"]) == ("680000.000", "54400.000")
    assert whole["energy_cost"]["reduction"] == "0.795"
    assert whole["energy_cost"]["items"] == ["energy"]
    assert (whole["litres_measured"], whole["pile_kwh"]) == (False, "0.000")
    assert whole["co2"]["gross"] == "118537.600"
    assert whole["co2"]["grid_region"] == "CN-CQ"
    assert float(whole["co2"]["net"]) < float(whole["co2"]["gross"])
    assert len(found["groups"]) == FLEET
    for lang, words in (("zh-CN", "替代汽油 54,400 升"), ("en", "54,400 litres of petrol")):
        told = client.get(f"{V1}/fleet-summary/report", params={**asked, "lang": lang}).json()
        assert words in told["text"]
        assert "-79.5" in told["text"]
        assert told["text"] == "".join(part["text"] for part in told["parts"])
        keys = {figure["key"] for figure in told["figures"]}
        assert {"litres", "reduction", "gross", "net"} <= keys
        assert {part["key"] for part in told["parts"]} - {None} == keys
        assert all(figure["evidence"] for figure in told["figures"])
        [grid] = [figure for figure in told["figures"] if figure["key"] == "grid"]
        assert str(grid["value"]) in grid["evidence"][0]["detail"]
        assert "CN-CQ" in grid["evidence"][0]["detail"]


def test_each_number_of_the_report_leads_to_the_amounts_and_factors_it_is_made_of(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    people()
    plant(conn)
    put_on_tariff(conn)
    client = sign_in("admin")
    bureau = place_id(conn, "bureau")
    client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    client.post(f"{V1}/sheets/orders_toll", content=TOLLS.encode())
    asked = months(conn, "school", "2026-06-01", "2026-07-01")
    whole = client.get(f"{V1}/fleet-summary", params=asked).json()
    told = client.get(f"{V1}/fleet-summary/report", params={**asked, "lang": "en"}).json()
    rests = {figure["key"]: figure["evidence"] for figure in told["figures"]}

    def amounts(key: str, what: str) -> list[tuple[str, str]]:
        return [(e["detail"], e["amount"]) for e in rests[key] if e["what"] == what]

    paid = [amount for _, amount in amounts("electric_cost", "prices")]
    assert paid[0] == whole["whole"]["paid_cny"]
    assert amounts("full_electric", "accounts") == [("tolls", "35.00")]
    assert amounts("electric_cost", "accounts") == []
    assert any("coal." in detail for detail, _ in amounts("coal", "factor"))
    trips = {e["detail"] for e in rests["km"] if e["what"] == "trips"}
    assert trips == {f"sha256 {whole['trips_digest']}"}


def test_trips_of_petrol_cars_are_no_evidence_of_displaced_fuel(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    people()
    plant(conn)
    client = sign_in("admin")
    bureau = place_id(conn, "bureau")
    client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    asked = months(conn, "school", "2026-06-01", "2026-07-01")
    before = client.get(f"{V1}/fleet-summary", params=asked).json()["trips_digest"]
    petrol = car("petrol", "school-building")
    burns = replace(petrol.description, powertrain=Powertrain.FUEL, battery_kwh=None)
    enter(conn, replace(petrol, device=None, description=burns))
    segment(conn, "petrol", "errand", "trip", "2026-07-04 09:00", 30, km=12)
    assert client.get(f"{V1}/fleet-summary", params=asked).json()["trips_digest"] == before
    segment(conn, "car-1", "errand", "trip", "2026-07-04 09:00", 30, km=12, kwh=2)
    assert client.get(f"{V1}/fleet-summary", params=asked).json()["trips_digest"] != before


def test_a_statement_stays_what_a_late_trip_and_a_tariff_change_in_the_figures(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    people()
    plant(conn)
    client = sign_in("admin")
    asked = months(conn, "school", "2026-07-01", "2026-07-01")
    missing = client.get(f"{V1}/fleet-summary", params=asked)
    assert (missing.status_code, missing.json()["code"]) == (409, "no_displacement_terms")
    bureau = place_id(conn, "bureau")
    client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    first = client.post(f"{V1}/fleet-summary/statements", params=asked).json()
    before = first["content"]["summary"]["whole"]
    assert (before["electric_km"], before["litres"]) == ("250.000", "20.000")
    # 27 kWh of two plug-ins, at the battery. Of a third the pile counted 12 kWh in July and 12 in
    # June: each month has its part, also while no tariff prices it.
    assert (before["pile_kwh"], before["assumed_kwh"]) == ("12.000", "30.000")
    assert (before["paid_cny"], before["lacking"]) == ("0", [])
    assert None not in [before[name] for name in ("energy_cost", "full_cost", "co2", "coal")]
    assert all(each["evidence"] for told in first["content"]["reports"] for each in told["figures"])
    both = months(conn, "school", "2026-06-01", "2026-07-01")
    whole = client.get(f"{V1}/fleet-summary", params=both).json()["whole"]
    assert (whole["pile_kwh"], whole["lacking"]) == ("24.000", [])
    assert None not in [whole[name] for name in ("energy_cost", "full_cost", "co2", "coal")]
    put_on_tariff(conn)
    segment(conn, "car-2", "late", "trip", "2026-07-03 09:30", 60, km=50, kwh=7)
    second = client.post(f"{V1}/fleet-summary/statements", params=asked).json()
    after = second["content"]["summary"]["whole"]
    assert (after["litres"], after["pile_kwh"], after["paid_cny"]) == ("24.000", "12.000", "3.60")
    assert (first["version"], second["version"]) == (1, 2)
    assert first["digest"] != second["digest"]
    again = client.get(f"{V1}/fleet-summary/statements/{first['id']}").json()
    assert again == first
    listed = client.get(f"{V1}/fleet-summary/statements", params={"place": asked["place"]}).json()
    assert [each["version"] for each in listed["items"]] == [2, 1]


def test_terms_hold_below_their_place_and_only_administrators_enter_or_state(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    people()
    plant(conn)
    bureau = place_id(conn, "bureau")
    terms = {"place": bureau, "text": TERMS}
    assert sign_in("admin").post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    client = sign_in("school")
    asked = months(conn, "school", "2026-07-01", "2026-07-01")
    found = client.get(f"{V1}/fleet-summary", params=asked).json()
    assert found["terms"] == "a set that fits"
    assert client.get(f"{V1}/fleet-summary/terms").json()["items"] == []
    assert client.post(f"{V1}/fleet-summary/statements", params=asked).status_code == 403
    own = {"place": asked["place"], "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=own).status_code == 403
    wrong = {"place": bureau, "text": TERMS.replace("0.90", "1.90")}
    refused = sign_in("admin").post(f"{V1}/fleet-summary/terms", json=wrong)
    assert refused.status_code == 422
    assert "efficiency" in refused.json()["detail"]
    two_years = {**asked, "first_month": "2025-12-01"}
    assert client.get(f"{V1}/fleet-summary", params=two_years).json()["code"] == (
        "displacement_two_years"
    )
