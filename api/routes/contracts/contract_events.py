"""What happens during a contract: area, equipment, closures, redefinitions, meter errors."""

import json
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from analytics.contracts.book import contract_of
from analytics.contracts.reshaped import reshaped
from analytics.ledger.timetable import next_month
from api.page import Page
from api.problem import refuse
from api.routes.contracts.contract_schema import (
    Because,
    ContractEventOut,
    NewContractEvent,
    RedefinedSharesOut,
)
from api.routes.contracts.contracts import acting, contract_named, settled_refusals
from api.scope import Scope
from domain.contract_book import EventKind, days_of, read_event, text_of
from domain.errors import InputError, SettlementError
from domain.sentence import Sentence
from store.contracts.contract import ContractEventRow, add_event, events, terms, undo_event
from store.contracts.contract_ledger import Eyes
from store.people.session import audit

router = APIRouter(prefix="/contracts/{contract_id}/events", tags=["contracts"])


@router.get("")
def list_events(
    contract_id: int, scope: Scope, kind: EventKind | None = None
) -> Page[ContractEventOut]:
    """Events by day, with those that were undone."""
    row = contract_named(scope, contract_id)
    return Page(items=[_event(each) for each in events(scope.conn, row.id, kind=kind)])


@router.get("/shares")
def work_out_shares(
    contract_id: int,
    scope: Scope,
    line: Annotated[str, Query(max_length=200, description="Code of the line.")],
    on: Annotated[date, Query(description="First local day of the new periods.")],
    first_day: Annotated[date, Query(description="Of the baseline: the first of a month.")],
    months: Annotated[int, Query(ge=1, le=12, description="Of the baseline.")] = 12,
) -> RedefinedSharesOut:
    """Shares of a baseline by periods that were cut anew, from the interval data of its meters.

    By the tariff that the meters of the line are on; nothing is entered by it.
    """
    row = contract_named(scope, contract_id)
    acting(scope, row.id)
    with settled_refusals():
        contract = contract_of(terms(scope.conn, row.id)[0])
        own = next((each for each in contract.lines if each.code == line), None)
        if own is None:
            raise InputError(f"there is no line {line!r}", place="line")
        if first_day.day != 1:
            raise InputError(f"{first_day}, want the first of a month", place="first_day")
        end = first_day
        for _ in range(months):
            end = next_month(end)
        found = reshaped(scope.conn, Eyes.PERSON, contract, own, on, first_day, end)
    return RedefinedSharesOut.model_validate(found)


@router.post("", status_code=HTTPStatus.CREATED)
def enter(contract_id: int, new: NewContractEvent, scope: Scope) -> ContractEventOut:
    """Enter an event. Drafts made from now on follow it; what is signed does not change."""
    row = contract_named(scope, contract_id)
    doer = acting(scope, row.id)
    with settled_refusals():
        contract = contract_of(terms(scope.conn, row.id)[0])
        event = read_event(new.kind, new.event, contract, place="event")
        event_id = add_event(
            scope.conn, row.id, new.kind, days_of(event), text_of(event), doer.party
        )
    told = {"kind": new.kind, "event": json.loads(text_of(event))}
    audit(scope.conn, "contract_event_entered", row.code, told)
    return _event(events(scope.conn, row.id, event_id=event_id)[0])


@router.post("/{event_id}/undo")
def undo(contract_id: int, event_id: int, why: Because, scope: Scope) -> ContractEventOut:
    """Take an event back; it stays in the list."""
    row = contract_named(scope, contract_id)
    if not events(scope.conn, row.id, event_id=event_id):
        detail = Sentence(
            "no_contract_event",
            "contract {contract} has no event {event}",
            contract=row.code,
            event=event_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    acting(scope, row.id)
    with settled_refusals():
        if not undo_event(scope.conn, event_id, why.reason):
            raise SettlementError(
                Sentence("contract_event_undone", "event {event} is undone", event=event_id)
            )
    told = {"event": event_id, "reason": why.reason}
    audit(scope.conn, "contract_event_undone", row.code, told)
    return _event(events(scope.conn, row.id, event_id=event_id)[0])


def _event(row: ContractEventRow) -> ContractEventOut:
    event = json.loads(row.document)
    names = ContractEventOut.model_fields.keys() - {"event", "document"}
    return ContractEventOut(
        **{name: getattr(row, name) for name in names}, event=event, document=event["document"]
    )
