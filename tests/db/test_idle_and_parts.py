"""Seasons of a heat meter that rightly stands for months: by days, late, as a whole, from a file.

What lies after a break that nobody declared, and tells one value ever since, is not known to be
nothing. However far back the break is, each of the ways to compute a day has to see it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from analytics.ledger.closed_days import closed_days, weekdays
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import MINUTE, Floats, Instants, in_order
from analytics.ledger.register import use_of_history
from analytics.ledger.segments import history
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.epoch import from_us
from domain.register_event import RegisterEvent
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.people.person import add_person
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.test_whole_and_parts import DAYS, HOLES
from tests.db.test_worker_and_file import EVENT, ONE_DATABASE, TOUCH, compute
from tests.estate import estate
from tests.unit.ledger.synthetic_meter import BEGIN, T0

pytestmark = pytest.mark.db

ZONE = ZoneInfo("Asia/Shanghai")
EVERY = 60
DAY = 24
TABLES = ("heat_reading", "consumption", "consumption_day", "consumption_hole", "touched",
          "register_event")  # fmt: skip
READINGS = """
    INSERT INTO heat_reading (device_id, ts, received_at, heat_energy_gj)
    SELECT device_id, r.ts, now(), r.value
      FROM device, unnest(%s::timestamptz[], %s::float8[]) AS r (ts, value)
     WHERE code = 'school-device-0'"""
FAULTS = ("declared swap", "swap", "garbage", "zeros", "outage", "jitter", "spike", "reset")


class Told(NamedTuple):
    """What the register read by the hour [GJ], and what was declared of it."""

    ts: Instants
    value: Floats
    events: list[RegisterEvent]

    def __repr__(self) -> str:
        return f"{len(self.ts)} readings, {self.events}"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school whose one meter counts heat."""
    with connected(database) as conn:
        described = estate(meters=0)
        code, place = "school-meter-0", "school-building"
        meter = Meter(code, place, Medium.HEAT, MeterRole.MAIN, None, code, code)
        device = Device(
            "school-device-0", place, DeviceKind.HEAT_METER, code, code, meter=code,
            accept_back=timedelta(days=40_000),
        )  # fmt: skip
        write_registry(conn, Registry(described.organisations, (meter,), (device,)))
        add_person(conn, login="school", name="Wang", password_hash="")
        yield conn


