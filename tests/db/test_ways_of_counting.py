"""Meters whose device tells amounts, or only power: the worker does what the command does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from analytics.ledger.amounts import of_amounts, of_rate
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import MINUTE, Floats, Instants, in_order
from analytics.ledger.register import STEPS, use_of_history
from domain.counting import RATES, CountsBy
from domain.epoch import from_us
from domain.interval import Interval
from domain.quantity import quantities
from domain.register_event import RegisterEvent
from store.people.person import add_person
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.test_worker_and_file import LATER, ONE_DATABASE, ORDERS, TOUCH, compute
from tests.estate import NOW, estate
from tests.unit.ledger.synthetic_meter import BEGIN, T0, minutes_kwh

pytestmark = pytest.mark.db

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = 8
HOUR = timedelta(hours=1)
COLUMN = {CountsBy.AMOUNT: "active_energy_import_kwh", CountsBy.RATE: "active_power_kw"}
READINGS = """
    INSERT INTO electricity_reading (device_id, ts, received_at, {})
    SELECT device_id, r.ts, now(), r.value
      FROM device, unnest(%s::timestamptz[], %s::float8[]) AS r (ts, value)
     WHERE code = 'school-device-0'
        ON CONFLICT (device_id, ts) DO UPDATE SET {} = excluded.{}"""
EVENT = """
    INSERT INTO register_event (meter_id, at, kind, value, note, person_id)
    SELECT meter_id, %s, 'ratio', %s, 'as written down', person_id
      FROM meter, person WHERE code = 'school-meter-0'"""
EDIT = """
    INSERT INTO reading_edit (device_id, ts, quantity, value, was, person_id, reason)
    SELECT device_id, %s, %s, %s, 0, person_id, 'misread' FROM device, person
     WHERE code = 'school-device-0'"""
UNTIL = """
    UPDATE meter_device SET during = tstzrange(NULL, %s) FROM device d
     WHERE d.device_id = meter_device.device_id AND d.code = 'school-device-0'"""
SINCE = """
    INSERT INTO meter_device (meter_id, device_id, during)
    SELECT meter_id, device_id, tstzrange(%s, NULL) FROM meter m, device d
     WHERE m.code = 'school-meter-0' AND d.code = 'school-device-0'"""
HOLES = "SELECT start_at, end_at FROM consumption_hole WHERE superseded_at IS NULL"
KNOWN = """
    SELECT sum(value), count(*) FROM consumption
     WHERE known_at <= %(at)s AND (superseded_at IS NULL OR superseded_at > %(at)s)"""
TABLES = ("electricity_reading", "consumption", "consumption_day", "consumption_hole", "touched",
          "register_event", "reading_edit")  # fmt: skip


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_person(conn, login="school", name="Wang", password_hash="")
        yield conn


def start(conn: Connection, way: CountsBy) -> None:
    for table in TABLES:
        conn.execute(f"DELETE FROM {table}")
    conn.execute("UPDATE meter_device SET counts_by = %s", [way.value])


def say(conn: Connection, way: CountsBy, ts: Instants, value: Floats) -> None:
    instants, column = [from_us(at) for at in ts.tolist()], COLUMN[way]
    conn.execute(READINGS.format(column, column, column), [instants, value.tolist()])
    conn.execute(TOUCH, [instants])


class Told(NamedTuple):
    """What a device told, and the ratios that were declared."""

    way: CountsBy
    every: int
    ts: Instants
    value: Floats
    events: list[RegisterEvent]


@st.composite
def weeks(draw: st.DrawFn) -> Told:
    """A week of amounts or of power, with outages, garbage and pauses of the plant."""
    way = draw(st.sampled_from([CountsBy.AMOUNT, CountsBy.RATE]))
    every = draw(st.sampled_from([5, 15, 30, 60]))
    kwh = minutes_kwh(DAYS, seed=draw(st.integers(0, 999)))
    ts = T0 + np.arange(0, DAYS * 1440, every) * MINUTE
    value = kwh.reshape(-1, every).sum(axis=1)
    if way is CountsBy.RATE:
        ts, value = ts + draw(st.integers(0, 40)) * 1_000_000, kwh[::every] * 60
    kept, events = np.ones(len(ts), np.bool_), []
    for day in range(1, DAYS - 1):
        kind = draw(st.sampled_from(["outage", "garbage", "off", "same", "ratio", "nothing"]))
        first = (day * 1440 + 60 * draw(st.integers(0, 20))) // every
        span = slice(first, first + draw(st.integers(1, 40 * 60 // every)))
        if kind == "outage":
            kept[span] = False
        elif kind == "garbage":
            value[first] = draw(st.sampled_from([-3.0, 1e6, 1e15]))
        elif kind == "off":
            value[span] = 0.0
        elif kind == "same":
            value[span] = value[first]
        elif kind == "ratio":
            at = BEGIN + timedelta(days=day)
            events.append(RegisterEvent(at, "ratio", draw(st.sampled_from([20.0, 80.0]))))
    return Told(way, every, ts[kept], value[kept], events)


def by_file(told: Told) -> list[Interval]:
    """What `civicwatt consumption` makes of it, of whole intervals with a figure."""
    step = next(each for each in STEPS if told.every * MINUTE <= each)
    first = from_us(int(told.ts.min())).astimezone(ZONE).date()
    grid = local_grid(first, first + timedelta(days=DAYS + 2), ZONE, step=step)
    history = of_rate if told.way is CountsBy.RATE else of_amounts
    found = history(in_order(told.ts, told.value), ZONE, told.events)
    rows = as_told(intervals_of(use_of_history(found, grid), grid.bounds), found.segments).rows()
    return [row for row in rows if row.grading.method != "not_counted"]


def check_alike(conn: Connection, told: Told, order: list[int]) -> None:
    start(conn, told.way)
    for event in told.events:
        conn.execute(EVENT, [event.at, event.value])
    rows: list[tuple[Any, ...]] = []
    for part in order:
        here = np.arange(len(told.ts)) * 4 // len(told.ts) == part
        say(conn, told.way, told.ts[here], told.value[here])
        rows = compute(conn)
    # The worker's first interval begins with the first reading, the file's is partial.
    begin, finish = from_us(int(told.ts.min())) + HOUR, from_us(int(told.ts.max()))
    wanted = [row for row in by_file(told) if row.start >= begin and row.end <= finish]
    kept = [row for row in rows if row[0] >= begin and row[1] <= finish]
    assert [row[:2] for row in kept] == [(row.start, row.end) for row in wanted]
    np.testing.assert_allclose([row[2] for row in kept], [row.value for row in wanted], rtol=1e-9)
    assert [row[3:] for row in kept] == [(*row.grading, row.flags) for row in wanted]


CASES = st.tuples(weeks(), ORDERS)


@settings(
    max_examples=6, deadline=None, suppress_health_check=ONE_DATABASE, phases=[Phase.generate]
)
@given(case=CASES)
def test_a_random_week_is_the_same_by_worker_and_by_file(
    conn: Connection, case: tuple[Told, list[int]]
) -> None:
    check_alike(conn, *case)


@pytest.mark.fault
@pytest.mark.timeout(3600)
@settings(max_examples=100, deadline=None, suppress_health_check=ONE_DATABASE)
@given(case=CASES)
def test_many_random_weeks_are_the_same_by_worker_and_by_file(
    conn: Connection, case: tuple[Told, list[int]]
) -> None:
    check_alike(conn, *case)


def test_power_that_nothing_can_have_is_bridged_as_in_the_file_though_its_day_comes_last(
    conn: Connection,
) -> None:
    kwh = minutes_kwh(DAYS, seed=7)
    ts, kw = T0 + np.arange(0, DAYS * 1440, 30) * MINUTE + 29_000_000, kwh[::30] * 60
    kw[3 * 24 + 6] = 1e15
    check_alike(conn, Told(CountsBy.RATE, 30, ts, kw, []), [1, 3, 2, 0])


@pytest.mark.parametrize("way", list(COLUMN))
@pytest.mark.parametrize("last", [[0, 1, 2, 3], [1, 3, 2, 0], [3, 0, 1, 2]])
def test_garbage_and_one_value_for_more_than_a_day_are_the_same_by_worker_and_by_file(
    conn: Connection, way: CountsBy, last: list[int]
) -> None:
    kwh = minutes_kwh(DAYS, seed=7)
    ts, value = T0 + np.arange(0, DAYS * 1440, 30) * MINUTE, kwh[::30] * 60
    value[48 + 10 : 48 + 12] = 1e6
    value[3 * 48 + 7 : 4 * 48 + 20] = value[3 * 48 + 7]
    told = Told(way, 30, ts, value, [])
    check_alike(conn, told, last)
    rows = [row for row in by_file(told) if row.grading.quantity != "estimated"]
    assert max(row.value for row in rows) < 60


@pytest.mark.parametrize("way", list(COLUMN))
def test_any_order_and_repetition_of_readings_gives_the_same_bytes(
    conn: Connection, way: CountsBy
) -> None:
    rng = np.random.default_rng(11)
    ts = T0 + np.arange(6 * 96) * 15 * MINUTE
    value = rng.uniform(1, 60, len(ts))
    found = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2, 1], [2, 2, 0, 3, 1]):
        start(conn, way)
        for part in order:
            here = np.arange(len(ts)) * 4 // len(ts) == part
            say(conn, way, ts[here], value[here])
            rows = compute(conn)
        found.append(rows)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("way", list(COLUMN))
def test_a_late_reading_corrects_its_interval_and_what_was_said_stays(
    conn: Connection, way: CountsBy
) -> None:
    start(conn, way)
    ts = T0 + np.arange(4 * 96) * 15 * MINUTE
    value, late = np.full(len(ts), 3.0), 200
    say(conn, way, np.delete(ts, slice(late, late + 8)), np.delete(value, slice(late, late + 8)))
    before = compute(conn)
    missing = from_us(int(ts[late]))
    assert missing not in [row[0] for row in before]
    say(conn, way, ts[late : late + 8], value[late : late + 8])
    after = compute(conn)
    assert missing in [row[0] for row in after]
    assert {row[6] for row in after} == {0}
    then = conn.execute(KNOWN, {"at": NOW + (next(LATER) - 2) * HOUR}).fetchone()
    assert then == (pytest.approx(sum(row[2] for row in before)), len(before))


def test_an_edited_power_is_what_is_integrated_and_does_not_pass_for_measured(
    conn: Connection,
) -> None:
    start(conn, CountsBy.RATE)
    ts = T0 + np.arange(4 * 24 + 1) * 60 * MINUTE
    value = np.full(len(ts), 5.0)
    value[40] = 500.0
    say(conn, CountsBy.RATE, ts, value)
    assert max(row[2] for row in compute(conn)) > 200
    conn.execute(EDIT, [from_us(int(ts[40])), "active_power_kw", 5.0])
    rows = compute(conn)
    assert {row[2] for row in rows} == {5.0}
    edited = [row for row in rows if row[3] != "derived"]
    assert [(row[3], row[5]) for row in edited] == [("estimated", "power_integral")] * 2


def test_a_device_that_learns_to_tell_its_register_goes_on_from_there(conn: Connection) -> None:
    start(conn, CountsBy.RATE)
    ts = T0 + np.arange(2 * 24 + 1) * 60 * MINUTE
    say(conn, CountsBy.RATE, ts, np.full(len(ts), 5.0))
    change = from_us(int(ts[-1])) + timedelta(minutes=1)
    conn.execute(UNTIL, [change])
    conn.execute(SINCE, [change])
    later = T0 + np.arange(2 * 24 + 1, 4 * 24 + 1) * 60 * MINUTE
    say(conn, CountsBy.AMOUNT, later, 900.0 + 7.0 * np.arange(len(later)))
    rows = compute(conn)
    assert [row[2] for row in rows] == [5.0] * 48 + [7.0] * 47
    assert [row[5] for row in rows] == ["power_integral"] * 48 + ["difference"] * 47
    assert conn.execute(HOLES).fetchall() == [(from_us(int(ts[-1])), from_us(int(later[0])))]


def test_the_database_knows_the_rates_that_the_product_knows(conn: Connection) -> None:
    for quantity in quantities():
        told = conn.execute("SELECT told_as(%s, 'rate'), told_as(%s, 'amount')", [quantity] * 2)
        rate = RATES.get(quantity)
        assert told.fetchone() == (None if rate is None else rate.gauge, quantity)
        assert rate is None or quantities()[rate.gauge].table is quantities()[quantity].table
