"""Thresholds and budgets of the alert desk as people enter them: of each the newest counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class EnteredThreshold:
    """A threshold over the shipped one, of a class of meters or of one meter.

    Attributes
    ----------
    value : float or None
        None: as shipped again.
    """

    meter_code: str | None
    meter_class: str | None
    rule: str
    threshold: str
    value: float | None
    reason: str
    person: str
    at: datetime


class OfMeters(NamedTuple):
    """What a threshold is entered for: a meter or a class of meters, the other being None."""

    meter_id: int | None
    meter_class: str | None


@dataclass(frozen=True, slots=True)
class EnteredBudget:
    """How often a desk may be interrupted in a shift and in a local day; None: as shipped."""

    desk_code: str
    desk_zh: str
    desk_en: str
    per_shift: int | None
    per_day: int | None
    reason: str | None
    person: str | None
    at: datetime | None


def entered_thresholds(conn: Connection, of: OfMeters) -> list[EnteredThreshold]:
    """The newest of each threshold of a class and of a meter; those of the class first."""
    with conn.cursor(row_factory=class_row(EnteredThreshold)) as cursor:
        return cursor.execute(sql("alert_desk", "thresholds"), of._asdict()).fetchall()


def enter_threshold(
    conn: Connection, of: OfMeters, rule: str, threshold: str, value: float | None, reason: str
) -> None:
    """Enter a threshold; it counts from the next reading or day that is judged."""
    arguments = {"rule": rule, "threshold": threshold, "value": value, "reason": reason}
    conn.execute(sql("alert_desk", "enter_threshold"), of._asdict() | arguments)


def budgets(conn: Connection) -> list[EnteredBudget]:
    """The budget of each desk that the person may see."""
    with conn.cursor(row_factory=class_row(EnteredBudget)) as cursor:
        return cursor.execute(sql("alert_desk", "budgets")).fetchall()


def enter_budget(
    conn: Connection, desk_id: int, *, per_shift: int, per_day: int, reason: str
) -> None:
    """Enter how often a desk may be interrupted; it counts from now on."""
    arguments = {"desk_id": desk_id, "per_shift": per_shift, "per_day": per_day, "reason": reason}
    conn.execute(sql("alert_desk", "enter_budget"), arguments)
