"""Thresholds of the rules by class of meter and of single meters, and budgets of interruptions."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.alerts.budget import Budget
from analytics.rules.thresholds import MeterClass, class_of, thresholds
from api.body import Body
from api.named import meter_named, place_of
from api.page import Page
from api.problem import refuse
from api.scope import Caller, Scope
from domain.errors import ConfigurationError
from domain.sentence import Sentence
from store.alerts.alert_day import judged_meter
from store.alerts.alert_threshold import (
    EnteredThreshold,
    OfMeters,
    budgets,
    enter_budget,
    enter_threshold,
    entered_thresholds,
)
from store.people.session import audit
from store.places.place import MeterRow

router = APIRouter(tags=["alerts"])

Code = Annotated[str | None, Query(max_length=200)]
_BOUND = 1e9


class EnteredOut(BaseModel):
    """What somebody entered over what is shipped; without a value it is as shipped again."""

    model_config = ConfigDict(from_attributes=True)

    value: float | None
    reason: str
    person: str
    at: AwareDatetime


class ThresholdOut(BaseModel):
    """A threshold as it is shipped, and what was entered over it."""

    rule: str
    threshold: str
    shipped: float
    of_class: EnteredOut | None = None
    of_meter: EnteredOut | None = None
    counts: float = Field(description="What is judged by.")


class ThresholdIn(Body):
    """A threshold for a class of meters, or for one meter."""

    meter: str | None = Field(default=None, max_length=200)
    meter_class: MeterClass | None = None
    rule: str = Field(max_length=100)
    threshold: str = Field(max_length=100)
    value: float | None = Field(ge=-_BOUND, le=_BOUND, description="None: as shipped again.")
    reason: str = Field(min_length=1, max_length=1000)


class BudgetOut(BaseModel):
    """How often a desk may be interrupted; urgent alerts stand outside."""

    desk_code: str
    desk_zh: str
    desk_en: str
    per_shift: int
    per_day: int
    shipped: bool
    reason: str | None
    person: str | None
    at: AwareDatetime | None


class BudgetIn(Body):
    """How often a desk may be interrupted in a shift of eight hours, and in a local day."""

    organisation: str = Field(max_length=200)
    per_shift: int = Field(ge=0, le=1000)
    per_day: int = Field(ge=0, le=10_000)
    reason: str = Field(min_length=1, max_length=1000)


@router.get("/alert-thresholds")
def list_thresholds(
    scope: Scope, meter_class: MeterClass = MeterClass.ELECTRICITY, meter: Code = None
) -> Page[ThresholdOut]:
    """Every threshold of a class of meters, or of one meter, and what counts."""
    of = OfMeters(None, meter_class)
    if meter is not None:
        found = meter_named(scope, meter)
        meter_class = _class_of(scope, found)
        of = OfMeters(found.id, meter_class)
    entered = entered_thresholds(scope.conn, of)
    return Page(items=_held_together(meter_class, entered))


def _class_of(scope: Scope, meter: MeterRow) -> MeterClass:
    hung = judged_meter(scope.conn, meter.id)
    charges = hung is not None and hung.charges
    try:
        return class_of(meter.medium, meter.quantity, meter.role, charges=charges)
    except ValueError as error:
        detail = Sentence(
            "no_rules_for_medium", "no rules judge a meter of {medium}", medium=meter.medium
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error


def _held_together(meter_class: MeterClass, entered: list[EnteredThreshold]) -> list[ThresholdOut]:
    by_name = {
        (each.meter_code is not None, each.rule, each.threshold): EnteredOut.model_validate(each)
        for each in entered
    }
    items = []
    for rule, values in asdict(thresholds(meter_class)).items():
        for name, shipped in values.items():
            of_class = by_name.get((False, rule, name))
            of_meter = by_name.get((True, rule, name))
            said = [each.value for each in (of_meter, of_class) if each is not None]
            counts = next((value for value in said if value is not None), shipped)
            items.append(
                ThresholdOut(
                    rule=rule, threshold=name, shipped=shipped, of_class=of_class,
                    of_meter=of_meter, counts=counts,
                )
            )  # fmt: skip
    return items


@router.post("/alert-thresholds", status_code=HTTPStatus.NO_CONTENT)
def change_threshold(wanted: ThresholdIn, scope: Scope) -> Response:
    """Enter a threshold: system administrators for a class, operators for their own meters."""
    if (wanted.meter is None) == (wanted.meter_class is None):
        detail = Sentence("threshold_of_what", "name a meter or a class of meters, one of the two")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    meter = None if wanted.meter is None else meter_named(scope, wanted.meter)
    meter_class = MeterClass.ELECTRICITY if meter is None else _class_of(scope, meter)
    meter_class = wanted.meter_class or meter_class
    _must_exist(meter_class, wanted)
    of = OfMeters(None if meter is None else meter.id, wanted.meter_class)
    try:
        enter_threshold(scope.conn, of, wanted.rule, wanted.threshold, wanted.value, wanted.reason)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _not_yours()) from error
    audit(
        scope.conn,
        "alert_threshold",
        wanted.meter or str(wanted.meter_class),
        wanted.model_dump(mode="json"),
    )
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _must_exist(meter_class: MeterClass, wanted: ThresholdIn) -> None:
    try:
        thresholds(meter_class, {wanted.rule: {wanted.threshold: wanted.value or 0.0}})
    except ConfigurationError as error:
        detail = Sentence(
            "no_such_threshold",
            "there is no threshold {threshold} of a rule {rule}",
            rule=wanted.rule,
            threshold=wanted.threshold,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error


@router.get("/alert-budgets")
def list_budgets(scope: Scope) -> Page[BudgetOut]:
    """How often each desk may be interrupted."""
    return Page(items=_budgets(scope))


def _budgets(scope: Caller) -> list[BudgetOut]:
    shipped = Budget()
    return [
        BudgetOut(
            desk_code=each.desk_code,
            desk_zh=each.desk_zh,
            desk_en=each.desk_en,
            per_shift=shipped.per_shift if each.per_shift is None else each.per_shift,
            per_day=shipped.per_day if each.per_day is None else each.per_day,
            shipped=each.per_shift is None,
            reason=each.reason,
            person=each.person,
            at=each.at,
        )
        for each in budgets(scope.conn)
    ]


@router.post("/alert-budgets", status_code=HTTPStatus.NO_CONTENT)
def change_budget(wanted: BudgetIn, scope: Scope) -> Response:
    """Enter the budget of a desk: administrators of the institution."""
    desk = place_of(scope, wanted.organisation)
    try:
        enter_budget(
            scope.conn,
            desk.id,
            per_shift=wanted.per_shift,
            per_day=wanted.per_day,
            reason=wanted.reason,
        )
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _not_yours()) from error
    audit(scope.conn, "alert_budget", desk.code, wanted.model_dump(mode="json"))
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _not_yours() -> Sentence:
    return Sentence("alert_not_yours", "only operators and administrators of the place may do this")
