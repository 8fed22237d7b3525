"""Monthly amounts entered by hand, as far as the current person may see them: only added to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from domain.manual_entry import EntryState
from store.queries import sql

Key = TypeVar("Key")
_AT_ONCE = 1_000
EntryKey = tuple[int, str, date]
"""Institution, kind, first day of the month."""


@dataclass(frozen=True, slots=True)
class ApprovedAmount:
    """An amount of a month that two people stand behind.

    Attributes
    ----------
    kind : str
        An `EntryKind`: what it is, with its unit at the end.
    month : date
        First day of the local month, whose instants are [start_at, end_at).
    cost : Decimal or None
        None where nobody entered it. [CNY]
    """

    entry_id: int
    organisation_id: int
    kind: str
    month: date
    start_at: datetime
    end_at: datetime
    amount: Decimal
    cost: Decimal | None
    source: str
    version: int
    submitted_by: str
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What is typed: an amount in the unit of its kind, cost in CNY, price in CNY a unit.

    Attributes
    ----------
    first_reading, last_reading, ratio : Decimal or None
        Of a dial: the amount is their difference times the ratio.
    register_size : Decimal or None
        Where the dial starts again at zero; given only when it did.
    """

    amount: Decimal
    cost: Decimal | None
    price: Decimal | None
    source: str
    first_reading: Decimal | None
    last_reading: Decimal | None
    ratio: Decimal | None
    register_size: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class EntryRow(EntryContent):
    """The newest version of an entry, and how things stand with it.

    Attributes
    ----------
    revision : int
        Counts what was done; whoever changes an entry says which one they saw.
    approved_amount : Decimal or None
        What counts meanwhile; None where nothing of the entry was ever approved.
    """

    id: int
    organisation_id: int
    organisation_code: str
    name_zh: str
    name_en: str
    kind: str
    month: date
    revision: int
    state: EntryState
    reason: str
    state_at: datetime
    version: int
    person_id: int
    entered_by: str
    entered_at: datetime
    submitter_id: int | None
    approved_amount: Decimal | None
    photos: int


@dataclass(frozen=True, slots=True)
class EntryVersion(EntryContent):
    """One version, as it was typed."""

    version: int
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class EntryStep:
    """Who brought a version into a state, when and why."""

    revision: int
    version: int
    state: EntryState
    reason: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing(EntryContent):
    """What was typed last for an institution, kind and month."""

    entry_id: int
    organisation_id: int
    kind: str
    month: date
    revision: int
    state: EntryState


@dataclass(frozen=True, slots=True)
class EntryMark:
    """How things stand with an entry, in short.

    Attributes
    ----------
    counts : bool
        Whether a version of it was approved, also if another is on its way.
    submitted_at : datetime or None
        When it was first handed in.
    """

    entry_id: int
    organisation_id: int
    kind: str
    month: date
    state: EntryState
    counts: bool
    submitted_at: datetime | None


def approved(conn: Connection, institutions: Collection[int], year: int) -> list[ApprovedAmount]:
    """What counts of a year: of each institution, kind and month the version approved last.

    A month that nobody approved is absent: not entered is not zero. Whether meters cover the same
    month is not looked at here.
    """
    arguments = {
        "institutions": list(institutions),
        "first": date(year, 1, 1),
        "last": date(year + 1, 1, 1),
    }
    with conn.cursor(row_factory=class_row(ApprovedAmount)) as cursor:
        return cursor.execute(sql("manual_entry", "approved"), arguments).fetchall()


