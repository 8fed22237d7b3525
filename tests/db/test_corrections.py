"""Corrections by people reach exactly the days they concern, and can be taken back."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection

from domain.reading import Quality
from domain.register_event import RegisterEvent
from store.become import Role, become
from store.meters.edit import is_edited
from store.meters.register_event import register_events
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.estate import estate, registers, store_messages

pytestmark = pytest.mark.db

START = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai, where 1 July begins."""
HOUR = timedelta(hours=1)
EDIT = """
INSERT INTO reading_edit (device_id, ts, until, quantity, value, person_id, reason)
SELECT device_id, %s, %s, 'active_energy_import_kwh', %s, person_id, 'dial misread'
  FROM device, person WHERE code = 'school-device-0' AND login = 'school' RETURNING edit_id"""
UNDO = """
INSERT INTO reading_edit_undo (edit_id, person_id, reason)
SELECT %s, person_id, 'not so' FROM person"""
EVENT = """
INSERT INTO register_event (meter_id, at, kind, value, note, person_id)
SELECT meter_id, %s, %s, %s, 'new transformers', person_id
  FROM meter, person WHERE code = 'school-meter-0' AND login = 'school' RETURNING event_id"""
WITHDRAW = """
INSERT INTO register_event_withdrawal (event_id, person_id, reason)
SELECT %s, person_id, 'wrong meter' FROM person"""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """Four days of hourly registers at a school, already computed."""
    write_registry(superuser, estate())
    add_person(superuser, login="school", name="Wang", password_hash="")
    store_messages(superuser, registers("school-device-0", START, range(100, 197), step=HOUR))
    superuser.execute("DELETE FROM touched")
    return superuser


def act_as(conn: Connection, login: str) -> None:
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row or ("",))


def execute_as(conn: Connection, login: str, statement: str) -> int:
    with conn.transaction():
        act_as(conn, login)
        return conn.execute(statement).rowcount


def edited(conn: Connection) -> dict[datetime, float | None]:
    rows = conn.execute("SELECT ts, active_energy_import_kwh FROM edited_electricity_reading")
    return dict(rows.fetchall())


def take_days(conn: Connection) -> list[date]:
    rows = conn.execute("DELETE FROM touched RETURNING day").fetchall()
    return sorted(day for (day,) in rows)


def number(conn: Connection, statement: str, arguments: list[object]) -> int:
    row = conn.execute(statement, arguments).fetchone()
    assert row is not None
    return int(row[0])


def test_a_replaced_value_is_read_instead_and_its_undo_brings_the_old_one_back(
    conn: Connection,
) -> None:
    before = edited(conn)
    edit = number(conn, EDIT, [START + 5 * HOUR, None, 105.5])
    assert edited(conn) == {**before, START + 5 * HOUR: 105.5}
    assert take_days(conn) == [date(2026, 7, 1)]
    conn.execute(UNDO, [edit])
    assert edited(conn) == before
    assert take_days(conn) == [date(2026, 7, 1)]
    raw = conn.execute(
        "SELECT active_energy_import_kwh FROM electricity_reading WHERE ts = %s", [START + 5 * HOUR]
    )
    assert raw.fetchone() == (105.0,)


def test_of_two_edits_the_newer_counts_and_only_a_replaced_value_is_marked(
    conn: Connection,
) -> None:
    conn.execute(EDIT, [START + 2 * HOUR, START + 8 * HOUR, None])
    conn.execute(EDIT, [START + 5 * HOUR, None, 104.0])
    found = edited(conn)
    assert [found[START + i * HOUR] for i in range(1, 10)] == [
        101.0, None, None, None, 104.0, None, None, 108.0, 109.0,
    ]  # fmt: skip
    marked = conn.execute(
        "SELECT ts FROM edited_electricity_reading WHERE quality & %s <> 0", [Quality.EDITED]
    )
    assert marked.fetchall() == [(START + 5 * HOUR,)]


def test_leaving_out_a_span_touches_the_days_it_has_readings_of(conn: Connection) -> None:
    conn.execute(EDIT, [START + 30 * HOUR, START + 60 * HOUR, None])
    assert take_days(conn) == [date(2026, 7, 2), date(2026, 7, 3)]
    conn.execute(EDIT, [START + 24 * HOUR, START + 48 * HOUR, None])
    assert take_days(conn) == [date(2026, 7, 2)]


