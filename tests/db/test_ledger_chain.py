"""Nobody changes an entry; whoever does it past the database's own guards is found and named."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import Connection

from domain.errors import LedgerError
from domain.ledger_month import GENESIS, LedgerEntry, first_break, reversal, sealed
from store.become import Role, become
from store.institution import ledger
from store.institution.ledger import MonthOf
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.test_admin import run
from tests.estate import estate

pytestmark = pytest.mark.db

TABLES = ("ledger_entry", "ledger_override", "ledger_override_signature")
PEOPLE = (("head", "school"), ("bursar", "school"), ("doctor", "hospital"))


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital with their administrators."""
    with connected(database) as conn:
        write_registry(conn, estate())
        for login, organisation in PEOPLE:
            add_person(conn, login=login, name=login, password_hash="")
            grant(conn, login=login, role="institution_administrator", organisation=organisation)
        yield conn


def act_as(conn: Connection, login: str) -> None:
    conn.execute("RESET ROLE")
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, false)", row)


def month_of(conn: Connection, number: int, institution: str = "school") -> MonthOf:
    row = conn.execute(
        "SELECT organisation_id FROM organisation WHERE code = %s", [institution]
    ).fetchone()
    assert row is not None
    first, end = (datetime(2026, n, 1, tzinfo=UTC) for n in (number, number + 1))
    return MonthOf(row[0], date(2026, number, 1), first, end)


def figures(month: date, kwh: str = "5.5") -> dict[str, object]:
    return {
        "kind": "closing",
        "month": f"{month:%Y-%m}",
        "overridden": [],
        "totals": {"electricity": {"amount": kwh, "unit": "kWh"}},
    }


def close(
    conn: Connection, number: int, institution: str = "school", **changes: object
) -> LedgerEntry:
    of = month_of(conn, number, institution)
    chain = ledger.entries(conn, of.organisation_id)
    after = chain[-1] if chain else None
    text = sealed(
        {**figures(of.month), **changes},
        sequence=1 if after is None else after.sequence + 1,
        previous_sha256=GENESIS if after is None else after.sha256,
        signatures=[],
    )
    entry_id = ledger.append(conn, of, "closing", text, after=after)
    found = ledger.entry(conn, entry_id)
    assert found is not None
    return found


def reverse(conn: Connection, entry: LedgerEntry) -> None:
    last = ledger.entries(conn, entry.organisation_id)[-1]
    text = sealed(
        reversal(entry, "wrong"),
        sequence=last.sequence + 1,
        previous_sha256=last.sha256,
        signatures=[],
    )
    of = month_of(conn, entry.month.month)
    ledger.append(conn, of, "reversal", text, after=last, reverses=entry.id)


def test_one_byte_changed_behind_the_databases_back_is_found_and_named(
    conn: Connection, database: str
) -> None:
    act_as(conn, "head")
    for number in (5, 6, 7):
        close(conn, number)
    said = run(database, "admin", "ledger", "verify", "--institution", "school")
    assert re.fullmatch(r"school: 3 entries hold, newest [0-9a-f]{64}\n", said)
    head = said.split()[-1]
    assert run(database, "admin", "ledger", "verify", "--institution", "school", "--head", head)
    conn.execute("RESET ROLE")
    conn.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
    for (name,) in conn.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'ledger_entry'::regclass "
        "AND pg_get_constraintdef(oid) LIKE '%sha256(%'"
    ).fetchall():
        conn.execute(f"ALTER TABLE ledger_entry DROP CONSTRAINT {name}")
    conn.execute(
        "UPDATE ledger_entry SET document = replace(document, '5.5', '4.5') WHERE sequence = 2"
    )
    said = run(database, "admin", "ledger", "verify", code=1)
    assert "school: entry 2, 2026-06: its document has the digest" in said
    conn.execute(
        "UPDATE ledger_entry SET sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex') "
        "WHERE sequence = 2"
    )
    said = run(database, "admin", "ledger", "verify", code=1)
    assert "school: entry 3, 2026-07: it follows" in said


def sign(conn: Connection, number: int, after: LedgerEntry | None, **changes: object) -> None:
    """Close a month with a document that names the institution and who signed it."""
    of = month_of(conn, number)
    signature = {"person": "head", "login": "head", "as": "closing"}
    text = sealed(
        {**figures(of.month), "institution": {"code": "school"}, **changes},
        sequence=1 if after is None else after.sequence + 1,
        previous_sha256=GENESIS if after is None else after.sha256,
        signatures=[{**signature, "at": ledger.clock(conn).isoformat()}],
    )
    ledger.append(conn, of, "closing", text, after=after)


