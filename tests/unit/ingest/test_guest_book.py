"""Who may be connected over TCP, by what the registry and the credentials say."""

from dataclasses import replace

import pytest

from domain.device_password import SecretKey
from ingest.tcp.guest_book import Certificate, GuestBook
from store.telemetry.caller import CallerRow

KEY = SecretKey.parse("a key of tests, of forty characters or so")
PASSWORD = CallerRow("city", False, "password", "city", b"salt", KEY.key_id, None, True)
PRINT, OTHER = b"1" * 32, b"2" * 32
SIGNED = replace(PASSWORD, kind="certificate", username="city@5f0c2a91", fingerprint=PRINT)
REVOKED, RENEWED = replace(PASSWORD, in_force=False), replace(PASSWORD, salt=b"another")
SHOWN = Certificate("city@5f0c2a91", PRINT)


def book(*rows: CallerRow) -> GuestBook:
    return GuestBook.of(rows, KEY)


def test_a_refused_device_is_barred_whatever_it_shows() -> None:
    refused = replace(SIGNED, refused=True)
    assert book(refused).bars("city", SHOWN) == "device city is refused"
    assert book(replace(PASSWORD, refused=True, kind=None)).bars("city", None)
    assert book(refused).bars("other", None) == ""


def test_a_certificate_is_its_devices_own_while_it_is_in_force() -> None:
    assert book(SIGNED).bars("city", SHOWN, known_only=True) == ""
    assert "is not one of village" in book(SIGNED).bars("village", SHOWN)
    withdrawn = book(replace(SIGNED, in_force=False))
    assert "withdrawn" in withdrawn.bars("city", SHOWN)
    assert "withdrawn" in withdrawn.bars("", SHOWN), "before it has said who it is"


def test_a_certificate_of_another_authority_is_known_by_its_fingerprint() -> None:
    shown = Certificate("anything", PRINT)
    assert book(SIGNED).bars("city", shown, known_only=True) == ""
    assert "withdrawn" in book(replace(SIGNED, in_force=False)).bars("city", shown)


def test_a_borrowed_name_is_found_out() -> None:
    forged = Certificate("city@5f0c2a91", OTHER)
    assert "another one" in book(SIGNED).bars("city", forged)


def test_one_signed_before_fingerprints_were_noted_is_known_by_its_name() -> None:
    older = replace(SIGNED, fingerprint=None)
    assert book(older).bars("city", SHOWN, known_only=True) == ""
    assert "withdrawn" in book(replace(older, in_force=False)).bars("city", SHOWN)


def test_an_unknown_certificate_is_the_authoritys_word_unless_more_is_asked() -> None:
    stranger = Certificate("stranger", OTHER)
    assert book(SIGNED).bars("city", stranger) == ""
    assert "neither issued nor entered" in book(SIGNED).bars("city", stranger, known_only=True)


@pytest.mark.parametrize(
    ("rows", "password"),
    [
        ([PASSWORD], KEY.password("city", b"salt")),
        ([REVOKED], None),
        ([REVOKED, RENEWED], KEY.password("city", b"another")),
        ([RENEWED, REVOKED], KEY.password("city", b"another")),
        ([replace(PASSWORD, key_id="another")], None),
    ],
    ids=["in force", "revoked", "issued anew", "in any order", "of another key"],
)
def test_the_password_is_that_of_the_credential_in_force(
    rows: list[CallerRow], password: str | None
) -> None:
    assert book(*rows).passwords == {"city": password}


def test_whoever_never_had_a_password_is_not_in_the_book() -> None:
    assert book(SIGNED).passwords == {}
