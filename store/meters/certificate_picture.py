"""Pictures and PDFs of certificates and nameplates, seen by whoever sees the certificate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from psycopg import Connection
from psycopg.rows import class_row

from store.proof_file import Form, ProofFile
from store.queries import sql

Shows: TypeAlias = Literal["certificate", "nameplate"]


@dataclass(frozen=True, slots=True)
class PictureRow:
    """What is known of a picture or PDF without its file. Width, height [pixel]; None of a PDF."""

    id: int
    certificate_id: int
    shows: Shows
    form: Form
    sha256: str
    width: int | None
    height: int | None
    bytes: int
    person: str
    entered_at: datetime


def pictures(conn: Connection, *, meter_id: int | None = None) -> list[PictureRow]:
    """Pictures of a meter's certificates, or of all the current person may see, oldest first."""
    with conn.cursor(row_factory=class_row(PictureRow)) as cursor:
        return cursor.execute(sql("certificate", "pictures"), {"meter_id": meter_id}).fetchall()


def picture(conn: Connection, certificate_id: int, picture_id: int) -> ProofFile | None:
    """The file; None where the current person sees none such."""
    arguments = {"certificate_id": certificate_id, "picture_id": picture_id}
    row = conn.execute(sql("certificate", "picture"), arguments).fetchone()
    return None if row is None else ProofFile(row[0], bytes(row[1]))


def add_picture(
    conn: Connection,
    certificate_id: int,
    shows: Shows,
    kept: ProofFile,
    *,
    sha256: str,
    size: tuple[int, int] | None = None,
) -> None:
    """Attach a file in the name of the current person; the same one twice is kept once.

    Parameters
    ----------
    size : tuple of int or None
        Width and height of a picture. [pixel]
    """
    width, height = size or (None, None)
    arguments = {
        "certificate_id": certificate_id,
        "shows": shows,
        "form": kept.form,
        "file": kept.file,
        "sha256": sha256,
        "width": width,
        "height": height,
    }
    conn.execute(sql("certificate", "add_picture"), arguments)
