"""What terminals of GB/T 32960.3 send that encrypt, sign and exchange keys. Pure.

Written from what open implementations cite as tables 2, 8 and 31 of the edition of 2025, and not
from the codec. A sender signs first and encrypts then; the checksum is made last.
"""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.hashes import SHA256
from gmssl_pyx import sm2_sign

from device_sim.vendors.gb32960 import Edition, frame, time_bytes
from ingest.codecs.gb32960.keys import Keyring, Mode


class Algorithm(IntEnum):
    """How a data unit is encrypted."""

    RSA = 2
    AES = 3
    SM2 = 4
    SM4 = 5


_BLOCK = 16
_DATA = 24
"""Where the data of a frame begin. [bytes]"""
_SIGNED_BY_SM2, _SIGNED_BY_RSA = b"\xff\x01", b"\xff\x02"
"""The section of the signature begins so."""


def sealed(plain: bytes, algorithm: Algorithm, seal: Callable[[bytes], bytes]) -> bytes:
    """A frame with its data encrypted by `seal`."""
    edition = Edition.OF_2025 if plain[:2] == b"$$" else Edition.OF_2016
    code = plain[4:21].rstrip(b"\0").decode()
    data = seal(plain[_DATA:-1])
    return frame(edition, plain[2], code, data, answer=plain[3], encryption=algorithm)


def by_blocks(
    algorithm: Algorithm, key: bytes, iv: bytes | None = None
) -> Callable[[bytes], bytes]:
    """Encryption with AES-128 or SM4, padding PKCS#7.

    Parameters
    ----------
    iv : bytes or None
        First block of CBC; None for ECB.
    """
    mode = ECB() if iv is None else CBC(iv)  # noqa: S305 -- what terminals do
    cipher = Cipher(SM4(key) if algorithm is Algorithm.SM4 else AES(key), mode)

    def seal(data: bytes) -> bytes:
        missing = _BLOCK - len(data) % _BLOCK
        encryptor = cipher.encryptor()
        return encryptor.update(data + bytes((missing,)) * missing) + encryptor.finalize()

    return seal


def as_agreed(plain: bytes, ring: Keyring, vin: str) -> bytes:
    """A frame as a vehicle sends it over a link of its own; plain without a key, or data."""
    own, link = ring.vehicle(vin), ring.link(vin)
    sm4, aes = own.sm4 or link.keys.sm4, own.aes or link.keys.aes
    key, algorithm = (sm4, Algorithm.SM4) if sm4 else (aes, Algorithm.AES)
    if key is None or len(plain) == _DATA + 1:
        return plain
    if link.mode is Mode.ECB:
        return sealed(plain, algorithm, by_blocks(algorithm, key))
    # A run with the same settings sends the same again: so the first block is made of the frame.
    iv = link.iv or sha256(plain).digest()[:_BLOCK]
    before = b"" if link.iv else iv
    return sealed(plain, algorithm, lambda data: before + by_blocks(algorithm, key, iv)(data))


def signature(private: bytes, public: bytes, signed: bytes) -> bytes:
    """Section of the signature by SM2 of everything before it, to be sent as the last one.

    Parameters
    ----------
    signed : bytes
        The time and all sections.
    """
    parts = decode_dss_signature(sm2_sign(private, public, signed))
    return _SIGNED_BY_SM2 + b"".join(
        len(part).to_bytes(2, "big") + part for part in (n.to_bytes(32, "big") for n in parts)
    )


def rsa_signature(private: RSAPrivateKey, signed: bytes) -> bytes:
    """The same by RSA: of the signature's two parts the first is all of it."""
    made = private.sign(signed, PKCS1v15(), SHA256())
    return _SIGNED_BY_RSA + len(made).to_bytes(2, "big") + made + bytes(2)


def key_exchange(
    edition: Edition, code: str, algorithm: Algorithm, key: bytes, since: datetime, until: datetime
) -> bytes:
    """An exchange of the key for what follows; `key` as it is to stand in the frame."""
    data = bytes((algorithm,)) + len(key).to_bytes(2, "big") + key
    return frame(edition, 0x0B, code, data + time_bytes(since) + time_bytes(until))
