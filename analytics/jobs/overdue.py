"""Mark institutions whose monthly entries are overdue, so that they see it without being asked."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.entry_rule import days_late, rule_of
from domain.local_day import local_day
from domain.manual_entry import EntryKind
from store.institution.entry_reminder import all_entry_rules, mark, owing

_MONTHS = 3
"""So many months are looked back, should the worker have stood still."""
_log = logging.getLogger(__name__)


def mark_overdue(conn: Connection, *, now: datetime) -> int:
    """Mark each institution once a month of entries; running it again changes nothing.

    A kind of which the institution has a meter is left to the people of the bureau: whether the
    meter covers the month is told on their board. Returns how many were marked.
    """
    rows = owing(conn, _months_before(now.date()))
    rules = all_entry_rules(conn, {row.organisation_id for row in rows})
    marked = 0
    for row in rows:
        rule = rule_of(rules.get(row.organisation_id, ()), row.month)
        if not days_late(row.month, rule, local_day(now, ZoneInfo(row.zone))):
            continue
        owed = [kind.value for kind in rule.kinds if _is_owed(kind, row.entered, row.media)]
        if owed:
            marked += mark(conn, row.organisation_id, row.month, owed)
    _log.info("%d institutions marked overdue", marked)
    return marked


def _is_owed(kind: EntryKind, entered: list[str], media: list[str]) -> bool:
    return kind.value not in entered and kind.medium not in media


def _months_before(day: date) -> list[date]:
    found = [day.replace(day=1)]
    for _ in range(_MONTHS):
        before = found[-1].toordinal() - 1
        found.append(date.fromordinal(before).replace(day=1))
    return found[1:]
