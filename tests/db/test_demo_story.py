"""The story of the demo: two people enter, check, approve and close, and tell it only once."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from civicwatt.demo.factors import CODE, load_demo_factors
from civicwatt.demo.metrology import ENDS_SOON
from civicwatt.demo.story import Story
from store.institution.factor import factor_set
from store.people.person import add_person, grant
from tests.closable_school import planted_template
from tests.conftest import connected, new_database
from tests.db.conftest import V1
from tests.estate import SHANGHAI
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db

TODAY = date(2026, 7, 14)
"""June is over then, and was planted whole."""


class Browser:
    """A person of the story at a client of the API."""

    def __init__(self, client: TestClient, login: str) -> None:
        self._client, self.login = client, login
        answer = client.post(f"{V1}/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        answer = self._client.get(f"{V1}/{path}", params=query)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def post(self, path: str, body: Mapping[str, object], *, seen: int | None = None) -> Any:
        """Do something."""
        return self._write("POST", path, body, {} if seen is None else {"If-Match": f'"{seen}"'})

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """Set something."""
        return self._write("PUT", path, body, {})

    def _write(
        self, method: str, path: str, body: Mapping[str, object], headers: dict[str, str]
    ) -> Any:
        told = {
            name: str(value) if isinstance(value, date) else value for name, value in body.items()
        }
        answer = self._client.request(method, f"{V1}/{path}", json=told, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def story(database_server: str, template: str) -> Iterator[tuple[Story, Connection]]:
    """Two people in a planted school of which June can be closed."""
    with (
        planted_template(database_server, template) as school,
        new_database(database_server, school) as url,
        connected(url) as conn,
    ):
        load_demo_factors(conn)
        for login in ("first", "second"):
            add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            for role in ("bureau", "operator", "system_administrator"):
                grant(conn, login=login, role=role, organisation="bureau")
        settings = ApiSettings(database_url=url)
        with TestClient(create_app(settings)) as one, TestClient(create_app(settings)) as other:
            people = Browser(one, "first"), Browser(other, "second")
            yield Story(*people, TODAY, SHANGHAI), conn


def now(done: Callable[[], bool]) -> None:
    assert done()


def test_the_story_is_told_once_and_ends_with_a_closed_month(
    story: tuple[Story, Connection],
) -> None:
    told, conn = story
    told.begin()
    entries = told.first.get("manual-entries")["items"]
    assert sorted(entry["state"] for entry in entries) == [
        "approved", "checked", "draft", "returned", "submitted",
    ]  # fmt: skip
    certificates = told.first.get("certificates")["items"]
    ends = sorted(date.fromisoformat(row["end_day"]) for row in certificates)
    assert {"main", "water"} <= {row["meter_code"] for row in certificates}
    assert ends[0] - TODAY == ENDS_SOON < ends[1] - TODAY
    assert len(told.first.get("seals")["items"]) == 2 * len(certificates)
    told.begin()
    [contract] = told.first.get("contracts")["items"]
    [statement] = told.second.get(f"contracts/{contract['id']}/statements")["items"]
    assert (statement["state"], statement["amount"]) == ("signed", "154340.14")
    assert [each["person"] for each in statement["signatures"]] == ["second", "first"]
    assert len(told.first.get("manual-entries")["items"]) == len(entries)
    assert told.first.get("certificates")["items"] == certificates
    closed = told.close(now)
    assert closed is not None
    assert told.close(now) is None
    [row] = conn.execute("SELECT kind, month, sha256 FROM ledger_entry").fetchall()
    assert row == ("closing", date(2026, 6, 1), closed[1])


def test_the_demo_set_says_by_its_name_that_nobody_checked_it(superuser: Connection) -> None:
    load_demo_factors(superuser)
    load_demo_factors(superuser)
    found = factor_set(superuser, CODE)
    assert found is not None
    assert all(
        factor.checked and "nobody has compared it" in factor.note for factor in found.factors
    )
    assert "not really checked" in found.name_en
