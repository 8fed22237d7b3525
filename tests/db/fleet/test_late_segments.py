"""Trips in the store: any arrival order, repetition or re-issue a week late gives the same."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from psycopg import Connection

from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.jobs.segment_row import segment_of
from device_sim.samples import Samples
from device_sim.vehicle_week import vehicle_week
from store.fleet.vehicle_segment import current
from tests.estate import NOW, store_messages
from tests.fleet_estate import BATTERY_KWH, cut, told
from tests.told_vehicle import told as heard

pytestmark = pytest.mark.db

FIRST = date(2026, 6, 29)
DAYS = 10
KEPT = """
SELECT segment_id, kind, start_at, end_at, start_after, end_before, km, km_ways, kwh, kwh_ways,
       grid_kwh, electric_km, evidence, estimated, doubts, start_latitude_deg, end_latitude_deg
  FROM vehicle_segment WHERE superseded_at IS NULL ORDER BY start_at, end_at, kind"""
ALARMS = """
SELECT code, level, start_at, last_at, end_at FROM vehicle_alarm
 WHERE withdrawn_at IS NULL ORDER BY start_at, code"""


@cache
def samples() -> Samples:
    """Ten days of a car, which is hot for two hours and short of charge over a midnight."""
    said = vehicle_week(3, FIRST, days=DAYS).samples(60)
    flags = np.zeros(len(said), np.int64)
    flags[3000:3120] |= 1 << 1
    flags[4300:4400] |= 1 << 4
    level = np.where(flags > 0, 2, 0)
    level[3050:3060] = 3
    return Samples(
        "vehicle", said.at_s, {**said.values, "alarm_level": level, "alarm_flags": flags}
    )


def kept(conn: Connection) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    return conn.execute(KEPT).fetchall(), conn.execute(ALARMS).fetchall()


@cache
def truth() -> tuple[tuple[str, int, int, float | None], ...]:
    found = segments(heard(samples()), VehicleClass(battery_kwh=BATTERY_KWH), "car-1")
    return tuple((each.id, each.start, each.end, each.km.amount) for each in found)


def seen(conn: Connection) -> tuple[tuple[str, int, int, float | None], ...]:
    rows = current(conn, 1, None, None)
    return tuple((each.id, each.start, each.end, each.km.amount) for each in map(segment_of, rows))


def test_what_is_kept_is_what_the_samples_say(conn: Connection) -> None:
    store_messages(conn, told("car-1", samples()))
    cut(conn)
    assert seen(conn) == truth()
    assert [(code, level) for code, level, *_ in kept(conn)[1]] == [
        ("battery_hot", 3),
        ("soc_low", 2),
    ]


@pytest.mark.parametrize("chance", [1, 2])
def test_any_order_repetition_and_lateness_give_the_same(conn: Connection, chance: int) -> None:
    """In eight batches at random, each cut once it has come; a tenth comes twice, a day late."""
    said, random = samples(), np.random.default_rng(chance)
    order = random.permutation(
        np.concatenate([np.arange(len(said)), random.integers(0, len(said), len(said) // 10)])
    )
    late = (order >= 1440) & (order < 2880)
    batches = [*np.array_split(order[~late], 7), order[late]]
    for number, batch in enumerate(batches):
        store_messages(conn, told("car-1", said, batch))
        cut(conn, now=NOW + timedelta(minutes=number))
    assert seen(conn) == truth()
    found = kept(conn)
    conn.execute("DELETE FROM vehicle_alarm")
    conn.execute("DELETE FROM vehicle_segment")
    conn.execute("INSERT INTO vehicle_touched (vehicle_id) VALUES (1)")
    cut(conn)
    assert kept(conn) == found


def test_a_late_day_touches_its_window_and_keeps_what_was_said(conn: Connection) -> None:
    said = samples()
    rows = np.arange(len(said))
    late = (rows >= 3 * 1440) & (rows < 4 * 1440)
    store_messages(conn, told("car-1", said, rows[~late]))
    cut(conn)
    before = {each[0] for each in seen(conn)}
    store_messages(conn, told("car-1", said, rows[late]))
    later = NOW + timedelta(hours=1)
    cut(conn, now=later)
    assert seen(conn) == truth()
    changed = conn.execute(
        "SELECT min(start_at), max(end_at) FROM vehicle_segment WHERE known_at = %s", [later]
    ).fetchone()
    start = said.at_s[3 * 1440]
    assert changed is not None
    assert abs(changed[0].timestamp() - start) < 3 * 86_400
    assert abs(changed[1].timestamp() - start) < 4 * 86_400
    then = conn.execute(
        "SELECT segment_id FROM vehicle_segment WHERE known_at <= %(then)s"
        " AND (superseded_at IS NULL OR superseded_at > %(then)s)",
        {"then": NOW},
    )
    assert {name for (name,) in then} == before


def test_cutting_again_changes_nothing(conn: Connection) -> None:
    store_messages(conn, told("car-1", samples(), range(2880)))
    cut(conn)
    count = "SELECT count(*), max(known_at) FROM vehicle_segment"
    first = conn.execute(count).fetchone()
    conn.execute("INSERT INTO vehicle_touched (vehicle_id) VALUES (1)")
    cut(conn, now=NOW + timedelta(hours=1))
    assert conn.execute(count).fetchone() == first
