"""JT/T 808 over TCP: the cutting of the stream, who is let in, and what is answered."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import jt808 as car
from ingest.codecs.jt808.answer import auth_code
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.jt808.frame import Frame, parsed
from ingest.codecs.jt808.wire import Jt808Wire
from ingest.codecs.wire import Refused, Session, Wire
from tests.unit.ingest_codecs.raw_frames import decode

SECRET = b"of the listener"
NUMBER = "13912345678"
TERMINAL = car.Terminal(NUMBER)
NEWER = car.Terminal(NUMBER, edition=2019)
CODES = partial(auth_code, SECRET)
CODE = CODES(NUMBER)
WIRE: Wire = Jt808Wire(CODES, lambda number: number == NUMBER)
HEARTBEAT = TERMINAL.frame(car.HEARTBEAT, 5)


def registration(terminal: car.Terminal) -> bytes:
    return terminal.registration(1, maker="CW", model="T", name="A1", plate="渝A12345")


def let_in() -> Session:
    session = WIRE.greet()
    assert isinstance(session.admit(TERMINAL.proof(1, CODE)), bytes)
    return session


def answers(payload: bytes) -> list[Frame]:
    return [
        parsed(reply.payload)
        for reply in decode(Jt808(CODES), payload, link=NUMBER).replies
        if reply.topic is None
    ]


@pytest.mark.parametrize("terminal", [TERMINAL, NEWER], ids=["2013", "2019"])
def test_a_terminal_registers_and_proves_itself_with_the_code_it_was_given(
    terminal: car.Terminal,
) -> None:
    session = WIRE.greet()
    stored = session.admit(registration(terminal))
    assert isinstance(stored, bytes)
    assert session.link == NUMBER
    (answer,) = answers(stored)
    assert (answer.message, answer.body[:3]) == (0x8100, b"\x00\x01\x00")
    given_code = answer.body[3:].decode()
    assert isinstance(session.admit(terminal.proof(2, given_code)), bytes)
    assert session.admit(terminal.frame(car.HEARTBEAT, 3)) == terminal.frame(car.HEARTBEAT, 3)


@pytest.mark.parametrize("terminal", [TERMINAL, NEWER], ids=["2013", "2019"])
def test_what_is_stored_of_a_proof_is_without_the_code(terminal: car.Terminal) -> None:
    stored = WIRE.greet().admit(terminal.proof(2, CODE, imei="861234567890123"))
    assert isinstance(stored, bytes)
    assert CODE.encode() not in stored
    decoded = decode(Jt808(CODES), stored, link=NUMBER)
    assert (decoded.errors, len(decoded.replies)) == ([], 1)


@pytest.mark.parametrize("code", ["", "wrong", CODE[:-1]])
def test_a_wrong_code_is_refused_and_told(code: str) -> None:
    refused = WIRE.greet().admit(TERMINAL.proof(2, code))
    assert isinstance(refused, Refused)
    assert parsed(refused.answer).body == b"\x00\x02\x01\x02\x01"


def test_the_code_of_one_terminal_does_not_let_in_another() -> None:
    assert isinstance(WIRE.greet().admit(car.Terminal("13800000000").proof(2, CODE)), Refused)


def test_a_terminal_nobody_expects_is_given_no_code() -> None:
    refused = WIRE.greet().admit(registration(car.Terminal("13800000000")))
    assert isinstance(refused, Refused)
    assert parsed(refused.answer).body == b"\x00\x01\x04"


def test_nothing_is_taken_before_the_proof() -> None:
    assert isinstance(WIRE.greet().admit(HEARTBEAT), Refused)
    assert isinstance(WIRE.greet().admit(b"\x01\x02"), Refused)
    session = WIRE.greet()
    session.admit(registration(TERMINAL))
    assert isinstance(session.admit(HEARTBEAT), Refused)


def test_a_connection_is_one_terminals_and_its_broken_frames_are_kept() -> None:
    other = car.Terminal("13800000000").frame(car.HEARTBEAT, 1)
    assert isinstance(let_in().admit(other), Refused)
    assert let_in().admit(b"\x01\x02") == b"\x01\x02"


def test_messages_are_answered_with_their_serial_and_id() -> None:
    (answer,) = answers(HEARTBEAT)
    assert (answer.message, answer.code, answer.body) == (0x8001, NUMBER, b"\x00\x05\x00\x02\x00")
    (newer,) = answers(NEWER.frame(car.POSITION, 0x7E7D, bytes(3)))
    assert (newer.version, newer.body) == (1, b"\x7e\x7d\x02\x00\x00")


def test_what_is_not_known_is_answered_as_not_supported() -> None:
    (answer,) = answers(TERMINAL.frame(0x0F01, 5))
    assert answer.body == b"\x00\x05\x0f\x01\x03"


def test_every_part_of_a_message_is_answered() -> None:
    parts = TERMINAL.parts(car.BATCH, 10, bytes(2000), 1000)
    assert [answer.body for answer in answers(b"".join(parts))] == [
        b"\x00\x0a\x07\x04\x00",
        b"\x00\x0b\x07\x04\x00",
    ]


def test_answers_are_not_answered_and_without_a_secret_nothing_is() -> None:
    assert answers(TERMINAL.frame(0x0001, 5, bytes(5))) == []
    assert decode(Jt808(), HEARTBEAT).replies == []


def test_a_secret_is_never_shown() -> None:
    assert "of the listener" not in f"{WIRE!r}{Jt808(CODES)!r}"


def test_a_stream_is_cut_the_same_wherever_it_is_broken() -> None:
    stream = b"\x01" + HEARTBEAT + registration(TERMINAL) + b"\x7e" + HEARTBEAT
    whole = [b"\x01", HEARTBEAT, registration(TERMINAL), HEARTBEAT]
    assert WIRE.cut(stream) == (whole, b"")
    for at in range(len(stream)):
        first, rest = WIRE.cut(stream[:at])
        then, left = WIRE.cut(rest + stream[at:])
        assert ([*first, *then], left) == (whole, b"")


def test_no_more_is_held_back_than_the_longest_frame() -> None:
    endless = b"\x7e" + b"\x01" * WIRE.longest
    assert WIRE.cut(endless) == ([endless], b"")
    assert WIRE.cut(endless[:-1]) == ([], endless[:-1])
    longest = NEWER.parts(car.BATCH, 0x7E7E, b"\x7e" * 2046, 1023)[0]
    assert len(longest) <= WIRE.longest


@given(st.binary(max_size=300))
def test_cutting_loses_nothing_but_flags_and_raises_nothing(stream: bytes) -> None:
    pieces, rest = WIRE.cut(stream)
    kept = b"".join(pieces) + rest
    assert kept.replace(b"\x7e", b"") == stream.replace(b"\x7e", b"")
    session = WIRE.greet()
    assert all(isinstance(session.admit(piece), Refused) for piece in pieces)
