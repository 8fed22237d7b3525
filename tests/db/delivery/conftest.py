"""A school with a desk, people who sit there, and somebody who delivers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from analytics.delivery.address import shown
from analytics.delivery.sealed import Address, seal
from analytics.jobs.delivery import run_round
from analytics.settings import DeliverySettings
from store.become import Role
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.db.conftest import add_people
from tests.estate import estate
from tests.password import PASSWORD_HASH

SECRET_KEY = "of a test, and nothing but a test"
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""In Shanghai."""
NIGHT = datetime(2026, 11, 22, 19, tzinfo=UTC)
"""Three o'clock in Shanghai, in the night to the 23rd."""


@pytest.fixture(scope="session")
def with_desk(database_server: str, template: str) -> Iterator[str]:
    """Name of the database that each test gets a copy of."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            for login in ("night", "day"):
                add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
                grant(conn, login=login, role="operator", organisation="school")
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture
def database(database_server: str, with_desk: str) -> Iterator[str]:
    """A copy of it."""
    with new_database(database_server, with_desk) as url:
        yield url


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A superuser there."""
    return superuser


class Post:
    """Who delivers from this database, at a time that the test sets."""

    def __init__(self, conn: Connection, worker: Connection) -> None:
        self.conn, self.worker = conn, worker
        self.now = NOON
        self.settings = DeliverySettings(
            database_url="unused",
            secret_key=SECRET_KEY,
            delivery_networks="127.0.0.0/8",
            public_url="https://desk.example",
        )

    def one(self, statement: str, *arguments: object) -> object:
        """The first value of the first row."""
        row = self.conn.execute(statement, arguments).fetchone()
        assert row is not None
        return row[0]

    def place(self, code: str = "school") -> int:
        """Id of an organisation."""
        found = self.one("SELECT organisation_id FROM organisation WHERE code = %s", code)
        assert isinstance(found, int)
        return found

    def person(self, login: str) -> int:
        """Id of a person."""
        found = self.one("SELECT person_id FROM person WHERE login = %s", login)
        assert isinstance(found, int)
        return found

    def channel(
        self, kind: str, to: str, *, secret: str = "", rung: int = 0, of: str | None = None
    ) -> int:
        """A channel of the school's desk, or of somebody on duty there."""
        address = Address(to, secret)
        made = self.one(
            "INSERT INTO channel (desk_id, kind, name, on_duty, rung, sealed, shown, person_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING channel_id",
            self.place(), kind, kind, None if of is None else self.person(of), rung,
            seal(address, SECRET_KEY), shown(kind, address), self.person("admin"),
        )  # fmt: skip
        assert isinstance(made, int)
        return made

    def on_duty(self, login: str, *, rank: int = 1, phone: str = "") -> None:
        """Somebody on duty around now."""
        hours = timedelta(hours=6)
        self.conn.execute(
            "INSERT INTO duty_shift (desk_id, on_duty, rank, during, phone, person_id) "
            "VALUES (%s, %s, %s, tstzrange(%s, %s), %s, %s)",
            [self.place(), self.person(login), rank, self.now - hours, self.now + hours, phone,
             self.person("admin")],
        )  # fmt: skip

    def alert(
        self, rule: str = "night_flow", priority: str = "urgent", month_cny: str | None = "720"
    ) -> int:
        """An alert that has just opened and interrupts the desk, as the evaluator writes it."""
        made = self.one(
            "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at, "
            "opened_at, month_cny) SELECT %s, organisation_id, %s, %s, 'open', %s, %s, %s "
            "FROM organisation WHERE code = 'school-building' RETURNING alert_id",
            rule, self.place(), priority, self.now, self.now, month_cny,
        )  # fmt: skip
        self.conn.execute(
            "INSERT INTO alert_interruption (desk_id, alert_id, kind, alerts, at) "
            "VALUES (%s, %s, 'alert', 1, %s)",
            [self.place(), made, self.now],
        )
        assert isinstance(made, int)
        return made

    def storm(self, *priorities: str) -> list[int]:
        """Alerts that one digest tells of, as the evaluator writes it."""
        urgent = "urgent" in priorities
        digest = self.one(
            "INSERT INTO alert_interruption (desk_id, kind, alerts, over_budget, at) "
            "VALUES (%s, 'digest', %s, %s, %s) RETURNING interruption_id",
            self.place(), len(priorities), urgent, self.now,
        )  # fmt: skip
        rows = self.conn.execute(
            "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at, "
            "opened_at, digest_id) SELECT 'rule_' || n, organisation_id, %s, priority, 'open', %s, "
            "%s, %s FROM organisation, unnest(%s::text[]) WITH ORDINALITY AS p (priority, n) "
            "WHERE code = 'school-building' RETURNING alert_id",
            [self.place(), self.now, self.now, digest, list(priorities)],
        )
        return [alert for (alert,) in rows]

    def round(self, **settings: object) -> str:
        """One round of `civicwatt deliver`."""
        chosen = self.settings.model_copy(update=settings)
        return run_round(self.worker, chosen, clock=lambda: self.now)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def states(self) -> list[str]:
        """States of all deliveries, in order."""
        rows = self.conn.execute("SELECT state FROM delivery ORDER BY delivery_id").fetchall()
        return [state for (state,) in rows]


@pytest.fixture
def post(conn: Connection, database: str) -> Iterator[Post]:
    """Who delivers, with a worker's connection."""
    with connected(database, Role.WORK) as worker:
        yield Post(conn, worker)
