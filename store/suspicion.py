"""Suspicions of misuse, what people found of them, and what use is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.edit import want_reason
from store.place import ALL
from store.queries import sql


@dataclass(frozen=True, slots=True)
class KnownSuspicion:
    """A suspicion that stands, as the worker keeps it."""

    rule: str
    subject: str
    start_at: datetime
    end_at: datetime
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SuspicionRow:
    """A suspicion with the newest verdict.

    Attributes
    ----------
    withdrawn_at : datetime or None
        Since when the samples no longer show it.
    judged_otherwise : bool
        The evidence has changed since the verdict.
    """

    id: int
    vehicle_id: int
    plate: str
    rule: str
    subject: str
    start_at: datetime
    end_at: datetime
    evidence: dict[str, Any]
    known_at: datetime
    withdrawn_at: datetime | None
    verdict: str | None
    reason: str | None
    judged_by: str | None
    judged_at: datetime | None
    judged_otherwise: bool


@dataclass(frozen=True, slots=True)
class FenceRow:
    """An area in force on some days; ring: latitude, longitude, latitude .. [deg], WGS-84."""

    id: int
    organisation_id: int
    kind: str
    name: str
    ring: list[float]


@dataclass(frozen=True, slots=True)
class PlaceOfUse:
    """Where a vehicle belongs, whether its category is free of lock-up, and what drives it."""

    organisation_id: int
    zone: str
    category: str
    powertrain: str


def place_of_use(conn: Connection, vehicle_id: int) -> PlaceOfUse | None:
    """Where a vehicle belongs now; None while it belongs nowhere."""
    with conn.cursor(row_factory=class_row(PlaceOfUse)) as cursor:
        arguments = {"vehicle_id": vehicle_id}
        return cursor.execute(sql("suspicion", "place_of_use"), arguments).fetchone()


def rules_in_force(
    conn: Connection, organisation_id: int, day: date
) -> dict[str, tuple[bool, Mapping[str, Any]]]:
    """Rules set for a place, or the nearest above that has set each, by rule."""
    arguments = {"organisation_id": organisation_id, "day": day}
    rows = conn.execute(sql("suspicion", "rules"), arguments)
    return {rule: (in_use, terms) for rule, in_use, terms in rows}


def set_rule(
    conn: Connection,
    organisation_id: int,
    rule: str,
    holds_from: date,
    terms: Mapping[str, Any],
    *,
    in_use: bool,
) -> None:
    """Say how a rule holds at a place and below it from a day on."""
    arguments = {
        "organisation_id": organisation_id,
        "rule": rule,
        "holds_from": holds_from,
        "in_use": in_use,
        "terms": Jsonb(dict(terms)),
    }
    conn.execute(sql("suspicion", "set_rule"), arguments)


def fences_of(conn: Connection, organisation_id: int, day: date) -> list[FenceRow]:
    """Areas of a place and of all above it, in force on a day."""
    arguments = {"organisation_id": organisation_id, "day": day}
    with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        return cursor.execute(sql("suspicion", "fences"), arguments).fetchall()


def add_fence(
    conn: Connection, organisation_id: int, kind: str, name: str, ring: Sequence[float]
) -> None:
    """Add an area from now on."""
    arguments = {"organisation_id": organisation_id, "kind": kind, "name": name, "ring": list(ring)}
    conn.execute(sql("suspicion", "add_fence"), arguments)


def exemptions(conn: Connection, vehicle_id: int) -> list[tuple[str, date | None, date | None]]:
    """Kind, first day and day after the last of each leave to use a vehicle that is locked up."""
    rows = conn.execute(sql("suspicion", "exemptions"), {"vehicle_id": vehicle_id})
    return [(kind, first, end) for kind, first, end in rows]


def add_exemption(
    conn: Connection, vehicle_id: int, kind: str, first_day: date, end_day: date, reason: str
) -> None:
    """Give leave for local days [first_day, end_day)."""
    want_reason(reason)
    arguments = {
        "vehicle_id": vehicle_id,
        "kind": kind,
        "first_day": first_day,
        "end_day": end_day,
        "reason": reason,
    }
    conn.execute(sql("suspicion", "add_exemption"), arguments)


def known(
    conn: Connection, vehicle_id: int, first: datetime, last: datetime
) -> list[KnownSuspicion]:
    """Suspicions that stand and begin in [first, last]."""
    arguments = {"vehicle_id": vehicle_id, "first": first, "last": last}
    with conn.cursor(row_factory=class_row(KnownSuspicion)) as cursor:
        return cursor.execute(sql("suspicion", "known"), arguments).fetchall()


def change(
    conn: Connection,
    vehicle_id: int,
    anew: Sequence[KnownSuspicion],
    gone: Sequence[KnownSuspicion],
    *,
    now: datetime,
) -> None:
    """Write suspicions that are new or differ, and withdraw those that are shown no longer."""
    told = {"vehicle_id": vehicle_id, "now": now}
    with conn.cursor() as cursor:
        keys = [told | {"rule": row.rule, "subject": row.subject} for row in gone]
        cursor.executemany(sql("suspicion", "withdraw"), keys)
        rows = [
            told
            | {
                "rule": row.rule,
                "subject": row.subject,
                "start_at": row.start_at,
                "end_at": row.end_at,
                "evidence": Jsonb(row.evidence),
            }
            for row in anew
        ]
        cursor.executemany(sql("suspicion", "write"), rows)


def suspicions(
    conn: Connection,
    *,
    vehicle_id: int | None = None,
    suspicion_id: int | None = None,
    organisation_id: int | None = None,
    open_only: bool = False,
    before: int = 2**62,
    at_most: int = ALL,
) -> list[SuspicionRow]:
    """Suspicions the person may see, the newest first; withdrawn ones only where judged."""
    arguments = {
        "vehicle_id": vehicle_id,
        "suspicion_id": suspicion_id,
        "organisation_id": organisation_id,
        "open_only": open_only,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(SuspicionRow)) as cursor:
        return cursor.execute(sql("suspicion", "suspicions"), arguments).fetchall()


def judge(conn: Connection, suspicion_id: int, verdict: str, reason: str) -> None:
    """Say what was found, signed by the current person, upon the evidence as it is."""
    want_reason(reason)
    arguments = {"suspicion_id": suspicion_id, "verdict": verdict, "reason": reason}
    conn.execute(sql("suspicion", "judge"), arguments)


def end_fence(conn: Connection, fence_id: int, day: date) -> bool:
    """End an area before a day; False where there is none that one administers and that holds."""
    return (
        conn.execute(sql("suspicion", "end_fence"), {"fence_id": fence_id, "day": day}).rowcount
        == 1
    )
