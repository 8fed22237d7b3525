"""Rules of the alert desk: whether each speaks, what it found, and times in which it is silent."""

from datetime import UTC, datetime
from http import HTTPStatus

import psycopg
from fastapi import APIRouter, Response

from analytics.alerts.feedback import precision
from analytics.alerts.rule_names import RULES, SHIPPED_ON_TRIAL
from analytics.duty.rule_rights import rule_rights
from api.moment import span
from api.named import place_of
from api.page import Cursor, Limit, Page, after, before, encode
from api.problem import refuse
from api.routes.alerts.alert_schema import (
    AlertRuleOut,
    LostRightOut,
    ModeIn,
    SuppressedOut,
    WindowEndIn,
    WindowIn,
    WindowOut,
)
from api.scope import Caller, Scope, only_administrators
from domain.alert import Verdict
from domain.sentence import Sentence
from store.alerts.alert_list import (
    add_window,
    backtest,
    end_window,
    rules,
    set_mode,
    suppressed,
    windows,
)
from store.alerts.alert_watch import modes
from store.alerts.rule_record import desks_seen
from store.people.session import audit

router = APIRouter(tags=["alerts"])

_NOT_YOURS = Sentence(
    "alert_not_yours", "only operators and administrators of the place may do this"
)


@router.get("/rules")
def list_rules(scope: Scope) -> Page[AlertRuleOut]:
    """Every rule, with what it found in the last 90 days among what the person may see."""
    found = {each.rule: each for each in rules(scope.conn)}
    set_modes, would_have = modes(scope.conn), backtest(scope.conn)
    without = _without_right(scope)
    items = []
    for rule in sorted({*RULES, *found}):
        shipped = "shadow" if rule in SHIPPED_ON_TRIAL else "live"
        told = AlertRuleOut(rule=rule, mode=set_modes.get(rule, shipped))
        if (row := found.get(rule)) is not None:
            said = [Verdict.TRUE] * row.said_true + [Verdict.FALSE] * row.said_false
            counts = {name: getattr(row, name) for name in row.__dataclass_fields__}
            told = told.model_copy(update=counts | {"precision": precision(said)})
        known = {"would_have": would_have.get(rule, 0), "without_right": without.get(rule, [])}
        items.append(told.model_copy(update=known))
    return Page(items=items)


def _without_right(scope: Caller) -> dict[str, list[LostRightOut]]:
    """Desks that a rule may not interrupt, by rule."""
    found: dict[str, list[LostRightOut]] = {}
    for each in rule_rights(scope.conn, desks_seen(scope.conn), now=datetime.now(UTC)):
        if each.lost is not None:
            told = LostRightOut(
                desk_zh=each.desk_zh, desk_en=each.desk_en, why=each.lost, **each.earned._asdict()
            )
            found.setdefault(each.rule, []).append(told)
    return found


@router.post("/rules/{rule}/mode", status_code=HTTPStatus.NO_CONTENT)
def change_mode(rule: str, wanted: ModeIn, scope: Scope) -> Response:
    """Let a rule speak, put it on trial, or silence it."""
    if rule not in RULES:
        detail = Sentence("no_alert_rule", "there is no rule {rule}", rule=rule)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    only_administrators(scope)
    set_mode(scope.conn, rule, wanted.mode, wanted.reason)
    audit(scope.conn, "alert_rule_mode", rule, wanted.model_dump(mode="json"))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/suppressed-findings")
def list_suppressed(scope: Scope, limit: Limit = 200, cursor: Cursor = None) -> Page[SuppressedOut]:
    """What was found in the last 30 days and opened no alert, because of a window or an event."""
    skip = after(cursor)
    rows = suppressed(scope.conn, at_most=limit + 1, skip=skip)
    return Page(
        items=[SuppressedOut.model_validate(row) for row in rows[:limit]],
        next=encode(skip + limit) if len(rows) > limit else None,
    )


@router.get("/alert-windows")
def list_windows(scope: Scope, limit: Limit = 200, cursor: Cursor = None) -> Page[WindowOut]:
    """Windows of the last 30 days and those to come, the newest first."""
    rows = windows(scope.conn, before=before(cursor), at_most=limit + 1)
    items = [WindowOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("/alert-windows", status_code=HTTPStatus.NO_CONTENT)
def enter_window(wanted: WindowIn, scope: Scope) -> Response:
    """Enter a time of maintenance or of an event at a place: by event time nothing opens in it."""
    place = place_of(scope, wanted.organisation)
    within = span(wanted.first, wanted.last)
    try:
        add_window(scope.conn, place.id, wanted.kind, within, wanted.reason, rule=wanted.rule)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_YOURS) from error
    audit(scope.conn, "alert_window_entered", place.code, wanted.model_dump(mode="json"))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/alert-windows/{window_id}/end", status_code=HTTPStatus.NO_CONTENT)
def end(window_id: int, wanted: WindowEndIn, scope: Scope) -> Response:
    """End a window before its time."""
    try:
        end_window(scope.conn, window_id, wanted.reason)
    except psycopg.errors.UniqueViolation as error:
        detail = Sentence("alert_window_ended", "the window has ended already")
        raise refuse(HTTPStatus.CONFLICT, detail) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_YOURS) from error
    audit(scope.conn, "alert_window_ended", str(window_id), wanted.model_dump(mode="json"))
    return Response(status_code=HTTPStatus.NO_CONTENT)
