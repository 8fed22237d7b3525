"""Mosquitto with the files of production, before any device is known: its users, rights and TLS."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from domain.broker_url import BrokerUrl
from ingest.broker_probe import lets_anybody_in, probe
from tests.production import ROOT, Device, ProductionBroker, signed_in

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionBroker]:
    broker = ProductionBroker(tmp_path_factory.mktemp("production"))
    with broker.start():
        yield broker


@pytest.fixture
def collector(production: ProductionBroker) -> Iterator[Device]:
    """Somebody who signs in with the collector's secret."""
    url = urlsplit(production.url_of("collector_mqtt_url"))
    with signed_in(production.inside, name=url.username, password=url.password) as device:
        yield device


@pytest.mark.parametrize("name", [None, "anybody", "civicwatt-collector"])
@pytest.mark.parametrize("tls", [True, False])
def test_nobody_comes_in_without_the_right_password(
    production: ProductionBroker, name: str | None, *, tls: bool
) -> None:
    port = production.outside if tls else production.inside
    authority = production.certificate if tls else None
    with (
        pytest.raises(PermissionError, match="Not authorized"),
        signed_in(port, name=name, password="guessed", authority=authority),
    ):
        pass


def test_the_doctor_sees_whether_a_door_is_open(
    production: ProductionBroker, broker_url: str
) -> None:
    assert lets_anybody_in(BrokerUrl.parse(broker_url))  # that of tests and demo
    ours = BrokerUrl.parse(production.url_of("collector_mqtt_url"))
    assert not lets_anybody_in(ours)
    outcome = probe(ours)
    assert outcome.delivered == outcome.acknowledged > 1000


def test_the_outer_door_shows_its_certificate(production: ProductionBroker) -> None:
    trusting = ssl.create_default_context(cafile=production.certificate)
    with (
        socket.create_connection(("127.0.0.1", production.outside)) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert secured.version() in {"TLSv1.2", "TLSv1.3"}


def test_the_door_for_certificates_opens_to_none_without_one(production: ProductionBroker) -> None:
    with (
        pytest.raises(PermissionError, match="closed"),
        signed_in(production.certified, authority=production.certificate),
    ):
        pass


def test_the_collector_may_hear_everything_and_answer_those_that_wait(collector: Device) -> None:
    for topic in ("cw/v1/+/up", "#", "$share/collectors/tele/+/SENSOR", "$SYS/broker/uptime"):
        assert collector.subscribe(topic) == "Granted QoS 1"
    for topic in ("/server/acrelHW/p/login/1", "spBv1.0/G/NCMD/E", "civicwatt/doctor/1"):
        collector.publish(topic, b"answer")
        collector.wait_for(topic, b"answer")


@pytest.mark.parametrize(
    "topic", ["cw/v1/meter-1/up", "cw/v1/meter-1/down", "$CONTROL/dynamic-security/v1", "x"]
)
def test_the_collector_may_not_speak_for_devices_nor_command_them(
    collector: Device, topic: str
) -> None:
    assert collector.publish(topic) == "Not authorized"


def test_the_broker_s_administrator_hears_no_readings(production: ProductionBroker) -> None:
    url = urlsplit(production.url_of("broker_admin_url"))
    with signed_in(production.inside, name=url.username, password=url.password) as admin:
        assert admin.subscribe("cw/v1/+/hello") == "Granted QoS 1"
        for topic in ("cw/v1/+/up", "#"):
            assert admin.subscribe(topic) == "Not authorized"
        assert admin.publish("cw/v1/meter-1/up") == "Not authorized"


def test_making_secrets_again_changes_none(production: ProductionBroker) -> None:
    before = {path.name: path.read_bytes() for path in production.secrets.iterdir()}
    production.make_secrets()
    assert {path.name: path.read_bytes() for path in production.secrets.iterdir()} == before


def test_the_authority_s_key_is_for_its_owner_only(production: ProductionBroker) -> None:
    assert (production.secrets / "device_authority_key").stat().st_mode & 0o077 == 0


def test_the_container_begins_a_list_of_users_and_leaves_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "broker_users").write_text("first")
    script = (ROOT / "ops/mosquitto/start.sh").read_text()
    script = script.replace("/run/secrets", str(tmp_path)).replace("/mosquitto/data", str(tmp_path))
    script = script.replace("exec mosquitto", "exec true")
    users = tmp_path / "dynamic-security.json"
    for content in ("first", "by now another"):
        subprocess.run(["sh", "-c", script], check=True)
        assert users.read_text() == content
        users.write_text("by now another")
