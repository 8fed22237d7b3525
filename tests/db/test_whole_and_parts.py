"""What is computed day by day, late, or once more is what one computation of it all gives.

Histories are longer than the days the worker looks at around a reading, and so are some of their
faults: of a window that is too narrow another verdict would come out.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from analytics.ledger.readings import MINUTE, Floats, Instants
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.counting import CountsBy
from domain.epoch import from_us
from store.people.person import add_person
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.test_ways_of_counting import READINGS, start
from tests.db.test_worker_and_file import EVENT, LATER, ONE_DATABASE, TOUCH, compute
from tests.estate import NOW, estate
from tests.unit.ledger.synthetic_meter import BEGIN, T0

pytestmark = pytest.mark.db

EVERY = 60
DAY = 24
SIZE = 10_000.0
COLUMN = dict.fromkeys(CountsBy, "active_energy_import_kwh") | {CountsBy.RATE: "active_power_kw"}
FAULTS = (
    "size", "swap", "undeclared swap", "ratio", "outage",
    "zeros", "garbage", "spike", "jitter", "stuck", "stuck with garbage", "surge",
)  # fmt: skip
"""In the order in which they are planted: nobody writes down garbage when a meter is swapped."""
HOLES = """
    SELECT start_at, end_at, flags FROM consumption_hole WHERE superseded_at IS NULL
     ORDER BY start_at"""
DAYS = """
    SELECT day, value, quantity_grade::text, shape_grade::text, flags, covered_s, unmeasured
      FROM consumption_day ORDER BY day"""
AS_OF = """
    SELECT start_at, end_at, value, quantity_grade::text, shape_grade::text, method, flags
      FROM consumption
     WHERE known_at <= %(at)s AND (superseded_at IS NULL OR superseded_at > %(at)s)
     ORDER BY start_at"""
Figures = tuple[list[tuple[Any, ...]], ...]
Event = tuple[datetime, str, float, float | None]


class Told(NamedTuple):
    """What a device told by the hour, and what was declared of it."""

    way: CountsBy
    ts: Instants
    value: Floats
    events: list[Event]


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_person(conn, login="school", name="Wang", password_hash="")
        yield conn


@st.composite
def histories(draw: st.DrawFn) -> Told:
    """Weeks of a meter in any way of counting, with faults of an hour to a month in any place."""
    way, days = draw(st.sampled_from(list(CountsBy))), draw(st.sampled_from([12, 30, 75]))
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    hour = np.arange(days * DAY)
    kw = (5 + 20 * ((hour % 24 > 7) & (hour // 24 % 7 < 5))) * rng.uniform(0.7, 1.3, len(hour))
    if draw(st.booleans()):
        kw *= np.exp(np.linspace(0, draw(st.sampled_from([-1.5, 1.5])), len(hour)))
    ts, events = T0 + hour * EVERY * MINUTE, list[Event]()
    value = draw(st.floats(0, 9000)) + np.cumsum(kw) if way is CountsBy.REGISTER else kw.copy()
    kept = np.ones(len(ts), np.bool_)
    faults = sorted(draw(st.lists(st.sampled_from(FAULTS), max_size=5)), key=FAULTS.index)
    size = SIZE if "size" in faults else np.inf
    for fault in faults:
        first = draw(st.integers(DAY, len(ts) - 2))
        lasts = draw(st.sampled_from([1, 6, 24, 5 * DAY, 18 * DAY, 45 * DAY]))
        span, at = slice(first, first + lasts), from_us(int(ts[first]))
        if fault == "outage":
            kept[span] = False
        elif fault == "ratio":
            events.append((at + timedelta(minutes=7), "ratio", 40.0, None))
        elif fault == "size":
            events.append((at, "register_size", SIZE, None))
            value = value % size if way is CountsBy.REGISTER else value
        elif "swap" in fault:
            if way is CountsBy.REGISTER:
                previous = float(value[first])
                value[first:] = (value[first:] + 3.0 - previous) % size
                if fault == "swap":
                    events.append((at, "swap", 3.0, previous))
        else:
            _spoil(fault, value, span)
    return Told(way, ts[kept], value[kept], events)


def _spoil(fault: str, value: Floats, span: slice) -> None:
    if fault == "zeros":
        value[span] = 0.0
    elif fault == "garbage":
        value[span] = 9_999_999.0
    elif fault == "spike":
        value[span.start] = 1.8e21
    elif fault == "jitter":
        value[span.start] = max(value[span.start - 1] - 0.2, 0.0)
    elif fault == "surge":
        value[span.start] *= 60.0
    else:
        value[span] = value[span.start]
        if fault == "stuck with garbage":
            value[span.start : span.stop : 3 * DAY] = 1e9


def say(conn: Connection, told: Told, here: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    instants, column = [from_us(at) for at in told.ts[here].tolist()], COLUMN[told.way]
    values = told.value[here].tolist()
    conn.execute(READINGS.format(column, column, column), [instants, values])
    conn.execute(TOUCH, [instants])


def figures(conn: Connection) -> Figures:
    rows = compute(conn)
    assert conn.execute("SELECT count(*) FROM touched").fetchone() == (0,)
    return rows, conn.execute(DAYS).fetchall(), conn.execute(HOLES).fetchall()


def check(conn: Connection, told: Told, order: list[int], again: list[int]) -> None:
    start(conn, told.way)
    for event in told.events:
        conn.execute(EVENT, event)
    say(conn, told, np.ones(len(told.ts), np.bool_))
    whole = figures(conn)
    for day in again:
        instant = from_us(int(told.ts[day % len(told.ts)]))
        conn.execute(TOUCH, [[instant]])
        assert figures(conn) == whole
    start(conn, told.way)
    for event in told.events[::2]:
        conn.execute(EVENT, event)
    seen = []
    for part in order:
        say(conn, told, np.arange(len(told.ts)) * len(order) // len(told.ts) == part)
        seen.append((figures(conn)[0], NOW + next(LATER) * timedelta(hours=1)))
    for event in told.events[1::2]:
        conn.execute(EVENT, event)
    assert figures(conn) == whole
    for rows, at in seen:
        assert conn.execute(AS_OF, {"at": at}).fetchall() == rows


ORDERS = st.permutations(range(4)) | st.just(list(range(15)))
AGAIN = st.lists(st.integers(0, 75 * DAY), min_size=2, max_size=4)


@settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=ONE_DATABASE)
@given(told=histories(), order=ORDERS, again=AGAIN)
def test_parts_in_any_order_and_single_days_give_the_bytes_of_the_whole(
    conn: Connection, told: Told, order: list[int], again: list[int]
) -> None:
    check(conn, told, order, again)


def steady(way: CountsBy, days: int) -> Told:
    kw = np.random.default_rng(3).uniform(5, 30, days * DAY)
    ts = T0 + np.arange(days * DAY) * EVERY * MINUTE
    return Told(way, ts, np.cumsum(kw) if way is CountsBy.REGISTER else kw, [])


@pytest.mark.parametrize("days", [20, 45])
def test_power_that_repeats_itself_for_weeks_is_never_derived_use(
    conn: Connection, days: int
) -> None:
    """Told every few days, while it lasts and after it."""
    told = steady(CountsBy.RATE, days + 20)
    told.value[10 * DAY : (10 + days) * DAY] = 17.0
    order = list(range(13))
    check(conn, told, order, [15 * DAY, 30 * DAY])
    rows = figures(conn)[0]
    begin, end = (BEGIN + timedelta(days=at) for at in (10, 10 + days))
    stuck = [row for row in rows if begin <= row[0] and row[1] < end]
    assert len(stuck) == days * DAY - 1
    assert {(row[3], row[6] & Flag.FROZEN) for row in stuck} == {("estimated", Flag.FROZEN)}


@pytest.mark.parametrize("way", list(CountsBy))
def test_what_comes_before_a_device_that_is_stuck_to_this_day_tells_that_it_is(
    conn: Connection, way: CountsBy
) -> None:
    told = steady(way, 45)
    told.value[8 * DAY :] = told.value[8 * DAY]
    check(conn, told, [2, 3, 0, 1], [9 * DAY, 40 * DAY])
    later = [row for row in figures(conn)[0] if row[0] > BEGIN + timedelta(days=9)]
    assert {row[3] for row in later} <= {"estimated"}


def test_a_gap_of_weeks_between_readings_that_do_not_stand_keeps_its_shape(
    conn: Connection,
) -> None:
    told = steady(CountsBy.REGISTER, 75)
    told.value[27 * DAY : 45 * DAY] = 9_999_999.0
    check(conn, told, [1, 3, 0, 2], [4 * DAY, 8 * DAY, 60 * DAY])


def test_a_size_declared_today_holds_for_the_turns_of_the_register_before(
    conn: Connection,
) -> None:
    told = steady(CountsBy.REGISTER, 30)
    turning = told._replace(value=told.value % 1000.0)
    start(conn, told.way)
    say(conn, turning, np.ones(len(told.ts), np.bool_))
    before = sum(row[2] for row in figures(conn)[0])
    conn.execute(EVENT, [BEGIN + timedelta(days=25), "register_size", 1000.0, None])
    rows = figures(conn)[0]
    assert sum(row[2] for row in rows) == pytest.approx(np.ptp(told.value))
    assert sum(row[2] for row in rows) > before + 100
