"""Metrology is only added to: nobody changes or takes away a row, and strangers see none."""

import psycopg
import pytest
from psycopg import Connection

from store.become import Role, become
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.estate import estate

pytestmark = pytest.mark.db

TABLES = (
    "certificate", "certificate_end", "certificate_picture", "seal", "seal_event",
    "tolerance_finding", "tolerance_decision", "bill_remark",
)  # fmt: skip
PLANT = """
INSERT INTO certificate (meter_id, number, issuer, accuracy_class, verified_on, valid, person_id)
     SELECT meter_id, 'n', 'i', '1', '2026-01-01', '[2026-01-01,2027-01-01)', person_id FROM who;
INSERT INTO certificate_end (certificate_id, on_day, reason, person_id)
     SELECT certificate_id, '2026-05-01', 'r', person_id FROM certificate;
INSERT INTO certificate_picture (certificate_id, shows, file, sha256, width, height, person_id)
     SELECT certificate_id, 'nameplate', 'x', repeat('0', 64), 1, 1, person_id FROM certificate;
INSERT INTO seal (meter_id, number, part, placed_on, person_id)
     SELECT meter_id, 's', 'cover', '2026-01-01', person_id FROM who;
INSERT INTO seal_event (seal_id, kind, on_day, person_id)
     SELECT seal_id, 'broken', '2026-02-01', person_id FROM seal;
INSERT INTO tolerance_finding (meter_id, found_on, error_pct, limit_pct, document, person_id)
     SELECT meter_id, '2026-03-01', 3, 1, 'd', person_id FROM who;
INSERT INTO tolerance_decision (finding_id, rule, reason, person_id)
     SELECT finding_id, 'none', 'r', person_id FROM tolerance_finding;
INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)
     SELECT meter_id, 'b', '2026-01-01', '2026-02-01', '2026-01-01', '2026-02-01', 1, 's' FROM who;
INSERT INTO bill_remark (bill_id, explained, comment, person_id)
     SELECT bill_id, true, 'c', person_id FROM bill, who"""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A row of every kind at the school; an administrator there and one at the hospital."""
    write_registry(superuser, estate())
    for name in ("school", "hospital"):
        add_person(superuser, login=name, name=name, password_hash="")
        grant(superuser, login=name, role="institution_administrator", organisation=name)
    superuser.execute(
        "CREATE TEMP TABLE who AS SELECT meter_id, person_id FROM meter, person "
        "WHERE code = 'school-meter-0' AND login = 'school'"
    )
    for statement in PLANT.split(";"):
        assert superuser.execute(statement).rowcount == 1
    return superuser


def act_as(conn: Connection, login: str | None) -> None:
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row or ("",))


@pytest.mark.parametrize(("login", "rows"), [("school", 1), ("hospital", 0), (None, 0)])
def test_rows_are_seen_with_their_meter_and_by_nobody_else(
    conn: Connection, login: str | None, rows: int
) -> None:
    with conn.transaction():
        act_as(conn, login)
        for table in TABLES:
            found = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found == (rows,), table


def as_school(conn: Connection, statement: str) -> None:
    with conn.transaction():
        act_as(conn, "school")
        conn.execute(statement)


def forbidden(conn: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_school(conn, statement)


@pytest.mark.parametrize("table", TABLES)
def test_nobody_changes_or_takes_away_or_signs_for_another(conn: Connection, table: str) -> None:
    forbidden(conn, f"UPDATE {table} SET person_id = person_id")
    forbidden(conn, f"DELETE FROM {table}")
    forbidden(conn, f"INSERT INTO {table} (person_id) VALUES (1)")
    assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


def test_the_database_itself_refuses_two_certificates_at_once(conn: Connection) -> None:
    again = (
        "INSERT INTO certificate (meter_id, number, issuer, accuracy_class, verified_on, valid) "
        "SELECT meter_id, 'm', 'i', '1', '2026-04-01', '[{},2027-01-01)' FROM meter "
        "WHERE code = 'school-meter-0'"
    )
    with pytest.raises(psycopg.errors.ExclusionViolation):
        as_school(conn, again.format("2026-04-30"))
    as_school(conn, again.format("2026-05-01"))
    conn.execute("RESET ROLE")
    assert conn.execute("SELECT number FROM certificate ORDER BY valid").fetchall() == [
        ("n",), ("m",),
    ]  # fmt: skip
