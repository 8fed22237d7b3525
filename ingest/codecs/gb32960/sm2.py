"""SM2 as frames carry it. Pure; the arithmetic is GmSSL's.

Source: GB/T 32918.2 and .4, GM/T 0009 (forms).
"""

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gmssl_pyx import GmsslInnerError, sm2_decrypt, sm2_verify

from ingest.codecs.gb32960.quiet import quiet

MOST = 255
"""Longest content GmSSL decrypts: SM2 is for keys, not for long reports. [bytes]"""
LONGEST = 366
"""Longest ciphertext, as ASN.1 with that content. [bytes]"""
_COORDINATE, _HASH, _POINT = 32, 32, 64
_FLAT = 0x04
"""Before a point that is given in full."""
_SEQUENCE, _OCTETS, _LONG = 0x30, 0x04, 0x81
_SHORTEST = _POINT + _HASH + 1


def decrypted(private: bytes, secret: bytes) -> bytes | None:
    """The content of a ciphertext; None if it was not made for this key.

    It may be ASN.1 or bare, in the order C1C3C2 or the older C1C2C3: a hash of the content is part
    of it, so the form under which that hash is right is the one it has.
    """
    for form in _forms(secret):
        try:
            with quiet():
                return bytes(sm2_decrypt(private, form))
        except GmsslInnerError:
            continue
    return None


def is_signed(public: bytes, content: bytes, parts: tuple[bytes, bytes], signer: bytes) -> bool:
    """Whether `parts`, r and s, are the signature of `content` by `signer`."""
    r, s = (int.from_bytes(part, "big") for part in parts)
    if not all(0 < len(part) <= _COORDINATE for part in parts):
        return False
    try:
        with quiet():
            return bool(sm2_verify(public, content, encode_dss_signature(r, s), signer))
    except GmsslInnerError:
        return False


def _forms(secret: bytes) -> list[bytes]:
    """The ciphertext as ASN.1, in each way it can be taken apart."""
    forms = [secret] if secret[:1] == bytes((_SEQUENCE,)) else []
    bodies = [secret[1:]] if secret[:1] == bytes((_FLAT,)) else []
    for body in (*bodies, secret):
        if _SHORTEST <= len(body) <= _POINT + _HASH + MOST:
            point, rest = body[:_POINT], body[_POINT:]
            forms.append(_asn1(point, rest[:_HASH], rest[_HASH:]))
            forms.append(_asn1(point, rest[-_HASH:], rest[:-_HASH]))
    return forms


def _asn1(point: bytes, digest: bytes, content: bytes) -> bytes:
    x, y = (int.from_bytes(half, "big") for half in (point[:_COORDINATE], point[_COORDINATE:]))
    body = encode_dss_signature(x, y)[2:]  # two integers without the head of their sequence
    body += bytes((_OCTETS, _HASH)) + digest + bytes((_OCTETS,)) + _length(content) + content
    return bytes((_SEQUENCE,)) + _length(body) + body


def _length(body: bytes) -> bytes:
    if len(body) < 1 << 7:
        return bytes((len(body),))
    if len(body) < 1 << 8:
        return bytes((_LONG, len(body)))
    return bytes((_LONG + 1,)) + len(body).to_bytes(2, "big")
