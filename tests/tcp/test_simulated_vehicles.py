"""Simulated vehicles talk to the listener as real ones do: greeted, let in, and heard."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from civicwatt.cli import main
from device_sim.answered_link import AnsweredLink, Speech
from device_sim.catalogue import VENDORS
from device_sim.connections import Connections
from device_sim.crowd import Crowd
from device_sim.playing import play
from device_sim.vendors.gb32960_platform import Gb32960Platform
from device_sim.vendors.jt808_car import Jt808Car
from domain.errors import ConfigurationError
from ingest.codecs.decoded import Codec
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.key_file import load
from ingest.codecs.gb32960.wire import Credential, Gb32960Wire
from ingest.codecs.jt808.answer import auth_code
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.jt808.wire import Jt808Wire
from ingest.codecs.wire import Wire
from tests.faults.line import Line
from tests.tcp.conftest import Memory, StartListener
from tests.unit.ingest_codecs.raw_frames import World

CODES = partial(auth_code, b"0123456789abcdef0123456789abcdef")
HEARTBEAT = 7
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
END = START + timedelta(minutes=2)
SPOKEN: list[tuple[Wire, Codec]] = [
    (Gb32960Wire(), Gb32960()),
    (Jt808Wire(CODES, lambda _: True), Jt808(CODES)),
]


def crowd(name: str) -> Crowd:
    return Crowd([VENDORS[name]], 4, timedelta(seconds=10), ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(("wire", "codec"), SPOKEN)
def test_everything_a_vehicle_sends_is_stored_as_what_it_says(
    start_listener: StartListener, wire: Wire, codec: Codec
) -> None:
    memory = Memory(codec)
    host, port = start_listener(wire, memory).address
    one, said = crowd(wire.codec), set()
    with Connections(host, port, stop=Event()) as vehicles:
        play(
            chain(one.hello(START), one.messages(START)),
            vehicles,
            until=END,
            stop=Event(),
            clock=lambda: END,
            note=lambda sent: said.update((s.device, s.at) for s in sent.sent.said),
        )
    heard = {
        (sample.device or decoded.sender, sample.ts)
        for message in memory.stored
        for decoded in [codec.decode(message, World(()))]
        for sample in decoded.samples
    }
    assert heard == said
    assert len(said) == 4 * 12


def test_vehicles_with_a_key_encrypt_what_they_send(
    start_listener: StartListener, tmp_path: Path
) -> None:
    file = tmp_path / "keys.toml"
    vehicle = "[vehicle.LCWSIM00000000001]\nsm4_key = '00112233445566778899aabbccddeeff'"
    default = "[default]\nmode = 'cbc'\niv = 'first'\naes_key = 'ffeeddccbbaa99887766554433221100'"
    file.write_text(f"{default}\n{vehicle}\n")
    codec = Gb32960(keys=load(file))
    memory = Memory(codec)
    host, port = start_listener(Gb32960Wire(), memory).address
    command = ["simulate", "--vendor", "gb32960", "--devices", "3", "--meter-seconds", "600"]
    command += ["--hours", "1", "--no-live", "--tcp", f"{host}:{port}", "--keys", str(file)]
    assert main(command) == 0
    told = [message for message in memory.stored if message.payload[2] != HEARTBEAT]
    assert {message.payload[21] for message in told} == {3, 5}
    for message in told:
        decoded = codec.decode(message, World(()))
        assert decoded.errors == []
        assert decoded.samples or decoded.notices
        assert [error.code for error in Gb32960().decode(message, World(())).errors] == ["no_key"]


PLATFORM = Gb32960Platform("city", "geheim", lambda: END)
CREDENTIAL = Credential("city", b"geheim")
CARS: list[tuple[Wire, Codec, Speech, list[int]]] = [
    (Gb32960Wire(CREDENTIAL), Gb32960(), PLATFORM, [0, 1, 2, 3]),
    (Jt808Wire(CODES, lambda _: True), Jt808(CODES), Jt808Car(VENDORS["jt808"].device(1)), [1]),
]


@pytest.mark.parametrize(("wire", "codec", "speech", "numbers"), CARS)
def test_what_is_not_answered_is_sent_again_on_the_next_connection(
    start_listener: StartListener, wire: Wire, codec: Codec, speech: Speech, numbers: list[int]
) -> None:
    memory = Memory(codec)
    host, port = start_listener(wire, memory).address
    line = Line(port)
    devices = [VENDORS[wire.codec].device(number) for number in numbers]
    sent = takewhile(lambda one: one.send_at < END, crowd(wire.codec).messages(START))
    told = [one.sent for one in sent if one.sent.topic.split("/")[2] in devices]
    with AnsweredLink(host, line.port, speech, stop=Event()) as link:
        for number, sent in enumerate(told):
            if number % 10 == 5:
                memory.is_there.clear()
                line.cut()
                line.mend()
            link.send(sent.topic, sent.payload, 1)
            memory.is_there.set()
        link.drain()
        assert link.settled == link.handed == len(told)
    line.close()
    assert {sent.payload for sent in told} <= {message.payload for message in memory.stored}


def test_a_terminal_that_may_not_register_says_so(start_listener: StartListener) -> None:
    host, port = start_listener(Jt808Wire(CODES, lambda _: False), Memory(Jt808(CODES))).address
    greeting = next(crowd("jt808").hello(START)).sent
    vehicles = Connections(host, port, stop=Event())
    with (
        vehicles,
        pytest.raises(ConfigurationError, match="it may not register"),
    ):
        vehicles.send(greeting.topic, greeting.payload, 1)
