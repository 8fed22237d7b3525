"""The file of keys: TOML, read once at start. A secret like a password file.

::

    [default]                        # links that are not named
    sm4_key = "0123456789abcdef0123456789abcdef"

    [link.PLATFORM]                  # as `civicwatt listen --user`, or the device of the topic
    mode = "cbc"                     # or "ecb", the default
    iv = "first"                     # the data begin with it; or 32 hexadecimal digits
    aes_key = "..."
    sm2_private_key = "..."          # 64 hexadecimal digits
    rsa_private_key = '''-----BEGIN PRIVATE KEY----- ...'''
    signature = "required"           # or "stated", the default
    signer = "1234567812345678"

    [vehicle.LCWSIM00000000001]      # by VIN
    sm4_key = "..."
    public_key = "04..."             # SM2: 130 hexadecimal digits; RSA, ECC: PEM
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from gmssl_pyx import GmsslInnerError, sm2_sign_sm3_digest, sm2_verify
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import ConfigurationError
from ingest.codecs.gb32960.keys import (
    KEY,
    USUAL_SIGNER,
    Keyring,
    Keys,
    Link,
    Mode,
    PublicKey,
    SignatureRule,
)
from ingest.codecs.gb32960.quiet import quiet

_PRIVATE, _PUBLIC = 32, 64
_PEM = "-----BEGIN"
_OF_KEYS = frozenset({"sm4_key", "aes_key", "public_key"})
_OF_LINK = _OF_KEYS | {"sm2_private_key", "rsa_private_key", "mode", "iv", "signature", "signer"}


class VehicleKeySettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    gb32960_keys: Path | None = None
    """File with the keys of vehicles and of links to other platforms."""


def installed() -> Keyring:
    """The keys of the file the environment names; none without.

    Raises
    ------
    ConfigurationError
        If it cannot be used.
    """
    file = VehicleKeySettings().gb32960_keys
    return Keyring() if file is None else load(file)


def load(file: Path) -> Keyring:
    """Read a file of keys.

    Raises
    ------
    ConfigurationError
        Naming the entry that cannot be used, and never what stands in it.
    """
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # What these say may show a key.
        raise ConfigurationError(f"{file}: this is no TOML") from None
    unknown = found.keys() - {"default", "link", "vehicle"}
    if unknown:
        raise ConfigurationError(f"{file}: {_shown(unknown)} unknown: want default, link, vehicle")
    default = found.get("default")
    links, vehicles = (
        _tables(found.get(name, {}), f"{file}: {name}") for name in ("link", "vehicle")
    )
    return Keyring(
        None if default is None else _link(default, f"{file}: default"),
        {code: _link(table, f"{file}: link.{code}") for code, table in links.items()},
        {vin: _vehicle(table, f"{file}: vehicle.{vin}") for vin, table in vehicles.items()},
    )


def _tables(found: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise ConfigurationError(f"{place}: want tables")
    return found


def _texts(table: Any, known: frozenset[str], place: str) -> dict[str, str]:
    """The entries of a table, all of them known and texts."""
    table = _tables(table, place)
    if table.keys() - known:
        names = _shown(table.keys() - known)
        raise ConfigurationError(f"{place}: {names} unknown: want {_shown(known)}")
    for name, text in table.items():
        if not isinstance(text, str):
            raise ConfigurationError(f"{place}.{name}: want a text in quotes")
    return dict(table)


def _vehicle(table: Any, place: str) -> Keys:
    return _keys(_texts(table, _OF_KEYS, place), place)


def _keys(texts: Mapping[str, str], place: str) -> Keys:
    public = texts.get("public_key")
    return Keys(
        _digits(texts, "sm4_key", KEY, place),
        _digits(texts, "aes_key", KEY, place),
        None if public is None else _public(public, f"{place}.public_key"),
    )


def _link(table: Any, place: str) -> Link:
    texts = _texts(table, _OF_LINK, place)
    try:
        mode = Mode(texts.get("mode", Mode.ECB))
        rule = SignatureRule(texts.get("signature", SignatureRule.STATED))
    except ValueError as error:
        raise ConfigurationError(f"{place}: {error}") from None
    if (mode is Mode.CBC) != ("iv" in texts):
        raise ConfigurationError(f"{place}: mode cbc and an iv belong together")
    first = texts.get("iv") == "first"
    return Link(
        _keys(texts, place),
        sm2=_sm2_private(texts, place),
        rsa=_rsa_private(texts.get("rsa_private_key"), f"{place}.rsa_private_key"),
        mode=mode,
        iv=None if first else _digits(texts, "iv", KEY, place),
        signature=rule,
        signer=texts.get("signer", USUAL_SIGNER.decode()).encode(),
    )


def _digits(texts: Mapping[str, str], name: str, size: int, place: str) -> bytes | None:
    """Bytes given in hexadecimal digits; None if they are not given."""
    if name not in texts:
        return None
    try:
        content = bytes.fromhex(texts[name])
    except ValueError:
        content = b""
    if len(content) != size:
        raise ConfigurationError(f"{place}.{name}: want {2 * size} hexadecimal digits")
    return content


def _sm2_private(texts: Mapping[str, str], place: str) -> bytes | None:
    key = _digits(texts, "sm2_private_key", _PRIVATE, place)
    if key is not None:
        try:
            with quiet():
                sm2_sign_sm3_digest(key, bytes(_PRIVATE))
        except GmsslInnerError:
            raise ConfigurationError(f"{place}.sm2_private_key: no key of SM2") from None
    return key


def _rsa_private(text: str | None, place: str) -> RSAPrivateKey | None:
    if text is None:
        return None
    try:
        key = load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError(f"{place}: want a private RSA key in PEM, without a password")
    return key


def _public(text: str, place: str) -> PublicKey:
    if _PEM not in text:
        return _point(text, place)
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        key = None
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise ConfigurationError(f"{place}: want a public key of RSA or ECC in PEM")
    return key


def _point(text: str, place: str) -> bytes:
    digits = text.removeprefix("04") if len(text) > 2 * _PUBLIC else text
    point = _digits({"point": digits}, "point", _PUBLIC, place) or b""
    try:
        with quiet():
            sm2_verify(point, b"", encode_dss_signature(1, 1))
    except GmsslInnerError:
        raise ConfigurationError(f"{place}: no public key of SM2") from None
    return point


def _shown(names: Any) -> str:
    return ", ".join(sorted(names))
