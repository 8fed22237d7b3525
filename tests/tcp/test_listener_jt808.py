"""The listener for JT/T 808 terminals: registered, let in, answered after the commit."""

from datetime import UTC, datetime
from functools import partial

from device_sim.vendors import jt808 as car
from ingest.codecs.jt808.answer import auth_code
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.jt808.frame import cut, parsed
from ingest.codecs.jt808.wire import Jt808Wire
from tests.tcp.conftest import Call, Caller, Memory, StartListener

NUMBER = "13912345678"
TERMINAL = car.Terminal(NUMBER)
CODES = partial(auth_code, b"of the listener")


def answered(caller: Caller, frame: bytes) -> bytes:
    """Body of the one answer to a frame."""
    caller.send(frame)
    got = b""
    while True:
        got += caller.receive(1)
        frames, rest = cut(got)
        if frames and not rest:
            return parsed(frames[0]).body


def test_a_terminal_registers_comes_back_with_its_code_and_reports(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Jt808(CODES), gateways=())
    listener = start_listener(Jt808Wire(CODES, {NUMBER}.__contains__), store)
    hello = TERMINAL.registration(1, maker="CW", model="T", name="A1", plate="渝A12345")
    granted = answered(call(listener), hello)[3:].decode()
    caller = call(listener)
    assert answered(caller, TERMINAL.proof(2, granted)) == b"\x00\x02\x01\x02\x00"
    at = datetime(2026, 7, 1, 4, tzinfo=UTC)
    body = car.position_body(at, 29.56, 106.55, speed=42)
    assert answered(caller, TERMINAL.frame(car.POSITION, 3, body)) == b"\x00\x03\x02\x00\x00"
    assert {message.topic for message in store.stored} == {f"cw/v1/{NUMBER}/raw/jt808"}
    assert granted.encode() not in b"".join(message.payload for message in store.stored)


def test_a_terminal_nobody_expects_is_refused(start_listener: StartListener, call: Call) -> None:
    store = Memory(Jt808(CODES), gateways=())
    listener = start_listener(Jt808Wire(CODES, frozenset[str]().__contains__), store)
    hello = TERMINAL.registration(1, maker="CW", model="T", name="A1", plate="渝A12345")
    assert answered(call(listener), hello)[2] != 0
    assert store.stored == []
