"""Signatures of reports of the edition of 2025. Pure.

Source: GB/T 32960.3-2025, what open implementations cite as its 7.2.2 and table 8 (the text itself
was not read): the signature is of everything from the time to the byte before it. Whether its own
start marker is part of that, two readers see differently, so both readings are accepted: either is
a statement by the holder of the key about the whole report. No hash is named there: SM3 for SM2,
SHA-256 for RSA and ECC.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from domain.errors import PayloadError
from domain.reading import Sample
from ingest.codecs.gb32960.frame import Edition, Frame
from ingest.codecs.gb32960.keys import Link, PublicKey, SignatureRule
from ingest.codecs.gb32960.sm2 import is_signed

STATE = "signature_state"
"""Name of the value that says what is known of a report's signature."""
_SECTION = "signature"
_BY_SM2, _BY_RSA, _BY_ECC = 0x01, 0x02, 0x03
_SIZE = 2


def judge(frame: Frame, sample: Sample, public: PublicKey | None, link: Link) -> None:
    """State what is known of a report's signature, as a value of the sample.

    ``valid``, ``unknown_key`` or ``unsigned``; nothing for the edition of 2016, which has none.

    Raises
    ------
    PayloadError
        If the signature is wrong, or is required and cannot be verified.
    """
    state = _state(frame, sample, public, link.signer)
    if state != "valid" and link.signature is SignatureRule.REQUIRED:
        code = "unsigned" if state == "unsigned" else "no_public_key"
        wanted = "this link must sign its reports with a key we know"
        raise PayloadError(f"{wanted}: {state}", code=code)
    if frame.edition is Edition.OF_2025:
        sample.values[STATE] = state


def _state(frame: Frame, sample: Sample, public: PublicKey | None, signer: bytes) -> str:
    found = [content for name, content in sample.raw if name == _SECTION]
    if not found:
        return "unsigned"
    if public is None:
        return "unknown_key"
    section, data = found[-1], frame.data
    if not data.endswith(section):
        raise PayloadError("there is something behind the signature", code="bad_signature")
    marked = data[: len(data) - len(section)]
    if not any(_is_of(section, content, public, signer) for content in (marked[:-1], marked)):
        raise PayloadError("the signature is not that of the vehicle's key", code="bad_signature")
    return "valid"


def _is_of(section: bytes, content: bytes, public: PublicKey, signer: bytes) -> bool:
    kind, r, s = _parts(section)
    if isinstance(public, bytes):
        return kind == _BY_SM2 and is_signed(public, content, (r, s), signer)
    try:
        if isinstance(public, RSAPublicKey) and kind == _BY_RSA:
            public.verify(r + s, content, PKCS1v15(), SHA256())
        elif isinstance(public, EllipticCurvePublicKey) and kind == _BY_ECC:
            numbers = (int.from_bytes(part, "big") for part in (r, s))
            public.verify(encode_dss_signature(*numbers), content, ECDSA(SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _parts(section: bytes) -> tuple[int, bytes, bytes]:
    at = 1 + _SIZE
    end = at + int.from_bytes(section[1:at], "big")
    return section[0], section[at:end], section[end + _SIZE :]
