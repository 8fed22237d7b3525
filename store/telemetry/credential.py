"""Credentials of devices and installers: issued, changed, revoked, told to the broker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Credential:
    """What a device signs in with at the broker; the password itself is stored nowhere.

    Attributes
    ----------
    kind : str
        password, certificate, or provisioning, which belongs to no device.
    topics : list of str
        Topic filters beside ``cw/v1/<device>`` that it may publish to.
    applied_at : datetime or None
        When the broker was last known to do what the row says; None while it does not yet.
    """

    id: int
    kind: str
    device_id: int | None
    device_code: str | None
    username: str
    salt: bytes
    key_id: str
    topics: list[str]
    note: str
    made_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A credential as the broker must know it; not `admitted`: must not know it."""

    id: int
    kind: str
    device_code: str | None
    takes_commands: bool
    username: str
    salt: bytes
    key_id: str
    topics: list[str]
    admitted: bool
    applied: bool


def issue(
    conn: Connection,
    *,
    kind: str,
    username: str,
    salt: bytes,
    key_id: str,
    device_id: int | None = None,
    topics: Sequence[str] = (),
    note: str = "",
    expires_at: datetime | None = None,
    fingerprint: bytes | None = None,
) -> int:
    """Add a credential; returns its id.

    Parameters
    ----------
    fingerprint : bytes, optional
        SHA-256 of a certificate.

    Raises
    ------
    psycopg.errors.UniqueViolation
        If the name signs in already, or the certificate is known.
    """
    arguments = {
        "kind": kind,
        "username": username,
        "salt": salt,
        "key_id": key_id,
        "device_id": device_id,
        "topics": list(topics),
        "note": note,
        "expires_at": expires_at,
    }
    if fingerprint is not None:  # a column the API may not write: certificates come by hand
        arguments["fingerprint"] = fingerprint
        return int(one_row(conn, sql("credential", "enter"), arguments)[0])
    row = one_row(conn, sql("credential", "issue"), arguments)
    return int(row[0])


def note_fingerprint(conn: Connection, credential_id: int, fingerprint: bytes) -> None:
    """Note of which certificate a credential is, once it is signed."""
    arguments = {"credential_id": credential_id, "fingerprint": fingerprint}
    conn.execute(sql("credential", "note_fingerprint"), arguments)


def rotate(conn: Connection, credential_id: int, *, salt: bytes, key_id: str) -> bool:
    """Give a credential a new password; False if there is none whose password could change."""
    arguments = {"credential_id": credential_id, "salt": salt, "key_id": key_id}
    return conn.execute(sql("credential", "rotate"), arguments).rowcount == 1


def revoke(conn: Connection, credential_id: int) -> bool:
    """End a credential for good; False if there is none that is in force."""
    arguments = {"credential_id": credential_id}
    return conn.execute(sql("credential", "revoke"), arguments).rowcount == 1


def credentials(
    conn: Connection,
    *,
    device_id: int | None = None,
    kind: str | None = None,
    credential_id: int | None = None,
) -> list[Credential]:
    """Credentials that fit all that is given, revoked ones too."""
    arguments = {"device_id": device_id, "kind": kind, "credential_id": credential_id}
    with conn.cursor(row_factory=class_row(Credential)) as cursor:
        return cursor.execute(sql("credential", "credentials"), arguments).fetchall()


def entries(conn: Connection) -> list[Entry]:
    """Everything the broker must know, and what it may have to forget."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(sql("credential", "entries")).fetchall()


def next_expiry(conn: Connection) -> datetime | None:
    """When the next credential ends by itself."""
    row = conn.execute(sql("credential", "next_expiry")).fetchone()
    return None if row is None else row[0]


def note_applied(conn: Connection, applied: Iterable[Entry]) -> None:
    """Note that the broker does what these entries say."""
    known = list(applied)
    arguments = {
        "ids": [entry.id for entry in known],
        "salts": [entry.salt for entry in known],
        "admitted": [entry.admitted for entry in known],
    }
    conn.execute(sql("credential", "note_applied"), arguments)


def listen(conn: Connection) -> None:
    """Be notified when a credential, or a device's status, profile or commands, change."""
    conn.execute(sql("credential", "listen"))


def alone(conn: Connection) -> bool:
    """Take the lock of whoever tells the broker; False when another process has it."""
    return conn.execute(sql("credential", "take_lock")).fetchone() == (True,)


def register(
    conn: Connection, *, code: str, kind: str, name_zh: str, name_en: str, profile: str
) -> int:
    """Add a device before it is heard of, pending for the moment; returns its id.

    Raises
    ------
    psycopg.errors.UniqueViolation
        If there is a device of this code.
    """
    row = {"code": code, "kind": kind, "name_zh": name_zh, "name_en": name_en, "profile": profile}
    found = one_row(conn, sql("credential", "register"), row)
    return int(found[0])


def open_commands(conn: Connection, device_id: int, *, takes_commands: bool) -> bool:
    """Let a device hear commands over MQTT, or no more; False if there is no such device."""
    row = {"device_id": device_id, "takes_commands": takes_commands}
    return conn.execute(sql("credential", "open_commands"), row).rowcount == 1


def takes_commands(conn: Connection, device_id: int) -> bool:
    """Whether a device may hear commands."""
    row = conn.execute(sql("credential", "takes_commands"), {"device_id": device_id}).fetchone()
    return row == (True,)


def introduce(conn: Connection, *, code: str, kind: str, name: str, serial: str) -> bool:
    """Put a device on the list of those that wait; True when it is new there."""
    row = {"code": code, "kind": kind, "name": name, "serial": serial}
    with conn.transaction():
        new = conn.execute(sql("credential", "introduce"), row).rowcount == 1
        if serial:
            conn.execute(sql("credential", "note_serial"), row)
    return new
