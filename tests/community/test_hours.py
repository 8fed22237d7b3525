"""Hourly series as continuous aggregates: the answers of the plain views, none missing."""

from datetime import timedelta

import pytest
from psycopg import Connection

from store.become import Role
from store.maintenance import refresh_hourly
from tests import hours
from tests.columnstore import pack
from tests.conftest import connected
from tests.estate import say, store_messages

pytestmark = pytest.mark.community


@pytest.fixture
def planted(community: Connection) -> Connection:
    hours.plant(community)
    return community


def refresh(conn: Connection) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        assert refresh_hourly(worker) == len(hours.OF_TABLE)


@pytest.mark.parametrize("table", hours.OF_TABLE)
def test_the_aggregate_says_what_the_plain_view_says(table: str, planted: Connection) -> None:
    assert hours.found(planted, table) == hours.truth()
    pack(planted)
    refresh(planted)
    row = planted.execute(f"SELECT count(*) FROM {_materialized(planted, table)}").fetchone()
    assert row is not None
    assert row[0] >= 72
    assert hours.found(planted, table) == hours.truth()


def test_the_newest_hour_is_not_missing_after_a_refresh(planted: Connection) -> None:
    """Readings of this very minute, as the aggregate's own clock has it."""
    planted.execute(
        "INSERT INTO climate_reading (device_id, ts, received_at, air_temperature_c) "
        "SELECT device_id, now(), now(), 21.5 FROM device WHERE code = 'hospital-device-0'"
    )
    refresh(planted)
    planted.execute(
        "UPDATE climate_reading SET air_temperature_c = 22.5 WHERE ts > now() - interval '1 h'"
    )
    row = planted.execute(
        "SELECT mean_air_temperature_c FROM climate_reading_hour "
        "WHERE hour = (SELECT date_trunc('hour', max(ts)) FROM climate_reading)"
    ).fetchone()
    assert row == (22.5,)


def test_a_late_reading_changes_its_hour_at_the_next_refresh(planted: Connection) -> None:
    refresh(planted)
    at = hours.START + timedelta(minutes=50)
    store_messages(
        planted,
        [
            say(
                "school-device-0",
                f'{{"ts": "{at.isoformat()}", "values": {{"soc_pct": 94.0}}}}'.encode(),
            )
        ],
    )
    refresh(planted)
    first, *rest = hours.truth()
    changed = (first[0], (0.0 + 1.0 + 5.0 + 94.0) / 4, 0.0, 94.0)
    assert hours.found(planted, "vehicle_reading") == [changed, *rest]


def _materialized(conn: Connection, table: str) -> str:
    row = conn.execute(
        "SELECT materialization_hypertable_schema || '.' || materialization_hypertable_name "
        "FROM timescaledb_information.continuous_aggregates WHERE view_name = %s",
        [table],
    ).fetchone()
    assert row is not None
    return str(row[0])
