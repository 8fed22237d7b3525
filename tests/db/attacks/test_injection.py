"""Texts that would be code elsewhere are texts here: in a query, a path, a name of a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from store.places.registry import write as write_registry
from tests.conftest import connected, new_database
from tests.db.conftest import V1, add_people
from tests.estate import estate
from tests.password import PASSWORD

pytestmark = [pytest.mark.db, pytest.mark.timeout(600)]

HOSTILE = ("' OR true; --", '"; DROP TABLE meter; --', "1) UNION SELECT login FROM person --",
           "$$; COPY person TO PROGRAM 'id'; $$", "../../../../etc/passwd", "a\x00b", "{{7*7}}",
           "%s%(person_id)s", "\\'; SELECT pg_sleep(60); --")  # fmt: skip
"""Each ends a literal, a dollar quote, a placeholder, a path or a text somewhere."""
_ENDLESS = f"{V1}/stream"


@pytest.fixture(scope="module")
def house(database_server: str, template: str) -> Iterator[tuple[Connection, TestClient]]:
    """School and hospital, and their administrator signed in."""
    with new_database(database_server, template) as url, connected(url) as conn:
        write_registry(conn, estate())
        add_people(conn)
        with TestClient(
            create_app(ApiSettings(database_url=url)), raise_server_exceptions=False
        ) as client:
            asked = client.post(f"{V1}/session", json={"login": "admin", "password": PASSWORD})
            client.headers["X-CSRF-Token"] = asked.json()["csrf"]
            yield conn, client


def questions(client: TestClient) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every route that is asked, with its parameters."""
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        if "get" in operations and path.startswith(V1) and path != _ENDLESS:
            yield path, operations["get"].get("parameters", [])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_question_is_run_as_code(house: tuple[Connection, TestClient], hostile: str) -> None:
    conn, client = house
    faults, tried = [], 0
    for path, parameters in questions(client):
        url, query = path, {}
        for each in parameters:
            if each["in"] == "path":
                url = url.replace("{" + each["name"] + "}", "1")
            elif each["in"] == "query":
                query[each["name"]] = hostile
        if query:
            answer = client.get(url, params=query)
            tried += 1
            if answer.status_code >= 500 or "root:" in answer.text:
                faults.append((path, answer.status_code, answer.text[:200]))
    assert faults == []
    assert tried > 60
    assert conn.execute("SELECT count(*) FROM meter").fetchone() == (2,)


@pytest.mark.parametrize("name", ["school", "nobody' OR true; --"])
def test_a_login_is_compared_and_not_run(house: tuple[Connection, TestClient], name: str) -> None:
    credentials = {"login": name, "password": "' OR '1'='1"}
    assert house[1].post(f"{V1}/session", json=credentials).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd", "/..%2f..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd", "/a%00b",
        "/%2e%2e/%2e%2e/pyproject.toml", "/assets/%2fetc%2fpasswd", "/assets/a%00b",
        "/" + 5000 * "a",
        "/assets/..%2f..%2f..%2fpyproject.toml", "/assets/..\\..\\pyproject.toml",
        "/assets/" + 5000 * "a", "/api/v1/sheets/..%2f..%2fpyproject.toml",
    ],
    ids=lambda path: path[:40],
)  # fmt: skip
def test_no_path_leads_out_of_the_console(house: tuple[Connection, TestClient], path: str) -> None:
    answer = house[1].get(path)
    assert answer.status_code < 500
    assert "root:" not in answer.text
    assert "[project]" not in answer.text
