"""The simulator and the replayer as processes, against a real Mosquitto."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from device_sim.bookmark import begin
from device_sim.district import District, DistrictSettings
from device_sim.publisher import Publisher, StoppedError
from device_sim.registration import GATEWAY
from domain.broker_url import BrokerUrl
from tests.processes import ended
from tests.servers import OwnBroker

pytestmark = pytest.mark.broker
CIVICWATT = Path(sys.executable).with_name("civicwatt")
SMALL = ("--institutions", "1", "--vehicles", "1")


class Listener:
    """Keeps what devices published, in order of arrival."""

    def __init__(self, url: str) -> None:
        broker = BrokerUrl.parse(url)
        self.samples: list[tuple[str, int]] = []
        self.values: list[dict[str, Any]] = []
        self.status: list[tuple[str, str]] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, "listener", clean_session=False, protocol=MQTTv311
        )
        self._client.on_message = self._keep
        self._client.connect(broker.host, broker.port)
        self._client.subscribe("cw/v1/#", qos=1)
        self._client.loop_start()

    def _keep(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        _, _, device, kind = message.topic.split("/")
        if kind == "status":
            self.status.append((device, message.payload.decode()))
            return
        body = json.loads(message.payload)
        for sample in body.get("samples", [body]):
            self.samples.append((device, sample["ts"]))
            self.values.append(sample["values"])

    def close(self) -> None:
        """Disconnect; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def listener(own_broker: OwnBroker) -> Iterator[Listener]:
    listener = Listener(own_broker.url)
    yield listener
    listener.close()


