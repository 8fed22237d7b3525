"""Live alerts: from the commit of a reading to the news at a signed-in client, and a storm of them.

``python -m bench.alerts [--full]``, on a real broker, collector, evaluator and API. Meters speak in
turn at 2,000 messages a second, and twenty of them a second begin to tell of too little voltage:
the third such value opens an alert. Then 10,000 meters lose their voltage within a minute.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx2
import psycopg

import store.places.registry
from analytics.alerts.course import Says, Sight, judge
from analytics.alerts.live_rule import LIVE_POLICIES, Device, judge_demand, judge_said
from analytics.rules.demand import RunningDemand
from analytics.rules.thresholds import MeterClass, thresholds
from api.password import hash_password
from bench import telemetry
from bench.flood import Flood
from bench.product import command, running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from civicwatt.loopback import HOST, answers, free_port
from domain.registry import Device as Sender
from domain.registry import (
    DeviceKind,
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)
from store.people.person import add_person, grant

DEVICES, RATE = 2000, 2000.0
FALLING_PER_S = 20.0
SECONDS, SECONDS_FULL = 12.0, 60.0
WARM_UP_S = 4.0
STORM, STORM_S = 10_000, 60.0
AIM_MS, AIM_DESK_MS = 1000.0, 500.0
_TICK_S = 0.01
_PATIENCE_S = 180.0
_HITS = LIVE_POLICIES["voltage_low"].of
_LOGIN, _PASSWORD = "bench", "correct horse battery"
_LOW = (b'"voltage_a_v":231.2', b'"voltage_a_v":190.0')


def main(arguments: Sequence[str]) -> int:
    """Measure and print.

    Raises
    ------
    CheckError
        If an alert is lost or doubled.
    """
    seconds = SECONDS_FULL if "--full" in arguments else SECONDS
    _print_judged()
    with database_server() as server:
        conditions = described(server)
        _print_latency(server, seconds, conditions)
        _print_storm(server, conditions)
    return 0


def _print_judged() -> None:
    """Readings a second that the pure part of the live rules judges."""
    device = Device("electricity_meter", thresholds(MeterClass.ELECTRICITY), contract_kw=1000.0)
    demand = RunningDemand(3000.0, 5.0)
    values = {"active_power_kw": 50.0, "voltage_a_v": 230.0, "voltage_b_v": 231.0,
              "voltage_c_v": 229.0}  # fmt: skip
    at, count = datetime.now(UTC), 50_000
    rates = []
    for _ in range(3):
        began = time.process_time()
        for number in range(count):
            instant = at + timedelta(seconds=number)
            found = judge_said(values, instant, device)
            if (load := demand.add(instant, 50.0, None)) is not None:
                found += judge_demand(load, instant, device)
            for each in found:
                if each.says is Says.BAD:
                    judge(None, Sight(each.at, each.says), LIVE_POLICIES[each.rule], now=instant)
        rates.append(count / (time.process_time() - began))
    Result("alerts_live_readings", median(rates), "1/s", {"readings": count}).print()


def _print_latency(server: str, seconds: float, conditions: Mapping[str, object]) -> None:
    with _running(server, DEVICES) as site:
        fell = site.speak(seconds=seconds)
        site.wait_for(len(fell))
        alerts = site.alerts()
    if sorted(alerts.values()) != sorted(fell):
        raise CheckError(f"{len(fell)} meters fell, {len(alerts)} alerts opened")
    late = [1000 * (site.told[alert] - site.committed[device]) for alert, device in alerts.items()]
    more = {"messages_per_s": RATE, "alerts": len(late), "seconds": seconds, "aim_p99_ms": AIM_MS}
    for percent in (50, 99):
        value = quantiles(late, n=100)[percent - 1]
        Result(f"commit_to_alert_p{percent}", value, "ms", conditions | more).print()


def _print_storm(server: str, conditions: Mapping[str, object]) -> None:
    with _running(server, STORM) as site:
        took, asked = site.storm()
        digests = site.one("SELECT count(*) FROM alert_interruption")
        events = site.one("SELECT count(*) FROM alert_event WHERE act = 'open'")
    if events != STORM:
        raise CheckError(f"{events} of {STORM} alerts opened")
    more = {"alerts": STORM, "within_s": STORM_S, "interruptions": digests}
    Result("alert_storm_opened_after", took, "s", conditions | more).print()
    for path, times in asked.items():
        name = f"alert_storm_{path.strip('/').replace('/', '_').partition('?')[0]}_p95"
        known = [each for each in times if each < inf]
        refused = len(times) - len(known)
        aim = {"asked": len(times), "refused": refused, "aim_ms": AIM_DESK_MS}
        if len(known) > 1:
            p95 = 1000 * quantiles(known, n=20)[-1]
            Result(name, p95, "ms", conditions | more | aim).print()
        else:
            Result(f"{name}_refused", refused, "1", conditions | more | aim).print()


@dataclass(slots=True)
class _Site:
    """Everything that runs, and what was seen of it. Instants in s since 1970.

    Attributes
    ----------
    committed : dict of int to float
        By meter, when the value that opens its alert was committed.
    told : dict of int to float
        By alert, when the client first heard of it.
    """

    broker: str
    conn: psycopg.Connection
    client: httpx2.Client
    numbers: dict[int, int]
    committed: dict[int, float] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)

    def one(self, statement: str) -> int:
        row = self.conn.execute(statement.encode()).fetchone()
        return int(row[0]) if row else 0

    def alerts(self) -> dict[int, int]:
        """Meter of each alert that was opened, by its number."""
        statement = "SELECT alert_id, device_id FROM alert WHERE opened_at IS NOT NULL"
        return {row[0]: self.numbers[row[1]] for row in self.conn.execute(statement)}

    def speak(self, *, seconds: float) -> list[int]:
        """Let meters speak in turn, and some of them fall; returns which have fallen thrice."""
        turns, fell = dict.fromkeys(range(DEVICES), 0), dict[int, int]()
        sent = 0
        with Flood(self.broker, "bench-alerts") as flood:
            began = time.monotonic()
            while (passed := time.monotonic() - began) < WARM_UP_S + seconds:
                most = int(max(passed - WARM_UP_S, 0.0) * FALLING_PER_S)
                packets = []
                for _ in range(round(RATE * passed) - sent):
                    device = sent % DEVICES
                    sent += 1
                    low = device % 97 * (DEVICES // 97 + 1) + device // 97 < most
                    packets.append(_message(device, turns[device], low=low))
                    turns[device] += 1
                    if low:
                        fell[device] = fell.get(device, 0) + 1
                flood.send(packets)
                time.sleep(_TICK_S)
        return [device for device, times in fell.items() if times >= _HITS]

    def storm(self) -> tuple[float, dict[str, list[float]]]:
        """All fall within a minute; how long until all are open, and how long the desk took."""
        asked: dict[str, list[float]] = {"/alerts?limit=100": [], "/alerts/desk": []}
        meters = Thread(target=self._fall)
        began = time.monotonic()
        meters.start()
        while self.one("SELECT count(*) FROM alert WHERE opened_at IS NOT NULL") < STORM:
            if time.monotonic() - began > STORM_S + _PATIENCE_S:
                raise CheckError("the storm was not judged in time")
            for path, times in asked.items():
                at = time.monotonic()
                answer = self.client.get(f"/api/v1{path}")
                # A refusal after the server's own time limit is as slow as it gets.
                times.append(inf if answer.is_error else time.monotonic() - at)
            time.sleep(0.5)
        meters.join()
        return time.monotonic() - began, asked

    def _fall(self) -> None:
        with Flood(self.broker, "bench-storm") as flood:
            for turn in range(_HITS):
                began = time.monotonic()
                for first in range(0, STORM, 500):
                    flood.send(_message(each, turn, low=True) for each in range(first, first + 500))
                    due = began + STORM_S / _HITS * (first + 500) / STORM
                    time.sleep(max(0.0, due - time.monotonic()))

    def wait_for(self, alerts: int) -> None:
        """Wait until the client has heard of so many alerts, and each commit was seen."""
        deadline = time.monotonic() + _PATIENCE_S
        while len(self.told) < alerts or len(self.committed) < alerts:
            if time.monotonic() > deadline:
                seen = f"{len(self.committed)} committed, {len(self.told)} told"
                raise CheckError(f"want {alerts} alerts: {seen}")
            time.sleep(0.1)


def _message(device: int, turn: int, *, low: bool) -> tuple[str, bytes]:
    topic, payload = telemetry.message(device, turn, datetime.now(UTC))
    return topic, payload.replace(*_LOW) if low else payload


@contextmanager
def _running(server: str, devices: int) -> Iterator[_Site]:
    with (
        own_broker() as broker,
        migrated_database(server) as database,
        TemporaryDirectory() as folder,
        psycopg.connect(database, autocommit=True) as conn,
    ):
        numbers = _register(conn, devices)
        log, port = Path(folder, "log"), free_port()
        serve = ("serve", "--host", HOST, "--port", str(port))
        with (
            running_collector(database, broker, "alerts"),
            command("watch", database=database, broker=broker, log=log) as evaluator,
            command(*serve, database=database, broker=broker, log=log) as api,
            httpx2.Client(base_url=f"http://{HOST}:{port}", timeout=60) as client,
        ):
            api.wait_until(lambda: answers(port), within_s=30.0, log=log)
            site = _Site(broker, conn, client, numbers)
            progress = "SELECT count(*) FROM alert_progress WHERE part = 'live'"
            evaluator.wait_until(lambda: site.one(progress) == 1, within_s=60.0, log=log)
            with _following(site), _seeing(site, database):
                yield site


def _register(conn: psycopg.Connection, devices: int) -> dict[int, int]:
    """Write an institution with meters; returns the number of each device by its id."""
    bureau = Organisation("bench", None, OrganisationKind.BUREAU, "局", "bench", "Asia/Shanghai")
    house = Organisation("house", "bench", OrganisationKind.INSTITUTION, "院", "house")
    kind, medium, role = DeviceKind.ELECTRICITY_METER, Medium.ELECTRICITY, MeterRole.MAIN
    since, back = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=1000)
    senders = telemetry.registry(devices).devices
    codes = [sender.code for sender in senders]
    meters = tuple(Meter(f"m-{code}", "house", medium, role, None, code, code) for code in codes)
    hung = tuple(
        Sender(code, "house", kind, code, code, f"m-{code}", since, back) for code in codes
    )
    store.places.registry.write(conn, Registry((bureau, house), meters, hung))
    add_person(conn, login=_LOGIN, name=_LOGIN, password_hash=hash_password(_PASSWORD))
    grant(conn, login=_LOGIN, role="operator", organisation="bench")
    by_code = dict(conn.execute("SELECT code, device_id FROM device").fetchall())
    return {by_code[code]: number for number, code in enumerate(codes)}


@contextmanager
def _following(site: _Site) -> Iterator[None]:
    """Sign in and note when alerts are told."""
    body = {"login": _LOGIN, "password": _PASSWORD}
    answer = site.client.post("/api/v1/session", json=body)
    if answer.is_error:
        raise CheckError(f"sign-in: {answer.text}")
    with site.client.stream("GET", "/api/v1/stream") as response:
        Thread(target=_hear, args=(response, site.told), daemon=True).start()
        yield


def _hear(response: httpx2.Response, told: dict[int, float]) -> None:
    of_alerts = False
    try:
        for line in response.iter_lines():
            if line.startswith("event: "):
                of_alerts = line == "event: alerts"
            elif line.startswith("data: ") and of_alerts:
                now = time.time()
                for alert in json.loads(line.removeprefix("data: "))["alert_ids"]:
                    told.setdefault(alert, now)
    except httpx2.HTTPError:
        return  # the server was stopped, which ends the measurement


@contextmanager
def _seeing(site: _Site, database: str) -> Iterator[None]:
    """Note when the value that opens an alert is committed."""
    done = Event()
    thread = Thread(target=_see, args=(site, database, done))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(_PATIENCE_S)


def _see(site: _Site, database: str, done: Event) -> None:
    low = (
        "SELECT device_id FROM electricity_reading WHERE voltage_a_v < 198 AND ts >= %s"
        " AND device_id = ANY (%s) GROUP BY 1 HAVING count(*) >= %s"
    )
    began = datetime.now(UTC) - timedelta(minutes=1)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("LISTEN civicwatt_readings")
        while not done.is_set():
            heard = list(conn.notifies(timeout=0.2, stop_after=1))
            now = time.time()
            for notice in heard:
                named = [int(part) for part in notice.payload.split(",") if part.isdecimal()]
                # Of more than can be named, a batch names none.
                asked = named or site.numbers
                left = [each for each in asked if site.numbers[each] not in site.committed]
                for (device_id,) in conn.execute(low, (began, left, _HITS)):
                    site.committed.setdefault(site.numbers[device_id], now)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
