"""Devices that wait for an answer hear theirs, through the production broker, and no others'."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device_sim.vendors.sparkplug_b import DOUBLE, Metric, payload
from ingest.door.issuing import Issued, own_topics
from store.telemetry.credential import revoke
from tests.door.house import AT_ONCE_S, House
from tests.processes import ended
from tests.production import Device

pytestmark = [pytest.mark.broker, pytest.mark.db]

CIVICWATT = Path(sys.executable).with_name("civicwatt")
LOGIN = '{"gwSN": "%s", "ver": "1.0", "ccid": "89860"}'
GRANTED, DENIED = "Granted QoS 1", "Not authorized"


@contextmanager
def collecting(house: House, folder: Path, profiles: Path | None = None) -> Iterator[None]:
    """`civicwatt collect` at the production broker, as the collector it knows."""
    log = folder / "collector.log"
    env = {
        "CIVICWATT_DATABASE_URL": house.url,
        "CIVICWATT_MQTT_URL": house.broker.url_of("collector_mqtt_url"),
    } | ({} if profiles is None else {"CIVICWATT_PROFILES": str(profiles)})
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(CIVICWATT), "collect"], env=env, text=True, stdout=output, stderr=output
        )
    with ended(process):
        house.wait_until(lambda: b"connected to" in log.read_bytes(), within_s=60)
        yield


def issued_to(house: House, code: str, profile: str) -> Issued:
    return house.device(code, *own_topics(profile, code))


def heard_on(device: Device, topic: str) -> list[bytes]:
    return [payload for heard, payload in device.heard if heard == topic]


def signs_on(device: Device, code: str) -> None:
    device.publish(f"/gw/acrelHW/null/login/{code}", (LOGIN % code).encode())


def test_a_device_hears_the_answer_to_itself_and_a_neighbour_does_not(
    house: House, tmp_path: Path
) -> None:
    edge, gateway = "Plant:edge-1", "01234567890123"
    own = {
        edge: ("spBv1.0/Plant/NCMD/edge-1", "sparkplug_b"),
        gateway: (f"/server/acrelHW/null/login/{gateway}", "acrel_adw300"),
    }
    issued = {code: issued_to(house, code, profile) for code, (_, profile) in own.items()}
    other = {
        "Plant:edge-2": issued_to(house, "Plant:edge-2", "sparkplug_b"),
        "01234567890124": issued_to(house, "01234567890124", "acrel_adw300"),
    }
    unborn = payload([Metric(1.0, DOUBLE, alias=1, at_ms=1)], 1, 1)
    with (
        collecting(house, tmp_path),
        house.sign_in(issued[edge]) as node,
        house.sign_in(issued[gateway]) as meter,
        house.sign_in(other["Plant:edge-2"]) as node_2,
        house.sign_in(other["01234567890124"]) as meter_2,
    ):
        assert node.subscribe("spBv1.0/Plant/NCMD/edge-1/#") == GRANTED
        assert meter.subscribe(own[gateway][0]) == GRANTED
        for neighbour, everybodys in ((node_2, "spBv1.0/Plant/NCMD/#"), (meter_2, "/server/#")):
            for topic in (own[edge][0], own[gateway][0], everybodys, "spBv1.0/+/NCMD/+", "#"):
                assert neighbour.subscribe(topic) == DENIED

        node.publish("spBv1.0/Plant/NDATA/edge-1", unborn)
        signs_on(meter, gateway)
        house.wait_until(lambda: bool(heard_on(node, own[edge][0])), within_s=60)
        assert b"Node Control/Rebirth" in heard_on(node, own[edge][0])[0]
        meter.wait_for(own[gateway][0], b'{"type":"login","res":1}')
        assert node_2.heard == meter_2.heard == []

        revoke(house.conn, issued[edge].id)
        revoke(house.conn, issued[gateway].id)
        assert node.ended.wait(AT_ONCE_S)
        assert meter.ended.wait(AT_ONCE_S)
        for revoked in issued.values():
            assert not house.lets_in(revoked)


OWN_PROFILE = """\
[[message]]
topic = "acme/{site}/{device}/hello"
notice = "online"
reply = { topic = "acme/{site}/{device}/welcome", json = { ok = true } }
"""


def test_a_profile_of_the_installation_s_own_is_answered_also_to_credentials_issued_before(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "acme.toml").write_text(OWN_PROFILE, "utf-8")
    issued = house.device("box-1", "acme/north/box-1/#")
    with house.sign_in(issued) as device:
        assert device.subscribe("acme/north/box-1/welcome") == DENIED
    house.end_doorkeeper()
    house.start_doorkeeper(tmp_path)
    with collecting(house, tmp_path, profiles=tmp_path):

        def is_welcome() -> bool:
            with house.sign_in(issued) as device:
                return device.subscribe("acme/north/box-1/welcome") == GRANTED

        house.wait_until(is_welcome)
        with house.sign_in(issued) as device:
            assert device.subscribe("acme/north/box-2/welcome") == DENIED
            assert device.subscribe("acme/north/box-1/welcome") == GRANTED
            device.publish("acme/north/box-1/hello")
            device.wait_for("acme/north/box-1/welcome", b'{"ok":true}')
