"""Fixtures of every test: the servers, and databases copied from one migrated template."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import settings
from psycopg import Connection, sql

from store.become import Role, become
from store.migrate import migrate

pytest_plugins = ["tests.servers"]

# A busy machine is no fault of an example.
settings.register_profile("civicwatt", deadline=None)
settings.load_profile("civicwatt")


def at_database(server: str, name: str) -> str:
    """The server's address with another database."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def new_database(server: str, template: str = "template0") -> Iterator[str]:
    """Make a database, and drop it afterwards; yields its superuser's address."""
    name = f"civicwatt_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield at_database(server, name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def empty_database(database_server: str) -> Iterator[str]:
    """Address of a database without any table."""
    with new_database(database_server) as url:
        yield url


@contextmanager
def as_template(server: str, url: str) -> Iterator[str]:
    """Let a database be copied and nothing else; yields its name."""
    # TimescaleDB's scheduler connects to any database that lets it, and then no copy can be
    # made (timescaledb issues 4048, 9080); a template that refuses connections is safe.
    name = urlsplit(url).path[1:]
    form = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {} IS_TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(form.format(sql.Identifier(name), sql.SQL("false"), sql.SQL("true")))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield name
        admin.execute(form.format(sql.Identifier(name), sql.SQL("true"), sql.SQL("false")))


@contextmanager
def migrated_template(server: str) -> Iterator[str]:
    """Make a database with every migration applied, to be copied; yields its name."""
    with new_database(server) as url:
        with psycopg.connect(url, autocommit=True) as conn:
            migrate(conn)
        with as_template(server, url) as name:
            yield name


@pytest.fixture(scope="session")
def template(database_server: str) -> Iterator[str]:
    """Name of a database with every migration applied, never connected to by a test."""
    with migrated_template(database_server) as name:
        yield name


@pytest.fixture
def database(database_server: str, template: str) -> Iterator[str]:
    """Superuser's address of a fresh, migrated database; commits are real."""
    with new_database(database_server, template) as url:
        yield url


@contextmanager
def connected(url: str, role: Role | None = None) -> Iterator[Connection]:
    """A connection in autocommit mode, as superuser or as one of the house's roles."""
    with psycopg.connect(url, autocommit=True) as conn:
        if role is not None:
            become(conn, role)
        yield conn


@pytest.fixture
def superuser(database: str) -> Iterator[Connection]:
    """A superuser's connection to the test's database, to look at everything."""
    with connected(database) as conn:
        yield conn
