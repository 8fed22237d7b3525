"""Signing in by an OpenID provider: who is linked gets in with their rights, nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.credential import COOKIE
from api.settings import ApiSettings
from tests.db.conftest import V1
from tests.db.provider.conftest import BEGIN, acts, come_back, led, link, sent, show
from tests.openid_provider import OpenIdProvider
from tests.password import PASSWORD

pytestmark = pytest.mark.db


def test_the_first_sign_in_is_linked_by_the_password_and_later_ones_need_none(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    assert led(come_back(client, provider)) == {"link": "1", "next": "/devices"}
    assert client.get(f"{V1}/session").status_code == 401
    told = client.get(f"{V1}/session/provider").json()
    assert told == {"name": "District", "proposed_login": "school"}
    wrong = client.post(f"{V1}/session/provider/link", json={"password": "a guess"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "password_wrong")
    linked = client.post(f"{V1}/session/provider/link", json={"password": PASSWORD})
    assert linked.json()["person"]["login"] == "school"
    assert [act for act, _ in acts(conn)[:2]] == ["sign_in", "identity_linked"]
    client.cookies.clear()

    provider.login = "renamed there"
    assert led(come_back(client, provider)) == {"by": "provider", "next": "/devices"}
    session = client.get(f"{V1}/session").json()
    assert (session["person"]["login"], session["person"]["roles"]) == ("school", ["operator"])
    assert acts(conn)[0] == ("sign_in", {"issuer": provider.url})
    client.headers["X-CSRF-Token"] = session["csrf"]
    token = client.cookies[COOKIE]
    assert client.delete(f"{V1}/session").status_code == 204
    show(client, COOKIE, token)
    assert client.get(f"{V1}/session").status_code == 401


def test_a_session_by_the_provider_ends_like_any_other_and_asks_for_no_new_password(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    link(client, provider)
    show(client, COOKIE, "chosen-by-somebody-else")
    come_back(client, provider)
    assert client.cookies[COOKIE] != "chosen-by-somebody-else"
    conn.execute(
        "UPDATE person SET password_set_at = now() - interval '91 days' WHERE login = 'school'"
    )
    assert client.get(f"{V1}/session").json()["must_change"] is False
    assert client.get(f"{V1}/meters").json()["items"] != []
    conn.execute("UPDATE session SET last_seen_at = now() - interval '3 hours'")
    assert client.get(f"{V1}/session").status_code == 401
    come_back(client, provider)
    conn.execute("UPDATE session SET ends_at = now() - interval '1 s'")
    assert client.get(f"{V1}/session").status_code == 401


def test_who_is_nobody_here_gets_no_account_and_nobody_elses(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    people = conn.execute("SELECT count(*) FROM person").fetchone()
    for provider.subject, provider.login in (("s-1", "stranger"), ("s-2", "School"), ("s-3", "")):
        answer = led(come_back(client, provider))
        assert answer == {"fault": "identity_unknown", "next": "/devices"}
    assert conn.execute("SELECT count(*) FROM person").fetchone() == people
    provider.subject, provider.login = "subject-of-school", "school"
    link(client, provider)
    # the same name at the provider, given to somebody else later, is another person
    provider.subject = "somebody else"
    assert led(come_back(client, provider))["fault"] == "identity_unknown"
    [(_, detail), *_] = acts(conn, "")
    assert detail == {
        "why": "identity_unknown", "issuer": provider.url, "subject": "somebody else",
        "login": "school",
    }  # fmt: skip


def test_a_closed_account_and_one_that_is_locked_out_stay_out(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    link(client, provider)
    conn.execute("UPDATE person SET locked_until = now() + interval '1 h' WHERE login = 'school'")
    assert led(come_back(client, provider))["fault"] == "too_many_passwords"
    conn.execute("UPDATE person SET locked_until = NULL, active = false WHERE login = 'school'")
    assert led(come_back(client, provider))["fault"] == "identity_unknown"
    assert acts(conn)[0][0] == "identity_refused"
    assert client.get(f"{V1}/session").status_code == 401


def test_guessing_the_password_at_the_link_locks_out(
    client: TestClient, provider: OpenIdProvider
) -> None:
    come_back(client, provider)
    given = [
        client.post(f"{V1}/session/provider/link", json={"password": guess}).status_code
        for guess in [*"abcdef", PASSWORD]
    ]
    assert given == [401] * 6 + [429]


def test_a_proposal_is_the_browsers_that_came_back_and_ends(
    client: TestClient, provider: OpenIdProvider, conn: Connection
) -> None:
    come_back(client, provider)
    cookies = dict(client.cookies)
    client.cookies.clear()
    right = {"password": PASSWORD}
    refused = client.post(f"{V1}/session/provider/link", json=right)
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_ended")
    show(client, "civicwatt_provider", cookies["civicwatt_provider"])
    conn.execute("UPDATE identity_proposal SET ends_at = now() - interval '1 s'")
    assert client.post(f"{V1}/session/provider/link", json=right).status_code == 409


def test_the_link_is_taken_away_by_who_administers_the_person(
    client: TestClient, provider: OpenIdProvider
) -> None:
    link(client, provider)
    come_back(client, provider)
    token = client.cookies[COOKIE]
    client.cookies.clear()
    answer = client.post(f"{V1}/session", json={"login": "warden", "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    people = {each["login"]: each for each in client.get(f"{V1}/users").json()["items"]}
    [identity] = people["school"]["identities"]
    assert (identity["issuer"], identity["subject"]) == (provider.url, "subject-of-school")
    assert people["hospital"]["identities"] == []
    address = f"{V1}/users/{people['school']['id']}/identities"
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    own = f"{V1}/users/{people['warden']['id']}/identities"
    assert client.delete(own).status_code == 403
    show(client, COOKIE, token)
    assert client.get(f"{V1}/session").status_code == 401
    client.cookies.clear()
    assert led(come_back(client, provider))["link"] == "1"


@pytest.mark.parametrize(
    "goal",
    [
        "//example.org", "https://example.org", "/\\example.org", "\\\\example.org", "/\t/x.org",
        "javascript:alert(1)", "/a\r\nSet-Cookie: a=b", "", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_no_goal_leads_to_another_host(
    client: TestClient, provider: OpenIdProvider, goal: str
) -> None:
    link(client, provider)
    answer = come_back(client, provider, goal)
    assert led(answer) == {"by": "provider", "next": "/"}


def test_a_refusal_of_the_provider_is_told(client: TestClient, provider: OpenIdProvider) -> None:
    [state] = parse_qs(urlsplit(sent(client)).query)["state"]
    answer = client.get(
        f"{V1}/session/provider/answer", params={"state": state, "error": "access_denied"}
    )
    assert led(answer) == {"fault": "provider_refused", "next": "/devices"}
    assert provider.codes == {}


def test_a_silent_provider_is_told_and_left_alone_for_a_while(
    client: TestClient, provider: OpenIdProvider
) -> None:
    provider.silent = True
    for _ in range(3):
        answer = client.get(BEGIN, params={"next": "/devices"})
        assert led(answer) == {"fault": "provider_unreachable", "next": "/devices"}
    assert len(provider.asked) == 2
    right = {"login": "school", "password": PASSWORD}
    assert client.post(f"{V1}/session", json=right).status_code == 200


def test_without_a_provider_there_is_none(house: str) -> None:
    with TestClient(create_app(ApiSettings(database_url=house))) as client:
        assert client.get(f"{V1}/session/provider").json()["name"] is None
        assert client.get(BEGIN).json()["code"] == "no_provider"