def season(days: int, summer: slice, seed: int = 3) -> Told:
    """So many days of heat, of which some of summer have none."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * DAY)
    gj = (0.3 + 0.5 * (hour % 24 > 6)) * rng.uniform(0.7, 1.3, len(hour))
    gj[summer.start * DAY : summer.stop * DAY] = 0.0
    return Told(T0 + hour * EVERY * MINUTE, 400.0 + np.cumsum(gj), [])


@st.composite
def seasons(draw: st.DrawFn) -> Told:
    """Months with a summer in them, and what happens to meters, most of it in summer."""
    days = draw(st.sampled_from([40, 90, 130]))
    begin = draw(st.integers(3, days // 3))
    told = season(days, slice(begin, begin + draw(st.integers(5, days))), draw(st.integers(0, 99)))
    value, kept = told.value, np.ones(len(told.ts), np.bool_)
    for fault in draw(st.lists(st.sampled_from(FAULTS), max_size=4)):
        first = draw(st.integers(DAY, len(value) - 2))
        lasts = draw(st.sampled_from([1, 6, 30, 5 * DAY, 25 * DAY]))
        span, at = slice(first, first + lasts), from_us(int(told.ts[first]))
        previous = float(value[first])
        if fault == "outage":
            kept[span] = False
        elif fault in {"zeros", "garbage"}:
            value[span] = 0.0 if fault == "zeros" else 99_999.0
        elif fault == "jitter":
            value[first] -= 0.02
        elif fault == "spike":
            value[first] = 1.8e21
        else:
            value[first:] += (0.0 if fault == "reset" else 7.0) - previous
            if fault == "declared swap":
                told.events.append(RegisterEvent(at, "swap", 7.0, previous))
    value[:] = np.where(value < 1e20, np.round(value, 6), value)
    return told._replace(ts=told.ts[kept], value=value[kept])


def say(conn: Connection, told: Told, here: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    instants = [from_us(at) for at in told.ts[here].tolist()]
    conn.execute(READINGS, [instants, told.value[here].tolist()])
    conn.execute(TOUCH, [instants])


def declare(conn: Connection, events: list[RegisterEvent]) -> None:
    for event in events:
        conn.execute(EVENT, [event.at, event.kind, event.value, event.previous])


def empty(conn: Connection) -> None:
    for table in TABLES:
        conn.execute(f"DELETE FROM {table}")


def figures(conn: Connection) -> tuple[list[tuple[Any, ...]], ...]:
    """What the worker comes to; a day found frozen is judged once more when days beside it move."""
    rows = compute(conn)
    for _ in range(3):
        if conn.execute("SELECT count(*) FROM touched").fetchone() == (0,):
            break
        rows = compute(conn)
    assert conn.execute("SELECT count(*) FROM touched").fetchone() == (0,)
    return rows, conn.execute(DAYS).fetchall(), conn.execute(HOLES).fetchall()


def by_file(told: Told) -> list[tuple[Any, ...]]:
    first = from_us(int(told.ts.min())).astimezone(ZONE).date()
    days = int((told.ts.max() - told.ts.min()) // (DAY * EVERY * MINUTE)) + 2
    grid = local_grid(first, first + timedelta(days=days), ZONE, step=EVERY * MINUTE)
    shut = closed_days(ZONE, weekdays)
    found = history(in_order(told.ts, told.value), told.events, closed=shut)
    over = (grid.bounds[1:] > told.ts.min()) & (grid.bounds[1:] <= told.ts.max())
    rows = as_told(intervals_of(use_of_history(found, grid), grid.bounds, over), found.segments)
    return [
        (row.start, row.end, round(row.value, 6), *row.grading, row.flags)
        for row in rows.rows()
        if row.grading.method != "not_counted"
    ]


def check(conn: Connection, told: Told, order: list[int], again: list[int]) -> None:
    empty(conn)
    declare(conn, told.events)
    say(conn, told, np.ones(len(told.ts), np.bool_))
    whole = figures(conn)
    first = from_us(int(told.ts[0]))
    at_once = [
        (*row[:2], round(row[2], 6), *row[3:6], row[6] & ~Flag.LEVEL_CHANGE) for row in whole[0]
    ]
    wanted = by_file(told)
    assert [row for row in at_once if row[0] >= first] == [r for r in wanted if r[0] >= first]
    for day in again:
        conn.execute(TOUCH, [[from_us(int(told.ts[day % len(told.ts)]))]])
        assert figures(conn) == whole
    empty(conn)
    declare(conn, told.events[::2])
    for part in order:
        say(conn, told, np.arange(len(told.ts)) * len(order) // len(told.ts) == part)
        figures(conn)
    declare(conn, told.events[1::2])
    for event in told.events[1::2]:
        conn.execute(TOUCH, [[event.at]])
    assert figures(conn) == whole


ORDERS = st.permutations(range(4)) | st.just(list(range(25)))
AGAIN = st.lists(st.integers(0, 130 * DAY), min_size=1, max_size=3)


@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=ONE_DATABASE)
@given(told=seasons(), order=ORDERS, again=AGAIN)
def test_a_season_in_parts_of_any_order_is_the_season_of_the_file(
    conn: Connection, told: Told, order: list[int], again: list[int]
) -> None:
    check(conn, told, order, again)


def of_summer(rows: list[tuple[Any, ...]], begin: int, end: int) -> set[tuple[Any, ...]]:
    first, last = (BEGIN + timedelta(days=day) for day in (begin, end))
    return {(row[3], row[6] & Flag.FROZEN) for row in rows if first < row[0] and row[1] < last}


def test_zeros_after_a_break_that_nobody_declared_are_not_known_to_be_nothing(
    conn: Connection,
) -> None:
    """The register is exchanged in summer, stands at 7 for 40 days, and is exchanged once more."""
    told = season(110, slice(20, 80))
    told.value[30 * DAY :] += 7.0 - told.value[30 * DAY]
    told.value[70 * DAY :] += 9_000_000.0
    check(conn, told, list(range(25)), [45 * DAY, 60 * DAY])
    rows = figures(conn)[0]
    assert of_summer(rows, 31, 69) <= {("estimated", Flag.FROZEN)}
    assert of_summer(rows, 21, 29) == {("measured", 0)}
    assert of_summer(rows, 72, 79) == {("measured", 0)}


def test_a_summer_after_an_undeclared_exchange_is_nothing_once_the_register_moves(
    conn: Connection,
) -> None:
    """Until autumn nobody can tell; then every day back to the exchange is told again."""
    told = season(110, slice(20, 90))
    told.value[30 * DAY :] += 7.0 - told.value[30 * DAY]
    empty(conn)
    upto = 85 * DAY
    say(conn, told, np.arange(len(told.ts)) < upto)
    assert of_summer(figures(conn)[0], 31, 84) <= {("estimated", Flag.FROZEN)}
    say(conn, told, np.arange(len(told.ts)) >= upto)
    assert of_summer(figures(conn)[0], 31, 89) == {("measured", 0)}
    check(conn, told, list(range(25)), [45 * DAY, 60 * DAY])


def test_an_exchange_declared_in_autumn_makes_the_summer_known(conn: Connection) -> None:
    told = season(80, slice(20, 80))
    exchanged, last = BEGIN + timedelta(days=30), float(told.value[30 * DAY])
    told.value[30 * DAY :] += 7.0 - last
    empty(conn)
    say(conn, told, np.ones(len(told.ts), np.bool_))
    assert of_summer(figures(conn)[0], 31, 79) <= {("estimated", Flag.FROZEN)}
    event = RegisterEvent(exchanged, "swap", 7.0, last)
    declare(conn, [event])
    conn.execute(TOUCH, [[exchanged]])
    assert of_summer(figures(conn)[0], 31, 79) == {("measured", 0)}
    check(conn, told._replace(events=[event]), [2, 0, 3, 1], [45 * DAY])


def test_one_summer_is_reckoned_from_the_exchange_and_not_from_the_window(
    conn: Connection,
) -> None:
    told = season(60, slice(10, 60))
    told.value[12 * DAY :] += 7.0 - told.value[12 * DAY]
    empty(conn)
    say(conn, told, np.ones(len(told.ts), np.bool_))
    whole = figures(conn)
    conn.execute(TOUCH, [[BEGIN + timedelta(days=58, hours=5)]])
    assert figures(conn) == whole
    known: datetime = BEGIN + timedelta(days=13)
    assert {row[3] for row in whole[0] if row[0] > known} <= {"estimated"}
