"""The worker and the command make the same intervals of the same readings, and the same marks."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.ledger.grading import intervals_of
from analytics.ledger.level import mark_level_changes
from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import MINUTE, in_order
from analytics.ledger.register import STEPS, use_of_history
from analytics.ledger.segments import history
from civicwatt.chosen_calendar import kinds as published_kinds
from civicwatt.cli import main
from civicwatt.published_calendar import seed
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.epoch import from_us, to_us
from domain.interval import Interval
from domain.register_event import RegisterEvent
from domain.weather_hour import SourceKind
from store.become import Role
from store.one_row import one_row
from store.people.person import add_person
from store.places.registry import write as write_registry
from store.places.weather_hour import put_hours
from tests.conftest import connected
from tests.estate import NOW, estate, registers, say, store_messages
from tests.unit.ledger.synthetic_meter import BEGIN
from tests.unit.ledger.test_conservation import SIZE, Told, histories

pytestmark = pytest.mark.db

ZONE = ZoneInfo("Asia/Shanghai")
DEVICE = "school-device-0"
HOUR = timedelta(hours=1)
LATER = count(1)
READINGS = """
    INSERT INTO electricity_reading (device_id, ts, received_at, active_energy_import_kwh)
    SELECT device_id, r.ts, now(), r.value
      FROM device, unnest(%s::timestamptz[], %s::float8[]) AS r (ts, value)
     WHERE code = 'school-device-0'"""
TOUCH = """
    INSERT INTO touched (device_id, day)
    SELECT DISTINCT device_id, (ts AT TIME ZONE 'Asia/Shanghai')::date
      FROM device, unnest(%s::timestamptz[]) AS ts WHERE code = 'school-device-0'"""
EVENT = """
    INSERT INTO register_event (meter_id, at, kind, value, previous, note, person_id)
    SELECT meter_id, %s, %s, %s, %s, 'as written down', person_id
      FROM meter, person WHERE code = 'school-meter-0'"""
FIGURES = """
    SELECT start_at, end_at, value, quantity_grade::text, shape_grade::text, method, flags
      FROM consumption WHERE superseded_at IS NULL ORDER BY start_at"""


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_person(conn, login="school", name="Wang", password_hash="")
        yield conn


def compute(conn: Connection) -> list[tuple[Any, ...]]:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW + next(LATER) * HOUR)
    return conn.execute(FIGURES).fetchall()


def by_file(told: Told) -> list[Interval]:
    """What `civicwatt consumption` makes of the readings, of whole intervals with a figure."""
    cadence = float(np.median(np.diff(np.unique(told.ts))))
    step = next(each for each in STEPS if cadence <= each)
    first = from_us(int(told.ts.min())).astimezone(ZONE).date()
    grid = local_grid(first, first + timedelta(days=10), ZONE, step=step)
    found = history(in_order(told.ts, told.register), told.events, ratio=told.ratio, size=SIZE)
    rows = intervals_of(use_of_history(found, grid), grid.bounds).rows()
    return [row for row in rows if row.grading.method != "not_counted"]


def check_alike(conn: Connection, told: Told, order: list[int]) -> None:
    for table in ("electricity_reading", "consumption", "consumption_day", "consumption_hole",
                  "touched", "register_event"):  # fmt: skip
        conn.execute(f"DELETE FROM {table}")
    before = BEGIN - timedelta(days=1)
    conn.execute(EVENT, [before, "ratio", told.ratio, None])
    conn.execute(EVENT, [before, "register_size", SIZE, None])
    for event in told.events:
        conn.execute(EVENT, [event.at, event.kind, event.value, event.previous])
    rows: list[tuple[Any, ...]] = []
    for part in order:
        here = np.arange(len(told.ts)) * 4 // len(told.ts) == part
        instants = [from_us(ts) for ts in told.ts[here].tolist()]
        conn.execute(READINGS, [instants, told.register[here].tolist()])
        conn.execute(TOUCH, [instants])
        rows = compute(conn)
    begin, finish = from_us(int(told.ts.min())), from_us(int(told.ts.max()))
    wanted = [row for row in by_file(told) if row.start >= begin and row.end <= finish]
    kept = [row for row in rows if row[0] >= begin and row[1] <= finish]
    assert [row[:2] for row in kept] == [(row.start, row.end) for row in wanted]
    np.testing.assert_allclose(
        [row[2] for row in kept], [row.value for row in wanted], rtol=1e-9, atol=1e-9
    )
    assert [row[3:] for row in kept] == [(*row.grading, row.flags) for row in wanted]


ORDERS = st.permutations(range(4))
ONE_DATABASE = [HealthCheck.function_scoped_fixture]


@settings(max_examples=8, deadline=None, suppress_health_check=ONE_DATABASE)
@given(told=histories(), order=ORDERS)
def test_a_random_week_is_the_same_by_worker_and_by_file(
    conn: Connection, told: Told, order: list[int]
) -> None:
    check_alike(conn, told, order)


@pytest.mark.fault
@pytest.mark.timeout(3600)
@settings(max_examples=150, deadline=None, suppress_health_check=ONE_DATABASE)
@given(told=histories(), order=ORDERS)
def test_many_random_weeks_are_the_same_by_worker_and_by_file(
    conn: Connection, told: Told, order: list[int]
) -> None:
    check_alike(conn, told, order)


def test_of_readings_in_conflict_the_one_that_fits_counts_and_says_so(conn: Connection) -> None:
    start = datetime(2026, 7, 1, tzinfo=ZONE)
    store_messages(conn, registers(DEVICE, start, [10.0 * i for i in range(49)], step=HOUR))
    wrong = b'{"ts": "%s", "values": {"active_energy_import_kwh": 9999.5}}'
    at = (start + 20 * HOUR).isoformat().encode()
    store_messages(conn, [say(DEVICE, wrong % at)])
    rows = compute(conn)
    assert [row[2] for row in rows] == [10.0] * 48
    marked = [(row[0] - start) // HOUR for row in rows if row[6] & Flag.CONFLICT]
    assert marked == [19, 20]
    assert {row[3] for row in rows} == {"measured"}


def test_a_change_of_level_is_marked_on_the_day_the_file_says_and_moves_with_it(
    conn: Connection,
) -> None:
    noise = np.random.default_rng(5).uniform(0.9, 1.1, 120 * 24)
    kwh = np.where(np.arange(120 * 24) < 60 * 24, 10.0, 17.0) * noise
    start = datetime(2026, 2, 1, tzinfo=ZONE)
    ts = to_us(start) + np.arange(120 * 24 + 1) * 60 * MINUTE
    told = Told(ts, np.concatenate(([0.0], np.cumsum(kwh))), [], 1.0, float(kwh.sum()))
    grid = local_grid(date(2026, 2, 1), date(2026, 6, 1), ZONE, step=60 * MINUTE)
    use = mark_level_changes(use_of_history(history(in_order(ts, told.register)), grid), grid)
    wanted = np.flatnonzero(use.flags & Flag.LEVEL_CHANGE).tolist()
    assert len(wanted) == 24
    assert abs(wanted[0] // 24 - 60) <= 3
    instants = [from_us(each) for each in ts.tolist()]
    rows: list[tuple[Any, ...]] = []
    for part in (slice(0, 75 * 24), slice(75 * 24, None)):
        conn.execute(READINGS, [instants[part], told.register[part].tolist()])
        conn.execute(TOUCH, [instants[part]])
        rows = compute(conn)
    assert [(row[0] - start) // HOUR for row in rows if row[6]] == wanted
    assert {row[3:6] for row in rows} == {("measured", "measured", "difference")}
    np.testing.assert_allclose([row[2] for row in rows], kwh)
    day = conn.execute("SELECT count(*) FROM consumption_day WHERE flags <> 0").fetchone()
    assert day == (1,)
    conn.execute("INSERT INTO touched (device_id, day) SELECT device_id, '2026-04-02' FROM device")
    before = conn.execute("SELECT count(*) FROM consumption").fetchone()
    assert compute(conn) == rows
    assert conn.execute("SELECT count(*) FROM consumption").fetchone() == before


def test_an_event_declared_for_the_first_reading_is_none_of_the_files(conn: Connection) -> None:
    told = Told(*_steady(), [RegisterEvent(BEGIN, "ratio", 40.0)], 1.0, 0.0)
    check_alike(conn, told, [2, 0, 3, 1])


def test_a_gap_over_a_holiday_in_changing_weather_is_shaped_alike(
    conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the calendar and the temperature of the place, or of the files that the command gets."""
    seed(conn)
    start, hours = datetime(2026, 4, 13, tzinfo=ZONE), np.arange(31 * 24)
    kinds = published_kinds("CN", start.date(), start.date() + timedelta(days=31))
    works = np.array(
        [kinds[start.date() + timedelta(days=int(hour) // 24)].works for hour in hours]
    )
    air = np.random.default_rng(7).uniform(20, 32, 31)[hours // 24].round(2)
    kwh = np.where(works & (hours % 24 > 7), 20.0, 2.0) * (1 + 0.05 * (air - 26))
    register = np.concatenate(([0.0], np.cumsum(kwh))).round(6)
    at = [start + each * HOUR for each in range(len(register))]
    silent = datetime(2026, 4, 30, tzinfo=ZONE), datetime(2026, 5, 2, tzinfo=ZONE)
    heard = [n for n, each in enumerate(at) if not silent[0] < each < silent[1]]
    place = one_row(conn, "SELECT organisation_id FROM organisation WHERE code = 'school-site'")
    told = {each: float(c) for each, c in zip(at[:-1], air, strict=True)}
    put_hours(conn, place[0], SourceKind.IMPORTED, told, source="station")
    conn.execute(READINGS, [[at[n] for n in heard], register[heard].tolist()])
    conn.execute(TOUCH, [[at[n] for n in heard]])
    wanted = [(row[0], row[5], row[2]) for row in compute(conn) if silent[0] <= row[0] < silent[1]]

    readings, weather = tmp_path / "meter.csv", tmp_path / "air.csv"
    readings.write_text("ts,register\n" + "".join(f"{at[n]},{register[n]}\n" for n in heard))
    weather.write_text("ts,temp_c\n" + "".join(f"{each},{c}\n" for each, c in told.items()))

    def by_command(*options: str) -> list[tuple[datetime, str, float]]:
        assert main(["consumption", str(readings), "--zone", ZONE.key, *options]) == 0
        found = map(json.loads, capsys.readouterr().out.splitlines())
        rows = [(datetime.fromisoformat(x["start"]), x["method"], x["value"]) for x in found]
        return [row for row in rows if silent[0] <= row[0] < silent[1]]

    def same(found: list[tuple[datetime, str, float]]) -> bool:
        assert [row[:2] for row in found] == [row[:2] for row in wanted]
        assert {row[1] for row in found} == {"profile_over_gap"}
        return np.allclose([row[2] for row in found], [row[2] for row in wanted], atol=1e-6)

    assert same(by_command("--calendar", "CN", "--weather", str(weather)))
    assert not same(by_command("--weather", str(weather)))
    assert not same(by_command("--calendar", "CN"))
    may_day = sum(row[2] for row in wanted[24:])
    assert may_day == pytest.approx(kwh[18 * 24 : 19 * 24].sum(), rel=0.1)


def _steady() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    ts = to_us(BEGIN) + np.arange(8 * 96 + 1) * 15 * MINUTE
    return ts, 0.5 * np.arange(8 * 96 + 1)