def test_a_ratio_touches_the_days_from_its_own_to_the_next_ratio(conn: Connection) -> None:
    first = number(conn, EVENT, [START + 30 * HOUR, "ratio", 40.0])
    assert take_days(conn) == [date(2026, 7, day) for day in (2, 3, 4, 5)]
    conn.execute(EVENT, [START + 75 * HOUR, "ratio", 60.0])
    assert take_days(conn) == [date(2026, 7, day) for day in (4, 5)]
    conn.execute(EVENT, [START + 31 * HOUR, "swap", 0.0])
    assert take_days(conn) == [date(2026, 7, 2)]
    conn.execute(WITHDRAW, [first])
    assert take_days(conn) == [date(2026, 7, day) for day in (2, 3, 4)]


def test_events_in_force_come_in_order_of_time_without_what_was_withdrawn(
    conn: Connection,
) -> None:
    meter = number(conn, "SELECT meter_id FROM meter WHERE code = 'school-meter-0'", [])
    assert register_events(conn, meter) == []
    conn.execute(EVENT, [START + 5 * HOUR, "ratio", 60.0])
    wrong = number(conn, EVENT, [START + HOUR, "reset", 0.0])
    conn.execute(EVENT, [START, "ratio", 40.0])
    conn.execute(WITHDRAW, [wrong])
    assert register_events(conn, meter) == [
        RegisterEvent(START, "ratio", 40.0, None, "new transformers"),
        RegisterEvent(START + 5 * HOUR, "ratio", 60.0, None, "new transformers"),
    ]


def test_a_meter_is_edited_while_an_edit_of_its_device_is_in_force(conn: Connection) -> None:
    meter = number(conn, "SELECT meter_id FROM meter WHERE code = 'school-meter-0'", [])
    other = number(conn, "SELECT meter_id FROM meter WHERE code = 'hospital-meter-0'", [])
    assert not is_edited(conn, meter)
    edit = number(conn, EDIT, [START, None, 1.0])
    assert is_edited(conn, meter)
    assert not is_edited(conn, other)
    conn.execute(UNDO, [edit])
    assert not is_edited(conn, meter)


@pytest.mark.parametrize("role", [Role.API, Role.ADMIN, Role.WORK, Role.COLLECT])
@pytest.mark.parametrize("change", ["UPDATE {} SET person_id = person_id", "DELETE FROM {}"])
def test_nothing_of_a_correction_can_be_changed_or_taken_away(
    conn: Connection, role: Role, change: str
) -> None:
    become(conn, role)
    for table in (
        "reading_edit",
        "reading_edit_undo",
        "register_event",
        "register_event_withdrawal",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(change.format(table))


def test_the_database_refuses_another_ones_signature_and_who_may_not_correct(
    conn: Connection,
) -> None:
    grant(conn, login="school", role="operator", organisation="school")
    add_person(conn, login="hospital", name="Li", password_hash="")
    grant(conn, login="hospital", role="institution_administrator", organisation="hospital")
    mine = (
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id) "
        "SELECT meter_id, now(), 'ratio', 40, 'plate', {} FROM meter"
    )
    for login, signature in (
        ("school", "current_person()"),
        ("hospital", "current_person() - 1"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute_as(conn, login, mine.format(signature))
        conn.execute("RESET ROLE")
    assert execute_as(conn, "hospital", mine.format("current_person()")) == 1
    conn.execute("RESET ROLE")


def test_corrections_are_seen_by_who_sees_the_meter_at_that_time(conn: Connection) -> None:
    grant(conn, login="school", role="operator", organisation="school")
    add_person(conn, login="hospital", name="Li", password_hash="")
    grant(conn, login="hospital", role="operator", organisation="hospital")
    conn.execute(UNDO + " WHERE login = 'school'", [number(conn, EDIT, [START, None, 1.0])])
    conn.execute(WITHDRAW + " WHERE login = 'school'", [number(conn, EVENT, [START, "ratio", 2.0])])
    tables = ("reading_edit", "reading_edit_undo", "register_event", "register_event_withdrawal")

    def seen(login: str) -> list[int]:
        with conn.transaction():
            act_as(conn, login)
            counts = [number(conn, f"SELECT count(*) FROM {table}", []) for table in tables]
        conn.execute("RESET ROLE")
        return counts

    assert seen("school") == [1, 1, 1, 1]
    assert seen("hospital") == [0, 0, 0, 0]
    conn.execute("UPDATE scope SET during = '[2026-07-02Z,)'")
    assert seen("school") == [0, 0, 1, 1]
