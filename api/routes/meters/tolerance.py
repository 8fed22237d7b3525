"""Meters found out of tolerance, and the correction a person makes of it."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.metrology.settings import metrology_settings
from analytics.metrology.tolerance import Proposal, declared_error, propose
from api.body import Body
from api.correction import NOT_YOURS, Reason, of_an_administrator
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.scope import Scope
from domain.quantity import quantities
from domain.sentence import Sentence
from domain.tolerance import Finding, ToleranceRule
from store.meters.register_event import declare, may_declare
from store.meters.tolerance import FindingRow, add_finding, decide, tolerance_findings
from store.people.session import audit
from store.places.place import MeterRow

router = APIRouter(prefix="/tolerance-findings", tags=["metrology"])

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class ToleranceFindingOut(BaseModel):
    """What a verification found, and what was decided of it; nothing while `rule` is null."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    meter_code: str
    found_on: date
    error_pct: Decimal = Field(description="By how much the meter shows too much. [%]")
    limit_pct: Decimal = Field(description="What its class allows. [%]")
    known_since: date | None
    document: str
    note: str
    reactive_error_pct: Decimal | None = Field(description="Null: the report is silent. [%]")
    person: str
    entered_at: datetime
    rule: ToleranceRule | None
    event_id: int | None = Field(description="The declared error; its withdrawal undoes all.")
    basis: str | None
    reason: str | None
    corrected_from: datetime | None
    corrected_to: datetime | None
    decided_by: str | None
    decided_at: datetime | None


class NewFinding(Body):
    """What a verification found."""

    meter: Text = Field(description="Code of the meter.")
    found_on: date = Field(description="Local day of the verification.")
    error_pct: Decimal = Field(ge=-100, le=100, max_digits=9)
    limit_pct: Decimal = Field(gt=0, le=100, max_digits=9)
    known_since: date | None = None
    document: Text = Field(description="Report of the verification.")
    note: Text = ""
    reactive_error_pct: Decimal | None = Field(
        default=None,
        ge=-100,
        le=100,
        max_digits=9,
        description="Of the register of reactive energy; 0: it was right; null: not verified. [%]",
    )


class ProposalOut(BaseModel):
    """What a rule makes of a finding. Nothing is corrected by asking."""

    model_config = ConfigDict(from_attributes=True)

    rule: ToleranceRule
    first_day: date | None
    end_day: date | None
    unit: str
    counted: Decimal = Field(description="As it is known now. [unit]")
    missing_s: int = Field(description="How much of the days has no figure. [s]")
    difference: Decimal = Field(description="Corrected - counted. [unit]")
    cost_difference: Decimal | None = Field(description="By prices per unit alone. [CNY]")
    cost_missing: str = Field(description="Why the cost is not known.")
    basis: str


class ToleranceDecision(Body):
    """By which rule a finding is settled, and why by that one."""

    rule: ToleranceRule
    reason: Reason = Field(description="With the clause of the contract, where there is one.")


@router.get("")
def list_findings(
    scope: Scope,
    meter: Annotated[str | None, Query(max_length=200, description="Code of the meter.")] = None,
) -> Page[ToleranceFindingOut]:
    """Findings, the latest first."""
    ids = None if meter is None else [meter_named(scope, meter).id]
    rows = tolerance_findings(scope.conn, meter_ids=ids)
    return Page(items=[ToleranceFindingOut.model_validate(row) for row in rows])


@router.post("", status_code=HTTPStatus.CREATED)
def enter(new: NewFinding, scope: Scope) -> ToleranceFindingOut:
    """Enter what a verification found. Nothing is corrected by it."""
    meter = meter_named(scope, new.meter)
    if new.reactive_error_pct is not None and meter.medium != "electricity":
        detail = Sentence(
            "reactive_of_other_medium",
            "reactive_error_pct: meter {meter} counts {medium}, no electricity",
            meter=new.meter,
            medium=meter.medium,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    finding = Finding(**new.model_dump(exclude={"meter"}))
    with of_an_administrator():
        finding_id = add_finding(scope.conn, meter.id, finding)
    audit(scope.conn, "tolerance_finding_entered", new.meter, new.model_dump(mode="json"))
    return ToleranceFindingOut.model_validate(_one(scope, finding_id))


@router.get("/{finding_id}/proposal")
def proposal(
    finding_id: int,
    scope: Scope,
    rule: Annotated[
        ToleranceRule | None, Query(description="Left out: the installation's setting.")
    ] = None,
) -> ProposalOut:
    """What a rule would correct: which days, how much, for which money."""
    row = _one(scope, finding_id)
    meter = meter_named(scope, row.meter_code)
    found = _proposed(scope, meter, row, rule or metrology_settings().metrology_tolerance_rule)
    told = {name: getattr(found, name) for name in Proposal.__slots__}
    return ProposalOut(**told, unit=quantities()[meter.quantity].unit)


@router.post("/{finding_id}/decision")
def settle(finding_id: int, wanted: ToleranceDecision, scope: Scope) -> ToleranceFindingOut:
    """Correct what was counted by a rule, or say that nothing is; figures follow by themselves."""
    row = _one(scope, finding_id)
    if row.rule is not None:
        detail = Sentence(
            "finding_settled",
            "finding {finding} is settled by {rule} already",
            finding=finding_id,
            rule=row.rule,
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    meter = meter_named(scope, row.meter_code)
    found = _proposed(scope, meter, row, wanted.rule)
    with of_an_administrator():
        event_id = None
        if found.first_day is not None:
            event = declared_error(meter, row, found, f"{wanted.reason} ({found.basis})")
            if not may_declare(scope.conn, meter.id, event.at):
                raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
            event_id = declare(scope.conn, meter.id, event)
        decide(
            scope.conn,
            finding_id,
            wanted.rule,
            event_id=event_id,
            basis=found.basis,
            reason=wanted.reason,
        )
    told = {**wanted.model_dump(mode="json"), "basis": found.basis}
    audit(scope.conn, "tolerance_finding_settled", row.meter_code, told)
    return ToleranceFindingOut.model_validate(_one(scope, finding_id))


def _proposed(scope: Scope, meter: MeterRow, row: FindingRow, rule: ToleranceRule) -> Proposal:
    with of_an_administrator():
        return propose(scope.conn, meter, row, rule)


def _one(scope: Scope, finding_id: int) -> FindingRow:
    rows = tolerance_findings(scope.conn, finding_id=finding_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_finding", "there is no finding {finding}", finding=finding_id),
        )
    return rows[0]
