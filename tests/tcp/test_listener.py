"""The listener on real sockets: answered after the commit, never before, and nothing lost."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

import ingest.tcp.listener
import ingest.tcp.peer
from device_sim.vendors import gb32960 as vehicle
from device_sim.vendors.gb32960 import Edition
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.wire import Credential, Gb32960Wire
from ingest.codecs.wire import Wire
from ingest.tcp.gate import Gate
from ingest.tcp.listener import Listener
from ingest.tcp.peer import Peer
from tests.tcp.conftest import Call, Caller, Memory, StartListener

PLATFORM: Wire = Gb32960Wire(Credential("city", b"geheim"))
TERMINALS: Wire = Gb32960Wire()
OLD = Edition.OF_2016
CODE = "PLATFORM000000001"
AT = datetime(2026, 7, 1, 3, 59, 50, tzinfo=UTC)
ANSWER = 31
"""Length of an answer with a time. [bytes]"""


def platform_login(password: str = "geheim") -> bytes:  # noqa: S107 -- that of the test
    return vehicle.platform_login(OLD, CODE, AT, 1, "city", password)


def vin(number: int) -> str:
    return f"L0WTEST{number:010d}"


def report(number: int, second: int = 0) -> bytes:
    section = vehicle.vehicle(OLD, {"speed_kmh": number % 200, "odometer_km": second})
    return vehicle.report(OLD, vin(number), AT + timedelta(seconds=second), [section])


def answer_to(frame: bytes, result: int = 1) -> bytes:
    """What the standard answers: the header with the result, and the time."""
    return vehicle.frame(OLD, frame[2], frame[4:21].decode(), frame[24:30], answer=result)


def platform(caller: Caller) -> Caller:
    """The caller, logged in as the platform."""
    caller.send(platform_login())
    assert caller.receive(ANSWER) == answer_to(platform_login())
    return caller


def sent_until_it_waits(caller: Caller, flood: bytes) -> int:
    """Send without end, until the other side takes no more for a moment; returns the bytes."""
    sent = 0
    caller.sock.settimeout(0.5)
    with suppress(TimeoutError):
        while sent < 200_000_000:
            sent += caller.sock.send(flood[sent % len(flood) :])
    return sent


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_platform_sends_for_many_vehicles_over_one_connection(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Gb32960())
    caller = platform(call(start_listener(PLATFORM, store)))
    frames = [report(number) for number in range(50)]
    caller.send(b"".join(frames))
    assert caller.receive(50 * ANSWER) == b"".join(map(answer_to, frames))
    assert [message.payload for message in store.stored[1:]] == frames
    assert {message.topic for message in store.stored} == {"cw/v1/city/raw/gb32960"}


def test_what_is_stored_of_a_login_has_no_password(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Gb32960())
    platform(call(start_listener(PLATFORM, store)))
    assert [message.payload for message in store.stored] == [platform_login("")]


def test_vehicles_have_connections_and_topics_of_their_own(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Gb32960())
    listener = start_listener(TERMINALS, store)
    callers = [call(listener) for _ in range(20)]
    for number, caller in enumerate(callers):
        login = vehicle.login(OLD, vin(number), AT, 1, "8986")
        caller.send(login)
        assert caller.receive(ANSWER) == answer_to(login)
    for number, caller in enumerate(callers):
        caller.send(report(number))
        beat = vehicle.heartbeat(OLD, vin(number))
        caller.send(beat)
        assert caller.receive(25) == vehicle.frame(OLD, 7, vin(number), b"", answer=1)
    topics = {message.payload: message.topic for message in store.stored}
    assert all(topics[report(number)] == f"cw/v1/{vin(number)}/raw/gb32960" for number in range(20))


def test_a_frame_may_arrive_byte_by_byte(start_listener: StartListener, call: Call) -> None:
    caller = platform(call(start_listener(PLATFORM, Memory(Gb32960()))))
    for byte in report(1):
        caller.send(bytes((byte,)))
    assert caller.receive(ANSWER) == answer_to(report(1))


@pytest.mark.parametrize("first", [report(1), b"GET / HTTP/1.1\r\n\r\n", platform_login("wrong")])
def test_who_does_not_prove_itself_is_shown_out(
    start_listener: StartListener, call: Call, first: bytes
) -> None:
    store = Memory(Gb32960())
    listener = start_listener(PLATFORM, store)
    stranger = call(listener)
    stranger.send(first)
    known = first.startswith(b"##")
    assert stranger.rest() == (answer_to(first, 2) if known else b"")
    assert store.stored == []
    platform(call(listener))


def test_nothing_is_answered_before_it_is_stored_and_nothing_is_lost(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Gb32960())
    caller = platform(call(start_listener(PLATFORM, store)))
    store.is_there.clear()
    caller.send(report(1))
    until(lambda: store.tries >= 3)
    assert caller.hears_nothing(0.2)
    store.is_there.set()
    assert caller.receive(ANSWER) == answer_to(report(1))
    assert [message.payload for message in store.stored[1:]] == [report(1)]


def test_while_the_database_is_away_memory_is_bounded_and_the_peer_waits(
    start_listener: StartListener, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.tcp.listener, "BATCH_MESSAGES", 100)
    store = Memory(Gb32960())
    listener = start_listener(PLATFORM, store)
    caller = platform(call(listener))
    store.is_there.clear()
    sent = sent_until_it_waits(caller, b"".join(report(number) for number in range(1000)))
    assert sent < 50_000_000  # the sockets' own buffers, and no more
    most = 100 + ingest.tcp.peer.RECEIVED_AT_ONCE // len(report(0)) + 1
    assert len(listener._hand) <= most


def test_a_peer_that_hangs_up_costs_no_frame_and_no_other_peer(
    start_listener: StartListener, call: Call
) -> None:
    store = Memory(Gb32960())
    listener = start_listener(PLATFORM, store)
    leaving, staying = platform(call(listener)), platform(call(listener))
    store.is_there.clear()
    leaving.send(report(1) + report(2)[:30])
    leaving.close()
    until(lambda: store.tries >= 4)
    store.is_there.set()
    staying.send(report(3))
    assert staying.receive(ANSWER) == answer_to(report(3))
    assert report(1) in [message.payload for message in store.stored]
    until(lambda: len(listener._peers) == 1)


def test_who_stops_sending_in_the_middle_of_a_frame_or_before_a_login_is_given_up(
    start_listener: StartListener, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.tcp.listener, "_HOUSEKEEPING_EVERY_S", 0.05)
    monkeypatch.setattr(ingest.tcp.peer, "LOGIN_S", 0.3)
    monkeypatch.setattr(ingest.tcp.peer, "FRAME_S", 0.3)
    listener = start_listener(PLATFORM, Memory(Gb32960()))
    nameless, unfinished, idle = call(listener), platform(call(listener)), platform(call(listener))
    unfinished.send(report(1)[:-1])
    assert nameless.rest() == b""
    assert unfinished.rest() == b""
    idle.send(report(2))
    assert idle.receive(ANSWER) == answer_to(report(2))


def test_who_does_not_read_its_answers_is_given_up() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        peer = Peer(1, ours, "connection 1", PLATFORM, Gate(), 0.0)
        while peer.is_reading:
            peer.answer(bytes(100_000))
            assert len(peer._out) <= ingest.tcp.peer.MOST_UNREAD
        assert peer.is_over


def test_who_is_silent_is_given_up_even_when_something_is_owed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        peer = Peer(1, ours, "connection 1", PLATFORM, Gate(), 0.0)
        while not peer.is_writing:
            peer.answer(bytes(100_000))
        peer.expire(20.0)
        assert peer.is_reading
        peer.expire(PLATFORM.silence_s + 1)
        assert peer.is_over
        peer.answer(b"too late")
        assert peer.is_over


def test_more_connections_than_allowed_are_turned_away(
    start_listener: StartListener, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.tcp.listener, "MOST_CONNECTIONS", 2)
    listener = start_listener(PLATFORM, Memory(Gb32960()))
    first, _second = platform(call(listener)), platform(call(listener))
    assert call(listener).rest() == b""
    first.close()
    until(lambda: len(listener._peers) == 1)
    platform(call(listener))


def test_what_is_in_hand_at_the_end_is_stored_and_answered(call: Call) -> None:
    store, stop = Memory(Gb32960()), Event()
    listener = Listener(PLATFORM, store, host="127.0.0.1", port=0)
    caller = call(listener)
    caller.send(platform_login() + report(1))
    for _ in range(5):
        listener._hear()
    assert len(listener._hand) == 2
    stop.set()
    listener.run(stop)
    assert caller.rest() == answer_to(platform_login()) + answer_to(report(1))
