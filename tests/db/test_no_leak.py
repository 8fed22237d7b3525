"""Nobody sees a row of another institution in any table or view, with the API's filters left out.

Tables and views are those of the catalogue: one made tomorrow is tried tomorrow.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from store.become import Role, become
from store.people.person import add_person, grant
from tests.conftest import connected, new_database
from tests.two_institutions import NUMBERS, OTHER, OWN, foreign, keys_of, owned, plant

pytestmark = pytest.mark.db

_READABLE = """
SELECT n.nspname || '.' || c.relname AS relation, c.relname AS name, c.relkind AS kind,
       string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname IN ('public', 'visible') AND c.relkind IN ('r', 'v', 'm')
   AND c.relname !~ '^procrastinate'
   AND has_column_privilege('civicwatt_api', c.oid, a.attnum, 'SELECT')
 GROUP BY 1, 2, 3 ORDER BY 1
"""  # fmt: skip


@pytest.fixture(scope="module")
def house(database_server: str, template: str) -> Iterator[tuple[Connection, set[str]]]:
    """Two institutions with a row in every table; a connection and the tables that are owned."""
    with new_database(database_server, template) as url, connected(url) as conn:
        tables = plant(conn)
        for login, role in (
            ("watcher", "security_administrator"),
            ("recorder", "audit_administrator"),
        ):
            add_person(conn, login=login, name=login, password_hash="")
            grant(conn, login=login, role=role, organisation="bureau")
        add_person(conn, login="contractor", name="contractor", password_hash="")
        conn.execute(
            "INSERT INTO scope (person_id, role, contract_id) SELECT person_id, 'contractor', %s"
            " FROM person WHERE login = 'contractor'",
            [NUMBERS[OWN]],
        )
        add_person(conn, login="gone", name="gone", password_hash="")
        grant(conn, login="gone", role="operator", organisation="bureau")
        conn.execute(
            "UPDATE scope SET expires_at = now() - interval '1 s' WHERE person_id ="
            " (SELECT person_id FROM person WHERE login = 'gone')"
        )
        yield conn, owned(tables)


def seen_by(conn: Connection, login: str) -> dict[str, list[dict[str, Any]]]:
    """All rows that a person sees, by table or view, as the API's role."""
    readable = conn.execute(_READABLE).fetchall()
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    assert row is not None
    found = {}
    with conn.transaction(force_rollback=True):
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", row)
        with conn.cursor(row_factory=dict_row) as cursor:
            for relation, _, _, columns in readable:
                found[relation] = cursor.execute(f"SELECT {columns} FROM {relation}").fetchall()
        conn.execute("RESET ROLE")
    return found


@pytest.mark.parametrize("login", [OWN, "contractor"])
def test_nobody_sees_anything_of_the_other_institution_anywhere(
    house: tuple[Connection, set[str]], login: str
) -> None:
    conn, tables = house
    theirs = keys_of(conn, OTHER)
    leaks = {
        relation: told
        for relation, rows in seen_by(conn, login).items()
        if relation.startswith("visible.") or relation.removeprefix("public.") in tables
        if (told := [what for row in rows for what in foreign(row, theirs)])
    }
    assert leaks == {}


def test_a_contractor_sees_the_meters_of_the_contract(house: tuple[Connection, set[str]]) -> None:
    rows = seen_by(house[0], "contractor")["public.meter"]
    assert [row["code"] for row in rows] == [f"{OWN}-meter-0"]


def test_the_same_rows_are_there_for_who_may_see_them(house: tuple[Connection, set[str]]) -> None:
    """Shows that the test above can fail."""
    conn, tables = house
    theirs = keys_of(conn, OTHER)
    shown = {
        relation
        for relation, rows in seen_by(conn, OTHER).items()
        if relation.startswith("visible.") or relation.removeprefix("public.") in tables
        if any(True for row in rows for _ in foreign(row, theirs))
    }
    assert len(shown) > 100, sorted(shown)


@pytest.mark.parametrize("login", ["watcher", "recorder", "gone"])
def test_who_has_no_place_of_their_own_sees_no_row_of_a_place(
    house: tuple[Connection, set[str]], login: str
) -> None:
    conn, tables = house
    seen = {
        relation: len(rows)
        for relation, rows in seen_by(conn, login).items()
        if relation.startswith("visible.") or relation.removeprefix("public.") in tables
        if rows and relation not in {"public.scope", "public.audit"}
    }
    assert seen == {}
