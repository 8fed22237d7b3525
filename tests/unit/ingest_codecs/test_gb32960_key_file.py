"""GB/T 32960: the file of keys, and what it says of a mistake."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from domain.errors import ConfigurationError
from ingest.codecs.gb32960.key_file import installed, load
from ingest.codecs.gb32960.keys import Keyring, Mode, SignatureRule
from tests.unit.ingest_codecs.sm2_vectors import PRIVATE, PUBLIC

KEY = bytes(range(16))
RSA = rsa.generate_private_key(65537, 2048)
PEM = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SECRET = KEY.hex()


ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAm6/YrPeau8gDBvqsZYHQ0TV9s4BKJQ4dHOYY+c2AJZU=
-----END PUBLIC KEY-----"""


def public_pem(key: ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def write(folder: Path, text: str) -> Path:
    file = folder / "keys.toml"
    file.write_text(text)
    return file


def test_a_file_says_what_was_agreed_with_whom(tmp_path: Path) -> None:
    ring = load(
        write(
            tmp_path,
            f"""
            [default]
            aes_key = "{SECRET}"

            [link.city]
            mode = "cbc"
            iv = "first"
            sm2_private_key = "{PRIVATE.hex()}"
            rsa_private_key = '''{PEM}'''
            signature = "required"
            signer = "city"

            [link.old]
            mode = "cbc"
            iv = "{SECRET}"

            [vehicle.L0WTESTA1PC000101]
            sm4_key = "{SECRET}"
            public_key = "04{PUBLIC.hex()}"

            [vehicle.L0WTESTA3PC000102]
            public_key = '''{public_pem(ec.generate_private_key(ec.SECP256R1()).public_key())}'''
            """,
        )
    )
    assert ring.link("anybody").keys.aes == KEY
    city, old = ring.link("city"), ring.link("old")
    assert (city.mode, city.iv, city.sm2, city.signer) == (Mode.CBC, None, PRIVATE, b"city")
    assert (city.signature, old.signature) == (SignatureRule.REQUIRED, SignatureRule.STATED)
    assert city.rsa is not None
    assert city.rsa.private_numbers() == RSA.private_numbers()
    assert old.iv == KEY
    assert ring.vehicle("L0WTESTA1PC000101").sm4 == KEY
    assert ring.vehicle("L0WTESTA1PC000101").public == PUBLIC
    assert isinstance(ring.vehicle("L0WTESTA3PC000102").public, ec.EllipticCurvePublicKey)
    assert ring.vehicle("unknown").sm4 is None
    shown = repr(ring)
    assert not any(part in shown for part in (SECRET, repr(KEY), repr(PRIVATE)))


MISTAKES = {
    "[default]\nsm4_key = '00'": r"default\.sm4_key: want 32 hexadecimal digits",
    f"[default]\nsm4_key = '{'x' * 32}'": r"default\.sm4_key: want 32 hexadecimal digits",
    "[default]\nsm4_key = 12": r"default\.sm4_key: want a text in quotes",
    "[default]\nsm5_key = ''": "default: sm5_key unknown: want aes_key, iv",
    "[vehicle.V]\nmode = 'cbc'": r"vehicle\.V: mode unknown: want aes_key, public_key",
    "[links.city]": "links unknown: want default, link, vehicle",
    "link = 1": "link: want tables",
    "[link]\ncity = 1": r"link\.city: want tables",
    "[default]\nmode = 'gcm'": "'gcm' is not a valid Mode",
    "[default]\nmode = 'cbc'": "mode cbc and an iv belong together",
    f"[default]\niv = '{SECRET}'": "mode cbc and an iv belong together",
    f"[default]\nsm2_private_key = '{'0' * 64}'": "no key of SM2",
    f"[default]\npublic_key = '{'01' * 64}'": "no public key of SM2",
    "[default]\npublic_key = '04'": "want 128 hexadecimal digits",
    "[default]\npublic_key = '-----BEGIN'": "want a public key of RSA or ECC in PEM",
    f"[default]\npublic_key = '''{ED25519}'''": "want a public key of RSA or ECC in PEM",
    "[default]\nrsa_private_key = '-----BEGIN'": "want a private RSA key in PEM",
    f"sm4_key = '{SECRET}": "this is no TOML",
}


@pytest.mark.parametrize(("text", "reason"), MISTAKES.items())
def test_a_mistake_is_told_with_its_place_and_without_the_key(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load(write(tmp_path, text))
    assert "keys.toml" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: No such file"):
        load(tmp_path / "none.toml")


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CIVICWATT_GB32960_KEYS", raising=False)
    assert installed() == Keyring()
    assert not installed()
    file = write(tmp_path, f"[default]\nsm4_key = '{SECRET}'")
    monkeypatch.setenv("CIVICWATT_GB32960_KEYS", str(file))
    assert installed().link("any").keys.sm4 == KEY


def test_the_example_of_the_document_can_be_used(tmp_path: Path) -> None:
    document = Path(__file__).parents[3] / "docs" / "vehicle-keys.md"
    example = document.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    ring = load(write(tmp_path, example))
    assert ring.link("city").sm2 == PRIVATE
    assert ring.vehicle("LCWSIM00000000001").public == PUBLIC
