"""Rules that have lost their right to interrupt a desk, by what came of their alerts there."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection

from analytics.alerts.right import Earned, Lost, lost
from store.alerts.rule_record import rule_records


class RuleRight(NamedTuple):
    """A rule at a desk: what came of its alerts, and why it may not interrupt, if so."""

    desk_id: int
    desk_zh: str
    desk_en: str
    rule: str
    earned: Earned
    lost: Lost | None


def rule_rights(conn: Connection, desk_ids: Collection[int], *, now: datetime) -> list[RuleRight]:
    """Rights of the rules that told something at some desks; every other rule may interrupt."""
    found = []
    for each in rule_records(conn, desk_ids, now=now):
        right, wrong = each.said_true + each.stopped, each.said_false + each.went_on
        earned = Earned(right, wrong, each.told, each.watched)
        desk = each.desk_id, each.desk_zh, each.desk_en
        found.append(RuleRight(*desk, each.rule, earned, lost(earned)))
    return found
