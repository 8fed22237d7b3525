"""What a device may do that has come in: speak under its own name, and hear nothing."""

from contextlib import AbstractContextManager

import pytest

from store.telemetry.credential import open_commands
from tests.door.house import House
from tests.production import WAIT_S, Device, signed_in

pytestmark = [pytest.mark.broker, pytest.mark.db]


def test_a_device_publishes_below_its_own_name_and_nowhere_else(house: House) -> None:
    one, _ = house.device("meter-1", "tele/meter-1/SENSOR"), house.device("meter-2")
    assert set(one.topics) == {
        *("cw/v1/meter-1/up", "cw/v1/meter-1/status", "cw/v1/meter-1/raw/+", "tele/meter-1/SENSOR")
    }
    with house.sign_in(one) as device:
        for topic in ("cw/v1/meter-1/up", "cw/v1/meter-1/raw/dlt645", "tele/meter-1/SENSOR"):
            assert device.publish(topic) in {"Success", "No matching subscribers"}
        for topic in ("cw/v1/meter-2/up", "cw/v1/meter-1/down", "cw/v1/meter-1/hello", "tele/x",
                      "cw/v1/meter-1/raw/a/b", "$CONTROL/dynamic-security/v1"):  # fmt: skip
            assert device.publish(topic) == "Not authorized"


def test_a_device_hears_nothing(house: House) -> None:
    with house.sign_in(house.device("meter-1")) as device:
        for topic in ("#", "cw/v1/+/up", "cw/v1/meter-1/up", "cw/v1/meter-1/down", "$SYS/#"):
            assert device.subscribe(topic) == "Not authorized"


def test_commands_are_heard_by_the_device_for_which_they_were_opened(house: House) -> None:
    issued = house.device("meter-1")
    down = "cw/v1/meter-1/down"
    open_commands(house.conn, house.id_of("meter-1"), takes_commands=True)
    with house.sign_in(issued) as device, commander(house) as commands:
        house.wait_until(lambda: device.subscribe(down) == "Granted QoS 1")
        assert device.subscribe("cw/v1/meter-2/down") == "Not authorized"
        commands.publish(down, b"1")
        device.wait_for(down, b"1")
        open_commands(house.conn, house.id_of("meter-1"), takes_commands=False)
        house.wait_until(lambda: device.subscribe(down) == "Not authorized")
        commands.publish(down, b"2")
        assert (down, b"2") not in device.heard


def commander(house: House) -> AbstractContextManager[Device]:
    """Somebody who may send commands; a user that others have made."""
    house.administer(
        {"command": "createRole", "rolename": "commander",
         "acls": [{"acltype": "publishClientSend", "topic": "cw/v1/+/down", "allow": True}]},
        {"command": "createClient", "username": "commander", "password": "c",
         "roles": [{"rolename": "commander"}]},
    )  # fmt: skip
    return signed_in(house.broker.inside, name="commander", password="c", client_id="commander")


def test_a_device_cannot_take_over_another_s_session(house: House) -> None:
    issued = house.device("meter-1")
    with house.collector() as collector:
        assert collector.subscribe("cw/v1/+/up") == "Granted QoS 1"
        with house.sign_in(issued, client_id="collector-0") as device:
            device.publish("cw/v1/meter-1/up", b"still there")
            collector.wait_for("cw/v1/meter-1/up", b"still there")


def test_a_last_will_is_no_way_around_the_rights(house: House) -> None:
    issued = house.device("meter-1")
    with house.collector() as collector:
        assert collector.subscribe("cw/v1/#") == "Granted QoS 1"
        for topic in ("cw/v1/meter-2/status", "cw/v1/meter-1/status"):
            with house.sign_in(issued, will=topic) as device:
                device.break_off()
                assert device.ended.wait(WAIT_S)
        collector.wait_for("cw/v1/meter-1/status", b"offline")
        assert collector.heard == [("cw/v1/meter-1/status", b"offline")]
