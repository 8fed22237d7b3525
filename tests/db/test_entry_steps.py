"""Any walk of any people through the steps of an entry: database and domain agree on each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.errors import CheckViolation, InsufficientPrivilege, UniqueViolation

from domain.manual_entry import EntryState, may_become, needs_second_person
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import estate

pytestmark = pytest.mark.db

PEOPLE = {
    "anna": ("operator", "school"),
    "bo": ("institution_administrator", "school"),
    "chen": ("bureau", "bureau"),
    "dai": ("bureau", "bureau"),
    "eva": ("operator", "hospital"),
    "fu": ("auditor", "bureau"),
}
ENTERS = {"anna", "bo", "chen", "dai"}
REVIEWS = {"chen", "dai"}
SEES = {*ENTERS, "fu"}


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        for login, (role, organisation) in PEOPLE.items():
            add_person(conn, login=login, name=login, password_hash="")
            grant(conn, login=login, role=role, organisation=organisation)
        yield conn


@contextmanager
def acting(conn: Connection, login: str) -> Iterator[None]:
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    with conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", row)
        yield


@dataclass
class Model:
    """What the domain says of an entry."""

    state: EntryState | None = None
    revision: int = 0
    version: int = 0
    hands: set[str] = field(default_factory=set)
    approved: int | None = None

    def allows(self, login: str, state: EntryState, revision: int) -> bool:
        """Whether a person may bring it there at a revision."""
        own = state in {EntryState.DRAFT, EntryState.SUBMITTED}
        return (
            login in (ENTERS if own else REVIEWS)
            and revision == self.revision + 1
            and may_become(self.state, state)
            and not (needs_second_person(state) and login in self.hands)
        )

    def take(self, login: str, state: EntryState) -> None:
        """Bring it there."""
        self.revision += 1
        if state is EntryState.DRAFT:
            self.version, self.hands = self.revision, set()
        if state in {EntryState.DRAFT, EntryState.SUBMITTED}:
            self.hands.add(login)
        if state is EntryState.APPROVED:
            self.approved = self.version
        self.state = state


STEP = st.tuples(
    st.sampled_from(sorted(PEOPLE)),
    st.sampled_from(list(EntryState)),
    st.sampled_from([0, 0, 0, 0, 0, 0, 1, -1]),
)
WAYS = [EntryState.DRAFT, EntryState.SUBMITTED, EntryState.CHECKED, EntryState.APPROVED]
FITTING = st.sampled_from(
    [[(who, state, 0) for who, state in zip(people, WAYS, strict=True)]
     for people in (["anna", "bo", "chen", "dai"], ["chen", "chen", "dai", "dai"],
                    ["anna", "anna", "chen", "chen"], ["chen", "anna", "chen", "dai"])]
)  # fmt: skip


def step(
    conn: Connection, entry: int, login: str, state: EntryState, model: Model, off: int
) -> bool:
    revision = model.revision + 1 + off
    version = revision if state is EntryState.DRAFT else model.version
    try:
        with acting(conn, login):
            if state is EntryState.DRAFT:
                conn.execute(
                    "INSERT INTO manual_entry_version (entry_id, version, amount, source) "
                    "VALUES (%s, %s, %s, 'bill')",
                    [entry, version, revision],
                )
            conn.execute(
                "INSERT INTO manual_entry_step (entry_id, revision, version, state, reason) "
                "VALUES (%s, %s, %s, %s, 'because')",
                [entry, revision, version, state.value],
            )
    except (CheckViolation, InsufficientPrivilege, UniqueViolation):
        return False
    return True


# The database stays between examples: each has an entry of its own.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begun=FITTING, walk=st.lists(STEP, max_size=12), n=st.integers(0, 10**9))
def test_the_database_takes_exactly_the_steps_the_domain_allows(
    conn: Connection, begun: list[tuple[str, EntryState, int]],
    walk: list[tuple[str, EntryState, int]], n: int,
) -> None:  # fmt: skip
    made = conn.execute(
        "INSERT INTO manual_entry (organisation_id, kind, month) SELECT organisation_id, "
        "'water_m3', ('2000-01-01'::date + make_interval(months => (SELECT count(*)::integer "
        "FROM manual_entry)))::date FROM organisation WHERE code = 'school' RETURNING entry_id"
    ).fetchone()
    assert made is not None
    model, entry = Model(), made[0]
    for login, state, off in [*begun[: n % 5], *walk]:
        wanted = model.allows(login, state, model.revision + 1 + off)
        assert step(conn, entry, login, state, model, off) == wanted, (model, login, state, off)
        if wanted:
            model.take(login, state)
    for login in PEOPLE:
        with acting(conn, login):
            row = conn.execute(
                "SELECT state, version FROM manual_entry_state WHERE entry_id = %s", [entry]
            ).fetchone()
            counts = conn.execute(
                "SELECT version FROM manual_entry_approval WHERE entry_id = %s", [entry]
            ).fetchone()
        is_there = login in SEES and model.state is not None
        assert row == ((model.state, model.version) if is_there else None)
        assert counts == ((model.approved,) if is_there and model.approved else None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE manual_entry_version SET amount = 1",
        "UPDATE manual_entry_step SET state = 'approved'",
        "DELETE FROM manual_entry_step",
        "DELETE FROM manual_entry",
        "UPDATE entry_reminder SET at = now()",
        (
            "INSERT INTO manual_entry_step (entry_id, revision, version, state, at) "
            "VALUES (1, 1, 1, 'draft', '2000-01-01')"
        ),
    ],
)
def test_nobody_changes_takes_away_or_antedates_anything(conn: Connection, change: str) -> None:
    with pytest.raises(InsufficientPrivilege), acting(conn, "chen"):
        conn.execute(change)
