"""A power-factor table counts as checked when a named person has compared just its numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.place.meter_cost import NOW
from domain.power_factor_file import power_factor_tables
from store.money.power_factor import tables_in_force
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.estate import estate

pytestmark = pytest.mark.db

TABLES = f"{V1}/power-factor-tables"
BOOK = "(83)水电财字第215号，附表二"
OWN = """
[[table]]
standard = 0.85
applies_to = "offices"
applies_to_zh = "办公"
reduction = [[0.90, 0.10], [0.94, 0.125]]
surcharge = [[0.65, 0.5], [0.60, 1.0], [0.00, 2.0]]
source = "printed rule"
"""


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school, a hospital, their people."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        add_second_administrator(conn)
        yield conn


def table(client: TestClient, standard: str = "0.85") -> Any:
    found = client.get(TABLES).json()["items"]
    return next(each for each in found if each["standard"] == standard)


def check(client: TestClient, seen: Any) -> int:
    body = {"sha256": seen["sha256"], "document": BOOK}
    return client.post(f"{TABLES}/{seen['standard']}/check", json=body).status_code


def test_a_table_is_checked_once_by_a_named_person_against_a_named_document(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    before = admin.get(TABLES).json()["items"]
    assert [(each["standard"], each["checked"]) for each in before] == [
        ("0.90", False), ("0.85", False), ("0.80", False),
    ]  # fmt: skip
    assert check(admin, table(admin)) == 200
    after = table(admin)
    assert (after["checked"], after["checked_by"], after["document"]) == (True, "admin", BOOK)
    assert after["checked_on"] is not None
    assert check(admin, after) == 409
    assert not table(admin, "0.90")["checked"]
    told = conn.execute("SELECT count(*) FROM audit WHERE action = 'power_factor_checked'")
    assert told.fetchone() == (1,)


def test_only_who_administers_the_whole_house_checks_and_enters(
    conn: Connection, sign_in: SignIn
) -> None:
    school = sign_in("school")
    assert check(school, table(school)) == 403
    assert school.post(TABLES, json={"text": OWN}).status_code == 403
    assert conn.execute("SELECT count(*) FROM power_factor_check").fetchone() == (0,)


def test_numbers_that_are_entered_count_from_then_on_and_are_unchecked(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    seen = table(admin)
    assert check(admin, seen) == 200
    before = conn.execute("SELECT clock_timestamp()").fetchone()
    assert before is not None
    answer = admin.post(TABLES, json={"text": OWN})
    assert answer.status_code == 201, answer.text
    own = table(admin)
    assert (own["checked"], own["source"]) == (False, "printed rule")
    assert own["reduction"][1] == {"until": "0.94", "percent": "0.125"}
    assert check(admin, seen) == 409  # looked at other numbers than those that count by now
    now, then = (tables_in_force(conn, as_of=at)["0.85"] for at in (NOW, before[0]))
    assert (now.percent(Decimal(1)), then.percent(Decimal(1))) == (
        Decimal("-1.0"),
        Decimal("-1.10"),
    )
    assert (now.checked, then.checked) == (False, True)
    assert (own["own"], own["entered_by"]) == (True, "admin")
    assert check(admin, own) == 409  # by the person who entered them
    second = sign_in("second")
    assert check(second, table(second)) == 200
    assert tables_in_force(conn, as_of=NOW)["0.85"].provenance.checked_by == "复核员"


def test_who_entered_the_numbers_once_does_not_check_them_when_they_come_again(
    conn: Connection, sign_in: SignIn
) -> None:
    assert sign_in("admin").post(TABLES, json={"text": OWN}).status_code == 201
    second = sign_in("second")
    assert second.post(TABLES, json={"text": OWN}).status_code == 201
    assert check(second, table(second)) == 409
    admin = sign_in("admin")
    assert check(admin, table(admin)) == 409
    assert conn.execute("SELECT count(*) FROM power_factor_check").fetchone() == (0,)


def test_a_check_of_a_table_is_taken_back_with_a_reason_and_made_again(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    seen = table(admin)
    doubt = {"sha256": seen["sha256"], "reason": "compared with the table of 0.90"}
    path = f"{TABLES}/0.85/check/withdraw"
    assert admin.post(path, json=doubt).json()["code"] == "power_factor_not_checked"
    assert check(admin, seen) == 200
    answer = admin.post(path, json=doubt).json()
    assert (answer["checked"], answer["withdrawn"]["by"]) == (False, "admin")
    assert answer["withdrawn"]["reason"] == doubt["reason"]
    assert not tables_in_force(conn, as_of=NOW)["0.85"].checked
    assert check(admin, seen) == 200
    assert table(admin)["withdrawn"] is None


def test_a_file_that_cannot_be_right_is_refused_and_nothing_is_entered(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    answer = admin.post(TABLES, json={"text": OWN.replace("0.65", "0.95")})
    assert answer.status_code == 422
    assert "table 1" in answer.json()["detail"]
    unknown = admin.post(f"{TABLES}/0.70/check", json={"sha256": "0" * 64, "document": BOOK})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_power_factor_table")
    shipped = power_factor_tables()
    assert tables_in_force(conn, as_of=datetime.now(UTC)) == shipped
