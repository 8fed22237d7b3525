"""GB/T 32960: encrypted data units, and keys that are exchanged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from gmssl_pyx import sm2_encrypt
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_sealed import Algorithm, by_blocks, key_exchange, sealed
from ingest.codecs.decoded import Decoded, NoticeKind
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.keys import Keyring, Keys, Link, Mode
from tests.unit.ingest_codecs.raw_frames import ARRIVED, World, decode
from tests.unit.ingest_codecs.sm2_vectors import PRIVATE, PUBLIC
from tests.unit.ingest_codecs.vehicle_reports import AT, DRIVING, VIN

OLD, NEW = Edition.OF_2016, Edition.OF_2025
KEY, OTHER = bytes(range(16)), bytes(16)
IV = bytes(range(50, 66))
CODE = "PLATFORM000000001"
SECTION = terminal.vehicle(NEW, DRIVING)
REPORT = terminal.report(NEW, VIN, AT, [SECTION])
RSA = rsa.generate_private_key(65537, 2048)


def codec(link: Link | None = None, **vehicles: Keys) -> Gb32960:
    return Gb32960(keys=Keyring(default=link, vehicles=vehicles))


def codes(decoded: Decoded) -> list[str]:
    return [error.code for error in decoded.errors]


def result(decoded: Decoded) -> int:
    (reply,) = decoded.replies
    return reply.payload[3]


def bare(key: bytes) -> bytes:
    """A key encrypted by SM2 for us, as GB/T 32918.4 writes it: C1 C3 C2 one after the other."""
    return _bare(sm2_encrypt(PUBLIC, key))


def _bare(asn1: bytes) -> bytes:
    at, parts = 3 if asn1[1] == 0x81 else 2, []  # behind the head of the sequence
    while at < len(asn1):
        parts.append(asn1[at + 2 : at + 2 + asn1[at + 1]])
        at += 2 + asn1[at + 1]
    x, y, digest, content = parts
    return b"\x04" + x[-32:].rjust(32, b"\0") + y[-32:].rjust(32, b"\0") + digest + content


ALGORITHMS: list[tuple[Algorithm, Keys]] = [
    (Algorithm.SM4, Keys(sm4=KEY)),
    (Algorithm.AES, Keys(aes=KEY)),
]


@pytest.mark.parametrize(("algorithm", "keys"), ALGORITHMS)
def test_an_encrypted_report_says_what_the_plain_one_says(algorithm: Algorithm, keys: Keys) -> None:
    plain = decode(Gb32960(), REPORT)
    frame = sealed(REPORT, algorithm, by_blocks(algorithm, KEY))
    assert frame[24:-1] != REPORT[24:-1]
    for one in (codec(**{VIN: keys}), codec(Link(keys))):
        decoded = decode(one, frame)
        (sample,) = decoded.samples
        assert sample.values.pop("signature_state") == "unsigned"
        assert (decoded.errors, [sample]) == ([], plain.samples)
        assert decoded.replies == plain.replies


def test_the_old_edition_encrypts_too() -> None:
    report = terminal.report(OLD, VIN, AT, [terminal.vehicle(OLD, DRIVING)])
    frame = sealed(report, Algorithm.AES, by_blocks(Algorithm.AES, KEY))
    assert decode(codec(Link(Keys(aes=KEY))), frame).samples == decode(Gb32960(), report).samples


@pytest.mark.parametrize("known", [IV, None])
def test_blocks_that_hang_together_begin_with_what_was_agreed(known: bytes | None) -> None:
    seal = by_blocks(Algorithm.SM4, KEY, IV)
    frame = sealed(REPORT, Algorithm.SM4, lambda data: (b"" if known else IV) + seal(data))
    link = Link(Keys(sm4=KEY), mode=Mode.CBC, iv=known)
    assert len(decode(codec(link), frame).samples) == 1
    assert codes(decode(codec(replace(link, mode=Mode.ECB)), frame)) == ["wrong_key"]


@pytest.mark.parametrize(
    "seal", [sm2_encrypt, lambda public, data: _bare(sm2_encrypt(public, data))]
)
def test_a_short_report_may_be_encrypted_for_us_by_sm2(
    seal: Callable[[bytes, bytes], bytes],
) -> None:
    frame = sealed(REPORT, Algorithm.SM2, lambda data: seal(PUBLIC, data))
    (sample,) = decode(codec(Link(sm2=PRIVATE)), frame).samples
    assert sample.values["speed_kmh"] == DRIVING["speed_kmh"]


def test_the_older_order_of_sm2_is_read_too() -> None:
    def older(data: bytes) -> bytes:
        one = _bare(sm2_encrypt(PUBLIC, data))
        return one[:65] + one[97:] + one[65:97]

    frame = sealed(REPORT, Algorithm.SM2, older)
    assert len(decode(codec(Link(sm2=PRIVATE)), frame).samples) == 1


def test_a_long_report_is_encrypted_for_us_by_rsa_piece_by_piece() -> None:
    report = terminal.report(NEW, VIN, AT, [SECTION, terminal.private(0x80, bytes(400))])

    def seal(data: bytes) -> bytes:
        parts = [data[at : at + 245] for at in range(0, len(data), 245)]
        return b"".join(RSA.public_key().encrypt(part, PKCS1v15()) for part in parts)

    frame = sealed(report, Algorithm.RSA, seal)
    (sample,) = decode(codec(Link(rsa=RSA)), frame).samples
    assert sample.raw == (("private_80", bytes(400)),)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_without_a_key_a_frame_waits_for_one(algorithm: Algorithm) -> None:
    frame = sealed(REPORT, algorithm, lambda _: bytes(256))
    decoded = decode(Gb32960(), frame)
    assert (codes(decoded), decoded.samples, result(decoded)) == (["no_key"], [], 0x07)
    old = sealed(terminal.report(OLD, VIN, AT, []), algorithm, lambda _: bytes(256))
    assert decode(Gb32960(), old).replies == []


def test_a_frame_that_waited_is_read_once_the_key_is_there() -> None:
    frame = sealed(REPORT, Algorithm.SM4, by_blocks(Algorithm.SM4, KEY))
    assert codes(decode(codec(**{VIN: Keys(aes=KEY)}), frame)) == ["no_key"]
    assert len(decode(codec(**{VIN: Keys(sm4=KEY)}), frame).samples) == 1


@given(st.binary(min_size=16, max_size=16))
@settings(max_examples=200)
def test_by_a_wrong_key_nothing_is_read(key: bytes) -> None:
    frame = sealed(REPORT, Algorithm.SM4, by_blocks(Algorithm.SM4, KEY))
    decoded = decode(codec(Link(Keys(sm4=key))), frame)
    assert codes(decoded) == ([] if key == KEY else ["wrong_key"])
    assert bool(decoded.samples) == (key == KEY)


def test_a_padding_that_fits_is_no_proof() -> None:
    # Well padded, but what is in it is no report: no such month, or no such section.
    for data in (b"\x1a\x0d" + REPORT[26:-1], REPORT[24:30] + b"\x40" + bytes(20)):
        frame = sealed(
            REPORT, Algorithm.SM4, lambda _, data=data: by_blocks(Algorithm.SM4, KEY)(data)
        )
        assert codes(decode(codec(Link(Keys(sm4=KEY))), frame)) == ["wrong_key"]


def test_an_encrypted_report_is_read_whole_or_not_at_all() -> None:
    broken = terminal.report(NEW, VIN, AT, [SECTION, b"\x02\x01\x01"])
    assert decode(Gb32960(), broken).samples != []
    frame = sealed(broken, Algorithm.SM4, by_blocks(Algorithm.SM4, KEY))
    decoded = decode(codec(Link(Keys(sm4=KEY))), frame)
    assert (codes(decoded), decoded.samples) == (["bad_section"], [])


@pytest.mark.parametrize(
    ("encryption", "size", "code"),
    [
        (5, 17, "bad_length"),
        (4, 400, "bad_length"),
        (0xFE, 16, "encrypted"),
        (0xFF, 16, "encrypted"),
    ],
)
def test_what_cannot_be_encrypted_so_is_refused(encryption: int, size: int, code: str) -> None:
    frame = terminal.frame(NEW, 2, VIN, bytes(size), encryption=encryption)
    assert codes(decode(codec(Link(Keys(KEY, KEY), sm2=PRIVATE)), frame)) == [code]


def test_an_encrypted_login_is_a_login() -> None:
    login = terminal.login(NEW, VIN, AT, 7, "89860000000000000001")
    frame = sealed(login, Algorithm.SM4, by_blocks(Algorithm.SM4, KEY))
    assert decode(codec(Link(Keys(sm4=KEY))), frame).notices == decode(Gb32960(), login).notices


SINCE, UNTIL = ARRIVED - timedelta(days=1), ARRIVED + timedelta(days=1)
FOR_US = Link(sm2=PRIVATE, rsa=RSA)


def exchange(key: bytes, code: str = VIN, until: datetime = UNTIL) -> bytes:
    return key_exchange(NEW, code, Algorithm.SM4, key, SINCE, until)


def by_session_key(key: bytes = KEY) -> bytes:
    return sealed(REPORT, Algorithm.SM4, by_blocks(Algorithm.SM4, key))


WRAPPED: list[Callable[[bytes], bytes]] = [
    lambda key: exchange(bare(key)),
    lambda key: exchange(RSA.public_key().encrypt(key, PKCS1v15())),
    lambda key: sealed(exchange(key), Algorithm.SM2, lambda data: sm2_encrypt(PUBLIC, data)),
]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_an_exchanged_key_opens_what_follows(wrapped: Callable[[bytes], bytes]) -> None:
    world, one = World(["gw-1"]), codec(FOR_US)
    assert codes(decode(one, by_session_key(), world=world)) == ["no_key"]
    decoded = decode(one, wrapped(KEY), world=world)
    assert (decoded.errors, result(decoded)) == ([], 0x01)
    (told,) = decoded.notices
    assert (told.kind, told.device) == (NoticeKind.ABOUT, VIN)
    assert told.about["key_exchange"].startswith("SM4 from 2026-06-30T04:00:00+00:00 until")
    assert len(decode(one, by_session_key(), world=world).samples) == 1
    # What is remembered opens nothing without our private key, and does not show the key.
    assert KEY not in b"".join(world.memory.values())
    assert codes(decode(codec(Link()), by_session_key(), world=world)) == ["no_key"]


def test_the_key_before_still_opens_what_was_on_its_way() -> None:
    world, one = World(["gw-1"]), codec(FOR_US)
    for key in (KEY, IV, IV):
        decode(one, exchange(bare(key)), world=world)
    for key in (KEY, IV):
        assert codes(decode(one, by_session_key(key), world=world)) == []
    assert codes(decode(one, by_session_key(OTHER), world=world)) == ["wrong_key"]


def test_a_key_ends_when_it_was_said_to() -> None:
    world, one = World(["gw-1"]), codec(FOR_US)
    decode(one, exchange(bare(KEY), until=ARRIVED), world=world)
    decoded = decode(one, by_session_key(), world=world)
    assert (codes(decoded), result(decoded)) == (["key_expired"], 0x07)


def test_a_platform_s_key_serves_all_its_vehicles() -> None:
    world, one = World(["gw-1"]), codec(FOR_US)
    login = terminal.platform_login(NEW, CODE, AT, 1, "city", "geheim")
    decode(one, login, world=world)
    (told,) = decode(one, exchange(bare(KEY), CODE), world=world).notices
    assert told.device == ""
    assert len(decode(one, by_session_key(), world=world).samples) == 1


def test_a_key_in_clear_is_not_taken_and_not_stored() -> None:
    world = World(["gw-1"])
    decoded = decode(codec(FOR_US), exchange(KEY), world=world)
    assert (decoded.errors, result(decoded), world.memory) == ([], 0x02, {})
    (told,) = decoded.notices
    assert told.about == {"key_exchange": "in clear: not taken"}


@pytest.mark.parametrize(
    ("link", "key", "code"),
    [
        (Link(), bare(KEY), "no_key"),
        (FOR_US, bytes(113), "wrong_key"),
        (FOR_US, bare(KEY[:15]), "bad_key"),
    ],
)
def test_an_exchange_that_cannot_be_opened_is_kept_whole(link: Link, key: bytes, code: str) -> None:
    assert codes(decode(codec(link), exchange(key))) == [code]


def test_an_exchange_of_something_else_is_refused() -> None:
    public = key_exchange(NEW, VIN, Algorithm.SM2, bytes(65), SINCE, UNTIL)
    assert codes(decode(codec(FOR_US), public)) == ["bad_key"]
    short = terminal.frame(NEW, 0x0B, VIN, b"\x05\x00\x40" + bytes(40))
    assert codes(decode(codec(FOR_US), short)) == ["bad_length"]


@given(st.sampled_from([2, 3, 4, 5]), st.sampled_from([1, 2, 5, 0x0B]), st.binary(max_size=400))
@settings(max_examples=300)
def test_nothing_is_invented_from_any_bytes(encryption: int, command: int, data: bytes) -> None:
    link = replace(FOR_US, keys=Keys(KEY, KEY))
    frame = terminal.frame(NEW, command, VIN, data, encryption=encryption)
    decoded = decode(codec(link), frame, world=World(["gw-1"], {f"key:gw-1:{VIN}": data}))
    assert decoded.samples == []
    assert decoded.errors != []
