"""What rules did at desks, and what orders about their alerts stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.alerts.alert_ledger import Matter
from store.queries import sql


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What a rule did at a desk.

    Attributes
    ----------
    said_true, said_false : int
        Verdicts on its alerts of the last 90 days.
    stopped, went_on : int
        Orders about them after which the baseline measured that something stopped, or that
        nothing did.
    told : int
        Alerts of the last 28 days, those on trial and those too old to be news among them.
    watched : int
        Devices at the desk.
    """

    desk_id: int
    desk_zh: str
    desk_en: str
    rule: str
    said_true: int
    said_false: int
    stopped: int
    went_on: int
    told: int
    watched: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a closed order stopped, of thirty days in the unit of the meter, or why not known."""

    stopped: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def rule_records(conn: Connection, desk_ids: Collection[int], *, now: datetime) -> list[RuleRecord]:
    """What each rule did at some desks; a rule that did nothing there is absent."""
    with conn.cursor(row_factory=class_row(RuleRecord)) as cursor:
        arguments = {"desk_ids": list(desk_ids), "now": now}
        return cursor.execute(sql("rule_record", "records"), arguments).fetchall()


def desks_seen(conn: Connection) -> list[int]:
    """Desks that the person may see."""
    return [desk for (desk,) in conn.execute(sql("rule_record", "desks"))]


def to_measure(conn: Connection, *, now: datetime) -> list[Matter]:
    """Closed orders whose outcome is to be measured, at most 100; without names."""
    with conn.cursor(row_factory=class_row(Matter)) as cursor:
        return cursor.execute(sql("rule_record", "to_measure"), {"now": now}).fetchall()


def keep_outcome(conn: Connection, matter: Matter, outcome: Outcome, *, now: datetime) -> None:
    """Write what an order stopped, over what was measured of it before."""
    arguments = {
        "order_id": matter.order_id,
        "alert_id": matter.alert_id,
        "stopped": outcome.stopped,
        "low": outcome.low,
        "high": outcome.high,
        "reason": outcome.reason,
        "now": now,
    }
    conn.execute(sql("rule_record", "keep_outcome"), arguments)
