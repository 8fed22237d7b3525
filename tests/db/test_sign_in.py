"""The administrator of a new installation: made once, with a password that is kept to be shown."""

import stat
from pathlib import Path

import psycopg
import pytest

from api.password import is_right
from civicwatt.sign_in import LOGIN, SignIn, first_administrator, watchers
from store.become import Role, become
from store.people.session import candidate
from store.places.registry import write
from tests.estate import estate

pytestmark = pytest.mark.db


def start(database: str, file: Path) -> SignIn:
    with psycopg.connect(database, autocommit=True) as conn:
        become(conn, Role.ADMIN)
        write(conn, estate())
        return first_administrator(conn, organisation="bureau", file=file)


def opens(database: str, password: str | None) -> bool:
    with psycopg.connect(database, autocommit=True) as conn:
        become(conn, Role.API)
        person = candidate(conn, LOGIN)
    assert person is not None
    return is_right(password or "", person.password_hash)


def test_the_first_start_makes_an_administrator_whose_password_only_the_owner_can_read(
    database: str, tmp_path: Path
) -> None:
    file = tmp_path / "admin-password"
    made = start(database, file)
    assert opens(database, made.password)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_start_shows_the_same_password(database: str, tmp_path: Path) -> None:
    file = tmp_path / "admin-password"
    assert start(database, file) == start(database, file)


def test_a_start_broken_off_before_the_person_was_made_is_made_good(
    database: str, tmp_path: Path
) -> None:
    file = tmp_path / "admin-password"
    file.write_text("written-before-the-crash")
    assert start(database, file).password == "written-before-the-crash"
    assert opens(database, "written-before-the-crash")


def test_a_password_that_is_not_ours_is_neither_shown_nor_changed(
    database: str, tmp_path: Path
) -> None:
    theirs = start(database, tmp_path / "elsewhere").password
    file = tmp_path / "admin-password"
    assert start(database, file) == SignIn(LOGIN, None)
    assert opens(database, theirs)
    assert not file.exists()


def test_who_watches_people_and_who_reads_the_log_are_two_more_people(
    database: str, tmp_path: Path
) -> None:
    start(database, tmp_path / "admin-password")
    with psycopg.connect(database, autocommit=True) as conn:
        become(conn, Role.ADMIN)
        made = watchers(conn, organisation="bureau", folder=tmp_path)
        assert made == watchers(conn, organisation="bureau", folder=tmp_path)
        held = conn.execute(
            "SELECT login, role FROM scope JOIN person USING (person_id)"
            " WHERE login <> %s ORDER BY login",
            [LOGIN],
        ).fetchall()
    assert held == [("audit", "audit_administrator"), ("security", "security_administrator")]
