"""Detached signatures of a bundle: Ed25519 over a short text that a person can read. Pure.

The private key stays with the party; nothing here keeps or makes one. A signature names the party,
so that one of the client never passes for one of the provider, and holds the manifest it is for.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from analytics.evidence.manifest import Manifest, document
from domain.canonical import canonical
from domain.contract import Party
from domain.errors import InputError
from domain.record import read, told, wanted
from domain.toml_text import read_toml

FORM = "civicwatt/evidence-signature/1"
PARTIES_FORM = "civicwatt/evidence-parties/1"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Parties:
    """Public keys by which the two parties sign: Ed25519, 32 bytes, in base64."""

    form: str
    client: str
    provider: str

    def __post_init__(self) -> None:
        wanted(self.form == PARTIES_FORM, f"form {self.form!r}, want {PARTIES_FORM!r}")
        for party in Party:
            wanted(len(_bytes(self.key(party))) == _KEY_BYTES, f"{party}: want 32 bytes in base64")
        wanted(self.client != self.provider, "client and provider have one key: want two")

    def key(self, party: Party) -> str:
        """Public key of a party, in base64."""
        return self.client if party is Party.CLIENT else self.provider

    def party(self, key: str) -> Party | None:
        """Whose key it is."""
        return next((party for party in Party if self.key(party) == key), None)

    def text(self) -> str:
        """As `read_parties` reads it."""
        return "".join(f'{name} = "{value}"\n' for name, value in told(self).items())


@dataclass(frozen=True, slots=True)
class Signature:
    """A party's signature of a manifest, with the manifest.

    Attributes
    ----------
    key : str
        Public key, in base64. Whose it is, is not decided here.
    signature : str
        64 bytes in base64.
    """

    party: Party
    key: str
    signature: str
    manifest: Manifest
    form: str = FORM

    def __post_init__(self) -> None:
        wanted(self.form == FORM, f"form {self.form!r}, want {FORM!r}")

    def text(self) -> str:
        """As a file."""
        return canonical(told(self)) + "\n"


def message(party: Party, manifest: Manifest) -> bytes:
    """What is signed: its first line says what it is, so that it is good for nothing else."""
    return (
        f"{FORM}\n"
        f"party: {party}\n"
        f"contract: {manifest.contract}, version {manifest.contract_version}\n"
        f"month: {manifest.month}\n"
        f"statement sha256: {manifest.statement_sha256}\n"
        f"manifest sha256: {manifest.sha256}\n"
    ).encode()


def sign(party: Party, manifest: Manifest, key: Ed25519PrivateKey) -> Signature:
    """Sign a manifest as a party."""
    made = key.sign(message(party, manifest))
    return Signature(party, written(key.public_key()), base64.b64encode(made).decode(), manifest)


def holds(signature: Signature, key: str) -> bool:
    """Whether a signature is of its manifest, as its party, by a public key in base64."""
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key)).verify(
            _bytes(signature.signature), message(signature.party, signature.manifest)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def read_signature(text: str, *, place: str) -> Signature:
    """Read the file of a signature.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(Signature, document(text, place=place), place)


def read_parties(text: str, *, place: str) -> Parties:
    """Read the public keys of the parties.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(Parties, read_toml(text, place=place), place)


def read_public_key(pem: bytes, *, place: str) -> str:
    """Public key of a PEM file, in base64.

    Raises
    ------
    InputError
        If it is no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(f"no public key in PEM: {error}", place=place) from None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"a key of kind {type(key).__name__}, want Ed25519", place=place)
    return written(key)


def wanted_key(text: str, *, place: str) -> str:
    """A public key given in base64, in its one form.

    Raises
    ------
    InputError
        If it is no Ed25519 public key.
    """
    raw = _bytes(text)
    if len(raw) != _KEY_BYTES:
        raise InputError(f"want {_KEY_BYTES} bytes in base64, or PEM", place=place)
    return base64.b64encode(raw).decode()


def read_private_key(pem: bytes, password: bytes | None, *, place: str) -> Ed25519PrivateKey:
    """Private key of a PEM file.

    Raises
    ------
    InputError
        If it is no Ed25519 key, or the password does not open it.
    """
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        reason = "no private key in PEM that can be opened with this password"
        raise InputError(reason, place=place) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"a key of kind {type(key).__name__}, want Ed25519", place=place)
    return key


def written(key: Ed25519PublicKey) -> str:
    """Public key in base64."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def fingerprint(key: str) -> str:
    """SHA-256 of a public key in base64: what is read out over the telephone or printed."""
    return hashlib.sha256(_bytes(key)).hexdigest()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
