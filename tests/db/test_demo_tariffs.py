"""The demo's meters are priced, and entering tariffs again changes nothing."""

from datetime import date

import pytest
from psycopg import Connection

from civicwatt.demo.tariffs import SOURCE, enter_tariffs
from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import estate

pytestmark = pytest.mark.db


def counts(conn: Connection) -> list[object]:
    tables = ("tariff", "tariff_version", "price_month", "price_month_line", "meter_tariff")
    return [conn.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]


def test_entering_them_twice_is_entering_them_once(database: str) -> None:
    with connected(database, Role.ADMIN) as conn:
        write_registry(conn, estate())
        enter_tariffs(conn, date(2025, 11, 22), date(2026, 2, 1))
        found = counts(conn)
        assert found == [(5,), (5,), (3,), (27,), (2,)]
        enter_tariffs(conn, date(2025, 11, 22), date(2026, 2, 1))
        assert counts(conn) == found
        assert conn.execute("SELECT DISTINCT source FROM price_month").fetchall() == [(SOURCE,)]
        assert conn.execute("SELECT count(*) FROM tariff_version_check").fetchone() == (0,)
