"""Heating seasons in the store: what is statutory in a region, and what was recorded of a year."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.heating_season import HeatingRule, HeatingSeason
from store.queries import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where something is from, and who has compared it with which document; None for nobody.

    Attributes
    ----------
    own : bool
        Whether the person asking entered it, and so may not check it.
    withdrawn_by, withdrawn_at, withdrawn_because : str, datetime, str, or None
        Who took the last check back that was, when and why.
    """

    source: str
    checked_by: str | None = None
    checked_on: date | None = None
    document: str = ""
    own: bool = False
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None

    @property
    def checked(self) -> bool:
        """Whether a named person has checked it."""
        return self.checked_by is not None


@dataclass(frozen=True, slots=True)
class SeasonRow(Provenance):
    """What is recorded of one season [first_day, end_day)."""

    region: str
    year: int
    first_day: date
    end_day: date

    def season(self) -> HeatingSeason:
        """The season without its provenance."""
        return HeatingSeason(
            self.region, self.year, self.first_day, self.end_day, True, self.checked
        )


@dataclass(frozen=True, slots=True)
class RuleRow(Provenance):
    """The statutory first and last day of heating in a region; nulls where there is none."""

    region: str
    first_month: int | None
    first_day: int | None
    last_month: int | None
    last_day: int | None

    def rule(self) -> HeatingRule:
        """The rule without its provenance."""
        first = (self.first_month, self.first_day)
        last = (self.last_month, self.last_day)
        return HeatingRule(self.region, _both(*first), _both(*last), self.checked)


def heating_rules(conn: Connection) -> list[RuleRow]:
    """Every region of which something is known."""
    with conn.cursor(row_factory=class_row(RuleRow)) as cursor:
        return cursor.execute(sql("heating", "rules")).fetchall()


def heating_seasons(conn: Connection) -> list[SeasonRow]:
    """What is recorded, by region and year."""
    with conn.cursor(row_factory=class_row(SeasonRow)) as cursor:
        return cursor.execute(sql("heating", "seasons")).fetchall()


def add_rule(conn: Connection, row: RuleRow) -> None:
    """Add the statutory season of a region that has none yet, unchecked."""
    arguments = {
        "region": row.region,
        "first_month": row.first_month,
        "first_day": row.first_day,
        "last_month": row.last_month,
        "last_day": row.last_day,
        "source": row.source,
    }
    conn.execute(sql("heating", "add_rule"), arguments)


def put_season(conn: Connection, row: SeasonRow) -> bool:
    """Record a season, unchecked; False when the region has no rule."""
    arguments = {
        "region": row.region,
        "year": row.year,
        "first_day": row.first_day,
        "end_day": row.end_day,
        "source": row.source,
    }
    return conn.execute(sql("heating", "put_season"), arguments).rowcount == 1


def check_rule(conn: Connection, region: str, *, by: str, document: str) -> bool:
    """Note that somebody compared statutory dates with their document; False when somebody had."""
    arguments = {"region": region, "checked_by": by, "document": document}
    return conn.execute(sql("heating", "check_rule"), arguments).rowcount == 1


def check_season(conn: Connection, row: SeasonRow, *, by: str, document: str) -> bool:
    """Note that somebody compared a season's days with their document.

    Returns
    -------
    bool
        False when somebody had, or when other days are recorded by now.
    """
    arguments = {
        "region": row.region,
        "year": row.year,
        "first_day": row.first_day,
        "end_day": row.end_day,
        "checked_by": by,
        "document": document,
    }
    return conn.execute(sql("heating", "check_season"), arguments).rowcount == 1


def withdraw_rule_check(conn: Connection, region: str, *, reason: str) -> bool:
    """Take the check of statutory dates back; False when none stands."""
    arguments = {"region": region, "reason": reason}
    return conn.execute(sql("heating", "withdraw_rule_check"), arguments).rowcount == 1


def withdraw_season_check(conn: Connection, region: str, year: int, *, reason: str) -> bool:
    """Take the check of the days back that are recorded of a season; False when none stands."""
    arguments = {"region": region, "year": year, "reason": reason}
    return conn.execute(sql("heating", "withdraw_season_check"), arguments).rowcount == 1


def _both(month: int | None, day: int | None) -> tuple[int, int] | None:
    return None if month is None or day is None else (month, day)
