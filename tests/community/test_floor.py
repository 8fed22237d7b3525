"""What `migrate` makes of a server with the Community licence."""

import psycopg
import pytest
from psycopg import Connection

from domain.quantity import ReadingTable
from store.become import Role
from store.migrate import migrate
from store.places.registry import write as write_registry
from store.server import Floor, inspect
from tests.columnstore import COMPRESSED, QUARTER, YEAR_AGO, chunks, pack
from tests.conftest import connected
from tests.estate import estate, registers, store_messages

pytestmark = pytest.mark.community

READINGS = {table.value for table in ReadingTable} | {"other_reading"}


def test_migrating_twice_changes_nothing_also_over_compressed_chunks(empty_community: str) -> None:
    with connected(empty_community) as conn:
        assert migrate(conn) != []
        assert inspect(conn).floor is Floor.COMMUNITY
        write_registry(conn, estate())
        store_messages(
            conn, registers("school-device-0", YEAR_AGO, map(float, range(96)), step=QUARTER)
        )
        assert pack(conn) == 1
        before = _catalogue(conn)
    with connected(empty_community) as conn:
        assert migrate(conn) == []
        assert _catalogue(conn) == before
        assert chunks(conn, "electricity_reading") == [COMPRESSED]


def test_readings_and_consumption_have_a_columnstore(community: Connection) -> None:
    rows = community.execute(
        "SELECT hypertable_name FROM timescaledb_information.hypertables "
        "WHERE hypertable_schema = 'public' AND compression_enabled"
    )
    assert {name for (name,) in rows} == READINGS | {"consumption"}


def test_hourly_series_are_continuous_aggregates_that_show_the_newest_hour(
    community: Connection,
) -> None:
    rows = community.execute(
        "SELECT view_schema, view_name, materialized_only, view_owner "
        "FROM timescaledb_information.continuous_aggregates"
    )
    assert set(rows) == {("hourly", table.value, False, "civicwatt_hour") for table in ReadingTable}


def test_the_worker_may_refresh_the_series_and_no_more(community: Connection) -> None:
    with connected(community.info.dsn, Role.WORK) as worker:
        for statement in (
            "DROP TABLE electricity_reading",
            "SELECT drop_chunks('electricity_reading', older_than => now())",
            "TRUNCATE consumption",
            "ALTER TABLE consumption SET (timescaledb.compress = false)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                worker.execute(statement)


def _catalogue(conn: Connection) -> list[tuple[object, ...]]:
    """Every relation and function of ours, with what would change if it were made anew."""
    return conn.execute(
        "SELECT relnamespace::regnamespace::text, relname, oid, relacl::text FROM pg_class "
        "WHERE relnamespace::regnamespace::text IN ('public', 'visible', 'hourly', 'queue') "
        "UNION ALL SELECT 'function', proname, oid, proacl::text FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2, 3"
    ).fetchall()
