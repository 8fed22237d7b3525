"""Baselines, their models, and what is said of them, as far as the current person may see."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.baseline import EventVerdict, Stated, Statement, WantedBaseline
from domain.comparison import Method, kept
from domain.edit import want_reason
from domain.local_day import day_start
from store.places.place import ALL
from store.queries import sql

NOW = "infinity"
"""As of: what is known now."""
_BEYOND = 2**62


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A baseline somebody wants, and how its models stand.

    Attributes
    ----------
    counting, newest : int or None
        Number of the version that counts, and of the newest one; None while there is none.
    stale : bool
        The newest version was fitted to other days than the one that counts.
    waiting : bool
        A worker is to compare its training with what is in the store.
    reporting_end : date or None
        Of a comparison, whose days are over: the day after the last one.
    """

    id: int
    organisation_id: int
    place_code: str
    meter_id: int | None
    meter_code: str | None
    medium: str
    step: str
    method: str
    terms: Mapping[str, Any]
    first_day: date
    end_day: date
    reporting_from: date
    reporting_end: date | None
    cvrmse_limit: float
    nmbe_limit: float
    limit_source: str
    note: str
    person: str
    entered_at: datetime
    ended_because: str | None
    ended_at: datetime | None
    counting_id: int | None
    counting: int | None
    newest: int | None
    newest_at: datetime | None
    stale: bool | None
    waiting: bool

    @property
    def ipmvp(self) -> str | None:
        """Option of IPMVP."""
        return Method(self.method).ipmvp(whole_place=self.meter_id is None)

    @property
    def gbt_28750(self) -> str | None:
        """Method of GB/T 28750, by its Chinese term."""
        return Method(self.method).gbt_28750


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A model of a baseline, or the named reasons why there is none; never changed.

    Attributes
    ----------
    sha256 : str
        Digest of the days it was fitted to, in their one form.
    """

    id: int
    baseline_id: int
    number: int
    cause: str
    asked_by: str | None
    made_at: datetime
    model: str | None
    parameters: Mapping[str, Any] | None
    cvrmse: float | None
    nmbe: float | None
    r2: float | None
    left_out_cvrmse: float | None
    wander: float | None
    days: int
    coldest_c: float | None
    warmest_c: float | None
    refusals: list[str]
    basis: Mapping[str, Any]
    sha256: str
    adoptions: list[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A non-routine event with the decision that counts; without a verdict it changes nothing.

    Attributes
    ----------
    person : str or None
        Who entered it; None: the engine proposes it.
    signed_per_day : Decimal or None
        What the decision signs for. [unit of the medium/d]
    """

    id: int
    baseline_id: int
    first_day: date
    end_day: date | None
    per_day: float
    low: float | None
    high: float | None
    evidence: Mapping[str, Any]
    person: str | None
    entered_at: datetime
    verdict: str | None
    signed_first_day: date | None
    signed_end_day: date | None
    signed_per_day: Decimal | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A saving that was planned or verified, over local days [first_day, end_day).

    Attributes
    ----------
    stated_by : str
        Who planned or verified it; `person` entered it.
    """

    kind: str
    first_day: date
    end_day: date
    amount: Decimal
    version: int | None
    stated_by: str
    document: str
    document_date: date | None
    person: str
    at: datetime


def baselines(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    medium: str | None = None,
    baseline_id: int | None = None,
    as_of: datetime | None = None,
    before: int = _BEYOND,
    at_most: int = ALL,
) -> list[BaselineRow]:
    """Baselines at a place or below it, or the one asked for, the latest first."""
    arguments = {
        "organisation_id": organisation_id,
        "medium": medium,
        "baseline_id": baseline_id,
        "as_of": as_of or NOW,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(BaselineRow)) as cursor:
        return cursor.execute(sql("baseline", "baselines"), arguments).fetchall()


def add_baseline(conn: Connection, wanted: WantedBaseline, zone: ZoneInfo) -> int:
    """Enter a baseline in the name of the current person; a worker fits it. Gives its id."""
    first_at, end_at = (day_start(day, zone) for day in (wanted.first_day, wanted.end_day))
    also = {
        "step": wanted.step.value,
        "method": wanted.method.value,
        "terms": Jsonb(kept(wanted.terms)),
        "first_at": first_at,
        "end_at": end_at,
    }
    row = conn.execute(sql("baseline", "add"), asdict(wanted) | also).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def end_baseline(conn: Connection, baseline_id: int, reason: str) -> bool:
    """Say that a baseline is wanted no more; False when somebody has said so already."""
    want_reason(reason)
    arguments = {"baseline_id": baseline_id, "reason": reason}
    return conn.execute(sql("baseline", "end"), arguments).rowcount == 1


def ask_fit(conn: Connection, baseline_id: int) -> None:
    """Let a worker compare the training with what is in the store, as soon as one is free."""
    conn.execute(sql("baseline", "ask"), {"baseline_id": baseline_id})


def versions(
    conn: Connection,
    baseline_id: int,
    *,
    number: int | None = None,
    version_id: int | None = None,
) -> list[VersionRow]:
    """Versions of a baseline, the newest first."""
    arguments = {"baseline_id": baseline_id, "number": number, "version_id": version_id}
    with conn.cursor(row_factory=class_row(VersionRow)) as cursor:
        return cursor.execute(sql("baseline", "versions"), arguments).fetchall()


def inputs(conn: Connection, baseline_id: int, number: int) -> str | None:
    """Days that a version was fitted to, word for word."""
    arguments = {"baseline_id": baseline_id, "number": number}
    row = conn.execute(sql("baseline", "inputs"), arguments).fetchone()
    return None if row is None else str(row[0])


def adopt(conn: Connection, version_id: int, reason: str) -> None:
    """Let a version count from now on, in the name of the current person.

    Raises
    ------
    InputError
        If no reason is given.
    """
    want_reason(reason)
    conn.execute(sql("baseline", "adopt"), {"version_id": version_id, "reason": reason})


def events(
    conn: Connection,
    baseline_id: int,
    *,
    event_id: int | None = None,
    as_of: datetime | None = None,
) -> list[EventRow]:
    """Non-routine events of a baseline by day, with the decisions that counted at an instant."""
    arguments = {"baseline_id": baseline_id, "event_id": event_id, "as_of": as_of or NOW}
    with conn.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(sql("baseline", "events"), arguments).fetchall()


def add_event(
    conn: Connection, baseline_id: int, first_day: date, end_day: date | None, per_day: Decimal
) -> int:
    """Enter an event in the name of the current person; it counts when it is accepted. Its id."""
    arguments = {
        "baseline_id": baseline_id,
        "first_day": first_day,
        "end_day": end_day,
        "per_day": per_day,
    }
    row = conn.execute(sql("baseline", "add_event"), arguments).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def decide(
    conn: Connection,
    event_id: int,
    verdict: EventVerdict,
    reason: str,
    *,
    signed: tuple[date, date | None, Decimal] | None = None,
) -> None:
    """Accept, refuse, or undo what was decided, in the name of the current person.

    Parameters
    ----------
    signed : tuple of date, date or None, and Decimal, or None
        Days [first, end), or for good, and change per day that are signed for, where accepted.

    Raises
    ------
    InputError
        If no reason is given.
    """
    want_reason(reason)
    first_day, end_day, per_day = signed or (None, None, None)
    arguments = {
        "event_id": event_id,
        "verdict": verdict.value,
        "first_day": first_day,
        "end_day": end_day,
        "per_day": per_day,
        "reason": reason,
    }
    conn.execute(sql("baseline", "decide"), arguments)


def stated_savings(
    conn: Connection, baseline_id: int, *, as_of: datetime | None = None
) -> list[StatedRow]:
    """Planned and verified savings of a baseline that stood at an instant."""
    arguments = {"baseline_id": baseline_id, "as_of": as_of or NOW}
    with conn.cursor(row_factory=class_row(StatedRow)) as cursor:
        return cursor.execute(sql("baseline", "stated"), arguments).fetchall()


def state_saving(conn: Connection, row: BaselineRow, told: Statement) -> None:
    """State a planned or verified saving; a verified one names the version that counts now."""
    version_id = row.counting_id if told.kind is Stated.VERIFIED else None
    also = {"kind": told.kind.value, "baseline_id": row.id, "version_id": version_id}
    conn.execute(sql("baseline", "state"), asdict(told) | also)