def test_columns_changed_beside_their_documents_are_found_and_named(
    conn: Connection, database: str
) -> None:
    act_as(conn, "head")
    school = month_of(conn, 5).organisation_id
    sign(conn, 5, None)
    sign(conn, 6, ledger.entries(conn, school)[-1])
    reverse(conn, ledger.entries(conn, school)[-1])
    sign(conn, 6, ledger.entries(conn, school)[-1])
    assert "school: 4 entries hold" in run(database, "admin", "ledger", "verify")
    conn.execute("RESET ROLE")
    conn.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
    conn.execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_check1")
    changes = {
        "reverses = NULL WHERE sequence = 3": "entry 3, 2026-06: its document takes back entry 2",
        "reverses = 1 WHERE sequence = 3": "entry 3, 2026-06: its document takes back entry 2",
        "person_id = person_id + 1 WHERE sequence = 2": "signed by head, the entry names bursar",
        "at = at - interval '90 days' WHERE sequence = 2": "entry 2, 2026-06: its document is sign",
        f"organisation_id = {month_of(conn, 5, 'hospital').organisation_id}": (
            "hospital: entry 1, 2026-05: its document is of school"
        ),
    }
    for change, told in changes.items():
        with conn.transaction(force_rollback=True):
            conn.execute(f"UPDATE ledger_entry SET {change}")
            chain = ledger.entries(conn)
            broken = first_break(chain, whole=True)
            assert broken is not None
            where = f"{chain[0].institution}: entry {broken.sequence}, {broken.month:%Y-%m}"
            assert told in f"{where}: {broken.reason}", change


def test_entries_taken_away_at_either_end_are_missed(conn: Connection, database: str) -> None:
    act_as(conn, "head")
    for number in (5, 6, 7):
        head = close(conn, number).sha256
    conn.execute("RESET ROLE")
    conn.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
    conn.execute("DELETE FROM ledger_entry WHERE sequence = 1")
    said = run(database, "admin", "ledger", "verify", code=1)
    assert "school: entry 2, 2026-06: it is the first there is: what lay before is gone" in said
    conn.execute("DELETE FROM ledger_entry")
    of_school = ("admin", "ledger", "verify", "--institution", "school")
    assert run(database, *of_school) == "school: 0 entries hold\n"
    assert f"school: no entry has the digest {head}" in run(
        database, *of_school, "--head", head, code=1
    )


def test_a_chain_rewritten_to_its_end_is_told_by_the_digest_somebody_noted(
    conn: Connection, database: str
) -> None:
    act_as(conn, "head")
    close(conn, 6)
    noted = "0" * 63 + "1"
    said = run(
        database, "admin", "ledger", "verify", "--institution", "school", "--head", noted, code=1
    )
    assert f"school: no entry has the digest {noted}" in said
    assert "want the --institution" in run(
        database, "admin", "ledger", "verify", "--head", noted, code=1
    )


def test_entries_are_listed_and_a_document_is_printed_as_it_is_kept(
    conn: Connection, database: str
) -> None:
    act_as(conn, "head")
    entry = close(conn, 6)
    assert "school     1  2026-06  closing " in run(database, "admin", "ledger", "list")
    assert run(database, "admin", "ledger", "show", str(entry.id)) == f"{entry.document}\n"
    assert "there is no such entry" in run(database, "admin", "ledger", "show", "99", code=1)


