"""The alert desk as people see it: what stands, what happened, what they do, and how it fares."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.alert import Act, AlertState, Standing, Verdict
from domain.errors import StoreError
from store.alerts.alert import Alert, note, tell
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with the names of what it is about. Amounts in its unit; money in CNY."""

    id: int
    rule: str
    code: str
    priority: str
    state: str
    verdict: str | None
    organisation_id: int
    place_code: str
    place_zh: str
    place_en: str
    device_id: int | None
    device_code: str | None
    meter_id: int | None
    meter_code: str | None
    meter_zh: str | None
    meter_en: str | None
    desk_id: int | None
    parent_id: int | None
    inhibited: bool
    shadow: bool
    held: bool
    began_at: datetime
    last_at: datetime | None
    opened_at: datetime
    resolved_at: datetime | None
    snoozed_until: datetime | None
    assignee: str | None
    clear_since: datetime | None
    blind_since: datetime | None
    reopened: int
    flapping: bool
    score: float | None
    expected: float | None
    actual: float | None
    unit: str | None
    lost: float | None
    lost_cny: Decimal | None
    month: float | None
    month_cny: Decimal | None
    confidence: float | None
    evidence: Mapping[str, Any]
    worth_basis: Mapping[str, Any]
    children: int


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Something that happened to an alert; nobody: the evaluator."""

    act: str
    from_state: str | None
    to_state: str
    reason: str
    detail: Mapping[str, Any]
    at: datetime
    person: str | None


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """An earlier alert of the same rule at the same device or meter."""

    id: int
    began_at: datetime
    resolved_at: datetime | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class DeskCount:
    """How a desk stands.

    Attributes
    ----------
    oldest_open : datetime or None
        Opening of the oldest that nobody has acknowledged.
    opened_day, opened_ten_minutes : int
        Alerts opened in the last day, and in the last ten minutes.
    stale : int
        Standing for more than seven days.
    month_cny : Decimal
        What all that stands costs in a month, as far as that is known. [CNY]
    """

    urgent: int
    high: int
    low: int
    oldest_open: datetime | None
    opened_day: int
    opened_ten_minutes: int
    stale: int
    flapping: int
    held: int
    month_cny: Decimal


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What a rule found in the last 90 days, and what people said of it."""

    rule: str
    told: int
    on_trial: int
    said_true: int
    said_false: int
    said_known: int
    interrupted: int


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A time in which what is found at a place opens no alert."""

    id: int
    place_code: str
    place_zh: str
    place_en: str
    rule: str | None
    kind: str
    first: datetime
    last: datetime
    reason: str
    ended: bool


@dataclass(frozen=True, slots=True)
class SuppressedRow:
    """What was found and opened no alert, and the window or event that is why."""

    rule: str
    place_code: str
    place_zh: str
    place_en: str
    meter_code: str | None
    device_code: str | None
    medium: str | None
    first: datetime
    last: datetime
    priority: str
    expected: float | None
    actual: float | None
    kind: str | None
    reason: str | None
    event: bool


class Wanted(NamedTuple):
    """Which alerts are wanted; what is None does not matter.

    Attributes
    ----------
    which : str
        standing, held, resolved, shadow or all.
    meter_ids : list of int or None
        Those about one of these meters.
    first, last : datetime or None
        Those about some time of [first, last).
    """

    which: str = "standing"
    organisation_id: int | None = None
    rule: str | None = None
    priority: str | None = None
    parent_id: int | None = None
    meter_ids: list[int] | None = None
    first: datetime | None = None
    last: datetime | None = None


def alerts(conn: Connection, wanted: Wanted, *, at_most: int, skip: int = 0) -> list[AlertRow]:
    """Alerts the person may see, the gravest and costliest first."""
    arguments = wanted._asdict() | {"alert_id": None, "at_most": at_most, "skip": skip}
    with conn.cursor(row_factory=class_row(AlertRow)) as cursor:
        return cursor.execute(sql("alert_desk", "alerts"), arguments).fetchall()


def alert(conn: Connection, alert_id: int) -> AlertRow | None:
    """One alert the person may see."""
    arguments = Wanted("all")._asdict() | {"alert_id": alert_id, "at_most": 1, "skip": 0}
    with conn.cursor(row_factory=class_row(AlertRow)) as cursor:
        return cursor.execute(sql("alert_desk", "alerts"), arguments).fetchone()


def history(conn: Connection, alert_id: int) -> list[HistoryRow]:
    """What happened to an alert, in order."""
    with conn.cursor(row_factory=class_row(HistoryRow)) as cursor:
        return cursor.execute(sql("alert_desk", "history"), {"alert_id": alert_id}).fetchall()


def similar(conn: Connection, alert_id: int) -> list[SimilarRow]:
    """Earlier alerts like it, the newest first."""
    with conn.cursor(row_factory=class_row(SimilarRow)) as cursor:
        return cursor.execute(sql("alert_desk", "similar"), {"alert_id": alert_id}).fetchall()


def may_act(conn: Connection, alert_id: int) -> bool:
    """Whether the person may act on an alert they see."""
    return bool(one_row(conn, sql("alert_desk", "may_act"), {"alert_id": alert_id})[0])


def do(conn: Connection, before: Alert, after: Standing, act: Act, reason: str) -> None:
    """Write what the current person did to an alert, and the news of it."""
    was = AlertState.PENDING if before.standing is None else before.standing.state
    if after != before.standing:
        arguments = asdict(after) | {"alert_id": before.id}
        conn.execute(sql("alert_desk", "handled"), arguments)
    note(conn, replace(before, standing=after), act, was=was, reason=reason)
    if before.id is not None:
        tell(conn, [before.id])


def judge(conn: Connection, before: Alert, verdict: Verdict, cause: str) -> None:
    """Write what the current person says of an alert."""
    arguments = {"alert_id": before.id, "verdict": verdict, "cause": cause}
    conn.execute(sql("alert_desk", "verdict"), arguments)
    conn.execute(sql("alert_desk", "set_verdict"), arguments)
    was = None if before.standing is None else before.standing.state
    note(conn, before, Act.VERDICT, was=was, reason=cause, detail={"verdict": str(verdict)})
    if before.id is not None:
        tell(conn, [before.id])


def count(conn: Connection) -> DeskCount:
    """How the desk stands."""
    with conn.cursor(row_factory=class_row(DeskCount)) as cursor:
        row = cursor.execute(sql("alert_desk", "count")).fetchone()
    if row is None:
        raise StoreError("a count gave no row")
    return row


class Coverage(NamedTuple):
    """Devices in use, those heard in the last day, and people on duty now."""

    watched: int
    heard: int
    on_duty: int


def coverage(conn: Connection) -> Coverage:
    """How much of what is to be watched is heard, and who is there to act."""
    return Coverage(*one_row(conn, sql("alert_desk", "coverage")))


def standing_at(conn: Connection, institutions: Collection[int]) -> dict[int, dict[str, int]]:
    """How many alerts the person may see stand at institutions or below them, by priority.

    An institution without any is absent.
    """
    found: dict[int, dict[str, int]] = {}
    arguments = {"institutions": list(institutions)}
    for institution, priority, n in conn.execute(sql("alert_desk", "standing_at"), arguments):
        found.setdefault(institution, {})[priority] = n
    return found


def zone(conn: Connection) -> str:
    """Zone of the first place the person may see; UTC where there is none."""
    return str(one_row(conn, sql("alert_desk", "zone"))[0])


def acknowledged_after(conn: Connection) -> float | None:
    """Median time to the first act of a person, of the last 30 days [s]; None without any."""
    (seconds,) = one_row(conn, sql("alert_desk", "acknowledged_after"))
    return None if seconds is None else float(seconds)


def interruptions(conn: Connection) -> tuple[int, int]:
    """Interruptions of the last eight hours, and of the last day."""
    shift, day = one_row(conn, sql("alert_desk", "interruptions"))
    return int(shift), int(day)


def evaluated(conn: Connection) -> dict[str, datetime]:
    """Up to when everything is judged, by part."""
    rows: list[tuple[str, datetime]] = conn.execute(sql("alert_desk", "evaluated")).fetchall()
    return dict(rows)


def rules(conn: Connection) -> list[RuleCount]:
    """What each rule found that the person may see."""
    with conn.cursor(row_factory=class_row(RuleCount)) as cursor:
        return cursor.execute(sql("alert_desk", "rules")).fetchall()


def backtest(conn: Connection) -> dict[str, int]:
    """How often each rule would have alerted: on history, and on trial."""
    rows: list[tuple[str, int]] = conn.execute(sql("alert_desk", "backtest")).fetchall()
    return dict(rows)


def set_mode(conn: Connection, rule: str, mode: str, reason: str) -> None:
    """Let a rule speak, put it on trial, or silence it."""
    conn.execute(sql("alert_desk", "set_mode"), {"rule": rule, "mode": mode, "reason": reason})


def person_named(conn: Connection, login: str) -> int | None:
    """Id of the person who signs in so; None where there is none."""
    found: int | None = one_row(conn, sql("alert_desk", "person"), {"login": login})[0]
    return found


def add_window(
    conn: Connection,
    organisation_id: int,
    kind: str,
    span: tuple[datetime, datetime],
    reason: str,
    *,
    rule: str | None,
) -> None:
    """Enter a time in which what is found at a place and below it opens no alert."""
    arguments = {
        "organisation_id": organisation_id,
        "meter_id": None,
        "device_id": None,
        "rule": rule,
        "kind": kind,
        "first": span[0],
        "last": span[1],
        "reason": reason,
    }
    conn.execute(sql("alert_desk", "add_window"), arguments)


def end_window(conn: Connection, window_id: int, reason: str) -> None:
    """End a window: it holds no more."""
    conn.execute(sql("alert_desk", "end_window"), {"window_id": window_id, "reason": reason})


def suppressed(conn: Connection, *, at_most: int, skip: int) -> list[SuppressedRow]:
    """What windows and events kept from opening in the last 30 days, the newest first."""
    arguments = {"at_most": at_most, "skip": skip}
    with conn.cursor(row_factory=class_row(SuppressedRow)) as cursor:
        return cursor.execute(sql("alert_desk", "suppressed"), arguments).fetchall()


def windows(conn: Connection, *, before: int, at_most: int) -> list[WindowRow]:
    """Windows of the last 30 days and those to come with a lower id, the newest first."""
    arguments = {"before": before, "at_most": at_most}
    with conn.cursor(row_factory=class_row(WindowRow)) as cursor:
        return cursor.execute(sql("alert_desk", "list_windows"), arguments).fetchall()
