"""Registers to figures: planted truths are found again, whenever and however often they arrive."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from store.become import Role
from store.meters.consumption import take_touched
from store.people.person import add_person
from store.places.registry import write as write_registry
from store.telemetry.touched import spread
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

DEVICE = "school-device-0"
MIDNIGHT = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 2026-07-01 00:00 in Shanghai
QUARTER = timedelta(minutes=15)
CURRENT = "SELECT start_at, value FROM consumption WHERE superseded_at IS NULL ORDER BY 1"
DAYS = "SELECT day, value, covered_s, shape_grade::text FROM consumption_day ORDER BY day"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    return superuser


def compute(conn: Connection, *, now: datetime = NOW) -> int:
    with connected(conn.info.dsn, Role.WORK) as worker:
        return update_consumption(worker, now=now)


def days(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute(DAYS).fetchall()


def test_a_day_is_the_difference_of_the_register_at_its_midnights(conn: Connection) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, [i * 0.5 for i in range(193)], step=QUARTER))
    assert compute(conn) == 1
    assert days(conn) == [
        (date(2026, 7, 1), 48.0, 86_400, "measured"),
        (date(2026, 7, 2), 48.0, 86_400, "measured"),
    ]
    assert len(conn.execute(CURRENT).fetchall()) == 192


def test_midnight_belongs_to_the_day_it_starts(conn: Connection) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT - QUARTER, [1.0, 3.0, 8.0], step=QUARTER))
    compute(conn)
    assert [(day, value) for day, value, *_ in days(conn)] == [
        (date(2026, 6, 30), 2.0),
        (date(2026, 7, 1), 5.0),
    ]


def test_running_again_writes_nothing(conn: Connection) -> None:
    messages = registers(DEVICE, MIDNIGHT, range(97), step=QUARTER)
    store_messages(conn, messages)
    compute(conn)
    before = conn.execute("SELECT * FROM consumption ORDER BY start_at").fetchall()
    assert compute(conn, now=NOW + timedelta(days=1)) == 0
    store_messages(conn, messages)  # everything once more: the days are touched, nothing changes
    assert compute(conn, now=NOW + timedelta(days=1)) == 1
    assert conn.execute("SELECT * FROM consumption ORDER BY start_at").fetchall() == before


def test_a_late_reading_corrects_its_intervals_and_keeps_what_was_said(conn: Connection) -> None:
    orderly = registers(DEVICE, MIDNIGHT, [i * i * 1.0 for i in range(97)], step=QUARTER)
    late = orderly.pop(48)
    store_messages(conn, orderly)
    compute(conn)
    guessed = days(conn)
    store_messages(conn, [late])
    compute(conn, now=NOW + timedelta(hours=1))

    assert guessed == [(date(2026, 7, 1), 9216.0, 86_400, "allocated")]
    assert days(conn) == [(date(2026, 7, 1), 9216.0, 86_400, "measured")]
    values = [value for _, value in conn.execute(CURRENT)]
    assert values == [2.0 * i + 1 for i in range(96)]
    as_of = (
        "SELECT sum(value), count(*) FROM consumption "
        "WHERE known_at <= %(t)s AND coalesce(superseded_at, 'infinity') > %(t)s"
    )
    assert conn.execute(as_of, {"t": NOW}).fetchone() == (9216.0, 96)
    superseded = conn.execute("SELECT count(*) FROM consumption WHERE superseded_at IS NOT NULL")
    assert superseded.fetchone() == (2,)


def test_readings_in_any_order_give_what_orderly_ones_give(conn: Connection) -> None:
    # A gap from the evening of the 1st to noon of the 3rd, whose ends arrive first.
    values = registers(DEVICE, MIDNIGHT, [float(i) for i in range(288)], step=QUARTER)
    messages = values[:80] + values[240:]
    for part in (messages[100:], messages[60:100], messages[:60]):
        store_messages(conn, part)
        compute(conn)
    piecewise = conn.execute(CURRENT).fetchall(), days(conn)

    for table in ("electricity_reading", "consumption", "consumption_day", "touched"):
        conn.execute(f"DELETE FROM {table}")
    store_messages(conn, messages)
    compute(conn)
    assert (conn.execute(CURRENT).fetchall(), days(conn)) == piecewise
    assert [day[1] for day in days(conn)] == [96.0, 96.0, 95.0]


def test_a_reading_at_midnight_completes_the_day_before(conn: Connection) -> None:
    messages = registers(DEVICE, MIDNIGHT, range(97), step=QUARTER)
    for part in (messages[:96], messages[96:]):
        store_messages(conn, part)
        compute(conn)
    assert [(day, value) for day, value, *_ in days(conn)] == [(date(2026, 7, 1), 96.0)]


def test_a_day_that_loses_its_readings_loses_its_total(conn: Connection) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, range(97), step=QUARTER))
    compute(conn)
    conn.execute("DELETE FROM electricity_reading")
    conn.execute("INSERT INTO touched (device_id, day) SELECT device_id, '2026-07-01' FROM device")
    compute(conn, now=NOW + timedelta(hours=1))
    assert days(conn) == []
    assert conn.execute(CURRENT).fetchall() == []


def test_a_register_that_falls_leaves_a_hole_and_not_a_figure(conn: Connection) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, [5.0, 6.0, 0.0, 1.0], step=QUARTER))
    compute(conn)
    starts = [start for start, _ in conn.execute(CURRENT)]
    assert starts == [MIDNIGHT, MIDNIGHT + 2 * QUARTER]


def test_days_on_which_the_clock_changes_have_23_and_25_hours(database: str) -> None:
    with connected(database) as conn:
        write_registry(conn, estate(zone="Europe/London"))
        hour = timedelta(hours=1)
        for month, day in ((3, 29), (10, 25)):
            start = datetime(2025, month, day, tzinfo=UTC)
            store_messages(conn, registers(DEVICE, start, range(24 * 4), step=hour))
        compute(conn)
        found = {day: (value, covered) for day, value, covered, _ in days(conn)}
    assert found[date(2025, 3, 30)] == (23.0, 23 * 3600)
    assert found[date(2025, 10, 26)] == (25.0, 25 * 3600)


def test_a_pending_device_counts_from_its_first_reading_once_it_is_accepted(
    conn: Connection,
) -> None:
    conn.execute("INSERT INTO device (code, kind, status, name_zh, name_en, accept_back) "
                 "VALUES ('new', 'other', 'pending', 'new', 'new', '1000 days')")  # fmt: skip
    store_messages(conn, registers("new", MIDNIGHT, range(97), step=QUARTER))
    compute(conn)
    assert days(conn) == []
    conn.execute(
        "DELETE FROM meter_device USING device d "
        "WHERE meter_device.device_id = d.device_id AND d.code = %s",
        [DEVICE],
    )
    conn.execute(
        "INSERT INTO device_place SELECT d.device_id, o.organisation_id, tstzrange(NULL, NULL) "
        "FROM device d, organisation o WHERE d.code = 'new' AND o.code = 'school-building'"
    )
    conn.execute(
        "INSERT INTO meter_device SELECT meter_id, device_id, tstzrange(NULL, NULL) "
        "FROM meter m, device d WHERE m.code = 'school-meter-0' AND d.code = 'new'"
    )
    compute(conn)
    assert [(day, value) for day, value, *_ in days(conn)] == [(date(2026, 7, 1), 96.0)]


def test_a_late_reading_among_expired_ones_does_not_spoil_a_figure(conn: Connection) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, range(97), step=QUARTER))
    compute(conn)
    before = days(conn)
    conn.execute("INSERT INTO retention VALUES ('electricity_reading', '200 days')")
    conn.execute("DELETE FROM electricity_reading")
    store_messages(conn, registers(DEVICE, MIDNIGHT, [0.0, 50.0], step=QUARTER))
    assert compute(conn, now=NOW + timedelta(days=300)) == 1
    assert days(conn) == before


def test_a_device_that_cannot_be_computed_does_not_hold_up_the_others(conn: Connection) -> None:
    for name in ("school", "hospital"):
        store_messages(conn, registers(f"{name}-device-0", MIDNIGHT, range(9), step=QUARTER))
    add_person(conn, login="school", name="Wang", password_hash="")
    conn.execute(
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id) "
        "SELECT meter_id, %s, 'ratio', 4e307, 'a slip', person_id FROM meter, person "
        "WHERE code = 'school-meter-0'",
        [MIDNIGHT],
    )
    assert compute(conn) == 1
    left = "SELECT DISTINCT d.code FROM touched t JOIN device d USING (device_id)"
    assert conn.execute(left).fetchall() == [(DEVICE,)]
    assert [(day, value) for day, value, *_ in days(conn)] == [(date(2026, 7, 1), 8.0)]


def test_a_midnight_that_comes_twice_begins_its_day_at_the_first(database: str) -> None:
    with connected(database) as conn:
        write_registry(conn, estate(zone="Atlantic/Azores"))
        start = datetime(2025, 10, 25, tzinfo=UTC)
        store_messages(conn, registers(DEVICE, start, range(73), step=timedelta(hours=1)))
        compute(conn)
        found = {day: (value, covered) for day, value, covered, _ in days(conn)}
    assert found[date(2025, 10, 26)] == (25.0, 25 * 3600)


def test_two_workers_do_not_compute_one_device_together(conn: Connection, database: str) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, range(97), step=QUARTER))
    with connected(database, Role.WORK) as first, first.transaction():
        spread(first)
        device = first.execute("SELECT DISTINCT device_id FROM touched").fetchone()
        assert device is not None
        assert take_touched(first, device[0]) == {date(2026, 7, 1), date(2026, 7, 2)}
        assert compute(conn) == 0


def test_a_reading_that_commits_while_its_day_is_computed_is_not_forgotten(
    conn: Connection, database: str
) -> None:
    store_messages(conn, registers(DEVICE, MIDNIGHT, range(49), step=QUARTER))
    with connected(database) as collector, collector.transaction():
        later = MIDNIGHT + 49 * QUARTER
        store_messages(collector, registers(DEVICE, later, range(49, 97), step=QUARTER))
        compute(conn)  # does not see the open transaction
        assert days(conn)[0][1] == 48.0
    compute(conn)
    assert days(conn)[0][1] == 96.0
