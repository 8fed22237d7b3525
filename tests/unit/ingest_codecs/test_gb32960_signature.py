"""GB/T 32960: the signature of a report says who sent it, and that nobody changed it."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.vendor import Measured
from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_sealed import Algorithm, by_blocks, sealed, signature
from device_sim.vendors.gb32960_terminal import Gb32960Terminal
from ingest.codecs.decoded import Decoded
from ingest.codecs.gb32960 import sm2
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.keys import (
    USUAL_SIGNER,
    Keyring,
    Keys,
    Link,
    PublicKey,
    SignatureRule,
)
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.sm2_vectors import (
    C1,
    C2,
    C3,
    CONTENT,
    PRIVATE,
    PUBLIC,
    SIGNED,
    R,
    S,
)
from tests.unit.ingest_codecs.vehicle_reports import AT, DRIVING, VIN

NEW = Edition.OF_2025
SECTION = terminal.vehicle(NEW, DRIVING)
CONTENTS = terminal.time_bytes(AT) + SECTION
BY_SM2 = signature(PRIVATE, PUBLIC, CONTENTS)
REQUIRED = Link(signature=SignatureRule.REQUIRED)
RSA, ECC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
KEY = bytes(range(16))


def report(*sections: bytes, edition: Edition = NEW) -> bytes:
    return terminal.report(edition, VIN, AT, sections)


def read(frame: bytes, public: PublicKey | None, link: Link | None = None) -> Decoded:
    keys = Keyring(default=link or Link(), vehicles={VIN: Keys(public=public)})
    return decode(Gb32960(keys=keys), frame)


def state(decoded: Decoded) -> object:
    assert decoded.errors == []
    (sample,) = decoded.samples
    return sample.values.get("signature_state")


def refused(decoded: Decoded) -> tuple[list[str], int]:
    assert decoded.samples == []
    (reply,) = decoded.replies
    return [error.code for error in decoded.errors], reply.payload[3]


def section(kind: int, r: bytes, s: bytes) -> bytes:
    parts = b"".join(len(part).to_bytes(2, "big") + part for part in (r, s))
    return bytes((0xFF, kind)) + parts


def test_the_examples_of_the_standard_hold() -> None:
    assert sm2.is_signed(PUBLIC, SIGNED, (R, S), USUAL_SIGNER)
    assert not sm2.is_signed(PUBLIC, SIGNED, (R, S), b"another")
    assert sm2.decrypted(PRIVATE, C1 + C3 + C2) == CONTENT
    assert sm2.decrypted(PRIVATE, C1 + C2 + C3) == CONTENT
    assert sm2.decrypted(PRIVATE, C1[1:] + C3 + C2) == CONTENT
    assert sm2.decrypted(PRIVATE, C1 + C3 + C2[:-1] + b"?") is None


def test_sm4_is_that_of_the_standard() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")  # GB/T 32907, example 1
    seal = by_blocks(Algorithm.SM4, key)
    assert seal(key)[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def by_rsa(content: bytes) -> bytes:
    return section(2, RSA.sign(content, PKCS1v15(), SHA256()), b"")


def by_ecc(content: bytes) -> bytes:
    r, s = decode_dss_signature(ECC.sign(content, ec.ECDSA(SHA256())))
    return section(3, r.to_bytes(32, "big"), s.to_bytes(32, "big"))


SIGNERS: list[tuple[Callable[[bytes], bytes], PublicKey]] = [
    (lambda content: signature(PRIVATE, PUBLIC, content), PUBLIC),
    (by_rsa, RSA.public_key()),
    (by_ecc, ECC.public_key()),
]


@pytest.mark.parametrize(("sign", "public"), SIGNERS)
@pytest.mark.parametrize("marker", [b"", b"\xff"])
def test_a_signature_holds_with_and_without_its_marker(
    sign: Callable[[bytes], bytes], public: PublicKey, marker: bytes
) -> None:
    signed = report(SECTION, sign(CONTENTS + marker))
    assert state(read(signed, public, REQUIRED)) == "valid"
    forged = report(terminal.vehicle(NEW, DRIVING | {"speed_kmh": 30.0}), sign(CONTENTS))
    assert refused(read(forged, public)) == (["bad_signature"], 0x05)


@pytest.mark.parametrize("sign", [sign for sign, _ in SIGNERS])
def test_a_signature_by_another_key_is_wrong(sign: Callable[[bytes], bytes]) -> None:
    others: list[PublicKey] = [
        C1[1:],
        rsa.generate_private_key(65537, 2048).public_key(),
        ec.generate_private_key(ec.SECP256R1()).public_key(),
    ]
    for other in others:
        signed = report(SECTION, sign(CONTENTS))
        assert refused(read(signed, other)) == (["bad_signature"], 0x05)


def test_what_is_not_signed_or_by_nobody_we_know_is_stated() -> None:
    assert state(read(report(SECTION), PUBLIC)) == "unsigned"
    assert state(read(report(SECTION, BY_SM2), None)) == "unknown_key"
    old = report(terminal.vehicle(Edition.OF_2016, DRIVING), edition=Edition.OF_2016)
    assert state(read(old, PUBLIC)) is None
    assert state(decode(Gb32960(), report(SECTION, BY_SM2))) is None


def test_a_link_may_have_to_sign() -> None:
    assert refused(read(report(SECTION), PUBLIC, REQUIRED)) == (["unsigned"], 0x05)
    assert refused(read(report(SECTION, BY_SM2), None, REQUIRED)) == (["no_public_key"], 0x05)
    # Who may not send without a signature may not do so by the edition that has none.
    old = report(terminal.vehicle(Edition.OF_2016, DRIVING), edition=Edition.OF_2016)
    assert [error.code for error in read(old, PUBLIC, REQUIRED).errors] == ["unsigned"]


def test_nothing_may_stand_behind_a_signature() -> None:
    tail = terminal.private(0x80, b"added")
    assert refused(read(report(SECTION, BY_SM2, tail), PUBLIC)) == (["bad_signature"], 0x05)


def test_a_report_is_signed_first_and_encrypted_then() -> None:
    frame = sealed(report(SECTION, BY_SM2), Algorithm.SM4, by_blocks(Algorithm.SM4, KEY))
    link = Link(Keys(sm4=KEY, public=PUBLIC), signature=SignatureRule.REQUIRED)
    assert state(read(frame, None, link)) == "valid"


@given(st.integers(0, len(CONTENTS + BY_SM2) - 1), st.integers(1, 255))
@settings(max_examples=200)
def test_no_byte_of_a_signed_report_can_be_changed(at: int, change: int) -> None:
    data = bytearray(CONTENTS + BY_SM2)
    data[at] ^= change
    frame = terminal.frame(NEW, 2, VIN, bytes(data))
    assert read(frame, PUBLIC, REQUIRED).samples == []


def test_what_a_simulated_vehicle_of_2025_signs_is_valid_to_who_has_its_key() -> None:
    vendor = Gb32960Terminal(sign=partial(signature, PRIVATE, PUBLIC))
    (of_2016, of_2025) = (vendor.device(number) for number in (2, 3))
    for device in (of_2016, of_2025):
        measured = Measured(device, AT, {"speed_kmh": 61.3}, 1, ZoneInfo("Asia/Shanghai"))
        (sent,) = vendor.messages(measured)
        keys = Keyring(vehicles={device: Keys(public=PUBLIC)})
        (sample,) = decode(Gb32960(keys=keys), sent.payload).samples
        assert sample.values.get("signature_state") == sent.said[0].values.get("signature_state")
    assert sent.said[0].values["signature_state"] == "valid"
