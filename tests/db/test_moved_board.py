"""The board of entries of an institution that changed its bureau: each asks for its own months."""

from datetime import UTC, date, datetime

import pytest
from psycopg import Connection

from analytics.institution.entry_board import entry_board
from store.become import Role, become
from store.people.person import add_person, grant
from store.places.place import organisations
from store.places.registry import write as write_registry
from tests.estate import estate

pytestmark = pytest.mark.db

NOW = datetime(2025, 12, 31, tzinfo=UTC)


def test_each_bureau_is_owed_the_whole_months_in_which_it_has_the_institution(
    superuser: Connection,
) -> None:
    conn = superuser
    write_registry(conn, estate(meters=0))
    for name, during in (("east", "[,2025-06-15T16:00Z)"), ("west", "[2025-06-15T16:00Z,)")):
        conn.execute(
            "WITH o AS (INSERT INTO organisation (code, kind, name_zh, name_en)"
            " VALUES (%(name)s, 'bureau', '', '') RETURNING organisation_id),"
            " below AS (INSERT INTO organisation_position SELECT o.organisation_id,"
            "  b.organisation_id, '(,)' FROM o, organisation b WHERE b.code = 'bureau')"
            " UPDATE organisation_position p SET parent_id = o.organisation_id,"
            "  during = CASE WHEN upper_inf(p.during) AND lower_inf(p.during) AND"
            "   %(name)s = 'east' THEN %(during)s::tstzrange ELSE p.during END"
            "  FROM o, organisation s WHERE s.code = 'school'"
            "   AND s.organisation_id = p.organisation_id AND %(name)s = 'east'",
            {"name": name, "during": during},
        )
        add_person(conn, login=name, name=name, password_hash="")
        grant(conn, login=name, role="bureau", organisation=name)
    conn.execute(
        "INSERT INTO organisation_position SELECT s.organisation_id, w.organisation_id,"
        " '[2025-06-15T16:00Z,)' FROM organisation s, organisation w"
        " WHERE s.code = 'school' AND w.code = 'west'"
    )
    conn.execute(
        "INSERT INTO entry_rule (organisation_id, first_month, kinds, due_day, person_id)"
        " SELECT organisation_id, '2024-01-01', '{water_m3}', 10, person_id"
        " FROM organisation, person"
        " WHERE code = 'bureau' AND login = 'east'"
    )
    owed = {}
    for name in ("east", "west"):
        with conn.transaction(force_rollback=True):
            row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [name])
            person = row.fetchone()
            become(conn, Role.API)
            conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
            schools = [each for each in organisations(conn) if each.code == "school"]
            [board] = entry_board(conn, schools, 2025, now=NOW)
            owed[name] = [
                month for month in range(1, 12) if board.owed(date(2025, month, 1), late_only=False)
            ]
    assert owed == {"east": [1, 2, 3, 4, 5], "west": [7, 8, 9, 10, 11]}
