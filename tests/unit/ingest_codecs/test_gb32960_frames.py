"""GB/T 32960: whose frame it is, several in one message, and answers."""

from datetime import UTC, datetime

import pytest

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from ingest.codecs.decoded import Codec
from ingest.codecs.gb32960.codec import Gb32960
from tests.unit.ingest_codecs.raw_frames import World, decode

CODEC: Codec = Gb32960()
VIN = "L0WTESTA1PC000101"
AT = datetime(2026, 7, 1, 3, 59, 50, tzinfo=UTC)


def report(*sections: bytes, edition: Edition = Edition.OF_2016) -> bytes:
    return terminal.report(edition, VIN, AT, sections)


def speed(kmh: float) -> bytes:
    return report(terminal.vehicle(Edition.OF_2016, {"speed_kmh": kmh}))


def test_on_a_platforms_link_it_is_the_vehicles() -> None:
    decoded = decode(CODEC, speed(1))
    assert (decoded.sender, decoded.samples[0].device) == ("gw-1", VIN)


def test_without_a_topic_it_is_the_vehicles() -> None:
    decoded = decode(CODEC, speed(1), link="")
    assert (decoded.sender, decoded.samples[0].device) == (VIN, "")


def test_on_a_terminals_link_it_is_the_links_and_the_vin_is_told_once() -> None:
    world = World()
    first, second = (decode(CODEC, speed(1), "car-7", world) for _ in range(2))
    assert (first.sender, first.samples[0].device) == ("car-7", "")
    assert [notice.about for notice in first.notices] == [{"vin": VIN}]
    assert second.notices == []


def test_a_platform_that_is_not_registered_yet_mixes_up_no_vehicles() -> None:
    world = World()
    login = terminal.platform_login(Edition.OF_2016, "P1", AT, 7, "city", "geheim")
    decode(CODEC, login, "city", world)
    decoded = decode(CODEC, speed(1), "city", world)
    assert (decoded.samples, [e.code for e in decoded.errors]) == ([], ["not_a_gateway"])
    world.gateways = ["city"]
    assert decode(CODEC, speed(1), "city", world).samples[0].device == VIN


@pytest.mark.parametrize("vin", ["", "a/b", "+", "#"])
def test_a_vin_that_cannot_be_a_name_is_nobodys(vin: str) -> None:
    frame = terminal.report(Edition.OF_2016, vin, AT, [])
    assert [error.code for error in decode(CODEC, frame).errors] == ["bad_device"]


def test_all_are_read() -> None:
    newer = report(terminal.vehicle(Edition.OF_2025, {"speed_kmh": 2}), edition=Edition.OF_2025)
    samples = decode(CODEC, speed(1) + newer + speed(3)).samples
    assert [sample.values["speed_kmh"] for sample in samples] == [1, 2, 3]


def test_a_wrong_checksum_costs_one_frame() -> None:
    broken = bytearray(speed(2))
    broken[40] ^= 1
    decoded = decode(CODEC, speed(1) + bytes(broken) + speed(3))
    assert [sample.values["speed_kmh"] for sample in decoded.samples] == [1, 3]
    (error,) = decoded.errors
    assert error.code == "bad_checksum"
    assert str(error).startswith(f"frame 1 at byte {len(broken)}: checksum 0x")


@pytest.mark.parametrize("left", [1, 2, 4, 23, 24, 30, 51])
def test_a_frame_that_breaks_off_costs_one_frame(left: int) -> None:
    decoded = decode(CODEC, speed(1) + speed(2)[:left] + speed(3) + speed(4))
    assert [sample.values["speed_kmh"] for sample in decoded.samples] == [1, 3, 4]
    assert len(decoded.errors) == 1


def test_a_frame_that_says_to_be_longer_costs_one_frame() -> None:
    broken = bytearray(speed(2))
    broken[22:24] = b"\xff\xf0"
    decoded = decode(CODEC, speed(1) + bytes(broken) + speed(3))
    assert [sample.values["speed_kmh"] for sample in decoded.samples] == [1, 3]
    assert [error.code for error in decoded.errors] == ["truncated"]


def test_foreign_bytes_cost_nothing() -> None:
    decoded = decode(CODEC, b"\x00\xff#" + speed(1) + b"#$\r\n" + speed(2) + b"##")
    assert [sample.values["speed_kmh"] for sample in decoded.samples] == [1, 2]
    assert [e.code for e in decoded.errors] == ["foreign_bytes", "foreign_bytes", "truncated"]


def test_markers_inside_a_sound_frame_mean_nothing() -> None:
    inner = speed(9)
    decoded = decode(CODEC, report(terminal.private(0x80, inner)) + speed(1))
    assert decoded.samples[0].values == {}
    assert (len(decoded.samples), decoded.errors) == (2, [])


def test_reports_of_a_platform_are_acknowledged() -> None:
    (reply,) = decode(CODEC, speed(1)).replies
    assert reply.topic is None
    expected = terminal.frame(Edition.OF_2016, 2, VIN, bytes.fromhex("1a07010b3b32"), answer=1)
    assert reply.payload == expected


def test_reports_of_a_terminal_are_acknowledged_only_if_wanted() -> None:
    assert decode(CODEC, speed(1), "car-7", World()).replies == []
    eager: Codec = Gb32960(acknowledges_terminals=True)
    assert len(decode(eager, speed(1), "car-7", World()).replies) == 1


def test_a_heartbeat_is_answered_without_data() -> None:
    (reply,) = decode(CODEC, terminal.heartbeat(Edition.OF_2025, VIN)).replies
    assert reply.payload == terminal.frame(Edition.OF_2025, 7, VIN, b"", answer=1)


def test_who_asks_for_the_time_gets_that_of_the_arrival() -> None:
    (reply,) = decode(CODEC, terminal.frame(Edition.OF_2016, 8, VIN, b"")).replies
    data = bytes.fromhex("1a07010c0000")  # 04:00 UTC is noon in Beijing
    assert reply.payload == terminal.frame(Edition.OF_2016, 8, VIN, data, answer=1)
