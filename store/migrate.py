"""Bring a database to this version's schema. Append-only: an applied migration never changes."""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

from procrastinate.schema import SchemaManager
from psycopg import Connection
from psycopg.sql import SQL

from domain.errors import StoreError
from domain.factor_file import shipped_sets
from store.institution.factor import load_sets
from store.queries import sql
from store.server import Floor, inspect

_SQL = resources.files("store") / "sql"
_QUEUE = "job queue"


def migrate(conn: Connection) -> list[str]:
    """Apply every migration the database does not have yet, each in its own transaction.

    Then the factor sets that come with this version are loaded, where they are not there yet.
    Everything is made and owned by `civicwatt_owner`, which is no superuser: a security_barrier
    view owned by a superuser would show every tenant to everybody.

    Parameters
    ----------
    conn : Connection
        In autocommit mode, as a role that may create roles (and the TimescaleDB extension, where
        the server has it).

    Returns
    -------
    list of str
        Names of the migrations applied now.

    Raises
    ------
    StoreError
        If the server is unfit, or an applied migration or a loaded factor set differs from the
        file of its name.
    """
    conn.execute(sql("migration", "take_lock"))
    if inspect(conn).timescale_available:
        conn.execute(sql("migration", "create_extension"))
    floor = inspect(conn).floor
    _run(conn, _SQL / "roles.sql")
    conn.execute(sql("migration", "become_owner"))
    try:
        done = _apply_all(conn)
        load_sets(conn, shipped_sets())
        _run(conn, _SQL / "audited.sql")
        if floor is not Floor.PLAIN:
            _run(conn, _SQL / "timescale.sql")
    finally:
        conn.execute(sql("migration", "become_again"))
    return done


def pending(conn: Connection) -> list[str]:
    """Names of migrations this version has and the database does not."""
    if not is_migrated(conn):
        return [file.name for file in _files()]
    applied = _applied(conn)
    return [file.name for file in _files() if file.name not in applied]


def _applied(conn: Connection) -> dict[str, str]:
    rows: list[tuple[str, str]] = conn.execute(sql("migration", "applied")).fetchall()
    return dict(rows)


def is_migrated(conn: Connection) -> bool:
    """Whether any migration was ever applied here."""
    return conn.execute(sql("server", "migrated")).fetchone() == (True,)


def _files() -> list[Traversable]:
    return sorted((_SQL / "migrations").iterdir(), key=lambda file: file.name)


def _apply_all(conn: Connection) -> list[str]:
    conn.execute(sql("migration", "create_log"))
    applied = _applied(conn)
    done = []
    for file in _files():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if file.name in applied:
            if applied[file.name] != digest:
                raise StoreError(
                    f"migration {file.name} was applied with other text "
                    f"({applied[file.name][:12]}, the file has {digest[:12]}): append a new one"
                )
            continue
        with conn.transaction():
            _run(conn, file)
            conn.execute(sql("migration", "log"), {"name": file.name, "sha256": digest})
        done.append(file.name)
    if _QUEUE not in applied:
        with conn.transaction():
            conn.execute(sql("migration", "create_queue"))
            conn.execute(sql("migration", "enter_queue"))
            conn.execute(SQL(SchemaManager.get_schema()))
            conn.execute(sql("migration", "grant_queue"))
        with conn.transaction():
            conn.execute(sql("migration", "log"), {"name": _QUEUE, "sha256": ""})
        done.append(_QUEUE)
    return done


def _run(conn: Connection, file: Traversable) -> None:
    conn.execute(file.read_bytes())