def until(done: Callable[[], bool], within_s: float = 30.0) -> None:
    give_up = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def running(
    broker: OwnBroker, folder: Path, *args: str
) -> AbstractContextManager["subprocess.Popen[str]"]:
    """Run `civicwatt args`, which ends with the block if not before."""
    environment = os.environ | {
        "CIVICWATT_MQTT_URL": broker.url,
        "CIVICWATT_DATA_DIR": str(folder),
    }
    return ended(
        subprocess.Popen(
            [CIVICWATT, *args],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )


def done(broker: OwnBroker, folder: Path, *args: str) -> tuple[int, str, str]:
    """Exit status of `civicwatt args`, what it printed and what it complained about."""
    with running(broker, folder, *args) as process:
        return finished(process)


def finished(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors


def test_history_arrives_whole_and_a_second_run_sends_only_the_rest(
    own_broker: OwnBroker, listener: Listener, tmp_path: Path
) -> None:
    state = tmp_path / "simulate.json"
    now = datetime.now(UTC)
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    settings = begin(state, DistrictSettings(first, institutions=1, vehicles=1)).settings
    for _ in range(2):
        code, _, errors = done(own_broker, tmp_path, "simulate", "--no-live", *SMALL)
        assert code == 0, errors
    until(lambda: listener.status.count((GATEWAY, "offline")) == 2)
    district = District(settings)
    end = begin(state, settings).sent_until
    expected = {
        (device, int(at) * 1000)
        for device in district.devices
        for at in district.samples(device, first, end, timedelta(minutes=15)).at_s
    }
    assert set(listener.samples) == expected
    assert len(listener.samples) == len(expected)


def test_live_goes_on_until_told_to_stop_and_says_goodbye(
    own_broker: OwnBroker, listener: Listener, tmp_path: Path
) -> None:
    live = ("--days", "0", "--meter-seconds", "1", "--vehicle-seconds", "1")
    with running(own_broker, tmp_path, "simulate", *SMALL, *live) as process:
        began_ms = int(time.time() * 1000)
        until(lambda: sum(d == "gov-main-e" and ts > began_ms for d, ts in listener.samples) > 3)
        assert listener.status == [(GATEWAY, "online")]
        process.terminate()
        code, out, errors = finished(process)
    assert code == 0, errors
    assert "samples sent" in out
    until(lambda: listener.status[-1] == (GATEWAY, "offline"))


def test_a_killed_simulator_is_told_offline_by_its_last_will(
    own_broker: OwnBroker, listener: Listener, tmp_path: Path
) -> None:
    with running(own_broker, tmp_path, "simulate", *SMALL, "--days", "0") as process:
        until(lambda: (GATEWAY, "online") in listener.status)
        process.send_signal(signal.SIGKILL)
    until(lambda: listener.status[-1] == (GATEWAY, "offline"))


def test_nothing_is_lost_when_the_broker_goes_away_for_a_while(
    own_broker: OwnBroker, listener: Listener
) -> None:
    stop = Event()

    def send() -> None:
        url = BrokerUrl.parse(own_broker.url)
        publisher = Publisher(url, client_id="sender", max_rate=400, stop=stop)
        with suppress(StoppedError), publisher:
            for ts in range(1200):
                publisher.publish("m1", b'{"ts":%d,"values":{"flow_m3h":1}}' % ts, 1)
            publisher.drain()

    sender = Thread(target=send)
    sender.start()
    try:
        until(lambda: len(listener.samples) > 200)
        own_broker.stop()
        own_broker.start()
        until(lambda: len({ts for _, ts in listener.samples}) == 1200)
    finally:
        stop.set()
        sender.join(60)


def test_the_pace_has_a_ceiling(own_broker: OwnBroker) -> None:
    began = time.monotonic()
    url = BrokerUrl.parse(own_broker.url)
    with Publisher(url, client_id="slow", max_rate=100) as publisher:
        for ts in range(6):
            publisher.publish("m1", b'{"ts":%d,"values":{"flow_m3h":1}}' % ts, 10)
        publisher.drain()
    assert time.monotonic() - began > 0.49  # 50 samples before the last ten


def test_a_recording_is_replayed_as_a_register_in_real_proportions(
    own_broker: OwnBroker, listener: Listener, tmp_path: Path
) -> None:
    file = tmp_path / "use.csv"
    file.write_text("ts,use\n2026-01-01T00:00:00Z,1.5\n2026-01-01T00:00:10Z,2.5\n")
    began = time.monotonic()
    options = ("--device", "m1", "--as-register", "--speed", "20")
    code, out, errors = done(own_broker, tmp_path, "replay", str(file), *options)
    assert code == 0, errors
    assert time.monotonic() - began > 1.0  # 20 s of recording
    assert "3 samples" in out
    until(lambda: len(listener.samples) == 3)
    assert listener.values == [{"active_energy_import_kwh": kwh} for kwh in (0.0, 1.5, 4.0)]
    until(lambda: listener.status == [("m1", "online"), ("m1", "offline")])


def test_a_bad_cell_ends_a_replay_with_one_line(own_broker: OwnBroker, tmp_path: Path) -> None:
    file = tmp_path / "use.csv"
    file.write_text("ts,use\n2026-01-01T00:00Z,many\n")
    options = ("--device", "m1", "--value-column", "use", "--as-fast-as-possible")
    code, _, errors = done(own_broker, tmp_path, "replay", str(file), *options)
    assert code == 1
    assert errors.strip().endswith("use.csv:2:use: 'many' is no number")
    assert errors.count("\n") == 1


def test_a_broker_that_is_not_there_is_one_line(own_broker: OwnBroker, tmp_path: Path) -> None:
    own_broker.stop()
    code, _, errors = done(own_broker, tmp_path, "simulate", *SMALL, "--days", "0")
    assert code == 1
    assert "no broker answers at mqtt://127.0.0.1" in errors
    assert errors.count("\n") == 1


def test_a_waiting_publisher_can_be_stopped(own_broker: OwnBroker) -> None:
    stop = Event()
    publisher = Publisher(BrokerUrl.parse(own_broker.url), client_id="waits", stop=stop)

    def send_into_the_void() -> None:
        with publisher:
            own_broker.stop()
            Timer(0.3, stop.set).start()
            for ts in range(200):  # more than the window holds
                publisher.publish("m1", b'{"ts":%d,"values":{"flow_m3h":1}}' % ts, 1)

    with pytest.raises(StoppedError):
        send_into_the_void()
