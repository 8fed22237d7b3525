"""What verifications found of meters, and the corrections that were made of it."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from domain.tolerance import Finding, ToleranceRule, check_finding
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding, who entered it, and what was decided of it, if that stands.

    Without a `rule` nothing is decided; with one and no `event_id` nothing is corrected.
    """

    id: int
    meter_id: int
    meter_code: str
    found_on: date
    error_pct: Decimal
    limit_pct: Decimal
    known_since: date | None
    document: str
    note: str
    reactive_error_pct: Decimal | None
    person: str
    entered_at: datetime
    rule: str | None
    event_id: int | None
    basis: str | None
    reason: str | None
    corrected_from: datetime | None
    corrected_to: datetime | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def finding(self) -> Finding:
        """What was found."""
        return Finding(
            self.found_on,
            self.error_pct,
            self.limit_pct,
            self.known_since,
            self.document,
            self.note,
            self.reactive_error_pct,
        )


class Counted(NamedTuple):
    """What a meter counted on some days, and over how much of them. [unit of the meter], [s]."""

    value: float
    covered_s: int


def tolerance_findings(
    conn: Connection, *, meter_ids: Collection[int] | None = None, finding_id: int | None = None
) -> list[FindingRow]:
    """Findings the current person may see, the latest first."""
    arguments = {
        "meter_ids": None if meter_ids is None else list(meter_ids),
        "finding_id": finding_id,
    }
    with conn.cursor(row_factory=class_row(FindingRow)) as cursor:
        return cursor.execute(sql("tolerance", "findings"), arguments).fetchall()


def add_finding(conn: Connection, meter_id: int, finding: Finding) -> int:
    """Add what a verification found in the name of the current person; its id.

    Raises
    ------
    InputError
        If it is no finding. The place is the name of the field.
    """
    check_finding(finding)
    arguments = {**asdict(finding), "meter_id": meter_id}
    row = one_row(conn, sql("tolerance", "add"), arguments)
    return int(row[0])


def decide(
    conn: Connection,
    finding_id: int,
    rule: ToleranceRule,
    *,
    event_id: int | None,
    basis: str,
    reason: str,
) -> None:
    """Note what was made of a finding in the name of the current person.

    Parameters
    ----------
    event_id : int or None
        Error that was declared by the rule; None where nothing is corrected.

    Raises
    ------
    InputError
        If no reason is given.
    """
    want_reason(reason)
    arguments = {
        "finding_id": finding_id,
        "rule": rule,
        "event_id": event_id,
        "basis": basis,
        "reason": reason,
    }
    conn.execute(sql("tolerance", "decide"), arguments)


def counted(conn: Connection, meter_id: int, quantity: str, first: date, end: date) -> Counted:
    """What a meter counted on local days [first, end), as it is known now."""
    arguments = {"meter_id": meter_id, "quantity": quantity, "first_day": first, "end_day": end}
    row = one_row(conn, sql("tolerance", "counted"), arguments)
    return Counted(*row)
