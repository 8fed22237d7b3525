"""An installation with an OpenID provider, and a browser that goes to and fro."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import RSAKey
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected, new_database
from tests.db.conftest import V1, add_people
from tests.estate import estate
from tests.openid_provider import CLIENT_ID, SECRET, OpenIdProvider, new_key, openid_provider
from tests.password import PASSWORD, PASSWORD_HASH

HERE = "http://127.0.0.1:8000"
BEGIN = f"{V1}/session/provider/begin"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """Made once: a key takes long to make."""
    return new_key("first")


@pytest.fixture(scope="module")
def other_key() -> RSAKey:
    """Another one."""
    return new_key("second")


@pytest.fixture
def provider(key: RSAKey) -> Iterator[OpenIdProvider]:
    """One that knows the operator of the school."""
    with openid_provider(key) as provider:
        yield provider


@pytest.fixture(scope="module")
def house(database_server: str, template: str) -> Iterator[str]:
    """Address of a database with school and hospital."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            add_person(conn, login="warden", name="warden", password_hash=PASSWORD_HASH)
            grant(conn, login="warden", role="security_administrator", organisation="bureau")
        yield url


@pytest.fixture
def conn(house: str) -> Iterator[Connection]:
    """Everybody as they were: nobody linked, nobody locked out, no session."""
    with connected(house) as conn:
        for table in ("session", "person_identity", "identity_proposal", "provider_sign_in"):
            conn.execute(f"DELETE FROM {table}")
        conn.execute("UPDATE person SET active = true, locked_until = NULL, failed_sign_ins = 0")
        yield conn


@pytest.fixture
def settings(house: str, provider: OpenIdProvider, tmp_path: Path) -> ApiSettings:
    """Those of an installation that has the provider."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    return ApiSettings(
        database_url=house,
        public_url=HERE,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret_file=secret,
        oidc_name="District",
    )


@pytest.fixture
def client(conn: Connection, settings: ApiSettings) -> Iterator[TestClient]:
    """A browser nobody has signed in at, which shows where it is led."""
    assert conn.info.dbname in settings.database_url
    with TestClient(create_app(settings), base_url=HERE, follow_redirects=False) as client:
        yield client


def sent(client: TestClient, goal: str = "/devices") -> str:
    """Where the browser is sent to that wants to sign in by the provider."""
    answer = client.get(BEGIN, params={"next": goal})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def led(answer: Response) -> dict[str, str]:
    """What the sign-in page is told; it must be the console's own."""
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/sign-in")
    return {name: value for name, [value] in parse_qs(parts.query).items()}


def come_back(client: TestClient, provider: OpenIdProvider, goal: str = "/devices") -> Response:
    """Go to the provider, sign in there, and come back."""
    answer: Response = client.get(provider.approve(sent(client, goal)))
    return answer


def link(client: TestClient, provider: OpenIdProvider) -> None:
    """First sign-in of somebody, who shows their password."""
    assert led(come_back(client, provider)) == {"link": "1", "next": "/devices"}
    answer = client.post(f"{V1}/session/provider/link", json={"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()


def show(client: TestClient, name: str, value: str) -> None:
    """Let the browser have a cookie of that value."""
    client.cookies.set(name, value, domain="127.0.0.1", path="/")


def acts(conn: Connection, person: str = "school") -> list[tuple[str, dict[str, str]]]:
    """Acts of the audit log that speak of the provider, newest first."""
    return conn.execute(
        "SELECT action, detail FROM audit LEFT JOIN person USING (person_id)"
        " WHERE coalesce(login, '') = %s AND detail ? 'issuer' ORDER BY audit_id DESC",
        [person],
    ).fetchall()
