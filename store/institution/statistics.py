"""Yearly statistics in the store: records, comments, what was handed in; only added to."""

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from domain.calendar import NATIONAL
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What an institution states of itself for a year.

    Attributes
    ----------
    credit_code : str
        Has passed `checked_credit_code`.
    data_centre_area_m2, data_centre_kwh : Decimal or None
        Of the data-centre room; 0 where it has none, None where nobody said.
    unused : tuple of str
        Keys of items of which it uses nothing.
    source : str
        What proves it.
    founded_on : date or None
        Day of the record's year on which the institution was founded; None where it stood before.
    """

    organisation_id: int
    year: int
    credit_code: str
    institution_class: str
    department: str
    nev_count: int | None
    data_centre_area_m2: Decimal | None
    data_centre_kwh: Decimal | None
    unused: list[str]
    source: str
    founded_on: date | None


@dataclass(frozen=True, slots=True)
class Record(NewRecord):
    """A record with its signature."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewComment:
    """What somebody says to a finding, by its item, code and the figures it told."""

    organisation_id: int
    year: int
    item: str
    code: str
    seen: str
    comment: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its signature."""

    organisation_id: int
    item: str
    code: str
    seen: str
    comment: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovedMonth:
    """An amount that one person entered and another approved.

    Attributes
    ----------
    kind : str
        With its unit at the end.
    month : int
        1 to 12.
    price : Decimal or None
        As it was written beside amount and cost. [CNY per unit of the kind]
    """

    organisation_id: int
    kind: str
    month: int
    entry_id: int
    amount: Decimal
    cost: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Submission:
    """Official tables that were handed in."""

    organisation_id: int
    year: int
    version: int
    sha256: str
    person: str
    at: datetime


def records(conn: Connection, institutions: Collection[int], year: int) -> dict[int, Record]:
    """The newest record of each institution up to a year; its amounts are of its own year."""
    arguments = {"institutions": list(institutions), "year": year}
    with conn.cursor(row_factory=class_row(Record)) as cursor:
        found = cursor.execute(sql("statistics", "records"), arguments).fetchall()
    return {row.organisation_id: row for row in found}


def foundings(conn: Connection, institutions: Collection[int], year: int) -> dict[int, date]:
    """Institutions founded in a year or later, and when: earlier days are none of theirs."""
    arguments = {"institutions": list(institutions), "year": year}
    return dict(conn.execute(sql("statistics", "foundings"), arguments).fetchall())


def add_records(conn: Connection, added: Collection[NewRecord]) -> None:
    """Add records; each takes the place of an earlier one of its year, which stays to be seen.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer one of the institutions.
    """
    with conn.cursor() as cursor:
        cursor.executemany(sql("statistics", "add_record"), [asdict(each) for each in added])


def comments(conn: Connection, institutions: Collection[int], year: int) -> list[Comment]:
    """The newest comment on each finding of a year."""
    arguments = {"institutions": list(institutions), "year": year}
    with conn.cursor(row_factory=class_row(Comment)) as cursor:
        return cursor.execute(sql("statistics", "comments"), arguments).fetchall()


def add_comment(conn: Connection, comment: NewComment) -> None:
    """Say something to a finding.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer the institution.
    """
    conn.execute(sql("statistics", "add_comment"), asdict(comment))


def submissions(conn: Connection, institutions: Collection[int], year: int) -> list[Submission]:
    """What was handed in for a year, the newest version of an institution first."""
    arguments = {"institutions": list(institutions), "year": year}
    with conn.cursor(row_factory=class_row(Submission)) as cursor:
        return cursor.execute(sql("statistics", "submissions"), arguments).fetchall()


def submitted_content(
    conn: Connection, organisation_id: int, year: int, version: int
) -> str | None:
    """The tables as they were handed in (JSON), byte by byte; None without such a version."""
    arguments = {"organisation_id": organisation_id, "year": year, "version": version}
    row = conn.execute(sql("statistics", "submission"), arguments).fetchone()
    return None if row is None else str(row[0])


def submit(conn: Connection, organisation_id: int, year: int, content: str) -> int:
    """Keep official tables for ever; returns their version.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer the institution.
    psycopg.errors.UniqueViolation
        When somebody else has just handed in the same year.
    """
    arguments = {
        "organisation_id": organisation_id,
        "year": year,
        "content": content,
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }
    row = one_row(conn, sql("statistics", "submit"), arguments)
    return int(row[0])


def unfit_calendars(
    conn: Connection, institutions: Collection[int], year: int, at: datetime
) -> dict[int, tuple[str, bool]]:
    """Institutions whose calendar of a year is provisional or lacking: its name, and which."""
    arguments = {
        "institutions": list(institutions),
        "year": year,
        "at": at,
        "national": NATIONAL,
    }
    rows = conn.execute(sql("statistics", "provisional_years"), arguments)
    return {organisation: (calendar, lacking) for organisation, calendar, lacking in rows}


def bill_months(
    conn: Connection, meters: Collection[int], first_day: date, end_day: date
) -> dict[tuple[int, date], Decimal]:
    """Totals of meters' bills by meter and month of the bill's last day. [CNY]."""
    arguments = {"meter_ids": list(meters), "first_day": first_day, "end_day": end_day}
    rows = conn.execute(sql("statistics", "bills"), arguments)
    return {(meter, month): paid for meter, month, paid in rows}


def approved_months(
    conn: Connection, institutions: Collection[int], year: int
) -> list[ApprovedMonth]:
    """Approved entries of a year, by institution, kind and month.

    The same as `store.institution.manual_entry.approved`, for hundreds of institutions at once.
    """
    arguments = {
        "institutions": list(institutions),
        "first": date(year, 1, 1),
        "until": date(year + 1, 1, 1),
    }
    with conn.cursor(row_factory=class_row(ApprovedMonth)) as cursor:
        return cursor.execute(sql("statistics", "approved"), arguments).fetchall()
