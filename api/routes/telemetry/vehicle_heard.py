"""What was heard of vehicles: hours of silence, and the course of a charge."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.page import Page
from api.problem import refuse
from api.routes.fleet.vehicles import UseAsked
from api.scope import Scope
from domain.sentence import Sentence
from store.telemetry.vehicle_heard import CoursePoint, charge_course, charge_span, silences

router = APIRouter(tags=["fleet"])

_WIDTHS_S = (1, 10, 30, 60, 120, 300, 900, 3600)
_MOST_POINTS = 1500
_PAUSE = timedelta(minutes=15)
"""Longer without a sample, and the line is broken."""


class SilenceOut(BaseModel):
    """Whole hours of the clock in which nothing was heard of a vehicle."""

    model_config = ConfigDict(from_attributes=True)

    vehicle_id: int
    start_at: AwareDatetime
    end_at: AwareDatetime


class CourseOut(BaseModel):
    """What a vehicle told during a charge, in columns of one length."""

    start_at: AwareDatetime
    end_at: AwareDatetime
    step_s: int = Field(description="Length of a bin, the first at the start of the charge. [s]")
    t: list[int] = Field(description="Starts of the bins. [s since 1970-01-01T00:00Z]")
    kw: list[float | None] = Field(
        description="Mean into the battery; null where not told, and where a pause begins. [kW]"
    )
    soc_pct: list[float | None] = Field(description="State of charge. [%]")


@router.get("/vehicle-silence")
def silence_of_vehicles(asked: UseAsked, scope: Scope) -> Page[SilenceOut]:
    """Hours from `first` on of which no sample is known: all of some vehicles in one answer."""
    ids, more = asked.vehicles(scope)
    found = silences(scope.conn, ids, asked.first, asked.end, now=datetime.now(UTC))
    return Page(items=[SilenceOut.model_validate(row) for row in found], next=more)


@router.get("/vehicles/{vehicle_id}/charges/{segment_id}/course")
def course_of_charge(vehicle_id: int, segment_id: str, scope: Scope) -> CourseOut:
    """Power and state of charge over a charge, from the samples themselves."""
    span = charge_span(scope.conn, vehicle_id, segment_id)
    if span is None:
        detail = Sentence("no_segment", "there is no trip or charge {segment}", segment=segment_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    wanted = (span[1] - span[0]).total_seconds() / _MOST_POINTS
    step = next((each for each in _WIDTHS_S if each >= wanted), _WIDTHS_S[-1])
    width = timedelta(seconds=step)
    line = _broken(charge_course(scope.conn, vehicle_id, segment_id, width), width)
    return CourseOut(
        start_at=span[0],
        end_at=span[1],
        step_s=step,
        t=[int(each.at.timestamp()) for each in line],
        kw=[each.kw for each in line],
        soc_pct=[each.soc_pct for each in line],
    )


def _broken(points: list[CoursePoint], width: timedelta) -> list[CoursePoint]:
    """The points, and one without values where a pause begins."""
    found: list[CoursePoint] = []
    for each in points:
        if found and each.at - found[-1].at > max(_PAUSE, 2 * width):
            found.append(CoursePoint(found[-1].at + width, None, None))
        found.append(each)
    return found
