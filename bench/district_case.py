"""The published fleet year of Nan'an, from the terminals to the paragraph of the report.

``python -m bench.district_case [--full]``. Cars of the case (2; `--full`: all 34 with 25,000 trips
over the whole of 2024) speak over MQTT, a collector stores, the worker cuts, and the API is asked
for the figures and for the paragraph in both languages, which is printed to stderr. Fails if trips,
kilometres, litres or reduction are not those published, if net CO2 does not stand beside gross, or
if a number of the paragraph leads to nothing. `raw_to_ledger` is the worker's part, reading
samples from the store and writing trips with all that follows.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.charge_matches import match_charges
from analytics.jobs.consumption import update_consumption
from analytics.jobs.vehicles import update_vehicles
from api.app import create_app
from api.settings import ApiSettings
from bench.flood import Flood
from bench.product import running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from device_sim.district_case import TRIPS, VEHICLES, CaseVehicle, case_vehicles
from device_sim.payload import encoded, packed
from store.become import Role
from store.fleet.vehicle import enter
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.costed_fleet import TERMS
from tests.estate import estate
from tests.fleet_estate import car, with_terminals
from tests.password import PASSWORD, PASSWORD_HASH

PART = 17
"""Without `--full` so much less. [1]"""
LITRES_100KM = Decimal("8.0")
REDUCTION = Decimal("0.795")
_PATIENCE_S = 900.0
_PLACE, _LOGIN, _V1 = "hospital-building", "admin", "/api/v1"
_LANGUAGES = ("zh-CN", "en")
_SHOWN = {
    "vehicles", "trips", "km", "litres", "fuel_cost", "electric_cost", "reduction", "gross", "net",
}  # fmt: skip
"""Numbers that the paragraph says at least."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a case.

    Attributes
    ----------
    whole : mapping
        Figures of the district, as the API tells them.
    reports : mapping
        The report in each language.
    sent_s, cut_s, asked_s : float
        From the first message to the last row; from rows to trips; the API's answers. [s]
    """

    whole: Mapping[str, Any]
    reports: Mapping[str, Any]
    samples: int
    sent_s: float
    cut_s: float
    cut_cpu_s: float
    asked_s: float


def main(arguments: Sequence[str]) -> int:
    """Send, cut, ask, check."""
    part = 1 if "--full" in arguments else PART
    cars = list(case_vehicles(VEHICLES // part, TRIPS // part))
    with (
        database_server() as server,
        migrated_database(server) as database,
        own_broker() as broker,
    ):
        found = reported(database, broker, cars)
        conditions = described(server) | {"vehicles": len(cars), "samples": found.samples}
    check(found, len(cars), TRIPS // part)
    for report in found.reports.values():
        print(report["text"], file=sys.stderr)
    whole = found.whole
    litres, reduction = float(whole["litres"]), float(whole["energy_cost"]["reduction"])
    conditions |= {"trips": whole["trips"], "km": float(whole["electric_km"]), "litres": litres}
    Result("district_case_litres", litres, "L", conditions).print()
    Result("district_case_reduction", round(reduction, 4), "1", conditions).print()
    net, gross = (float(whole["co2"][name]) for name in ("net", "gross"))
    Result("district_case_net_co2", net, "kg", conditions | {"gross_kg": gross}).print()
    rate = found.samples / found.sent_s
    Result("district_case_over_mqtt", rate, "samples/s", conditions).print()
    rate = found.samples / found.cut_s
    of_cpu = conditions | {"cpu_s": found.cut_cpu_s}
    Result("raw_to_ledger", rate, "samples/s", of_cpu).print()
    Result("district_case_report", found.asked_s, "s", conditions).print()
    return 0


def reported(database: str, broker: str, cars: Sequence[CaseVehicle]) -> Reported:
    """Have cars speak over MQTT and ask the API what became of it."""
    register(database, [each.code for each in cars])
    with running_collector(database, broker, "district-case"):
        began = time.monotonic()
        samples = _send(broker, cars)
        _wait(database, samples)
        sent_s = time.monotonic() - began
    with _worker(database) as worker:
        update_consumption(worker, now=datetime.now(UTC))
        began, used = time.monotonic(), time.process_time()
        update_vehicles(worker, now=datetime.now(UTC))
        match_charges(worker, now=datetime.now(UTC))
        cut_s, cut_cpu_s = time.monotonic() - began, time.process_time() - used
    with signed_in(database) as client:
        began = time.monotonic()
        whole, reports = asked(client, date(2024, 1, 1), date(2024, 12, 1))
        asked_s = time.monotonic() - began
    return Reported(whole, reports, samples, sent_s, cut_s, cut_cpu_s, asked_s)


def check(found: Reported, vehicles: int, trips: int) -> None:
    """Hold what was reported against what was published.

    Raises
    ------
    CheckError
        If anything differs, or a number of the paragraph has no evidence.
    """
    whole = found.whole
    km = trips * Decimal("27.2")
    told = whole["vehicles"], whole["trips"], round(Decimal(whole["electric_km"]), 3)
    if told != (vehicles, trips, km):
        raise CheckError(f"{told} vehicles, trips, km: want {(vehicles, trips, km)}")
    litres = km * LITRES_100KM / 100
    if round(Decimal(whole["litres"]), 3) != litres:
        raise CheckError(f"{whole['litres']} L: want {litres}")
    reduction = Decimal(whole["energy_cost"]["reduction"])
    if round(reduction, 3) != REDUCTION:
        raise CheckError(f"reduction {reduction}: want {REDUCTION}")
    net, gross = (Decimal(whole["co2"][name]) for name in ("net", "gross"))
    if not 0 < net < gross:
        raise CheckError(f"net CO2 {net} kg beside gross {gross}: want less, and more than nothing")
    for lang in _LANGUAGES:
        _check_paragraph(found.reports[lang], trips)


def _check_paragraph(report: Mapping[str, Any], trips: int) -> None:
    shown = {part["key"] for part in report["parts"] if part["key"]}
    if lacking := _SHOWN - shown:
        raise CheckError(f"the paragraph in {report['lang']} does not say {sorted(lacking)}")
    evidence = {figure["key"]: figure["evidence"] for figure in report["figures"]}
    if alone := [key for key in sorted(shown) if not evidence.get(key)]:
        raise CheckError(f"numbers that lead to nothing: {alone}")
    of_litres = [each["count"] for each in evidence["litres"] if each["what"] == "trips"]
    if of_litres != [trips]:
        raise CheckError(f"litres rest on {of_litres} trips: want {trips}")


def register(database: str, codes: Sequence[str]) -> None:
    """Enter cars with their terminals, and who may ask for all of it."""
    with connected(database) as conn:
        write_registry(conn, with_terminals(estate(), _PLACE, codes))
        for code in codes:
            enter(conn, car(code, _PLACE))
        add_person(conn, login=_LOGIN, name=_LOGIN, password_hash=PASSWORD_HASH)
        grant(conn, login=_LOGIN, role="system_administrator", organisation="bureau")


def _send(broker: str, cars: Sequence[CaseVehicle]) -> int:
    sent = 0
    with Flood(broker, "bench-district-case") as flood:
        for each in cars:
            told = encoded(each.samples())
            flood.send((f"cw/v1/{each.code}/up", payload) for payload, _ in packed(told))
            sent += len(told)
    return sent


def _wait(database: str, samples: int) -> None:
    """Until the collector has committed them all."""
    deadline = time.monotonic() + _PATIENCE_S
    with psycopg.connect(database, autocommit=True) as conn:
        while _count(conn) < samples:
            if time.monotonic() > deadline:
                raise CheckError(f"{_count(conn)} of {samples} samples after {_PATIENCE_S:.0f} s")
            time.sleep(0.5)


def _count(conn: Connection) -> int:
    row = conn.execute("SELECT coalesce(sum(received), 0) FROM collector_count").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _worker(database: str) -> Iterator[Connection]:
    with connected(database, Role.WORK) as conn:
        yield conn


@contextmanager
def signed_in(database: str) -> Iterator[TestClient]:
    """A client of the API, signed in as who may ask for all of it."""
    with TestClient(create_app(ApiSettings(database_url=database))) as client:
        answer = client.post(f"{_V1}/session", json={"login": _LOGIN, "password": PASSWORD})
        if answer.is_error:
            raise CheckError(f"sign-in: {answer.text}")
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


def asked(
    client: TestClient, first_month: date, last_month: date
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Enter the parameters that fit; ask for the figures of the district, and for the report."""
    places = client.get(f"{_V1}/organisations").json()["items"]
    bureau = next(each["id"] for each in places if each["code"] == "bureau")
    _answer(client.post(f"{_V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS}))
    of = {"place": bureau, "first_month": str(first_month), "last_month": str(last_month)}
    whole = _answer(client.get(f"{_V1}/fleet-summary", params=of))["whole"]
    reports = {
        lang: _answer(client.get(f"{_V1}/fleet-summary/report", params=of | {"lang": lang}))
        for lang in _LANGUAGES
    }
    return whole, reports


def _answer(answer: Any) -> Any:
    if answer.is_error:
        raise CheckError(f"{answer.request.url}: {answer.status_code} {answer.text}")
    return answer.json()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
