"""The worker's figures of registers that misbehave: whole, graded, the same in any order."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np
import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.reading import Message
from store.become import Role
from store.people.person import add_person
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

DEVICE = "school-device-0"
MIDNIGHT = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 2026-07-01 00:00 in Shanghai, a Wednesday
HOUR = timedelta(hours=1)
DAYS = 12
LATER = count()
HOURS = 10.0 + 5.0 * (np.arange(DAYS * 24) % 24 // 8 == 1) + np.arange(DAYS * 24) % 7 / 8
REGISTER = np.concatenate(([100.0], 100.0 + np.cumsum(HOURS)))
FIGURES = """
    SELECT start_at, value, quantity_grade::text, shape_grade::text, method, flags FROM consumption
     WHERE superseded_at IS NULL ORDER BY start_at"""
EVENT = """
    INSERT INTO register_event (meter_id, at, kind, value, previous, note, person_id)
    SELECT meter_id, %s, %s, %s, %s, 'as written down', person_id
      FROM meter, person WHERE code = 'school-meter-0'"""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_person(superuser, login="school", name="Wang", password_hash="")
    return superuser


def told(register: np.ndarray[Any, np.dtype[np.float64]]) -> list[Message]:
    return registers(DEVICE, MIDNIGHT, register.tolist(), step=HOUR)


def compute(conn: Connection) -> list[tuple[Any, ...]]:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW + next(LATER) * HOUR)
    return conn.execute(FIGURES).fetchall()


def flagged(rows: list[tuple[Any, ...]], flag: Flag) -> list[int]:
    return [(row[0] - MIDNIGHT) // HOUR for row in rows if row[5] & flag]


def test_zeros_and_an_outage_keep_the_total_and_tell_which_hours_they_touched(
    conn: Connection,
) -> None:
    register = REGISTER.copy()
    register[100:103] = 0.0
    messages = told(register)
    store_messages(conn, messages[:150] + messages[156:])
    rows = compute(conn)
    assert sum(row[1] for row in rows) == pytest.approx(HOURS.sum())
    assert flagged(rows, Flag.ZEROS) == [99, 100, 101, 102]
    assert flagged(rows, Flag.GAP) == [99, 100, 101, 102, *range(149, 156)]
    gap = [row for row in rows if row[5] & Flag.GAP]
    assert {row[2:5] for row in gap} == {("measured", "allocated", "profile_over_gap")}
    found = np.array([row[1] for row in rows])
    np.testing.assert_allclose(found, HOURS, rtol=0.1)


def test_faults_that_arrive_in_any_order_give_the_same_figures(conn: Connection) -> None:
    register = REGISTER.copy()
    register[100:103] = 0.0
    register[130] = 1e7
    register[200:] -= register[200]
    messages = [m for i, m in enumerate(told(register)) if not 150 <= i < 156]
    parts = [messages[240:], messages[:60], messages[90:140], messages[140:240], messages[60:90]]
    for part in parts:
        store_messages(conn, part)
        compute(conn)
    piecewise = compute(conn)
    for table in ("electricity_reading", "consumption", "consumption_day", "touched"):
        conn.execute(f"DELETE FROM {table}")
    store_messages(conn, messages)
    assert compute(conn) == piecewise


def test_a_register_that_stood_still_covers_nothing(conn: Connection) -> None:
    register = REGISTER.copy()
    register[121:] -= register[120] - register[97]
    register[97:121] = register[97]
    store_messages(conn, told(register))
    rows = compute(conn)
    assert flagged(rows, Flag.FROZEN) == [96, 120]  # the hours beside it
    assert len(rows) == len(HOURS) - 23
    holes = conn.execute("SELECT start_at, end_at, flags FROM consumption_hole").fetchall()
    assert [(start - MIDNIGHT, end - MIDNIGHT) for start, end, _ in sorted(holes)] == [
        (97 * HOUR, 120 * HOUR)
    ]
    assert {flags & Flag.FROZEN for *_, flags in holes} == {Flag.FROZEN}
    covered = dict(conn.execute("SELECT day, covered_s FROM consumption_day").fetchall())
    assert covered[date(2026, 7, 5)] == 3600
    assert covered[date(2026, 7, 4)] == 24 * 3600


def test_a_declared_swap_loses_nothing_and_an_undeclared_one_is_no_measurement(
    conn: Connection,
) -> None:
    register = REGISTER.copy()
    register[200:] += 7.0 - register[200]
    store_messages(conn, told(register))
    rows = compute(conn)
    assert flagged(rows, Flag.FALL) == [198, 200]  # the hours beside it
    assert len(rows) == len(HOURS) - 1  # of the hour of the fall nothing is known
    previous = REGISTER[200]
    conn.execute(EVENT, [MIDNIGHT + 200 * HOUR, "swap", 7.0, float(previous)])
    rows = compute(conn)
    np.testing.assert_allclose([row[1] for row in rows], HOURS)
    assert {row[2] for row in rows} == {"measured"}
    assert flagged(rows, Flag.SWAP) == [199, 200]


def test_a_ratio_multiplies_from_its_moment_on(conn: Connection) -> None:
    store_messages(conn, told(REGISTER))
    compute(conn)
    conn.execute(EVENT, [MIDNIGHT + 24 * HOUR, "ratio", 40.0, None])
    rows = compute(conn)
    factor = np.where(np.arange(len(HOURS)) < 24, 1.0, 40.0)
    np.testing.assert_allclose([row[1] for row in rows], HOURS * factor)
    superseded = conn.execute("SELECT count(*) FROM consumption WHERE superseded_at IS NOT NULL")
    assert superseded.fetchone() == (len(HOURS) - 24 + 1,)  # and the hour that has a flag now


def test_a_declared_size_makes_a_fall_a_roll_over(conn: Connection) -> None:
    conn.execute(EVENT, [MIDNIGHT, "register_size", 1000.0, None])
    store_messages(conn, told(REGISTER % 1000))
    rows = compute(conn)
    np.testing.assert_allclose([row[1] for row in rows], HOURS)
    assert len(flagged(rows, Flag.ROLLOVER)) == REGISTER[-1] // 1000


def test_between_two_devices_of_a_meter_nobody_knows_and_nothing_is_measured(
    conn: Connection,
) -> None:
    conn.execute("INSERT INTO device (code, kind, status, name_zh, name_en, accept_back) "
                 "VALUES ('new', 'other', 'accepted', 'new', 'new', '1000 days')")  # fmt: skip
    change = MIDNIGHT + timedelta(hours=100, minutes=30)
    conn.execute(
        "INSERT INTO device_place SELECT d.device_id, o.organisation_id, tstzrange(NULL, NULL) "
        "FROM device d, organisation o WHERE d.code = 'new' AND o.code = 'school-building'"
    )
    conn.execute("UPDATE meter_device m SET during = tstzrange(NULL, %s) FROM device d "
                 "WHERE d.device_id = m.device_id AND d.code = %s", [change, DEVICE])  # fmt: skip
    conn.execute(
        "INSERT INTO meter_device SELECT meter_id, device_id, tstzrange(%s, NULL) "
        "FROM meter m, device d WHERE m.code = 'school-meter-0' AND d.code = 'new'",
        [change],
    )
    store_messages(conn, told(REGISTER[:101]))
    later = registers("new", MIDNIGHT + 101 * HOUR, (REGISTER[101:] - 900.0).tolist(), step=HOUR)
    store_messages(conn, later)
    rows = compute(conn)
    assert sum(row[1] for row in rows) == pytest.approx(HOURS.sum() - HOURS[100])
    assert len(rows) == len(HOURS) - 1
    conn.execute(EVENT, [change, "swap", float(REGISTER[101] - 903.0), float(REGISTER[100] + 4.0)])
    rows = compute(conn)
    assert rows[100][1] == pytest.approx(4.0 + 3.0)
    assert rows[100][2] == "measured"


@pytest.mark.parametrize("garbage", [None, 0.0, 9_999_999.0])
def test_a_register_stuck_for_longer_than_the_days_looked_at_is_never_a_measured_zero(
    conn: Connection, garbage: float | None
) -> None:
    days, stuck = 32, slice(5 * 24, 27 * 24)
    begin = MIDNIGHT - timedelta(days=30)
    hours = np.resize(HOURS[: 7 * 24], days * 24)
    register = np.concatenate(([100.0], 100.0 + np.cumsum(hours)))
    register[stuck] = register[stuck.start] if garbage is None else garbage
    messages = registers(DEVICE, begin, register.tolist(), step=HOUR)
    for n in range(0, 26 * 24, 36):  # still stuck, and told day by day
        store_messages(conn, messages[n : n + 36])
        rows = compute(conn)
    assert not [row for row in rows if row[0] > begin + stuck.start * HOUR]
    store_messages(conn, messages[26 * 24 :])
    rows = compute(conn)
    assert sum(row[1] for row in rows) == pytest.approx(hours.sum())
    gap = [row for row in rows if row[5] & Flag.GAP]
    assert len(gap) in {stuck.stop - stuck.start, stuck.stop - stuck.start + 1}
    assert {row[2:4] for row in gap} == {("measured", "allocated")}
