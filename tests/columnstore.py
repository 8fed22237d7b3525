"""What the columnstore of a Community server holds, for tests."""

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from store.become import Role
from store.maintenance import compress_old_chunks
from tests.conftest import connected

YEAR_AGO = datetime(2025, 7, 3, tzinfo=UTC)
"""A Thursday, on which a chunk of a week begins; long past what is left uncompressed."""
QUARTER = timedelta(minutes=15)
COMPRESSED = 1
PARTIAL = 9


def pack(conn: Connection) -> int:
    """Compress old chunks as the worker does; returns how many."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        return compress_old_chunks(worker)


def chunks(conn: Connection, table: str) -> list[int]:
    """Status of every chunk of a table, in the order of time."""
    rows = conn.execute(
        "SELECT _timescaledb_functions.chunk_status("
        "format('%%I.%%I', chunk_schema, chunk_name)::regclass) "
        "FROM timescaledb_information.chunks WHERE hypertable_schema = 'public' "
        "AND hypertable_name = %s ORDER BY range_start",
        [table],
    )
    return [status for (status,) in rows]


def unpacked(conn: Connection, table: str) -> int:
    """Rows of compressed chunks that lie outside the columnstore."""
    rows = conn.execute("SELECT show_chunks(%s)::text", [table]).fetchall()
    counts = [conn.execute(f"SELECT count(*) FROM ONLY {chunk}").fetchone() for (chunk,) in rows]
    return sum(count[0] for count in counts if count is not None)
