"""Who has entered what: institutions by kinds by the twelve months of a year."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.place.manual_use import covers
from domain.entry_rule import EntryRule, due_on, next_month, rule_of
from domain.local_day import day_start, local_day
from domain.manual_entry import EntryKind, EntryState
from store.institution.entry_reminder import ReminderRow, entry_rules, reminders
from store.institution.manual_entry import EntryMark, entry_marks
from store.institution.metered_month import metered_months
from store.institution.statistics import foundings
from store.meters.position import Sight, seen
from store.meters.position import covers as covers_time
from store.places.place import OrganisationRow


class CellState(StrEnum):
    """How things stand with a kind and month; where nothing is wanted there is no cell."""

    MISSING = "missing"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    RETURNED = "returned"
    APPROVED = "approved"
    METERED = "metered"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind and month of an institution.

    Attributes
    ----------
    counts : bool
        Whether there is an amount for it: metered, or approved, also if a correction is on its way.
    late_days : int
        How long after the last day in time it was handed in, or is still owed. [d]
    """

    state: CellState
    entry_id: int | None
    counts: bool
    late_days: int

    @property
    def is_owed(self) -> bool:
        """Whether the institution still has to hand something in."""
        open_states = {CellState.MISSING, CellState.DRAFT, CellState.RETURNED}
        return not self.counts and self.state in open_states


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One institution's year: cells from January on, None where nothing is wanted yet or at all."""

    organisation: OrganisationRow
    rule: EntryRule
    kinds: Mapping[EntryKind, Sequence[Cell | None]]
    reminders: Sequence[ReminderRow]

    def owed(self, month: date, *, late_only: bool) -> list[EntryKind]:
        """Kinds still owed of a month."""
        found = ((kind, cells[month.month - 1]) for kind, cells in self.kinds.items())
        return [
            kind
            for kind, cell in found
            if cell is not None and cell.is_owed and (cell.late_days > 0 or not late_only)
        ]


_Marks = Mapping[tuple[int, EntryKind, date], EntryMark]


def entry_board(
    conn: Connection, institutions: Collection[OrganisationRow], year: int, *, now: datetime
) -> list[BoardRow]:
    """The board of a year, in the order of the institutions."""
    ids = [row.id for row in institutions]
    span = (date(year, 1, 1), date(year + 1, 1, 1))
    marks = {
        (mark.organisation_id, EntryKind(mark.kind), mark.month): mark
        for mark in entry_marks(conn, ids, span)
    }
    asked: dict[int, list[ReminderRow]] = defaultdict(list)
    for reminder in reminders(conn, span):
        asked[reminder.organisation_id].append(reminder)
    rules = entry_rules(conn, ids)
    metered = _metered(conn, institutions, year)
    sight = seen(conn)
    founded = foundings(conn, ids, year)
    return [
        _row(
            row,
            _months_seen(row, year, sight.get(row.id, Sight()), founded.get(row.id, span[0])),
            rules.get(row.id, ()),
            marks,
            metered,
            asked[row.id],
            now,
        )
        for row in institutions
    ]


def _months_seen(
    row: OrganisationRow, year: int, sight: Sight, founded_on: date
) -> dict[date, bool]:
    """Months of the year, and whether all of each lies in the reader's sight.

    Of any other the reader knows not what was entered, and it is not theirs to ask for; nor is
    anything of a month before the institution was founded.
    """
    zone = zone_of(row)
    months = [date(year, number, 1) for number in range(1, 13)]
    return {
        month: next_month(month) > founded_on
        and covers_time(sight, day_start(month, zone), day_start(next_month(month), zone))
        for month in months
    }


def _metered(
    conn: Connection, institutions: Collection[OrganisationRow], year: int
) -> set[tuple[int, str, int]]:
    groups: dict[ZoneInfo, list[int]] = defaultdict(list)
    for row in institutions:
        groups[zone_of(row)].append(row.id)
    return {
        (month.institution_id, month.medium, month.month)
        for zone, ids in groups.items()
        for month in metered_months(conn, ids, year, zone)
        if covers(month)
    }


def zone_of(row: OrganisationRow) -> ZoneInfo:
    """The zone in which an institution's days begin."""
    return ZoneInfo(row.zone or str(UTC))


def _row(
    row: OrganisationRow,
    months_seen: Mapping[date, bool],
    rules: Sequence[EntryRule],
    marks: _Marks,
    metered: Collection[tuple[int, str, int]],
    asked: Sequence[ReminderRow],
    now: datetime,
) -> BoardRow:
    zone = zone_of(row)
    today = local_day(now, zone)
    months = list(months_seen)
    wanted = [rule_of(rules, month) for month in months]
    kinds = [
        kind
        for kind in EntryKind
        if any(kind in rule.kinds or (row.id, kind, month) in marks
               for rule, month in zip(wanted, months, strict=True))
    ]  # fmt: skip
    over = [
        (month, rule, due_on(month, rule))
        for month, rule in zip(months, wanted, strict=True)
        if next_month(month) <= today
    ]

    def cell(kind: EntryKind, month: date, rule: EntryRule, due: date) -> Cell | None:
        mark = marks.get((row.id, kind, month))
        if mark is None and (kind not in rule.kinds or not months_seen[month]):
            return None
        if (row.id, kind.metered_as, month.month) in metered:
            entry_id = None if mark is None else mark.entry_id
            return Cell(CellState.METERED, entry_id, counts=True, late_days=0)
        until = today if mark is None else _handed_in(mark, zone, today)
        late = max(0, (until - due).days)
        if mark is None:
            return Cell(CellState.MISSING, None, counts=False, late_days=late)
        return Cell(CellState(mark.state), mark.entry_id, mark.counts, late)

    ahead = [None] * (len(months) - len(over))
    cells = {kind: [*(cell(kind, *each) for each in over), *ahead] for kind in kinds}
    current = rule_of(rules, min(max(today.replace(day=1), months[0]), months[-1]))
    return BoardRow(row, current, cells, asked)


def _handed_in(mark: EntryMark, zone: ZoneInfo, today: date) -> date:
    """The local day on which it was handed in first; today where it lies with the institution."""
    is_out = mark.counts or mark.state in {EntryState.SUBMITTED, EntryState.CHECKED}
    return local_day(mark.submitted_at, zone) if is_out and mark.submitted_at else today