def entries(
    conn: Connection,
    *,
    ids: Collection[int] | None = None,
    organisation_id: int | None = None,
    kind: str | None = None,
    months: tuple[date | None, date | None] = (None, None),
    states: Collection[EntryState] | None = None,
    before: int,
    at_most: int,
) -> list[EntryRow]:
    """Entries with an id below `before`, the newest first.

    Parameters
    ----------
    months : tuple of date or None
        First days of months, half-open.
    """
    arguments = {
        "ids": None if ids is None else list(ids),
        "organisation_id": organisation_id,
        "kind": kind,
        "first": months[0],
        "last": months[1],
        "states": None if states is None else [state.value for state in states],
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(sql("manual_entry", "entries"), arguments).fetchall()


def entry_marks(
    conn: Connection, institutions: Collection[int], months: tuple[date, date]
) -> list[EntryMark]:
    """How things stand with all entries of months [first, end), in no order."""
    arguments = {"institutions": list(institutions), "first": months[0], "last": months[1]}
    with conn.cursor(row_factory=class_row(EntryMark)) as cursor:
        return cursor.execute(sql("manual_entry", "standings"), arguments).fetchall()


def entry_versions(conn: Connection, entry_id: int) -> list[EntryVersion]:
    """Every version of an entry, the oldest first."""
    with conn.cursor(row_factory=class_row(EntryVersion)) as cursor:
        found = cursor.execute(sql("manual_entry", "versions"), {"entry_id": entry_id})
        return found.fetchall()


def entry_steps(conn: Connection, entry_id: int) -> list[EntryStep]:
    """Everything that was done with an entry, the oldest first."""
    with conn.cursor(row_factory=class_row(EntryStep)) as cursor:
        return cursor.execute(sql("manual_entry", "steps"), {"entry_id": entry_id}).fetchall()


def standings(conn: Connection, institutions: Collection[int]) -> list[Standing]:
    """What was typed last of every entry of some institutions, in no order."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        arguments = {"institutions": list(institutions)}
        return cursor.execute(sql("manual_entry", "contents"), arguments).fetchall()


def add_entries(conn: Connection, contents: Mapping[EntryKey, EntryContent]) -> list[int]:
    """Enter first drafts; those that are there already stay as they are. Returns the new ids.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person may not enter amounts of an institution.
    psycopg.errors.CheckViolation
        When a month is not over or an organisation is no institution.
    """
    drafts: dict[int, tuple[int, EntryContent]] = {}
    with conn.transaction():
        for keys in _portions(contents):
            arguments = {
                "organisations": [organisation for organisation, _, _ in keys],
                "kinds": [kind for _, kind, _ in keys],
                "months": [month for _, _, month in keys],
            }
            for organisation, kind, month, entry_id in conn.execute(
                sql("manual_entry", "add"), arguments
            ):
                drafts[entry_id] = (0, contents[organisation, kind, month])
        save_versions(conn, drafts)
    return list(drafts)


def save_versions(conn: Connection, drafts: Mapping[int, tuple[int, EntryContent]]) -> None:
    """Save another version of entries as a draft, all of them or none.

    Parameters
    ----------
    drafts : mapping of int to (int, EntryContent)
        By entry: the revision the person saw, and what they typed.

    Raises
    ------
    psycopg.errors.UniqueViolation
        When somebody has done something with an entry since.
    psycopg.errors.CheckViolation
        When an entry is checked: it has to be returned or approved first.
    """
    with conn.transaction():
        for ids in _portions(drafts):
            arguments: dict[str, list[object]] = {
                "entries": list(ids),
                "revisions": [drafts[entry_id][0] + 1 for entry_id in ids],
            }
            for name in EntryContent.__slots__:
                arguments[name] = [getattr(drafts[entry_id][1], name) for entry_id in ids]
            conn.execute(sql("manual_entry", "add_versions"), arguments)
            conn.execute(sql("manual_entry", "add_drafts"), arguments)


def _portions(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """A few at a time, so that no statement holds the database long."""
    every = list(keys)
    for begin in range(0, len(every), _AT_ONCE):
        yield every[begin : begin + _AT_ONCE]


def add_steps(
    conn: Connection, rows: Collection[EntryRow], state: EntryState, *, reason: str = ""
) -> None:
    """Bring the newest versions of entries, as they were seen, into a state; all or none.

    Raises
    ------
    psycopg.errors.UniqueViolation
        When an entry is no longer at the revision that was seen.
    psycopg.errors.CheckViolation
        When a step is out of order or wants a second person.
    psycopg.errors.InsufficientPrivilege
        When the current person may not do it.
    """
    arguments = {
        "entries": [row.id for row in rows],
        "revisions": [row.revision + 1 for row in rows],
        "versions": [row.version for row in rows],
        "state": state.value,
        "reason": reason,
    }
    with conn.transaction():
        conn.execute(sql("manual_entry", "add_steps"), arguments)


def enterable_codes(conn: Connection) -> set[str]:
    """Codes of the institutions whose amounts the current person may enter."""
    return {code for (code,) in conn.execute(sql("manual_entry", "may_enter"))}


def reviewable_codes(conn: Connection) -> set[str]:
    """Codes of the organisations whose entries the current person may check and approve."""
    return {code for (code,) in conn.execute(sql("manual_entry", "may_review"))}
