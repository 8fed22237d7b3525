import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Connection

from domain.errors import StoreError
from domain.quantity import ReadingTable, columns
from store import migrate as migration
from store.migrate import migrate, pending
from store.server import Floor, inspect
from tests.conftest import connected

pytestmark = pytest.mark.db

COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"""
HEAD = ["device_id", "ts", "received_at", "quality"]


@pytest.mark.parametrize("table", list(ReadingTable))
def test_the_columns_of_a_reading_table_are_the_list_of_quantities(
    table: ReadingTable, superuser: Connection
) -> None:
    rows = superuser.execute(COLUMNS, [table.value]).fetchall()
    assert [name for name, _ in rows] == HEAD + [q.name for q in columns(table)]
    assert [kind for _, kind in rows[len(HEAD) :]] == [q.column_type for q in columns(table)]


def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    with connected(empty_database) as conn:
        assert len(pending(conn)) == len(migrate(conn)) - 1  # the job queue is not a file
        assert migrate(conn) == []
        assert pending(conn) == []


def test_an_applied_migration_that_was_changed_is_refused(superuser: Connection) -> None:
    superuser.execute("UPDATE schema_migration SET sha256 = 'other' WHERE name LIKE '0001%'")
    with pytest.raises(StoreError, match=r"0001_places\.sql was applied with other text"):
        migrate(superuser)


def test_nothing_belongs_to_a_superuser(superuser: Connection) -> None:
    owned = superuser.execute(
        "SELECT relname, rolname FROM pg_class c JOIN pg_roles r ON r.oid = relowner "
        "JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname IN ('public', 'visible', 'queue') AND relkind IN ('r', 'v') "
        "AND (rolsuper OR rolbypassrls OR rolcanlogin) "
        "AND relname NOT LIKE 'pg_%'"
    ).fetchall()
    assert owned == []


def test_reading_tables_are_hypertables_where_timescaledb_is(superuser: Connection) -> None:
    if inspect(superuser).floor is Floor.PLAIN:
        pytest.skip("the server has no TimescaleDB")
    found = superuser.execute("SELECT hypertable_name FROM timescaledb_information.hypertables")
    tables = {table.value for table in ReadingTable} | {"other_reading", "consumption"}
    assert {name for (name,) in found} == tables


def test_no_foreign_key_leaves_a_hypertable(superuser: Connection) -> None:
    keys = superuser.execute(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' "
        "AND (conrelid::regclass::text LIKE '%reading' OR conrelid = 'consumption'::regclass)"
    ).fetchall()
    assert keys == []


@pytest.mark.parametrize(
    ("versions", "licence", "message"),
    [
        ((140011, True, None), "apache", "PostgreSQL 14 is too old: want 15"),
        ((170000, True, "2.11.0"), "apache", r"TimescaleDB 2\.11\.0 is too old"),
        ((170000, True, "2.17.2"), "timescale", r"2\.17\.2 .* loses rows .* issue 7672"),
    ],
)
def test_a_server_known_to_lose_rows_is_refused(
    versions: tuple[int, bool, str | None], licence: str, message: str
) -> None:
    with pytest.raises(StoreError, match=message):
        inspect(_Server(versions, (licence,)))  # type: ignore[arg-type]  # answers like one


@dataclasses.dataclass
class _Server:
    """Stands in for servers of versions that cannot be had here; answers what they would."""

    versions: tuple[int, bool, str | None]
    licence: tuple[str]

    def execute(self, statement: str, _arguments: object = None) -> "_Answer":
        return _Answer(self.licence if "license" in statement else self.versions)


@dataclasses.dataclass
class _Answer:
    row: tuple[object, ...]

    def fetchone(self) -> tuple[object, ...]:
        return self.row


def test_two_migrations_at_once_do_not_meet(empty_database: str) -> None:
    def one(_: int) -> list[str]:
        with connected(empty_database) as conn:
            return migrate(conn)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one, range(2)))
    assert sorted(len(names) for names in done) == [0, len(migration._files()) + 1]
