"""Who acts for the parties of a contract, and by which public keys they sign."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from store.contracts.contract import refusals
from store.queries import sql


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person who acts, or acted, for a party."""

    id: int
    party: str
    name: str
    entered_by: str
    entered_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    ended_because: str | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A public key of a party: Ed25519, 32 bytes in base64."""

    id: int
    party: str
    key: str
    note: str
    person: str
    entered_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_because: str | None


def members(conn: Connection, contract_id: int, *, member_id: int | None = None) -> list[MemberRow]:
    """Who acts or acted for the parties, in the order in which they were named."""
    arguments = {"contract_id": contract_id, "id": member_id}
    with conn.cursor(row_factory=class_row(MemberRow)) as cursor:
        return cursor.execute(sql("contract_party", "members"), arguments).fetchall()


def add_member(conn: Connection, contract_id: int, login: str, party: str) -> int | None:
    """Let a person act for a party; None where nobody has this login.

    Raises
    ------
    SettlementError
        If the person acts in this contract already.
    psycopg.errors.InsufficientPrivilege
        If the current person may not name anybody for that party.
    """
    arguments = {"contract_id": contract_id, "login": login, "party": party}
    with refusals(), conn.transaction():
        row = conn.execute(sql("contract_party", "add_member"), arguments).fetchone()
    return None if row is None else int(row[0])


def end_member(conn: Connection, member_id: int, reason: str) -> bool:
    """Let a person act no more; False when somebody has said so already."""
    want_reason(reason)
    arguments = {"id": member_id, "reason": reason}
    return conn.execute(sql("contract_party", "end_member"), arguments).rowcount == 1


def keys(conn: Connection, contract_id: int, *, key_id: int | None = None) -> list[KeyRow]:
    """Public keys of the parties, in the order in which they were entered."""
    arguments = {"contract_id": contract_id, "id": key_id}
    with conn.cursor(row_factory=class_row(KeyRow)) as cursor:
        return cursor.execute(sql("contract_party", "keys"), arguments).fetchall()


def add_key(conn: Connection, contract_id: int, party: str, key: str, note: str) -> int | None:
    """Enter a public key for a party; None when the contract has it already, whoever's it is."""
    arguments = {"contract_id": contract_id, "party": party, "key": key, "note": note}
    row = conn.execute(sql("contract_party", "add_key"), arguments).fetchone()
    return None if row is None else int(row[0])


def revoke_key(conn: Connection, key_id: int, reason: str) -> bool:
    """Let a key count no more from now on; False when somebody has said so already."""
    want_reason(reason)
    arguments = {"id": key_id, "reason": reason}
    return conn.execute(sql("contract_party", "revoke_key"), arguments).rowcount == 1
