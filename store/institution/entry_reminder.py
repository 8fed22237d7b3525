"""Which entries are wanted until when, and who was asked for what was late."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.entry_rule import EntryRule
from domain.manual_entry import EntryKind
from store.queries import sql


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """An institution was asked for entries of a month.

    Attributes
    ----------
    kinds : list of str
        What it had not submitted then.
    person : str or None
        Who asked; None where the worker found it overdue.
    """

    id: int
    organisation_id: int
    month: date
    kinds: list[str]
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Owing:
    """An institution with a month of which entries may be owed, as the worker sees it.

    Attributes
    ----------
    entered : list of str
        Kinds that are submitted or further.
    media : list of str
        Media of which it has meters; what those cover is judged where somebody looks.
    """

    organisation_id: int
    month: date
    zone: str
    entered: list[str]
    media: list[str]


def entry_rules(conn: Connection, institutions: Collection[int]) -> dict[int, list[EntryRule]]:
    """Rules by institution, its own and those of places above; of no other than visible ones."""
    return _by_institution(conn.execute(sql("entry_reminder", "rules"), [list(institutions)]))


def all_entry_rules(conn: Connection, institutions: Collection[int]) -> dict[int, list[EntryRule]]:
    """Rules by institution, for the worker."""
    return _by_institution(conn.execute(sql("entry_reminder", "all_rules"), [list(institutions)]))


def set_rule(
    conn: Connection,
    organisation_id: int,
    first_month: date,
    kinds: Iterable[EntryKind],
    due_day: int,
) -> None:
    """Let a rule hold at a place and below it from a month on; earlier ones stay to be seen.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not check entries of the place.
    """
    arguments = {
        "organisation_id": organisation_id,
        "first_month": first_month,
        "kinds": [kind.value for kind in kinds],
        "due_day": due_day,
    }
    conn.execute(sql("entry_reminder", "set_rule"), arguments)


def reminders(conn: Connection, months: tuple[date, date]) -> list[ReminderRow]:
    """Reminders of entries of months [first, end), the newest first."""
    with conn.cursor(row_factory=class_row(ReminderRow)) as cursor:
        arguments = {"first": months[0], "last": months[1]}
        return cursor.execute(sql("entry_reminder", "reminders"), arguments).fetchall()


def remind(conn: Connection, organisation_id: int, month: date, kinds: Collection[str]) -> None:
    """Note that the current person asks an institution for entries of a month.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not check entries of the institution.
    """
    arguments = {"organisation_id": organisation_id, "month": month, "kinds": list(kinds)}
    conn.execute(sql("entry_reminder", "remind"), arguments)


def mark(conn: Connection, organisation_id: int, month: date, kinds: Collection[str]) -> bool:
    """Note that an institution is overdue, once a month of entries; whether it is new."""
    arguments = {"organisation_id": organisation_id, "month": month, "kinds": list(kinds)}
    return conn.execute(sql("entry_reminder", "mark"), arguments).rowcount == 1


def owing(conn: Connection, months: Collection[date]) -> list[Owing]:
    """Every institution with each of some months, and what it has entered; for the worker."""
    with conn.cursor(row_factory=class_row(Owing)) as cursor:
        return cursor.execute(sql("entry_reminder", "owing"), {"months": list(months)}).fetchall()


def _by_institution(
    rows: Iterable[tuple[int, int, int, date, list[str], int]],
) -> dict[int, list[EntryRule]]:
    found: dict[int, list[EntryRule]] = defaultdict(list)
    for organisation, step, rule_id, first_month, kinds, due_day in rows:
        known = tuple(EntryKind(kind) for kind in kinds)
        found[organisation].append(EntryRule(step, rule_id, first_month, known, due_day))
    return found
