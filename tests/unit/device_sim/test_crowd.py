"""A crowd of vendors' devices: the same again at every run, whatever its faults."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from device_sim.catalogue import VENDORS
from device_sim.crowd import Crowd
from device_sim.faults.afflicted import FAULTS
from device_sim.faults.stream import Dispatch
from ingest.codecs.sparkplug_b.payload import rebirth_command

START = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def crowd(**options: object) -> Crowd:
    settings = {
        "vendors": list(VENDORS.values()),
        "devices": 2,
        "step": timedelta(seconds=10),
        "zone": ZoneInfo("Asia/Shanghai"),
    }
    return Crowd(**(settings | options))  # type: ignore[arg-type]  # the settings' own types


def sent(one: Crowd, start: datetime, end: datetime) -> list[Dispatch]:
    return list(takewhile(lambda message: message.send_at < end, one.messages(start)))


def test_every_device_speaks_at_every_step() -> None:
    one = crowd()
    found = sent(one, START, START + timedelta(minutes=1))
    instants = {message.send_at for message in found}
    assert sorted(instants) == [START + timedelta(seconds=5 + 10 * n) for n in range(6)]
    devices = {said.device for message in found for said in message.sent.said}
    assert len(devices) == 2 * len(VENDORS)


def test_a_second_run_says_the_same_again() -> None:
    end = START + timedelta(minutes=11)
    first = sent(crowd(faults=FAULTS), START, end)
    assert first == sent(crowd(faults=FAULTS), START, end)
    assert first != sent(crowd(faults=FAULTS, seed=2), START, end)


def test_messages_come_in_the_order_of_their_sending() -> None:
    instants = [m.send_at for m in sent(crowd(faults=FAULTS), START, START + timedelta(minutes=25))]
    assert instants == sorted(instants)


def test_a_crowd_connects_before_it_speaks() -> None:
    greeted = {message.sent.topic for message in crowd().hello(START)}
    assert "tele/tasmota-00001/LWT" in greeted
    assert "cw/v1/meter-00000/status" in greeted


def test_a_node_that_is_asked_for_its_birth_is_born_again() -> None:
    one = crowd(vendors=[VENDORS["sparkplug_b"]])
    assert one.commands == ["spBv1.0/civic/NCMD/+"]
    node, edge = "spBv1.0/civic/NCMD/meter-00000", "spBv1.0/civic/NCMD/edge-00001"
    asked = rebirth_command(0)
    assert [s.topic for s in one.answer(node, asked, START)] == ["spBv1.0/civic/NBIRTH/meter-00000"]
    assert [s.topic for s in one.answer(edge, asked, START)] == [
        "spBv1.0/civic/NBIRTH/edge-00001",
        "spBv1.0/civic/DBIRTH/edge-00001/meter",
    ]
    assert one.answer(node, b"something else", START) == []
    assert one.answer("spBv1.0/other/NCMD/meter-00000", asked, START) == []


def test_a_crowd_that_goes_says_so() -> None:
    gone = [message.sent.topic for message in crowd().goodbye(START)]
    assert "spBv1.0/civic/NDEATH/meter-00000" in gone
    assert "tele/tasmota-00001/LWT" in gone
