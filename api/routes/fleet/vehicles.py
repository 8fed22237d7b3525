"""Vehicles, their trips and charges, the bars of a day, and alarms."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from api.correction import of_an_administrator
from api.page import LONGEST, Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.routes.fleet.vehicle_entry_schema import NewVehicleIn
from api.routes.fleet.vehicle_schema import (
    AlarmOut,
    SegmentOut,
    VehicleClassOut,
    VehicleOut,
    VehicleSpanOut,
)
from api.scope import Caller, Scope
from domain.sentence import Sentence
from domain.vehicle import NewVehicle
from store.fleet.vehicle import VehicleRow, enter, vehicle_classes, vehicles
from store.fleet.vehicle_use import (
    segments,
    spans,
    vehicle_alarms,
    versions,
)
from store.people.session import audit

router = APIRouter(tags=["fleet"])

First = Annotated[AwareDatetime, Query(description="First instant.")]
End = Annotated[AwareDatetime, Query(description="Instant after the span.")]
Organisation = Annotated[
    int | None, Query(description="That organisation and everything below it; none for all.")
]
_LONGEST = timedelta(days=400)
_LONGEST_USE = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class SegmentsAsked:
    """Which trips or charges are asked for, by when they began, and which page of them."""

    first: First
    end: End
    as_of: Annotated[AwareDatetime | None, Query(description="As known then.")] = None
    limit: Limit = 1000
    cursor: Cursor = None


Asked = Annotated[SegmentsAsked, Depends()]


@dataclass(frozen=True, slots=True)
class VehiclesAsked:
    """Of which vehicles what is asked for, and when; a page is all of so many vehicles."""

    first: First
    end: End
    organisation: Organisation = None
    limit: Annotated[int, Query(ge=1, le=LONGEST, description="Most vehicles in one answer.")] = (
        LONGEST
    )
    cursor: Cursor = None

    def vehicles(self, scope: Caller) -> tuple[list[int], str | None]:
        """Ids of the page's vehicles, and the cursor of the next page.

        Raises
        ------
        HTTPException
            422 where the span is none or too long.
        """
        refuse_long(self.first, self.end, _LONGEST_USE)
        rows = vehicles(
            scope.conn,
            organisation_id=self.organisation,
            after=after(self.cursor),
            at_most=self.limit + 1,
        )
        more = encode(rows[self.limit - 1].id) if len(rows) > self.limit else None
        return [row.id for row in rows[: self.limit]], more


UseAsked = Annotated[VehiclesAsked, Depends()]


@router.get("/vehicle-classes")
def list_classes(scope: Scope) -> Page[VehicleClassOut]:
    """Classes of vehicles, and how their samples are cut."""
    rows = vehicle_classes(scope.conn)
    return Page(items=[VehicleClassOut.model_validate(row) for row in rows])


@router.get("/vehicles")
def list_vehicles(
    scope: Scope, organisation: Organisation = None, limit: Limit = 1000, cursor: Cursor = None
) -> Page[VehicleOut]:
    """Vehicles as they are now, by id."""
    rows = vehicles(
        scope.conn, organisation_id=organisation, after=after(cursor), at_most=limit + 1
    )
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[VehicleOut.model_validate(row) for row in rows[:limit]], next=more)


@router.post("/vehicles", status_code=HTTPStatus.CREATED)
def enter_vehicle(new: NewVehicleIn, scope: Scope) -> VehicleOut:
    """Enter a vehicle of a place one administers."""
    told = NewVehicle(
        code=new.code,
        place=new.organisation,
        description=new.description(),
        department=new.department,
        vin=new.vin,
        maker=new.maker,
        model=new.model,
        device=new.device,
    )
    with of_an_administrator():
        vehicle_id = enter(scope.conn, told)
    audit(scope.conn, "vehicle_entered", new.code, new.model_dump(mode="json"))
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))


@router.get("/vehicles/{vehicle_id}")
def one_vehicle(vehicle_id: int, scope: Scope) -> VehicleOut:
    """A vehicle as it is now."""
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))


@router.get("/vehicles/{vehicle_id}/trips")
def trips_of_vehicle(vehicle_id: int, asked: Asked, scope: Scope) -> Page[SegmentOut]:
    """Trips of a vehicle that begin in [first, end), in order of start."""
    return _page(scope, "trip", asked, vehicle_id=vehicle_named(scope, vehicle_id).id)


@router.get("/vehicles/{vehicle_id}/charges")
def charges_of_vehicle(vehicle_id: int, asked: Asked, scope: Scope) -> Page[SegmentOut]:
    """Charges of a vehicle that begin in [first, end), each with the pile it came from."""
    return _page(scope, "charge", asked, vehicle_id=vehicle_named(scope, vehicle_id).id)


@router.get("/trips")
def list_trips(asked: Asked, scope: Scope, organisation: Organisation = None) -> Page[SegmentOut]:
    """Trips of all vehicles of a place that begin in [first, end)."""
    return _page(scope, "trip", asked, organisation_id=organisation)


@router.get("/charges")
def list_charges(asked: Asked, scope: Scope, organisation: Organisation = None) -> Page[SegmentOut]:
    """Charges of all vehicles of a place that begin in [first, end)."""
    return _page(scope, "charge", asked, organisation_id=organisation)


@router.get("/vehicles/{vehicle_id}/segments/{segment_id}")
def versions_of_segment(vehicle_id: int, segment_id: str, scope: Scope) -> Page[SegmentOut]:
    """Every version of a trip, stop or charge, the newest first."""
    rows = versions(scope.conn, vehicle_id, segment_id)
    if not rows:
        detail = Sentence("no_segment", "there is no trip or charge {segment}", segment=segment_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return Page(items=[SegmentOut.of(row) for row in rows])


@router.get("/vehicle-use")
def use_of_vehicles(asked: UseAsked, scope: Scope) -> Page[VehicleSpanOut]:
    """Trips and charges that touch [first, end), as bars: all of some vehicles in one answer."""
    ids, more = asked.vehicles(scope)
    found = spans(scope.conn, ids, asked.first, asked.end)
    return Page(items=[VehicleSpanOut.model_validate(row) for row in found], next=more)


@router.get("/vehicles/{vehicle_id}/alarms")
def alarms_of_vehicle(vehicle_id: int, scope: Scope, first: First, end: End) -> Page[AlarmOut]:
    """Alarms that its terminal told within [first, end), the latest first."""
    vehicle_named(scope, vehicle_id)
    refuse_long(first, end)
    rows = vehicle_alarms(scope.conn, vehicle_id, first, end)
    return Page(items=[AlarmOut.of(row) for row in rows])


def vehicle_named(scope: Caller, vehicle_id: int) -> VehicleRow:
    """A vehicle the person may see.

    Raises
    ------
    HTTPException
        404.
    """
    rows = vehicles(scope.conn, vehicle_id=vehicle_id)
    if not rows:
        detail = Sentence("no_vehicle", "there is no vehicle {vehicle}", vehicle=vehicle_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def _page(
    scope: Caller,
    kind: Literal["trip", "charge"],
    asked: SegmentsAsked,
    *,
    vehicle_id: int | None = None,
    organisation_id: int | None = None,
) -> Page[SegmentOut]:
    refuse_long(asked.first, asked.end)
    rows = segments(
        scope.conn,
        kind,
        asked.first,
        asked.end,
        vehicle_id=vehicle_id,
        organisation_id=organisation_id,
        as_of=asked.as_of,
        after=_after(asked.cursor),
        at_most=asked.limit + 1,
    )
    more = None
    if len(rows) > asked.limit:
        last = rows[asked.limit - 1]
        more = encode(f"{last.start_at.isoformat()} {last.id}")
    return Page(items=[SegmentOut.of(row) for row in rows[: asked.limit]], next=more)


def refuse_long(first: datetime, end: datetime, longest: timedelta = _LONGEST) -> None:
    """Refuse a span that is none, or too long.

    Raises
    ------
    HTTPException
        422.
    """
    if not timedelta(0) < end - first <= longest:
        detail = Sentence(
            "wrong_span", "want end after first, and at most {days} days", days=longest.days
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    """Start and name of the last segment of the page before; None before the first page."""
    if cursor is None:
        return None
    try:
        at, _, name = json.loads(base64.urlsafe_b64decode(cursor.encode())).partition(" ")
        return datetime.fromisoformat(at), name
    except (ValueError, binascii.Error, AttributeError):
        detail = f"{cursor!r} is no cursor of this list"
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
