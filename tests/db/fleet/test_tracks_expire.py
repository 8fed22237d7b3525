"""Raw tracks expire; what a vehicle did stays, and late samples do not undo it."""

from datetime import date, timedelta

import pytest
from psycopg import Connection

from analytics.jobs.maintenance import maintain
from device_sim.vehicle_week import vehicle_week
from domain.errors import ConfigurationError
from store.become import Role
from store.fleet.track import keep_tracks
from tests.conftest import connected
from tests.estate import NOW, store_messages
from tests.fleet_estate import cut, told

pytestmark = pytest.mark.db

LEFT = "SELECT count(*) FROM vehicle_reading WHERE num_nonnulls(latitude_deg, heading_deg) > 0"
PLACES = "SELECT count(*) FROM vehicle_segment WHERE start_latitude_deg IS NOT NULL"
KEPT = """
SELECT segment_id, start_at, km, km_ways FROM vehicle_segment
 WHERE superseded_at IS NULL ORDER BY 2, 1"""


def count(conn: Connection, query: str) -> int:
    row = conn.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_old_tracks_are_emptied_and_trips_stay_as_they_were(conn: Connection) -> None:
    samples = vehicle_week(3, date(2020, 6, 1), days=3).samples(120)
    store_messages(conn, told("car-1", samples))
    cut(conn)
    before = conn.execute(KEPT).fetchall()
    assert count(conn, LEFT) > 0
    assert count(conn, PLACES) > 0
    with connected(conn.info.dsn, Role.WORK) as worker:
        maintain(worker)
    assert (count(conn, LEFT), count(conn, PLACES)) == (0, 0)
    store_messages(conn, told("car-1", samples, range(700, 720)))
    conn.execute("INSERT INTO vehicle_touched (vehicle_id) VALUES (1)")
    cut(conn, now=NOW + timedelta(hours=1))
    assert conn.execute(KEPT).fetchall() == before


@pytest.mark.parametrize("days", [30, 4000])
def test_tracks_are_kept_as_long_as_terminals_may_re_issue(conn: Connection, days: int) -> None:
    keep_tracks(conn, timedelta(days=90))
    with pytest.raises(ConfigurationError, match="want 40 to 3660"):
        keep_tracks(conn, timedelta(days=days))
