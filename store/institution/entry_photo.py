"""Photos of bills and dials, and bills as PDF, that belong to entries; seen with their entry."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.proof_file import Form, ProofFile
from store.queries import sql


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What is known of a photo without its file. Width and height in pixels; None of a PDF."""

    id: int
    form: Form
    sha256: str
    width: int | None
    height: int | None
    bytes: int
    person_id: int
    taken_by: str
    at: datetime


def photos(conn: Connection, entry_id: int) -> list[PhotoRow]:
    """Photos and documents of an entry, the oldest first."""
    with conn.cursor(row_factory=class_row(PhotoRow)) as cursor:
        return cursor.execute(sql("manual_entry", "photos"), {"entry_id": entry_id}).fetchall()


def photo(conn: Connection, entry_id: int, photo_id: int) -> ProofFile | None:
    """The file; None where the person sees no such photo."""
    arguments = {"entry_id": entry_id, "photo_id": photo_id}
    row = conn.execute(sql("manual_entry", "photo"), arguments).fetchone()
    return None if row is None else ProofFile(row[0], bytes(row[1]))


def add_photo(
    conn: Connection,
    entry_id: int,
    kept: ProofFile,
    *,
    sha256: str,
    size: tuple[int, int] | None = None,
) -> None:
    """Attach a photo or document; one that is there already stays alone.

    Parameters
    ----------
    size : tuple of int or None
        Width and height of a photo. [pixel]

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the entry is no draft of an institution whose amounts the current person enters.
    """
    width, height = size or (None, None)
    arguments = {
        "entry_id": entry_id,
        "form": kept.form,
        "file": kept.file,
        "sha256": sha256,
        "width": width,
        "height": height,
    }
    with conn.transaction():
        conn.execute(sql("manual_entry", "add_photo"), arguments)


def remove_photo(conn: Connection, entry_id: int, photo_id: int) -> bool:
    """Take a photo away; only who attached it may, and before it was submitted."""
    arguments = {"entry_id": entry_id, "photo_id": photo_id}
    return conn.execute(sql("manual_entry", "remove_photo"), arguments).rowcount == 1
