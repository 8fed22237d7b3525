"""Alerts as evaluators and people change them: how one stands, and what happened to it.

Every change goes through `keep`, which writes the alert, its event and, at the end of the
transaction, the news of it. Whoever delivers takes its work from the same two places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from domain.alert import Act, AlertState, Standing
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as the store has it.

    Attributes
    ----------
    id : int or None
        None until it is kept.
    code : str
        Which of the matters of its rule; empty where the rule has but one.
    desk_id : int or None
        The institution whose desk it comes to; None until it is kept.
    parent_id : int or None
        The alert that explains it.
    inhibited : bool
        Told to nobody while its parent stands.
    shadow : bool
        By a rule on trial.
    held : bool
        Beyond the budget of interruptions: it waits for the morning list.
    standing : Standing or None
        None of one that has not begun.
    """

    rule: str
    organisation_id: int
    device_id: int | None
    meter_id: int | None
    priority: str
    standing: Standing | None = None
    id: int | None = None
    desk_id: int | None = None
    parent_id: int | None = None
    inhibited: bool = False
    shadow: bool = False
    held: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an alert was seen by, in the unit it names."""

    score: float | None = None
    expected: float | None = None
    actual: float | None = None
    unit: str | None = None
    evidence: Mapping[str, object] | None = None


@dataclass(slots=True)
class Change:
    """An alert as it is to stand, and what was done to it.

    Attributes
    ----------
    was : AlertState or None
        Where it stood; None of a new one.
    acts : tuple of Act
        What its history is told; without any it is changed in silence.
    reason : str
        In words of a person, or a name the console words.
    """

    alert: Alert
    was: AlertState | None
    acts: tuple[Act, ...]
    shown: Shown = field(default_factory=Shown)
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


def keep(conn: Connection, change: Change) -> Alert:
    """Write an alert and what was done to it, inside the caller's transaction.

    Returns
    -------
    Alert
        With its id and its desk.
    """
    alert = change.alert
    if alert.standing is None:
        raise ValueError("an alert that has not begun is not kept")
    arguments = asdict(alert) | asdict(alert.standing) | asdict(change.shown)
    evidence = change.shown.evidence
    if alert.id is None:
        arguments["evidence"] = Jsonb(dict(evidence or {}))
        alert_id, desk_id = one_row(conn, sql("alert", "add"), arguments)
        alert = replace(alert, id=alert_id, desk_id=desk_id)
    else:
        arguments["evidence"] = None if evidence is None else Jsonb(dict(evidence))
        conn.execute(sql("alert", "change"), arguments | {"alert_id": alert.id})
    for act in change.acts:
        note(conn, alert, act, was=change.was, reason=change.reason, detail=change.detail)
    return alert


def note(
    conn: Connection,
    alert: Alert,
    act: Act,
    *,
    was: AlertState | None,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> int:
    """Add to an alert's history; returns the id of what was added."""
    if alert.standing is None:
        raise ValueError("an alert that has not begun has no history")
    arguments = {
        "alert_id": alert.id,
        "from_state": was,
        "to_state": alert.standing.state,
        "act": act,
        "reason": reason,
        "detail": Jsonb(dict(detail or {})),
    }
    return int(one_row(conn, sql("alert", "note"), arguments)[0])


def tell(conn: Connection, alerts: Iterable[int]) -> None:
    """Tell consoles which alerts changed; the last thing a transaction does."""
    told = sorted(set(alerts))
    if told:
        conn.execute(sql("alert", "tell"), {"alert_ids": told})


def alerts_of_devices(
    conn: Connection, device_ids: Sequence[int], rules: Sequence[str], *, since: datetime
) -> dict[tuple[str, int], dict[str, Alert]]:
    """Alert of each rule and device that stands, else the last that may come back; locked.

    By its code. What came late may have made an alert after the one that stands.
    """
    newest: dict[tuple[str, int], dict[str, Alert]] = {}
    for each in all_of_devices(conn, device_ids, rules, since=since):
        if each.device_id is not None:
            newest.setdefault((each.rule, each.device_id), {})[each.code] = each
    return newest


def all_of_devices(
    conn: Connection, device_ids: Sequence[int], rules: Sequence[str], *, since: datetime
) -> list[Alert]:
    """Every alert of rules on devices that stands or may come back, in `course_order`, locked."""
    arguments = {"device_ids": list(device_ids), "rules": list(rules), "since": since}
    found = [_alert(row) for row in conn.execute(sql("alert", "of_devices"), arguments)]
    return sorted(found, key=course_order)


def course_order(alert: Alert) -> tuple[bool, datetime, int]:
    """By the time they began, whatever came late; one that stands is the last."""
    standing = alert.standing
    if standing is None:
        return False, datetime.min.replace(tzinfo=UTC), alert.id or 0
    return standing.state is not AlertState.RESOLVED, standing.began_at, alert.id or 0


def alerts_of_meter(
    conn: Connection, meter_id: int, rules: Sequence[str], *, since: datetime
) -> list[Alert]:
    """Alerts of rules on a meter's days that stand or may come back, the oldest first, locked."""
    arguments = {"meter_id": meter_id, "rules": list(rules), "since": since}
    return [_alert(row) for row in conn.execute(sql("alert", "of_meter"), arguments)]


def alerts_of_rules(conn: Connection, rules: Sequence[str], *, since: datetime) -> list[Alert]:
    """Alerts of rules, on whatever, that stand or may come back, the oldest first, locked."""
    arguments = {"rules": list(rules), "since": since}
    return [_alert(row) for row in conn.execute(sql("alert", "of_rules"), arguments)]


def claim_upkeep(conn: Connection) -> bool:
    """Whether nobody else looks after clocks and certificates; held until the transaction ends."""
    return bool(one_row(conn, sql("alert", "claim_upkeep"))[0])


def alert_locked(conn: Connection, alert_id: int) -> Alert | None:
    """One alert as far as the caller may see and change it, locked."""
    row = conn.execute(sql("alert", "one"), {"alert_id": alert_id}).fetchone()
    return None if row is None else _alert(row)


def asleep(conn: Connection, *, now: datetime) -> list[int]:
    """Alerts whose sleep is over."""
    return [row[0] for row in conn.execute(sql("alert", "asleep"), {"now": now})]


def _alert(row: tuple[Any, ...]) -> Alert:
    (alert_id, rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited,
     shadow, held, priority, state, began_at, last_at, judged_to, *rest) = row  # fmt: skip
    names = ("hits", "misses", "clear_since", "blind_since", "opened_at", "resolved_at",
             "snoozed_until", "assigned_to", "reopened", "flapping")  # fmt: skip
    standing = Standing(
        AlertState(state),
        began_at,
        last_at or began_at,
        judged_to or began_at,
        **dict(zip(names, rest, strict=True)),
    )
    return Alert(
        rule, organisation_id, device_id, meter_id, priority, standing, alert_id, desk_id,
        parent_id, inhibited, shadow, held, code,
    )  # fmt: skip
