"""Terms of supplies: capacity, declared demand and quota, corrected for months and taken back."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Self

import psycopg
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, model_validator

from api.body import Body
from api.correction import NOT_YOURS
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.provenance import Text
from api.scope import Caller, Scope
from api.withdrawn import WithdrawalIn, WithdrawnOut, withdrawn_out
from domain.sentence import Sentence
from store.money.supply_terms import (
    NewTerms,
    TermsRow,
    enter_terms,
    supply_terms,
    withdraw_terms,
)
from store.people.session import audit

router = APIRouter(prefix="/supply-terms", tags=["money"])

TermsId = Annotated[int, Path(description="Id of what was entered.")]


class SupplyTermsOut(BaseModel):
    """What somebody entered of a meter's supply at the utility, and what became of it."""

    id: int
    meter_id: int
    meter: str = Field(description="Code of the meter.")
    name_zh: str
    name_en: str
    first_month: date = Field(description="First day of the first month.")
    end_month: date | None = Field(description="First day of the month after the last; null: none.")
    capacity_kva: Decimal | None = Field(description="Null: not known in these months. [kVA]")
    declared_kw: Decimal | None = Field(description="Null: none is declared. [kW]")
    quota: Decimal | None = Field(description="Of the span a tier counts, in the unit.")
    source: str
    reason: str
    entered_by: str | None = Field(description="Null where it came from the command line.")
    entered_at: datetime
    counts: bool = Field(description="For some month no newer one that stands says anything.")
    withdrawn: WithdrawnOut | None = Field(description="Who took it back, when and why.")


class SupplyTermsIn(Body):
    """Capacity, declared demand and quota of a meter's supply, all three, for whole months."""

    meter: str = Field(max_length=200, description="Code of the meter.")
    first_month: date = Field(description="First day of the first month.")
    end_month: date | None = Field(
        default=None, description="First day of the month after the last; null: none."
    )
    capacity_kva: Decimal | None = Field(
        default=None, gt=0, lt=10**7, description="Of its transformers. [kVA]"
    )
    declared_kw: Decimal | None = Field(
        default=None, gt=0, lt=10**7, description="Declared to the utility. [kW]"
    )
    quota: Decimal | None = Field(
        default=None,
        gt=0,
        lt=10**12,
        description="Of the span a tier counts. [unit of the meter]",
    )
    source: Text = Field(description="Contract of supply, bill, or letter of the utility.")
    reason: Text = Field(description="Why it is otherwise than entered before.")

    @model_validator(mode="after")
    def _whole_months(self) -> Self:
        days = [self.first_month, *([self.end_month] if self.end_month else [])]
        if any(day.day != 1 for day in days) or days != sorted(set(days)):
            raise ValueError("want first days of months, the end after the first")
        return self


@router.get("")
def list_terms(
    scope: Scope,
    meter: Annotated[str | None, Query(max_length=200, description="Code; none: all.")] = None,
) -> Page[SupplyTermsOut]:
    """What was entered, the newest first; also what was taken back."""
    meter_id = None if meter is None else meter_named(scope, meter).id
    return Page(items=[_told(row) for row in supply_terms(scope.conn, meter_id=meter_id)])


@router.post("", status_code=HTTPStatus.CREATED)
def correct_terms(new: SupplyTermsIn, scope: Scope) -> SupplyTermsOut:
    """Correct what was entered with the meter's tariff, also for months that are over.

    Costs of these months take all three from now on; what is not given is not known in them. Of
    months corrected twice the newer counts. A closed month keeps what it was closed with.
    """
    meter = meter_named(scope, new.meter)
    if meter.medium != "electricity" and (new.capacity_kva or new.declared_kw):
        template = "{meter} counts {medium}: capacity and declared demand are of electricity"
        reason = Sentence("terms_of_other_medium", template, meter=new.meter, medium=meter.medium)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
    entered = NewTerms(**{name: getattr(new, name) for name in NewTerms.__slots__})
    try:
        terms_id = enter_terms(scope.conn, meter.id, entered)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "supply_terms_corrected", new.meter, new.model_dump(mode="json"))
    return _told(_one(scope, terms_id))


@router.post("/{terms_id}/withdraw")
def withdraw_correction(terms_id: TermsId, what: WithdrawalIn, scope: Scope) -> SupplyTermsOut:
    """Take a correction back; what was said before counts again. Closed months keep theirs."""
    row = _one(scope, terms_id)
    if row.withdrawn_at is not None:
        template = "that correction of {meter} is taken back already"
        reason = Sentence("terms_gone", template, meter=row.meter)
        raise refuse(HTTPStatus.CONFLICT, reason)
    if not withdraw_terms(scope.conn, terms_id, reason=what.reason):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    audit(scope.conn, "supply_terms_withdrawn", row.meter, {"id": terms_id, **what.model_dump()})
    return _told(_one(scope, terms_id))


def _one(scope: Caller, terms_id: int) -> TermsRow:
    found = supply_terms(scope.conn, terms_id=terms_id)
    if not found:
        template = "there is no correction {terms} of a supply"
        raise refuse(HTTPStatus.NOT_FOUND, Sentence("no_terms", template, terms=terms_id))
    return found[0]


def _told(row: TermsRow) -> SupplyTermsOut:
    told = {n: getattr(row, n) for n in TermsRow.__slots__ if n in SupplyTermsOut.model_fields}
    return SupplyTermsOut(**told, withdrawn=withdrawn_out(row))
