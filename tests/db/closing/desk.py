"""What is done at the desk where months are closed, over the API."""

from typing import Any

from fastapi.testclient import TestClient
from psycopg import Connection

from tests.closable_school import school_id
from tests.db.conftest import V1

LEDGER = f"{V1}/ledger-months"
JUNE = "2026-06"
OF_JUNE = 31 * 24
"""Hours from the beginning of May to that of June."""


def preview(client: TestClient, conn: Connection, month: str = JUNE, **query: object) -> Any:
    asked = {"organisation": school_id(conn), "month": month, **query}
    answer = client.get(f"{LEDGER}/preview", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def close(client: TestClient, conn: Connection, month: str = JUNE) -> Any:
    return client.post(LEDGER, json={"organisation_id": school_id(conn), "month": month})


def closed(client: TestClient, conn: Connection, month: str = JUNE) -> Any:
    answer = close(client, conn, month)
    assert answer.status_code == 201, answer.text
    return client.get(f"{LEDGER}/{answer.json()['id']}").json()


def obstacles(client: TestClient, conn: Connection, month: str = JUNE) -> list[tuple[str, ...]]:
    found = preview(client, conn, month)["obstacles"]
    names = ("kind", "institution", "place", "first_day", "end_day", "value")
    return [tuple(each[name] for name in names) for each in found]


def month_of(client: TestClient, conn: Connection, month: str = JUNE) -> Any:
    query = {"organisation": school_id(conn), "year": month[:4]}
    found = client.get(LEDGER, params=query).json()["months"]
    return next(each for each in found if each["month"].startswith(month))
