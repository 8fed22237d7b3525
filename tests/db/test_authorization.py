"""Every route, asked by every kind of person for what is another institution's: nothing leaks.

The other institution has a row in every table; the own one has its places and meters alone, so
whatever an answer shows is either its own or a leak. Routes are those of the OpenAPI document.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from psycopg import Connection

from api.app import create_app
from api.key_permission import PERMISSIONS
from api.settings import ApiSettings
from store.people.person import add_person, grant
from tests.conftest import connected, new_database
from tests.db.conftest import V1
from tests.password import PASSWORD, PASSWORD_HASH
from tests.two_institutions import NUMBERS, OTHER, OWN, keys_of, plant

pytestmark = [pytest.mark.db, pytest.mark.timeout(900)]

PEOPLE = {
    "head": ("institution_administrator", OWN),
    "engineer": ("system_administrator", OWN),
    "auditor": ("auditor", OWN),
    "watcher": ("security_administrator", OWN),
    "recorder": ("audit_administrator", OWN),
}
MACHINE = "machine"
"""Asks by a key of one's own institution that may write whatever a key may."""
YEAR = 2026
NOBODYS = 910_009
"""A key that no row has."""
_TOLD_APART = {("post", f"{V1}/users")}
"""A login is one person's in the whole house, and its administrator has to choose another."""
_NOT_TRIED = {
    f"{V1}/stream", f"{V1}/session", f"{V1}/session/password", f"{V1}/audit", f"{V1}/audit/export",
}  # fmt: skip
"""A stream does not end; the others tell of oneself. Their tests are beside this one."""


class House:
    """A server before the planted institutions, and the keys of the other one.

    Attributes
    ----------
    name, number : str, int
        What questions name it by, and keys of its rows.
    """

    def __init__(self, client: TestClient, conn: Connection) -> None:
        self.client, self.conn = client, conn
        self.name, self.number = OTHER, NUMBERS[OTHER]
        self.paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]
        self.schemas = client.get("/openapi.json").json()["components"]["schemas"]
        self.key = self._made_key()
        keys = keys_of(conn, OTHER)
        self.ids = {
            "organisation": keys["organisation"], "building": keys["organisation"],
            "place": keys["organisation"], "institution": keys["organisation"],
            "meter": keys["meter"], "device": keys["device"],
        }  # fmt: skip

    def _made_key(self) -> str:
        self.sign_in("watcher")
        [(place,)] = self.conn.execute(
            "SELECT organisation_id FROM organisation WHERE code = %s", [OWN]
        )
        ends = datetime.now(UTC) + timedelta(days=1)
        new = {
            "name": MACHINE, "role": "institution_administrator", "may": PERMISSIONS,
            "organisation_id": place, "expires_at": ends.isoformat(),
        }  # fmt: skip
        answer = self.client.post(f"{V1}/keys", json=new)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["secret"])

    def sign_in(self, login: str) -> None:
        """Begin a session of somebody, or show the key of a machine."""
        self.client.cookies.clear()
        self.client.headers.pop("Authorization", None)
        if login == MACHINE:
            self.client.headers["Authorization"] = f"Bearer {self.key}"
            return
        answer = self.client.post(f"{V1}/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.client.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def value(self, name: str, schema: dict[str, Any], depth: int = 0) -> object:
        """A value that fits, and means what is the other institution's where it can."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(name, schema[choice][0], depth)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        kind = schema.get("type")
        if kind == "object":
            wanted = schema.get("properties", {})
            return {each: self.value(each, wanted[each], depth + 1) for each in wanted if depth < 4}
        if kind == "array":
            return [self.value(name, schema.get("items", {}), depth + 1)]
        if kind in {"integer", "number"}:
            return self.amount(name, schema)
        return True if kind == "boolean" else self.text(name, schema)

    def amount(self, name: str, schema: dict[str, Any]) -> float:
        """A key of its rows, or what fits where a key would not."""
        most = schema.get("maximum", schema.get("exclusiveMaximum", self.number))
        if most < self.number:
            return YEAR if "year" in name else float(schema.get("minimum", most / 2))
        return self.ids.get(name.removesuffix("_id").removesuffix("_ids"), self.number)

    def text(self, name: str, schema: dict[str, Any]) -> str:
        """A text that fits, of the other institution where it can be a code."""
        ends = name in {"to", "end", "until", "end_day", "end_at"}
        if schema.get("format") == "date-time":
            return "2026-07-02T00:00:00Z" if ends else "2026-07-01T00:00:00Z"
        if schema.get("format") == "date" or "day" in name:
            return "2026-07-02" if ends else "2026-07-01"
        if "month" in name:
            return "2026-07-01" if schema.get("format") else "2026-07"
        for part in ("meter", "device"):
            if part in name:
                return f"{self.name}-{part}-0"
        is_code = name in {"place", "organisation", "code"}
        return f"{self.name}-building" if is_code else self.name

    def asked(self, path: str, operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Address and query of a route, about the other institution."""
        query = {}
        for each in operation.get("parameters", []):
            value = self.value(each["name"], each["schema"])
            if each["in"] == "path":
                path = path.replace("{" + each["name"] + "}", str(value))
            elif each["in"] == "query" and each["name"] not in {"cursor", "limit"}:
                query[each["name"]] = value
        return re.sub(r"\{\w+\}", str(self.number), path), query

    def answer(self, method: str, path: str, operation: dict[str, Any]) -> Response:
        """What is answered to a question, or an act, about it."""
        url, query = self.asked(path, operation)
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        body = None if schema is None else self.value("", schema)
        return self.client.request(method, url, params=query, json=body)

    @contextmanager
    def of_nobody(self) -> Iterator[None]:
        """Ask about an institution that there is not, within the block."""
        was = self.name, self.number, self.ids
        self.name, self.number, self.ids = "anywhere", NOBODYS, dict.fromkeys(self.ids, NOBODYS)
        try:
            yield
        finally:
            self.name, self.number, self.ids = was


@pytest.fixture(scope="module")
def house(database_server: str, template: str) -> Iterator[House]:
    """The other institution planted everywhere, and people of every role in one's own."""
    with new_database(database_server, template) as url, connected(url) as conn:
        plant(conn, [OTHER], public=False)
        for login, (role, place) in PEOPLE.items():
            add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            grant(conn, login=login, role=role, organisation=place)
        settings = ApiSettings(database_url=url, secret_key="of a test, and nothing but a test")
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            yield House(client, conn)


def rows_of_the_other(conn: Connection) -> dict[str, set[str]]:
    """Rows that are, or speak of, the other institution, as text, by table."""
    tables = conn.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname NOT LIKE 'procrastinate%' AND relname <> ALL ('{audit,audit_link,session}')"
    ).fetchall()
    found = {}
    for (table,) in tables:
        rows = conn.execute(f'SELECT t::text FROM "{table}" t').fetchall()
        found[table] = {text for (text,) in rows if OTHER in text or str(NUMBERS[OTHER]) in text}
    return found


