"""The alert desk: what stands, its evidence and history, and what people do about it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from analytics.alerts.handling import handled
from analytics.duty.alert_expectation import alert_expectation
from analytics.rules.finding import Priority
from api.named import place_of
from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.routes.alerts.alert_schema import (
    ActIn,
    AlertDeskOut,
    AlertDetail,
    AlertOut,
    AlertVerdictIn,
    ExpectedOut,
    HistoryOut,
    SimilarOut,
    Which,
)
from api.scope import Caller, Scope
from domain.alert import Act
from domain.errors import AlertError
from domain.sentence import Sentence
from store.alerts.alert import Alert, alert_locked
from store.alerts.alert_list import (
    AlertRow,
    Wanted,
    acknowledged_after,
    alert,
    alerts,
    count,
    coverage,
    do,
    history,
    interruptions,
    judge,
    may_act,
    person_named,
    similar,
    zone,
)
from store.people.session import audit

router = APIRouter(prefix="/alerts", tags=["alerts"])

_FLOOD = 10
"""Openings in ten minutes that are more than a person follows."""


@router.get("")
def list_alerts(
    scope: Scope,
    which: Which = Which.STANDING,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    rule: Annotated[str | None, Query(max_length=100)] = None,
    priority: Priority | None = None,
    parent: Annotated[int | None, Query(description="Those this alert explains.")] = None,
    meter: Annotated[
        list[int] | None, Query(max_length=50, description="Those about one of these meters.")
    ] = None,
    first: Annotated[
        AwareDatetime | None, Query(alias="from", description="Those about this time or later.")
    ] = None,
    last: Annotated[
        AwareDatetime | None, Query(alias="to", description="Those that began before it.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[AlertOut]:
    """Alerts, the gravest first, then by what they cost in a month, then the newest."""
    place = None if organisation is None else place_of(scope, organisation).id
    wanted = Wanted(which, place, rule, priority, parent, meter, first, last)
    skip = after(cursor)
    rows = alerts(scope.conn, wanted, at_most=limit + 1, skip=skip)
    return Page(
        items=[AlertOut.model_validate(row) for row in rows[:limit]],
        next=encode(skip + limit) if len(rows) > limit else None,
    )


@router.get("/desk")
def desk(scope: Scope) -> AlertDeskOut:
    """How the desk stands."""
    stands, covered = count(scope.conn), coverage(scope.conn)
    shift, day = interruptions(scope.conn)
    names = stands.__dataclass_fields__
    return AlertDeskOut(
        zone=zone(scope.conn),
        **{name: getattr(stands, name) for name in names},
        flood=stands.opened_ten_minutes > _FLOOD,
        acknowledged_after_s=acknowledged_after(scope.conn),
        interruptions_shift=shift,
        interruptions_day=day,
        watched=covered.watched,
        heard=covered.heard,
        opened_per_operator_hour=stands.opened_day / 24 / max(covered.on_duty, 1),
    )


@router.get("/{alert_id}")
def show(alert_id: int, scope: Scope) -> AlertDetail:
    """One alert with its evidence, its history, and earlier ones like it."""
    return _detail(scope, _seen(scope, alert_id))


@router.get("/{alert_id}/expected")
def expected(alert_id: int, scope: Scope) -> ExpectedOut:
    """What was to be expected of its meter, hour by hour, and the band its rule holds it against.

    Empty of an alert that is not about the use of a meter, and of a plant, which goes by the sun.
    """
    row = _seen(scope, alert_id)
    found = None
    if row.meter_id is not None and row.device_id is None:
        last = row.last_at or row.began_at
        found = alert_expectation(scope.conn, row.meter_id, row.began_at, last)
    return ExpectedOut.of(found)


@router.post("/{alert_id}/acts", status_code=HTTPStatus.CREATED)
def act(alert_id: int, wanted: ActIn, scope: Scope) -> AlertDetail:
    """Acknowledge, assign, snooze, resolve, reopen, or comment on it."""
    found = _to_be_changed(scope, alert_id)
    if found.standing is None:
        raise _missing(alert_id)
    person_id = None
    if wanted.act == "assign":
        person_id = scope.person.person_id
        if wanted.login is not None:
            person_id = person_named(scope.conn, wanted.login)
    try:
        moved = handled(
            found.standing,
            Act(wanted.act),
            now=datetime.now(UTC),
            until=wanted.until,
            person_id=person_id,
        )
    except AlertError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    do(scope.conn, found, moved, Act(wanted.act), wanted.reason)
    audit(scope.conn, f"alert_{wanted.act}", str(alert_id), wanted.model_dump(mode="json"))
    return _detail(scope, _seen(scope, alert_id))


@router.post("/{alert_id}/verdicts", status_code=HTTPStatus.CREATED)
def say(alert_id: int, wanted: AlertVerdictIn, scope: Scope) -> AlertDetail:
    """Say whether it was true, false, or known; a false one raises that meter's threshold."""
    judge(scope.conn, _to_be_changed(scope, alert_id), wanted.verdict, wanted.cause)
    audit(scope.conn, "alert_verdict", str(alert_id), wanted.model_dump(mode="json"))
    return _detail(scope, _seen(scope, alert_id))


def _seen(scope: Caller, alert_id: int) -> AlertRow:
    found = alert(scope.conn, alert_id)
    if found is None:
        raise _missing(alert_id)
    return found


def _missing(alert_id: int) -> Exception:
    detail = Sentence("no_alert", "there is no alert {alert}", alert=alert_id)
    return refuse(HTTPStatus.NOT_FOUND, detail)


def _to_be_changed(scope: Caller, alert_id: int) -> Alert:
    """The alert, locked until the answer is given.

    Raises
    ------
    HTTPException
        404, or 403 where the person may only look.
    """
    _seen(scope, alert_id)
    found = alert_locked(scope.conn, alert_id)
    if found is None:
        raise refuse(
            HTTPStatus.FORBIDDEN,
            Sentence(
                "alert_not_yours", "only operators and administrators of the place may do this"
            ),
        )
    return found


def _detail(scope: Caller, row: AlertRow) -> AlertDetail:
    found = AlertDetail.model_validate(
        {name: getattr(row, name) for name in row.__dataclass_fields__}
        | {"may_act": may_act(scope.conn, row.id)}
    )
    found.history = [HistoryOut.model_validate(each) for each in history(scope.conn, row.id)]
    found.similar = [SimilarOut.model_validate(each) for each in similar(scope.conn, row.id)]
    return found
