"""Dated facts of a place: its area, headcount, use, climate zone, region and calendar."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.if_match import IfMatch, want_unchanged
from api.moment import EndDay, FirstDay
from api.named import place_of
from api.problem import refuse
from api.routes.places.organisations import OrganisationOut
from api.scope import Scope
from domain.fact import FactKind, checked_fact
from domain.sentence import Sentence
from store.people.session import audit
from store.places.fact import (
    FactRow,
    administered_codes,
    facts,
    mean_fact,
    nearest_fact,
    set_fact,
    withdraw_fact,
)
from store.places.place import OrganisationRow

router = APIRouter(prefix="/organisations/{code}", tags=["facts"])

_INHERITED = (FactKind.CLIMATE_ZONE, FactKind.REGION, FactKind.CALENDAR, FactKind.USE)
_AVERAGED = (FactKind.FLOOR_AREA, FactKind.HEADCOUNT)


class PlaceFactOut(BaseModel):
    """A value that holds over the half-open range of local days [first_day, end_day)."""

    model_config = ConfigDict(from_attributes=True)

    kind: FactKind
    value: str = Field(description="floor_area [m2], headcount [persons], else a name or code.")
    first_day: date | None = Field(description="Null: since ever.")
    end_day: date | None = Field(description="Null: until further notice.")
    source: str


class FactsOut(BaseModel):
    """What is known of a place."""

    organisation: OrganisationOut
    facts: list[PlaceFactOut]
    holding: dict[FactKind, str] = Field(
        description="What holds today, also if said of a place above it."
    )
    may_change: bool


class NewFact(Body):
    """A value from a day on, in place of what stood there."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    first_day: date | None = None
    end_day: date | None = Field(default=None, description="Left out: until further notice.")
    source: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""


class MeanOut(BaseModel):
    """A time-weighted mean over days."""

    kind: FactKind
    value: float | None = Field(description="[m2] or [persons]; null when nothing is known.")
    covered_days: int = Field(description="Days on which something is known. [d]")
    days: int = Field(description="Days asked about. [d]")
    lacking: list[str] = Field(
        description="Codes of places below of which nothing is known: the sum is too small."
    )
    in_part: list[str] = Field(
        description="Codes of places below that are noted, and count, on a part of the days."
    )


@router.get("/facts")
def list_facts(code: str, scope: Scope) -> FactsOut:
    """Facts of a place, by kind and time."""
    place = place_of(scope, code)
    now = datetime.now(UTC)
    holding = {kind: nearest_fact(scope.conn, place.id, kind, now) for kind in _INHERITED}
    return FactsOut(
        organisation=OrganisationOut.model_validate(place),
        facts=[PlaceFactOut.model_validate(row) for row in facts(scope.conn, place.id)],
        holding={kind: value for kind, value in holding.items() if value is not None},
        may_change=code in administered_codes(scope.conn),
    )


@router.put("/facts/{kind}")
def put_fact(
    code: str, kind: FactKind, new: NewFact, scope: Scope, if_match: IfMatch = None
) -> FactsOut:
    """Let a value hold over its days; outside them nothing changes. If-Match: of the facts."""
    place = own_place(scope, code)
    want_unchanged(scope, if_match, f"facts {code}", lambda: list_facts(code, scope))
    where = f"{code}, {kind}"
    try:
        value = checked_fact(kind, new.value)
    except ValueError as error:
        detail = Sentence(
            "fact_wrong",
            "{where}: {value}, want {error}",
            where=where,
            value=repr(new.value),
            error=error,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
    row = FactRow(place.id, code, kind, value, new.first_day, new.end_day, new.source)
    _refuse_empty(where, new.first_day, new.end_day)
    try:
        replaced = set_fact(scope.conn, row, place.zone)
    except psycopg.errors.ForeignKeyViolation:
        detail = Sentence(
            "fact_unknown",
            "{where}: there is no {kind} {value}",
            where=where,
            kind=kind,
            value=repr(value),
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
    audit(scope.conn, "fact_set", where, {"set": _told(row), "was": [_told(r) for r in replaced]})
    return list_facts(code, scope)


@router.delete("/facts/{kind}")
def delete_fact(
    code: str,
    kind: FactKind,
    scope: Scope,
    first_day: date | None = None,
    end_day: date | None = None,
) -> FactsOut:
    """Let nothing of a kind hold over some days; outside them nothing changes."""
    place = own_place(scope, code)
    _refuse_empty(f"{code}, {kind}", first_day, end_day)
    row = FactRow(place.id, code, kind, "", first_day, end_day, "")
    was = [_told(r) for r in withdraw_fact(scope.conn, row, place.zone)]
    span = {"first_day": str(first_day), "end_day": str(end_day), "was": was}
    audit(scope.conn, "fact_withdrawn", f"{code}, {kind}", span)
    return list_facts(code, scope)


@router.get("/facts/{kind}/mean")
def mean(code: str, kind: FactKind, first_day: FirstDay, end_day: EndDay, scope: Scope) -> MeanOut:
    """Mean weighted by days: of the place's own records, else of the sum of those below it."""
    place = place_of(scope, code)
    if kind not in _AVERAGED:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{kind} has no mean")
    _refuse_empty(f"{code}, {kind}", first_day, end_day)
    found = mean_fact(scope.conn, place.id, kind, first_day, end_day)
    return MeanOut(
        kind=kind,
        value=None if found.value is None else float(found.value),
        covered_days=found.covered_days,
        days=found.days,
        lacking=list(found.lacking),
        in_part=[part.code for part in found.in_part],
    )


def own_place(scope: Scope, code: str) -> OrganisationRow:
    """Find a place whose facts the person may change.

    Raises
    ------
    HTTPException
        404 when they may not see it, 403 when they may not change it.
    """
    found = place_of(scope, code)
    if code not in administered_codes(scope.conn):
        detail = Sentence(
            "facts_not_yours", "only who administers {place} may change its facts", place=code
        )
        raise refuse(HTTPStatus.FORBIDDEN, detail)
    return found


def _refuse_empty(where: str, first_day: date | None, end_day: date | None) -> None:
    if first_day is not None and end_day is not None and first_day >= end_day:
        detail = Sentence(
            "days_backwards_at",
            "{where}: first_day {first_day} is not before end_day {end_day}",
            where=where,
            first_day=first_day,
            end_day=end_day,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _told(row: FactRow) -> dict[str, str]:
    first, end = str(row.first_day or ""), str(row.end_day or "")
    return {"value": row.value, "first_day": first, "end_day": end, "source": row.source}
