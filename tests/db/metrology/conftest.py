"""Ten days of one school, and who may say everything of it."""

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.people.person import grant
from store.places.registry import write as write_registry
from tests.db.conftest import SignIn, add_people
from tests.db.metrology.desk import HOUR, START, compute
from tests.estate import NOW, estate, registers, store_messages


@pytest.fixture
def conn(superuser: Connection, database: str) -> Connection:
    """Ten days of hourly registers at the school, 1 kWh an hour."""
    write_registry(superuser, estate())
    add_people(superuser)
    grant(superuser, login="hospital", role="institution_administrator", organisation="hospital")
    store_messages(superuser, registers("school-device-0", START, range(1000, 1241), step=HOUR))
    compute(database, NOW)
    return superuser


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    """The administrator of the whole house."""
    assert conn.info.dbname
    return sign_in("admin")
