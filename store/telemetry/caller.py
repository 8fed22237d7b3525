"""Who may call over TCP: what the registry and the credentials say of devices."""

from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class CallerRow:
    """A device with one of its credentials, or without any if it is refused.

    Attributes
    ----------
    kind : str or None
        Of the credential: password or certificate.
    fingerprint : bytes or None
        SHA-256 of a certificate.
    in_force : bool
        Whether the credential was neither revoked nor has ended.
    """

    code: str
    refused: bool
    kind: str | None
    username: str | None
    salt: bytes | None
    key_id: str | None
    fingerprint: bytes | None
    in_force: bool


def callers(conn: Connection) -> list[CallerRow]:
    """Every device that is refused or has ever had a credential."""
    with conn.cursor(row_factory=class_row(CallerRow)) as cursor:
        return cursor.execute(sql("caller", "callers")).fetchall()
