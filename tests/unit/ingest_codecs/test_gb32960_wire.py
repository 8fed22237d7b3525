"""GB/T 32960 over TCP: how a stream is cut, and who may send frames."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_sealed import Algorithm, by_blocks, key_exchange, sealed
from ingest.codecs.gb32960.frame import pieces
from ingest.codecs.gb32960.keys import Keyring, Keys, Link
from ingest.codecs.gb32960.wire import MOST_FOREIGN, Credential, Gb32960Wire
from ingest.codecs.wire import Refused, Session, Wire

VIN, OTHER_VIN = "L0WTESTA1PC000101", "L0WTESTA3PC000102"
CODE = "PLATFORM000000001"
AT = datetime(2026, 7, 1, 3, 59, 50, tzinfo=UTC)
NEW = Edition.OF_2025
TERMINALS: Wire = Gb32960Wire()
PASSWORD = "geheim"
PLATFORM: Wire = Gb32960Wire(Credential("city", PASSWORD.encode()))


def report(vin: str = VIN) -> bytes:
    return terminal.report(NEW, vin, AT, [terminal.vehicle(NEW, {"speed_kmh": 42})])


def login(vin: str = VIN) -> bytes:
    return terminal.login(NEW, vin, AT, 1, "89860000000000000001")


def platform_login(user: str = "city", password: str = PASSWORD) -> bytes:
    return terminal.platform_login(NEW, CODE, AT, 1, user, password)


def refusal(session: Session, piece: bytes) -> Refused:
    admitted = session.admit(piece)
    assert isinstance(admitted, Refused)
    return admitted


def logged_in() -> Session:
    session = PLATFORM.greet()
    assert not isinstance(session.admit(platform_login()), Refused)
    return session


@given(st.lists(st.sampled_from([report(), login(), b"\x00#$", b"##"]), max_size=6), st.data())
def test_it_does_not_matter_how_a_stream_arrives(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts) + report()  # a whole frame at the end leaves nothing open
    found: list[bytes] = []
    rest = b""
    at = 0
    while at < len(stream):
        size = data.draw(st.integers(1, 60))
        new, rest = TERMINALS.cut(rest + stream[at : at + size])
        found += new
        at += size
        assert len(rest) <= TERMINALS.longest
    assert b"".join(found) + rest == stream
    frames = [one for one in found if not pieces(one, more=False)[0][0].fault]
    assert len(frames) == len([one for one in parts if len(one) > 3]) + 1


@given(st.binary(max_size=300))
def test_any_bytes_are_cut_without_loss(stream: bytes) -> None:
    found, rest = TERMINALS.cut(stream)
    assert b"".join(found) + rest == stream


def test_a_vehicle_that_has_logged_in_sends_under_its_vin() -> None:
    session = TERMINALS.greet()
    assert session.link == ""
    assert session.admit(login()) == login()
    assert session.link == VIN
    assert session.admit(report()) == report()


@pytest.mark.parametrize("first", [report(), terminal.heartbeat(NEW, VIN), b"GET / HTTP/1.1"])
def test_nothing_comes_in_before_a_login(first: bytes) -> None:
    for wire in (TERMINALS, PLATFORM):
        session = wire.greet()
        assert "before a" in refusal(session, first).reason
        assert session.link == ""


def test_a_refused_frame_is_answered_with_an_error() -> None:
    expected = terminal.frame(NEW, 2, VIN, bytes.fromhex("1a07010b3b32"), answer=2)
    assert refusal(PLATFORM.greet(), report()).answer == expected


def test_a_vehicle_cannot_speak_for_another() -> None:
    session = TERMINALS.greet()
    session.admit(login())
    assert OTHER_VIN in refusal(session, report(OTHER_VIN)).reason


def test_a_connection_may_be_handed_to_another_vehicle_by_its_login() -> None:
    session = TERMINALS.greet()
    session.admit(login())
    session.admit(login(OTHER_VIN))
    assert (session.link, session.admit(report(OTHER_VIN))) == (OTHER_VIN, report(OTHER_VIN))


def test_a_platform_is_none_of_the_terminals() -> None:
    assert "a platform" in refusal(TERMINALS.greet(), platform_login()).reason


def test_a_platform_that_proves_itself_sends_for_all_its_vehicles() -> None:
    session = logged_in()
    assert session.link == "city"
    assert session.admit(report(VIN)) == report(VIN)
    assert session.admit(report(OTHER_VIN)) == report(OTHER_VIN)


def test_a_platforms_password_is_not_stored() -> None:
    stored = PLATFORM.greet().admit(platform_login())
    assert stored == platform_login(password="")


@pytest.mark.parametrize(
    ("user", "password"),
    [("city", "Geheim"), ("town", "geheim"), ("", ""), ("city", ""), ("city", "geheim ")],
)
def test_a_platform_that_does_not_is_refused(user: str, password: str) -> None:
    session = PLATFORM.greet()
    refused = refusal(session, platform_login(user, password))
    assert refused.answer == terminal.frame(NEW, 5, CODE, bytes.fromhex("1a07010b3b32"), answer=2)
    assert session.link == ""
    if password.strip():
        assert password not in refused.reason


def test_a_second_login_that_fails_ends_the_first() -> None:
    session = logged_in()
    refusal(session, platform_login(password="wrong"))
    assert session.link == ""


def test_a_platforms_login_with_other_data_is_none() -> None:
    short = terminal.frame(NEW, 5, CODE, bytes.fromhex("1a07010b3b32"))
    assert "wrong user or password" in refusal(PLATFORM.greet(), short).reason


def test_an_answer_is_no_login() -> None:
    answer = terminal.frame(NEW, 1, VIN, login()[24:-1], answer=1)
    assert "before a login" in refusal(TERMINALS.greet(), answer).reason


def test_foreign_bytes_are_kept_but_not_without_end() -> None:
    session = logged_in()
    for _ in range(MOST_FOREIGN):
        assert session.admit(b"\x00") == b"\x00"
    assert not isinstance(session.admit(report()), Refused)
    for _ in range(MOST_FOREIGN):
        session.admit(b"\x00")
    assert "no frame" in refusal(session, b"\x00").reason


def test_the_password_is_not_shown() -> None:
    assert "geheim" not in repr(PLATFORM)


def test_a_platform_may_encrypt_its_login() -> None:
    key = bytes(range(16))
    ring = Keyring(links={"city": Link(Keys(sm4=key))})
    login = sealed(platform_login(), Algorithm.SM4, by_blocks(Algorithm.SM4, key))
    session = Gb32960Wire(Credential("city", PASSWORD.encode()), ring).greet()
    stored = session.admit(login)
    assert isinstance(stored, bytes)
    assert session.link == "city"
    assert PASSWORD.encode() not in stored
    wrong = sealed(platform_login(), Algorithm.SM4, by_blocks(Algorithm.SM4, bytes(16)))
    assert "cannot be opened" in refusal(session, wrong).reason
    assert "no key" in refusal(PLATFORM.greet(), login).reason


@pytest.mark.parametrize("keyed", [b"secretsecret1234", b"short"])
def test_a_key_in_clear_does_not_reach_the_store(keyed: bytes) -> None:
    exchange = key_exchange(NEW, VIN, Algorithm.SM4, keyed, AT, AT)
    terminals = TERMINALS.greet()
    terminals.admit(login())
    for session in (logged_in(), terminals):
        stored = session.admit(exchange)
        assert isinstance(stored, bytes)
        assert keyed not in stored
        assert stored[:27] == exchange[:27]
        assert pieces(stored, more=False)[0][0].fault == ""
    wrapped = key_exchange(NEW, VIN, Algorithm.SM4, bytes(range(113)), AT, AT)
    assert logged_in().admit(wrapped) == wrapped
