"""Schedules of reports: which is made at which day of the month, and over what it is told."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from psycopg.errors import InsufficientPrivilege
from pydantic import BaseModel, ConfigDict, Field

from analytics.institution.drawn_report import MONTHLY, YEARLY
from api.body import Body
from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.routes.institution.factors import wanted_set
from api.routes.institution.ledger_months import institution_named
from api.routes.institution.reports import Kind
from api.scope import Scope
from domain.sentence import Sentence
from store.institution.report_schedule import ScheduleRow, end, order, schedules
from store.people.session import audit

router = APIRouter(prefix="/report-schedules", tags=["reports"])

ScheduleId = Annotated[int, Path(description="Id of the schedule.")]


class ScheduleIn(Body):
    """A report that is wanted for each month, or each year."""

    kind: Kind
    span: Literal["month", "year"] = Field(description="Of which time each report is.")
    organisation_id: int
    set: str = Field(default="statistics", max_length=100, description="Code of the factor set.")
    month_day: int = Field(
        ge=1, le=28, description="Local day of the month; of a year that of January. [d]"
    )
    channels: list[int] = Field(
        default_factory=list,
        max_length=20,
        description="Channels of duty desks over which it is told that the report is there.",
    )


class ScheduleOut(BaseModel):
    """A schedule with its newest attempt."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Kind
    span: Literal["month", "year"]
    organisation_id: int
    factor_set: str
    month_day: int
    channels: list[int]
    channel_names: list[str] = Field(description="Of those that you may see.")
    person: str | None = Field(description="With whose rights it is made; null: you see them not.")
    entered_at: datetime
    ended_at: datetime | None
    ended_because: Literal["asked", "rights"] | None = Field(
        description="rights: who ordered it has lost them."
    )
    run_first_day: date | None = Field(description="First day of what was tried last.")
    run_state: Literal["made", "refused", "failed"] | None
    report_id: int | None
    run_told: str | None = Field(description="Why it was refused, or failed.")
    run_at: datetime | None


@router.get("")
def list_schedules(
    scope: Scope,
    organisation: Annotated[int | None, Query(description="Id of the institution.")] = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[ScheduleOut]:
    """Schedules that may be seen, those that run first."""
    skip = after(cursor)
    rows = schedules(scope.conn, organisation_id=organisation, at_most=limit + 1, skip=skip)
    return Page(
        items=[ScheduleOut.model_validate(row) for row in rows[:limit]],
        next=encode(skip + limit) if len(rows) > limit else None,
    )


@router.post("", status_code=HTTPStatus.CREATED)
def order_report(wanted: ScheduleIn, scope: Scope) -> ScheduleOut:
    """Order a report; it is made with your rights, and no more once you lose them."""
    place = institution_named(scope, wanted.organisation_id)
    wanted_set(scope.conn, wanted.set, None)
    if wanted.kind in (MONTHLY if wanted.span == "year" else YEARLY):
        detail = Sentence(
            "report_of_other_period",
            "a report {kind} is of a {wanted}",
            kind=wanted.kind,
            wanted="month" if wanted.span == "year" else "year",
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    try:
        schedule_id = order(
            scope.conn,
            wanted.organisation_id,
            wanted.kind,
            wanted.span,
            factor_set=wanted.set,
            month_day=wanted.month_day,
            channels=wanted.channels,
        )
    except InsufficientPrivilege as error:
        detail = Sentence(
            "schedule_not_yours", "you do not see the whole institution, or one of the channels"
        )
        raise refuse(HTTPStatus.FORBIDDEN, detail) from error
    audit(scope.conn, "report_scheduled", place.code, wanted.model_dump(mode="json"))
    return ScheduleOut.model_validate(_one(scope, schedule_id))


@router.delete("/{schedule_id}", status_code=HTTPStatus.NO_CONTENT)
def end_schedule(schedule_id: ScheduleId, scope: Scope) -> None:
    """End a schedule; its reports stay."""
    _one(scope, schedule_id)
    try:
        ended = end(scope.conn, schedule_id)
    except InsufficientPrivilege:
        ended = False
    if not ended:
        detail = Sentence("schedule_not_ended", "it has ended, or is not yours to end")
        raise refuse(HTTPStatus.CONFLICT, detail)
    audit(scope.conn, "report_schedule_ended", str(schedule_id), {})


def _one(scope: Scope, schedule_id: int) -> ScheduleRow:
    rows = schedules(scope.conn, schedule_id=schedule_id, at_most=1)
    if not rows:
        detail = Sentence("no_schedule", "there is no schedule {schedule}", schedule=schedule_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]
