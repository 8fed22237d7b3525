"""Keys of links and vehicles, and how a link uses them. Data only; none of it is ever shown.

GB/T 32960.3 names algorithms and nothing more: modes, padding, forms and hashes are agreed between
two platforms, so they are settings of the link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

KEY = 16
"""Length of a key of AES-128 or SM4, and of their blocks. [bytes]"""
USUAL_SIGNER = b"1234567812345678"
"""Whom an SM2 signature names where nothing else is agreed (GM/T 0009)."""
PublicKey: TypeAlias = bytes | RSAPublicKey | EllipticCurvePublicKey
"""Of a vehicle; bytes are a point of SM2, 64 of them."""


class Mode(StrEnum):
    """How blocks hang together."""

    ECB = "ecb"
    CBC = "cbc"


class SignatureRule(StrEnum):
    """What becomes of a report whose signature cannot be verified.

    One whose signature is wrong goes to quarantine under either.
    """

    STATED = "stated"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Keys:
    """What one vehicle, or all of a link, encrypts and signs with."""

    sm4: bytes | None = field(default=None, repr=False)
    aes: bytes | None = field(default=None, repr=False)
    public: PublicKey | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What has been agreed with one sender.

    Attributes
    ----------
    keys : Keys
        For vehicles that have none of their own.
    sm2, rsa : bytes, RSAPrivateKey or None
        Our private keys, for what is encrypted for us. SM2: 32 bytes.
    iv : bytes or None
        First block of CBC; None if the data begin with it.
    signer : bytes
        Whom an SM2 signature names.
    """

    keys: Keys = Keys()
    sm2: bytes | None = field(default=None, repr=False)
    rsa: RSAPrivateKey | None = field(default=None, repr=False)
    mode: Mode = Mode.ECB
    iv: bytes | None = field(default=None, repr=False)
    signature: SignatureRule = SignatureRule.STATED
    signer: bytes = USUAL_SIGNER


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys of an installation.

    Attributes
    ----------
    default : Link or None
        For links that are not named.
    links : dict of str to Link
        By code of the platform or terminal whose topic or connection it is.
    vehicles : dict of str to Keys
        By VIN.
    """

    default: Link | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    vehicles: Mapping[str, Keys] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.default is not None or bool(self.links) or bool(self.vehicles)

    def link(self, code: str) -> Link:
        """What has been agreed with a sender."""
        return self.links.get(code) or self.default or _NOTHING_AGREED

    def vehicle(self, vin: str) -> Keys:
        """A vehicle's own keys."""
        return self.vehicles.get(vin, _NO_KEYS)


_NOTHING_AGREED = Link()
_NO_KEYS = Keys()
