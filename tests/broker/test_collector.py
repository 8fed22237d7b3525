"""The collector on a real Mosquitto and database: nothing lost, nothing twice, no silence."""

import json
import random
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.broker.conftest import CIVICWATT, Publisher, StartCollector, received, until
from tests.conftest import connected
from tests.servers import OwnBroker

pytestmark = [pytest.mark.db, pytest.mark.broker]

DEVICE = "school-device-0"
UP = f"cw/v1/{DEVICE}/up"
START = datetime(2026, 1, 1, tzinfo=UTC)


def sample(number: int) -> tuple[str, str]:
    """The `number`-th reading of the stream, with a value that names it."""
    ts = (START + timedelta(seconds=number)).isoformat()
    return UP, json.dumps({"ts": ts, "values": {"active_energy_import_kwh": float(number)}})


def stored(database: str) -> list[int]:
    with connected(database) as conn:
        rows = conn.execute("SELECT active_energy_import_kwh FROM electricity_reading ORDER BY ts")
        return [int(value) for (value,) in rows]


def quarantined(database: str) -> list[tuple[Any, ...]]:
    with connected(database) as conn:
        return conn.execute(
            "SELECT topic, reason_code FROM quarantine ORDER BY quarantine_id"
        ).fetchall()


def test_whatever_devices_send_ends_as_data_a_pending_device_or_in_quarantine(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    process = start_collector()
    now = int(time.time() * 1000)
    wide = {f"odd_{i}": 1.0 for i in range(50_000)}
    minute = timedelta(minutes=1)
    many = [{"ts": (START + i * minute).isoformat(), "values": {"active_power_kw": 1.0}}
            for i in range(12_000)]  # fmt: skip
    bad: list[tuple[str, str | bytes, str]] = [
        (UP, b"\x00\x01garbage", "not_json"),
        (UP, b"", "not_json"),
        (UP, '{"ts": 1782864000000, "values": {"active_power_kw": "much"}}', "bad_type"),
        (UP, '{"ts": 1782864000000, "values": {"active_power_kw": NaN}}', "not_json"),
        ("cw/v1/stranger/up", '{"ts": 0, "values": {"active_power_kw": 1}}', "too_old"),
        (UP, '{"ts": "2036-02-07T06:28:16Z", "values": {"active_power_kw": 1}}', "in_the_future"),
        ("cw/v1/" + "x" * 300 + "/up", sample(0)[1], "bad_topic"),
        (UP, b"x" * 1_000_000, "not_json"),
        (UP, b'{"ts": 1782864000000, "values": {"\xcf\xc2": 1}}', "not_json"),  # GBK
        (UP, b'{"ts": 1, "values": {"a": 1}, "z": ' + b"[" * 100_000, "not_json"),
        (UP, json.dumps({"ts": now, "values": wide}), "too_many_names"),
        (UP, '{"ts": 1782864000000, "values": {"active_power_kw": 1e300}}', "too_great"),
    ]
    good: list[tuple[str, str | bytes]] = [
        ("cw/v1/一号 电表/up", json.dumps({"ts": now, "values": {"active_power_kw": 1.0}})),
        ("cw/v1/a device/up", json.dumps({"ts": now, "values": {"active_power_kw": 1.0}})),
        (UP, json.dumps({"samples": many})),  # about 1 MB
    ]
    publisher.send((topic, payload) for topic, payload, _ in bad)
    publisher.send(good)
    total = len(bad) + len(good) - 1 + len(many)
    until(lambda: received(estate_database) == total, process=process)

    assert quarantined(estate_database) == [(topic, code) for topic, _, code in bad]
    with connected(estate_database) as conn:
        pending = conn.execute("SELECT code FROM device WHERE status = 'pending' ORDER BY code")
        assert [code for (code,) in pending] == ["a device", "stranger", "一号 电表"]
        rows = conn.execute("SELECT count(*) FROM electricity_reading").fetchone()
        assert rows == (len(many) + 2,)
        kept = conn.execute("SELECT payload FROM quarantine WHERE size_bytes = 1000000").fetchone()
        assert kept == (b"x" * 1_000_000,)
    assert process.poll() is None


def test_a_retained_copy_and_a_status_are_no_readings(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    publisher.send([sample(1), (f"cw/v1/{DEVICE}/status", "online")], retain=True)
    process = start_collector()
    until(lambda: received(estate_database) == 2, process=process)
    with connected(estate_database) as conn:
        row = conn.execute("SELECT received, without_reading FROM collector_count").fetchone()
    assert row == (2, 2)
    assert stored(estate_database) == []


@pytest.mark.timeout(240)
def test_five_kills_in_mid_stream_lose_nothing_and_store_nothing_twice(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    total, kills = 50_000, 5
    chance = random.Random(20261122)  # noqa: S311 - a place to strike, not a secret
    process = start_collector()
    marks = sorted(chance.sample(range(2000, total - 2000), kills))
    sent = 0
    for mark in [*marks, total]:
        publisher.send(sample(number) for number in range(sent, mark))
        sent = mark
        if mark == total:
            break
        time.sleep(chance.random() * 0.3)  # anywhere between receiving, committing, acknowledging
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start_collector()
    until(lambda: len(stored(estate_database)) >= total, within_s=120, process=process)
    assert stored(estate_database) == list(range(total))
    with connected(estate_database) as conn:
        row = conn.execute(
            "SELECT stored, conflicting, quarantined FROM collector_count"
        ).fetchone()
    assert row == (total, 0, 0)


def test_sigterm_ends_the_collector_cleanly_and_the_rest_waits_at_the_broker(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    process = start_collector()
    publisher.send(sample(number) for number in range(3000))
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    publisher.send(sample(number) for number in range(3000, 6000))
    process = start_collector()
    until(lambda: len(stored(estate_database)) == 6000, process=process)
    assert stored(estate_database) == list(range(6000))


def test_a_database_that_goes_away_costs_time_and_no_data(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    process = start_collector()
    publisher.send(sample(number) for number in range(500))
    until(lambda: len(stored(estate_database)) == 500, process=process)
    name = psycopg.conninfo.conninfo_to_dict(estate_database)["dbname"]
    server = estate_database.rpartition("/")[0] + "/postgres"
    with connected(server) as admin:
        admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        publisher.send(sample(number) for number in range(500, 3000))
        time.sleep(2)
        assert process.poll() is None
        admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
    until(lambda: len(stored(estate_database)) == 3000, process=process)
    assert stored(estate_database) == list(range(3000))


def test_a_broker_that_restarts_is_found_again(
    start_collector: StartCollector, estate_database: str, own_broker: OwnBroker
) -> None:
    process = start_collector()
    for begin in (0, 1000):
        publisher = Publisher(own_broker.url)
        publisher.send(sample(number) for number in range(begin, begin + 1000))
        publisher.close()
        own_broker.stop()
        own_broker.start()
    until(lambda: len(stored(estate_database)) == 2000, process=process)
    assert stored(estate_database) == list(range(2000))


def refusal(*arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [CIVICWATT, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


DEAD = "postgresql://postgres:secret@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("command", "environment", "says"),
    [
        ("collect", {}, "CIVICWATT_DATABASE_URL: Field required"),
        (
            "collect",
            {"CIVICWATT_DATABASE_URL": DEAD, "CIVICWATT_MQTT_URL": "x"},
            "cannot open the database",
        ),
        ("work", {"CIVICWATT_DATABASE_URL": DEAD}, "cannot open the database"),
        ("serve", {"CIVICWATT_DATABASE_URL": DEAD}, "cannot open the database"),
        ("migrate", {"CIVICWATT_DATABASE_URL": "nonsense"}, "cannot open the database"),
        ("migrate", {"CIVICWATT_DATABSE_URL": DEAD}, "unknown variable CIVICWATT_DATABSE_URL"),
    ],
)
def test_a_wrong_setting_is_one_clear_line_and_exit_code_1(
    command: str, environment: dict[str, str], says: str
) -> None:
    code, said = refusal(command, **environment)
    assert code == 1
    assert said.startswith(f"civicwatt {command}: ")
    assert says in said
    assert said.count("\n") == 1
    assert "secret" not in said


def test_a_busy_port_is_one_clear_line(estate_database: str, own_broker_url: str) -> None:
    port = own_broker_url.rpartition(":")[2]
    code, said = refusal("serve", "--port", port, CIVICWATT_DATABASE_URL=estate_database)
    assert (code, said.count("\n")) == (1, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in said


def test_a_missing_broker_is_one_clear_line(estate_database: str) -> None:
    code, said = refusal(
        "collect",
        CIVICWATT_DATABASE_URL=estate_database,
        CIVICWATT_MQTT_URL="mqtt://u:secret@127.0.0.1:1",
    )
    assert (code, said.count("\n")) == (1, 1)
    assert "no MQTT broker at mqtt://127.0.0.1:1" in said
    assert "secret" not in said
