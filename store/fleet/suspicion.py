"""Suspicions of misuse, what people found of them, and what use is held against."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.edit import want_reason
from store.places.place import ALL
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
    judged_evidence : dict or None
        What was shown when the verdict was given.
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
    judged_evidence: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """How a rule was set, and from which local day on it holds so."""

    rule: str
    in_use: bool
    terms: dict[str, Any]
    holds_from: date


@dataclass(frozen=True, slots=True)
class FenceRow:
    """An area in force on local days [first_day, end_day); None: always.

    Attributes
    ----------
    ring : list of float
        Latitude, longitude, latitude .. [deg], WGS-84.
    """

    id: int
    organisation_id: int
    kind: str
    name: str
    ring: list[float]
    first_day: date | None
    end_day: date | None


@dataclass(frozen=True, slots=True)
class PlaceOfUse:
    """Where a vehicle belonged, whether its category was free of lock-up, and what drove it."""

    organisation_id: int
    category: str
    powertrain: str


def place_of_use(conn: Connection, vehicle_id: int, at: datetime) -> PlaceOfUse | None:
    """Where a vehicle belonged at an instant; None while it belonged nowhere."""
    with conn.cursor(row_factory=class_row(PlaceOfUse)) as cursor:
        arguments = {"vehicle_id": vehicle_id, "at": at}
        return cursor.execute(sql("suspicion", "place_of_use"), arguments).fetchone()


def use_changes(conn: Connection, vehicle_id: int, zone: str) -> list[datetime]:
    """Instants, in order, from which on a vehicle may be held against something else."""
    arguments = {"vehicle_id": vehicle_id, "zone": zone}
    rows = conn.execute(sql("suspicion", "use_changes"), arguments)
    return [at for (at,) in rows if at is not None]


def rules_in_force(
    conn: Connection, organisation_id: int, at: datetime, day: date
) -> dict[str, RuleRow]:
    """Rules set for a place, or the nearest above that has set each, by rule.

    Parameters
    ----------
    at : datetime
        When the places above it are looked for.
    day : date
        Local day on which the rules are in force.
    """
    arguments = {"organisation_id": organisation_id, "at": at, "day": day}
    with conn.cursor(row_factory=class_row(RuleRow)) as cursor:
        rows = cursor.execute(sql("suspicion", "rules"), arguments).fetchall()
    return {row.rule: row for row in rows}


def rules_coming(
    conn: Connection, organisation_id: int, at: datetime, day: date
) -> dict[str, date]:
    """The next local day after one on which each rule is set otherwise, by rule."""
    arguments = {"organisation_id": organisation_id, "at": at, "day": day}
    return dict(conn.execute(sql("suspicion", "rules_coming"), arguments).fetchall())


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


def fences_of(
    conn: Connection, organisation_id: int, at: datetime, day: date, *, coming: bool = False
) -> list[FenceRow]:
    """Areas of a place and of all above it at an instant, in force on a day, or also later."""
    arguments = {"organisation_id": organisation_id, "at": at, "day": day, "coming": coming}
    with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        return cursor.execute(sql("suspicion", "fences"), arguments).fetchall()


def add_fence(
    conn: Connection,
    organisation_id: int,
    kind: str,
    name: str,
    ring: Sequence[float],
    first_day: date | None = None,
) -> None:
    """Add an area from a local day on; None: it has always been there."""
    arguments = {
        "organisation_id": organisation_id,
        "kind": kind,
        "name": name,
        "ring": list(ring),
        "first_day": first_day,
    }
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
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> list[KnownSuspicion]:
    """Suspicions that stand and begin in [first, last]; None: no bound."""
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


def vehicles_to_judge(conn: Connection, *, but: Collection[int], at_most: int) -> list[int]:
    """Vehicles of which days wait to be judged anew, longest waiting first."""
    arguments = {"but": list(but), "at_most": at_most}
    rows = conn.execute(sql("suspicion", "vehicles_to_judge"), arguments)
    return [vehicle_id for (vehicle_id,) in rows]


def take_days(conn: Connection, vehicle_id: int) -> tuple[date | None, date | None] | None:
    """Take the days of a vehicle off the list.

    Returns
    -------
    tuple of date or None
        Local days [first, end) that hold all of them; None within: no bound. None: there were none.
    """
    row = conn.execute(sql("suspicion", "take_days"), {"vehicle_id": vehicle_id}).fetchone()
    return None if row is None else (row[0], row[1])


def days_fitted(
    conn: Connection, vehicle_id: int, first: date, end: date, zone: str
) -> dict[date, bool]:
    """Whether a vehicle's terminal told anything, for each local day of [first, end) it was on."""
    arguments = {"vehicle_id": vehicle_id, "first": first, "end": end, "zone": zone}
    return dict(conn.execute(sql("suspicion", "days_fitted"), arguments).fetchall())


def heard_last(conn: Connection, *, now: datetime) -> list[tuple[int, datetime | None]]:
    """Vehicles that have a terminal, and when it told something last; None: never that is known."""
    return conn.execute(sql("suspicion", "heard_last"), {"now": now}).fetchall()


def heard_around(
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """When a vehicle's terminals told something last before a span, and first after it.

    Returns
    -------
    tuple of datetime or None
        The first is since when one is fitted, or its first sample, if nothing came before.
    """
    arguments = {"vehicle_id": vehicle_id, "first": first, "last": last}
    row = conn.execute(sql("suspicion", "heard_around"), arguments).fetchone()
    return (None, None) if row is None else (row[0], row[1])
