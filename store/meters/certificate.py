"""Certificates of settlement meters: added and ended, never changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from domain.certificate import Certificate, Transformer, check
from domain.edit import want_reason
from domain.errors import InputError
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql
from store.refusal import refusal_of


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate, who entered it, and who ended it before its time.

    [first_day, end_day) are the days for which it was issued; from `ended_on` on it holds no more.
    """

    id: int
    meter_id: int
    meter_code: str
    number: str
    issuer: str
    accuracy_class: str
    instrument: str
    verified_on: date
    first_day: date
    end_day: date
    ct_primary_a: Decimal | None
    ct_secondary_a: Decimal | None
    pt_primary_v: Decimal | None
    pt_secondary_v: Decimal | None
    counts_primary: bool
    note: str
    person: str
    entered_at: datetime
    ended_on: date | None
    ended_because: str | None
    ended_by: str | None
    ended_at: datetime | None

    @property
    def held_until(self) -> date:
        """Local day from which it holds no longer; its first day where it was a mistake."""
        if self.ended_on is None:
            return self.end_day
        return min(self.end_day, max(self.ended_on, self.first_day))

    @property
    def certificate(self) -> Certificate:
        """What it certifies."""
        return Certificate(
            self.number,
            self.issuer,
            self.accuracy_class,
            self.instrument,
            self.verified_on,
            self.first_day,
            self.end_day,
            _transformer(self.ct_primary_a, self.ct_secondary_a),
            _transformer(self.pt_primary_v, self.pt_secondary_v),
            self.counts_primary,
            self.note,
        )


def certificates(
    conn: Connection, *, meter_ids: Collection[int] | None = None, certificate_id: int | None = None
) -> list[CertificateRow]:
    """Certificates the current person may see, by meter and first day; ended ones too."""
    arguments = {
        "meter_ids": None if meter_ids is None else list(meter_ids),
        "certificate_id": certificate_id,
    }
    with conn.cursor(row_factory=class_row(CertificateRow)) as cursor:
        return cursor.execute(sql("certificate", "certificates"), arguments).fetchall()


def add_certificate(conn: Connection, meter_id: int, new: Certificate) -> int:
    """Add a certificate of a meter in the name of the current person.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    InputError
        If nobody can have issued it, or it overlaps another. The place is the name of the field.
    """
    check(new)
    arguments = {
        "meter_id": meter_id,
        "number": new.number,
        "issuer": new.issuer,
        "accuracy_class": new.accuracy_class,
        "instrument": new.instrument,
        "verified_on": new.verified_on,
        "first_day": new.first_day,
        "end_day": new.end_day,
        "ct_primary_a": new.ct and new.ct.primary,
        "ct_secondary_a": new.ct and new.ct.secondary,
        "pt_primary_v": new.pt and new.pt.primary,
        "pt_secondary_v": new.pt and new.pt.secondary,
        "counts_primary": new.counts_primary,
        "note": new.note,
    }
    try:
        with conn.transaction():
            row = one_row(conn, sql("certificate", "add"), arguments)
    except psycopg.errors.ExclusionViolation as error:
        raise InputError(refusal_of(error), place="first_day") from error
    return int(row[0])


def end_certificate(conn: Connection, row: CertificateRow, on_day: date, reason: str) -> None:
    """Let a certificate hold no longer, in the name of the current person.

    Parameters
    ----------
    on_day : date
        First local day on which it does not hold; its first day where it was a mistake.

    Raises
    ------
    InputError
        If no reason is given, or it does not hold on the day before.
    psycopg.errors.UniqueViolation
        If it is ended already.
    """
    want_reason(reason)
    if not row.first_day <= on_day < row.end_day:
        want = f"want a day from {row.first_day} to before {row.end_day}"
        raise InputError(
            Sentence("end_day_wrong", "on_day is {on_day}, {want}", on_day=on_day, want=want),
            place="on_day",
        )
    arguments = {"certificate_id": row.id, "on_day": on_day, "reason": reason}
    conn.execute(sql("certificate", "end"), arguments)


def administered_meters(conn: Connection) -> set[str]:
    """Codes of meters of which the current person may enter certificates."""
    return {code for (code,) in conn.execute(sql("certificate", "administered"))}


def _transformer(primary: Decimal | None, secondary: Decimal | None) -> Transformer | None:
    return None if primary is None or secondary is None else Transformer(primary, secondary)
