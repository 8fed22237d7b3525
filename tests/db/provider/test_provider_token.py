"""Nothing forged, stolen or meant for somebody else signs anybody in by an OpenID provider."""

import hmac
import json
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from psycopg import Connection

from tests.db.conftest import V1
from tests.db.provider.conftest import BEGIN, acts, come_back, led, link, sent, show
from tests.openid_provider import CLIENT_ID, Claims, OpenIdProvider

pytestmark = pytest.mark.db


def test_a_wrong_state_is_refused_and_a_right_one_of_another_browser_too(
    client: TestClient, provider: OpenIdProvider
) -> None:
    link(client, provider)
    back = provider.approve(sent(client))
    forged = back.replace("state=", "state=another-")
    assert led(client.get(forged))["fault"] == "sign_in_begin_again"
    kept = dict(client.cookies)
    client.cookies.clear()
    assert led(client.get(back)) == {"fault": "sign_in_begin_again", "next": "/"}
    assert client.get(f"{V1}/session").status_code == 401
    show(client, "civicwatt_provider", kept["civicwatt_provider"])
    assert led(client.get(back))["by"] == "provider"


def test_an_answer_is_taken_once_and_not_too_late(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    link(client, provider)
    back = provider.approve(sent(client))
    cookies = dict(client.cookies)
    assert led(client.get(back))["by"] == "provider"
    client.cookies.clear()
    show(client, "civicwatt_provider", cookies["civicwatt_provider"])
    assert led(client.get(back))["fault"] == "sign_in_begin_again"
    back = provider.approve(sent(client))
    conn.execute("UPDATE provider_sign_in SET ends_at = now() - interval '1 s'")
    assert led(client.get(back))["fault"] == "sign_in_begin_again"


def test_a_code_that_was_redeemed_opens_nothing_in_another_sign_in(
    client: TestClient, provider: OpenIdProvider
) -> None:
    link(client, provider)
    first = provider.approve(sent(client))
    [stolen] = parse_qs(urlsplit(first).query)["code"]
    client.get(first)
    client.cookies.clear()
    second = provider.approve(sent(client))
    [own] = parse_qs(urlsplit(second).query)["code"]
    assert led(client.get(second.replace(own, stolen)))["fault"] == "provider_unreachable"
    # and one that was not yet redeemed fits the sign-in only for which it was given: PKCE, nonce
    first = provider.approve(sent(client))
    [stolen] = parse_qs(urlsplit(first).query)["code"]
    second = provider.approve(sent(client))
    [own] = parse_qs(urlsplit(second).query)["code"]
    assert led(client.get(second.replace(own, stolen)))["fault"] == "provider_unreachable"
    assert client.get(f"{V1}/session").status_code == 401


@pytest.mark.parametrize(
    "other",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"nonce": ["of this sign-in, among others"]},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
        {"nbf": 4_000_000_000},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    client: TestClient, provider: OpenIdProvider, conn: Connection, other: Claims
) -> None:
    link(client, provider)
    provider.claims = lambda claims: (
        claims
        | other
        | ({"nonce": [claims["nonce"]]} if isinstance(other.get("nonce"), list) else {})
    )
    assert led(come_back(client, provider)) == {"fault": "identity_unproven", "next": "/devices"}
    assert client.get(f"{V1}/session").status_code == 401
    [(action, detail), *_] = acts(conn, "")
    assert (action, detail["why"]) == ("identity_refused", "identity_unproven")


def coded(part: bytes) -> bytes:
    """A part of a token."""
    return urlsafe_b64encode(part).rstrip(b"=")


def forged(claims: Claims, header: dict[str, str], secret: bytes) -> str:
    """A token with a header of one's own; without a secret it is not signed at all."""
    text = coded(json.dumps(header).encode()) + b"." + coded(json.dumps(claims).encode())
    signature = hmac.digest(secret, text, "sha256") if secret else b""
    return (text + b"." + coded(signature)).decode()


@pytest.mark.parametrize("way", ["none", "hs256", "another key", "altered", "no token"])
def test_a_token_that_the_provider_has_not_signed_opens_nothing(
    client: TestClient, provider: OpenIdProvider, other_key: RSAKey, way: str
) -> None:
    link(client, provider)

    def altered(claims: Claims) -> str:
        head, _, signature = provider.signed(claims | {"sub": "another"}).split(".")
        return f"{head}.{provider.signed(claims).split('.')[1]}.{signature}"

    kid = str(provider.key.kid)
    public = provider.key.as_pem(private=False)
    provider.sign = {
        "none": lambda claims: forged(claims, {"alg": "none"}, b""),
        "hs256": lambda claims: forged(claims, {"alg": "HS256", "kid": kid}, public),
        "another key": lambda claims: jwt.encode({"alg": "RS256", "kid": kid}, claims, other_key),
        "altered": altered,
        "no token": lambda _: "gibberish",
    }[way]
    assert led(come_back(client, provider))["fault"] == "identity_unproven"
    assert client.get(f"{V1}/session").status_code == 401


def test_a_new_key_of_the_provider_is_found_and_the_old_one_is_none_any_more(
    client: TestClient, provider: OpenIdProvider, other_key: RSAKey
) -> None:
    link(client, provider)
    old, provider.key = provider.key, other_key
    assert led(come_back(client, provider))["by"] == "provider"
    client.cookies.clear()
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": old.kid}, claims, old)
    assert led(come_back(client, provider))["fault"] == "identity_unproven"


def test_an_answer_of_another_provider_is_none(
    client: TestClient, provider: OpenIdProvider
) -> None:
    link(client, provider)
    back = provider.approve(sent(client))
    answer = client.get(f"{back}&iss=https%3A%2F%2Fanother.example")
    assert led(answer)["fault"] == "provider_unreachable"


@pytest.mark.parametrize(
    "other",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://plain.example/token"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_is_another_one_or_sends_secrets_in_the_open_is_not_used(
    client: TestClient, provider: OpenIdProvider, other: Claims
) -> None:
    provider.document = other
    assert led(client.get(BEGIN))["fault"] == "provider_unreachable"
    assert "/token" not in provider.asked
