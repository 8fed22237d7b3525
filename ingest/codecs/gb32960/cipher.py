"""Encrypted data units, with a key at hand. Pure.

A wrong key is noticed by the padding of the last block, 255 times of 256; the rest is noticed by
what has been decrypted, see `opening`. Source of the numbers: GB/T 32960.3-2025, table 2, as open
implementations cite it; the text itself was not read.
"""

from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.padding import PKCS7

from ingest.codecs.gb32960 import sm2
from ingest.codecs.gb32960.keys import KEY, Keys, Link, Mode


class Encryption(IntEnum):
    """How a data unit is encrypted, or a key is meant to be used."""

    RSA = 0x02
    AES = 0x03
    SM2 = 0x04
    SM4 = 0x05


SYMMETRIC = frozenset({Encryption.AES, Encryption.SM4})
_BLOCK_BITS = 8 * KEY


def key_of(keys: Keys, encryption: int) -> bytes | None:
    """The key for one of the symmetric algorithms."""
    return keys.sm4 if encryption == Encryption.SM4 else keys.aes


def by_blocks(encryption: int, key: bytes, link: Link, data: bytes) -> bytes | None:
    """Decrypt with AES-128 or SM4, padding PKCS#7; None if the key is wrong."""
    iv, body = link.iv, data
    if link.mode is Mode.CBC and iv is None:
        iv, body = data[:KEY], data[KEY:]
    if not body or len(data) % KEY:
        return None
    mode = ECB() if link.mode is Mode.ECB else CBC(iv or b"")  # noqa: S305 -- as the sender does
    algorithm = SM4(key) if encryption == Encryption.SM4 else AES(key)
    opener, pad = Cipher(algorithm, mode).decryptor(), PKCS7(_BLOCK_BITS).unpadder()
    try:
        return pad.update(opener.update(body) + opener.finalize()) + pad.finalize()
    except ValueError:
        return None


def for_us(encryption: int, link: Link, data: bytes) -> bytes | None:
    """Decrypt what was encrypted with our public key; None if it was not, or we have no such."""
    if encryption == Encryption.SM2:
        return None if link.sm2 is None else sm2.decrypted(link.sm2, data)
    if link.rsa is None:
        return None
    size = link.rsa.key_size // 8
    if not data or len(data) % size:
        return None
    try:  # longer content is encrypted piece by piece
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        return b"".join(link.rsa.decrypt(part, PKCS1v15()) for part in parts)
    except ValueError:
        return None
