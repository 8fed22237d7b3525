"""What is worked out twice at one moment has one version: that of the last word."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from psycopg import Connection

from domain.consumption_flag import ConsumptionFlag
from domain.epoch import from_us
from domain.interval import Grading, Intervals
from store.meters.consumption import RegisterOf, registers_of
from store.meters.interval_version import LocalDays, replace
from store.places.registry import write as write_registry
from store.telemetry.hole import Hole, replace_holes
from tests.estate import NOW, estate

pytestmark = pytest.mark.db

DAYS = LocalDays.of(date(2026, 7, 1), date(2026, 7, 2), ZoneInfo("Asia/Shanghai"))
HOUR_US = 3_600_000_000
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def register(superuser: Connection) -> RegisterOf:
    write_registry(superuser, estate())
    row = superuser.execute("SELECT min(device_id) FROM meter_device").fetchone()
    assert row is not None
    return registers_of(superuser, row[0])[0]


def hours(*values: float) -> Intervals:
    start = DAYS.bounds[0] + HOUR_US * np.arange(len(values), dtype=np.int64)
    count = len(values)
    return Intervals(
        start, start + HOUR_US, np.array(values), np.zeros(count, np.int32),
        np.zeros(count, np.intp), (Grading("measured", "measured", "difference"),),
    )  # fmt: skip


def versions(conn: Connection) -> list[tuple[float, datetime, datetime | None]]:
    return conn.execute(
        "SELECT value, known_at, superseded_at FROM consumption ORDER BY start_at, known_at"
    ).fetchall()


def test_the_second_word_of_a_moment_takes_the_place_of_the_first(
    superuser: Connection, register: RegisterOf
) -> None:
    replace(superuser, register, hours(1.0, 2.0), DAYS, now=NOW)
    replace(superuser, register, hours(1.0, 2.5), DAYS, now=LATER)
    changed = replace(superuser, register, hours(1.0, 3.0), DAYS, now=LATER)
    assert changed == {date(2026, 7, 1)}
    assert versions(superuser) == [(1.0, NOW, None), (2.0, NOW, LATER), (3.0, LATER, None)]
    day = superuser.execute("SELECT value FROM consumption_day").fetchall()
    assert day == [(4.0,)]


def test_a_span_without_a_figure_that_comes_and_goes_in_a_moment_stands(
    superuser: Connection, register: RegisterOf
) -> None:
    start = from_us(int(DAYS.bounds[0]))
    flag = int(ConsumptionFlag.ZEROS)
    short, long = (Hole(start, start + timedelta(hours=h), flag) for h in (1, 2))
    for wanted in ({short}, set[Hole](), {long}):
        replace_holes(superuser, register, wanted, DAYS, now=NOW)
    found = superuser.execute("SELECT start_at, end_at, superseded_at FROM consumption_hole")
    assert found.fetchall() == [(long.start, long.end, None)]
