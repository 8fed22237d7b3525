"""What could not be read, administered from the command line."""

import pytest
from psycopg import Connection

from store.places.registry import write as write_registry
from tests.db.test_admin import run
from tests.estate import estate, say, store_messages

pytestmark = pytest.mark.db


@pytest.fixture
def url(superuser: Connection, database: str) -> str:
    """Address of a database with two messages in quarantine, of two devices."""
    write_registry(superuser, estate())
    store_messages(superuser, [say("school-device-0", b"{"), say("hospital-device-0", b"[")])
    return database


def outcomes(conn: Connection) -> list[tuple[str, bool, str | None]]:
    return conn.execute(
        "SELECT topic, replay_asked_at IS NOT NULL, outcome FROM quarantine ORDER BY topic"
    ).fetchall()


def test_the_list_names_every_message_and_counts_the_reasons(url: str) -> None:
    said = run(url, "admin", "quarantine", "list", "--topic", "cw/v1/school")
    first, *_, count = said.splitlines()
    assert "open" in first
    assert "cw/v1/school-device-0/up: " in first
    assert count.strip() == "2 open with reason not_json"


def test_a_replay_is_asked_for_by_reason_and_noted(url: str, superuser: Connection) -> None:
    said = run(url, "admin", "quarantine", "replay", "--reason", "not_json", "--any-age")
    assert said == "2 messages will be read again\n"
    assert [asked for _, asked, _ in outcomes(superuser)] == [True, True]
    rows = superuser.execute("SELECT action, person_id FROM audit").fetchall()
    assert rows == [("quarantine_replay", None)]


def test_one_message_is_discarded_by_its_id(url: str, superuser: Connection) -> None:
    row = superuser.execute("SELECT min(quarantine_id) FROM quarantine").fetchone()
    assert row is not None
    assert run(url, "admin", "quarantine", "discard", str(row[0])) == "1 messages discarded\n"
    assert [outcome for _, _, outcome in outcomes(superuser)].count("discarded") == 1


@pytest.mark.parametrize("words", [(), ("1", "--reason", "not_json")])
def test_everything_is_never_meant_by_saying_nothing(url: str, words: tuple[str, ...]) -> None:
    said = run(url, "admin", "quarantine", "replay", *words, code=1)
    assert "want ids, or a reason or topic, and not both" in said
