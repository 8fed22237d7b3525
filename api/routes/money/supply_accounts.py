"""Accounts of supplies: of which class a meter's user is, entered, checked and taken back."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Literal, Self

import psycopg
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, model_validator

from api.body import Body
from api.correction import NOT_YOURS
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.provenance import Document, Text
from api.scope import Caller, Scope
from api.withdrawn import WithdrawalIn, WithdrawnOut, withdrawn_out
from domain.sentence import Sentence
from domain.supply_account import Reverse
from store.money.supply_account import (
    AccountRow,
    NewAccount,
    accounts,
    check_account,
    enter_account,
    withdraw_account,
)
from store.people.session import audit

router = APIRouter(prefix="/supply-accounts", tags=["money"])

AccountId = Annotated[int, Path(description="Id of what was entered.")]


class SupplyAccountOut(BaseModel):
    """What somebody entered of a meter's user at the utility, and what became of it."""

    id: int
    meter_id: int
    meter: str = Field(description="Code of the meter.")
    name_zh: str
    name_en: str
    first_month: date = Field(description="First day of the first month.")
    end_month: date | None = Field(description="First day of the month after the last; null: none.")
    standard: str = Field(description="Power factor it is held to, or none for no adjustment. [1]")
    reverse: str | None = Field(
        description="Reverse reactive energy is added or ignored; null: nobody has said."
    )
    source: str
    reason: str
    entered_by: str | None = Field(description="Null where it came from the command line.")
    entered_at: datetime
    own: bool = Field(description="You entered it, so that somebody else checks it.")
    document: str | None = Field(description="What it was held against; null: nobody has.")
    checked_by: str | None
    checked_at: datetime | None
    counts: bool = Field(description="For some month no newer one that stands says anything.")
    withdrawn: WithdrawnOut | None = Field(description="Who took it back, when and why.")


class AccountIn(Body):
    """What the utility says of a meter's user, for whole months."""

    meter: str = Field(max_length=200, description="Code of the meter.")
    first_month: date = Field(description="First day of the first month.")
    end_month: date | None = Field(
        default=None, description="First day of the month after the last; null: none."
    )
    standard: Literal["0.90", "0.85", "0.80", "none"] = Field(
        description="Power factor it is held to, or none for no adjustment. [1]"
    )
    reverse: Reverse | None = Field(
        default=None,
        description="Whether reverse reactive energy is added; null: nobody has said.",
    )
    source: Text = Field(description="Contract of supply, bill, or letter of the utility.")
    reason: Text = Field(description="Why it is entered, or says otherwise than before.")

    @model_validator(mode="after")
    def _whole_months(self) -> Self:
        days = [self.first_month, *([self.end_month] if self.end_month else [])]
        if any(day.day != 1 for day in days) or days != sorted(set(days)):
            raise ValueError("want first days of months, the end after the first")
        return self


@router.get("")
def list_accounts(
    scope: Scope,
    meter: Annotated[str | None, Query(max_length=200, description="Code; none: all.")] = None,
) -> Page[SupplyAccountOut]:
    """What was entered, the newest first; also what was taken back."""
    meter_id = None if meter is None else meter_named(scope, meter).id
    return Page(items=[_told(row) for row in accounts(scope.conn, meter_id=meter_id)])


@router.post("", status_code=HTTPStatus.CREATED)
def enter(new: AccountIn, scope: Scope) -> SupplyAccountOut:
    """Enter of which class a meter's user is; costs of these months take it from now on.

    Until a second person has checked it they are not official. Of months entered twice the newer
    counts.
    """
    meter = meter_named(scope, new.meter)
    if meter.medium != "electricity":
        template = "{meter} counts {medium}: a class of user is of electricity"
        reason = Sentence("account_of_electricity", template, meter=new.meter, medium=meter.medium)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
    standard = None if new.standard == "none" else new.standard
    entered = NewAccount(
        new.first_month, new.end_month, standard, new.reverse, new.source, new.reason
    )
    try:
        account_id = enter_account(scope.conn, meter.id, entered)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "account_entered", new.meter, new.model_dump(mode="json"))
    return _told(_one(scope, account_id))


@router.post("/{account_id}/check")
def check(account_id: AccountId, what: Document, scope: Scope) -> SupplyAccountOut:
    """Note that you held it against a document. Who entered it cannot check it."""
    row = _standing(scope, account_id)
    if row.own:
        template = "you entered the account of {meter} yourself: a second person checks it"
        raise refuse(HTTPStatus.CONFLICT, Sentence("account_own", template, meter=row.meter))
    if row.checked_at is not None:
        template = "the account of {meter} is checked already"
        raise refuse(HTTPStatus.CONFLICT, Sentence("account_checked", template, meter=row.meter))
    if not check_account(scope.conn, account_id, document=what.document):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    audit(scope.conn, "account_checked", row.meter, {"id": account_id, **what.model_dump()})
    return _told(_one(scope, account_id))


@router.post("/{account_id}/withdraw")
def withdraw(account_id: AccountId, what: WithdrawalIn, scope: Scope) -> SupplyAccountOut:
    """Take back what was entered; what was said before counts again. Closed months keep theirs."""
    row = _standing(scope, account_id)
    if not withdraw_account(scope.conn, account_id, reason=what.reason):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    audit(scope.conn, "account_withdrawn", row.meter, {"id": account_id, **what.model_dump()})
    return _told(_one(scope, account_id))


def _one(scope: Caller, account_id: int) -> AccountRow:
    found = accounts(scope.conn, account_id=account_id)
    if not found:
        reason = Sentence("no_account", "there is no account {account}", account=account_id)
        raise refuse(HTTPStatus.NOT_FOUND, reason)
    return found[0]


def _standing(scope: Caller, account_id: int) -> AccountRow:
    row = _one(scope, account_id)
    if row.withdrawn_at is not None:
        template = "that account of {meter} is taken back already"
        reason = Sentence("account_gone", template, meter=row.meter)
        raise refuse(HTTPStatus.CONFLICT, reason)
    return row


def _told(row: AccountRow) -> SupplyAccountOut:
    told = {n: getattr(row, n) for n in AccountRow.__slots__ if n in SupplyAccountOut.model_fields}
    return SupplyAccountOut(**told, withdrawn=withdrawn_out(row))