@pytest.mark.parametrize(
    "change", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_an_entry_is_neither_changed_nor_taken_away(conn: Connection, change: str) -> None:
    act_as(conn, "head")
    close(conn, 6)
    for table in TABLES:
        for role in ("civicwatt_api", "civicwatt_admin", "civicwatt_work", "civicwatt_owner"):
            conn.execute("RESET ROLE")
            conn.execute(f"SET ROLE {role}")
            wanted = (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)
            with pytest.raises(wanted):
                conn.execute(change.format(table))
    conn.execute("RESET ROLE")
    with pytest.raises(psycopg.errors.CheckViolation, match="only added to"):
        conn.execute(change.format("ledger_entry"))


def test_the_database_holds_the_chain_the_order_and_the_end_of_the_month(conn: Connection) -> None:
    act_as(conn, "head")
    june = close(conn, 6)
    refused = {
        "2026-06 is closed already": lambda: close(conn, 6),
        "the month before 2026-08 is not closed": lambda: close(conn, 8),
        "2026-11 is not over": lambda: [close(conn, number) for number in (7, 8, 9, 10, 11)],
        "the document is not that of this entry": lambda: close(conn, 5, month="2026-04"),
    }
    for reason, act in refused.items():
        with pytest.raises(LedgerError, match=reason):
            act()
    text = sealed(figures(date(2026, 5, 1)), sequence=9, previous_sha256="1" * 64, signatures=[])
    with pytest.raises(LedgerError, match="the chain goes on after entry"):
        ledger.append(conn, month_of(conn, 5), "closing", text, after=None)
    reverse(conn, june)
    with pytest.raises(LedgerError, match="somebody was faster"):
        reverse(conn, june)
    assert close(conn, 6).kind == "closing"


def test_the_database_wants_two_persons_for_just_these_obstacles(conn: Connection) -> None:
    act_as(conn, "head")
    obstacles = [{"kind": "estimated"}]
    of = month_of(conn, 6)
    with pytest.raises(LedgerError, match="two persons have not signed for just these"):
        close(conn, 6, overridden=obstacles)
    request = ledger.ask_override(conn, of, '[{"kind":"estimated"}]', "meter replaced")
    with pytest.raises(LedgerError, match="who asked for it cannot sign it as well"):
        ledger.sign_override(conn, request)
    act_as(conn, "bursar")
    ledger.sign_override(conn, request)
    text = sealed(
        {**figures(of.month), "overridden": [{"kind": "hours_missing"}]},
        sequence=1,
        previous_sha256=GENESIS,
        signatures=[],
    )
    with pytest.raises(LedgerError, match="two persons have not signed for just these"):
        ledger.append(conn, of, "closing", text, after=None, override_id=request)
    text = text.replace("hours_missing", "estimated")
    assert ledger.append(conn, of, "closing", text, after=None, override_id=request)


def test_nobody_signs_with_another_name_or_for_another_house(conn: Connection) -> None:
    of = month_of(conn, 6)
    text = sealed(figures(of.month), sequence=1, previous_sha256=GENESIS, signatures=[])
    act_as(conn, "doctor")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        ledger.append(conn, of, "closing", text, after=None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        ledger.ask_override(conn, of, "[1]", "x")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        conn.execute("INSERT INTO ledger_override_signature (override_id, person_id) VALUES (1, 1)")


def test_who_sees_a_part_of_the_month_closes_none_of_it(conn: Connection) -> None:
    conn.execute("UPDATE scope SET during = '[2026-06-10Z,)'")
    act_as(conn, "head")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        close(conn, 6)
    assert close(conn, 7).sequence == 1


def test_a_ledger_is_seen_by_its_house_and_by_nobody_without_a_person(conn: Connection) -> None:
    for login, institution in (("head", "school"), ("doctor", "hospital")):
        act_as(conn, login)
        close(conn, 6, institution)
        ledger.ask_override(conn, month_of(conn, 7, institution), "[1]", "x")
    for login, other in (("bursar", "hospital"), ("doctor", "school")):
        act_as(conn, login)
        assert len(ledger.entries(conn)) == 1
        for table in TABLES[:2]:
            seen = conn.execute(
                f"SELECT count(*) FROM {table} t JOIN organisation o USING (organisation_id) "
                "WHERE o.code = %s",
                [other],
            )
            assert seen.fetchone() == (0,)
            assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
    conn.execute("SELECT set_config('civicwatt.person', '', false)")
    for table in TABLES:
        assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_contract_opens_meters_and_no_ledger(conn: Connection) -> None:
    act_as(conn, "head")
    close(conn, 6)
    conn.execute("RESET ROLE")
    add_person(conn, login="contractor", name="c", password_hash="")
    conn.execute("INSERT INTO contract (code, name) VALUES ('c', 'c')")
    conn.execute(
        "INSERT INTO contract_meter SELECT contract_id, meter_id, '(,)' FROM contract, meter"
    )
    conn.execute(
        "INSERT INTO scope (person_id, role, contract_id) "
        "SELECT p.person_id, 'contractor', contract_id FROM person p, contract "
        "WHERE login = 'contractor'"
    )
    act_as(conn, "contractor")
    assert ledger.entries(conn) == []
    assert conn.execute("SELECT count(*) FROM meter").fetchone() == (2,)