@pytest.mark.parametrize("login", [OWN, *PEOPLE, MACHINE])
def test_no_question_is_answered_with_what_is_the_other_institutions(
    house: House, login: str
) -> None:
    house.sign_in(login)
    leaks, tried = [], 0
    for path, operations in house.paths.items():
        if "get" not in operations or not path.startswith(V1) or path in _NOT_TRIED:
            continue
        url, query = house.asked(path, operations["get"])
        for asked in (query, {}):
            answer = house.client.get(url, params=asked)
            tried += 1
            body = answer.text if answer.status_code < 400 else ""
            if answer.status_code >= 500 or OTHER in body or str(NUMBERS[OTHER]) in body:
                leaks.append((path, bool(asked), answer.status_code, answer.text[:200]))
    assert leaks == []
    assert tried > 200


@pytest.mark.parametrize("login", ["head", "engineer", "watcher", MACHINE])
def test_no_act_touches_what_is_the_other_institutions(house: House, login: str) -> None:
    house.sign_in(login)
    before, faults, tried = rows_of_the_other(house.conn), [], 0
    for path, operations in house.paths.items():
        for method in set(operations) & {"post", "put", "patch", "delete"}:
            if not path.startswith(V1) or path in _NOT_TRIED:
                continue
            answer = house.answer(method, path, operations[method])
            tried += 1
            if answer.status_code >= 500:
                faults.append((method, path, answer.status_code, answer.text[:200]))
    assert faults == []
    assert rows_of_the_other(house.conn) == before
    assert tried > 100


def said(answer: Response) -> tuple[object, ...]:
    """What an answer tells beside what was asked."""
    if answer.status_code < 400:
        return (answer.status_code,)
    told = answer.json()
    misfits = sorted((each["code"], each["place"]) for each in told["misfits"])
    return answer.status_code, told["code"], *misfits


@pytest.mark.parametrize("login", ["head", "watcher"])
def test_what_is_the_other_institutions_is_answered_as_what_is_not_there(
    house: House, login: str
) -> None:
    house.sign_in(login)
    told_apart, tried = [], 0
    for path, operations in house.paths.items():
        for method in set(operations) & {"get", "post", "put", "patch", "delete"}:
            if not path.startswith(V1) or path in _NOT_TRIED or (method, path) in _TOLD_APART:
                continue
            there = said(house.answer(method, path, operations[method]))
            with house.of_nobody():
                nowhere = said(house.answer(method, path, operations[method]))
            tried += 1
            if there != nowhere:
                told_apart.append((method, path, there, nowhere))
    assert told_apart == []
    assert tried > 300
