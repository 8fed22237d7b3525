"""Outdoor weather: which sources serve a place, what they say, and whether it can be believed."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.weather_settings import weather_settings
from api.body import Body
from api.named import place_of
from api.page import Page
from api.problem import refuse
from api.scope import Scope, only_administrators
from domain.sentence import Sentence
from domain.weather import Assessed, Doubt, assess
from domain.weather_hour import HOUR, JudgedHour, SourceKind, judged
from store.people.session import audit
from store.places.weather import Station, station_of, stations
from store.places.weather_hour import (
    SourceRow,
    clear_pull,
    pulls,
    set_pull,
    station_hours,
    weather_sources,
)

router = APIRouter(tags=["weather"])

_LOOK_BACK = timedelta(hours=48)
"""So far back doubted hours are listed."""
_LIVE = (SourceKind.SENSOR, SourceKind.PULLED)


class ValueOut(BaseModel):
    """The newest value of a quantity, judged."""

    quantity: str = Field(description="One of `/quantities`, which has its unit.")
    value: float
    at: datetime
    stale: bool = Field(description="Too old to stand for now.")
    doubt: Doubt | None = Field(description="Why it is not believed.")
    neighbours: float | None = Field(description="Median of the other sensors. [degC]")


class WeatherStationOut(BaseModel):
    """An outdoor sensor."""

    device_id: int
    code: str
    place: str = Field(description="Code of the organisation where it stands.")
    stale: bool = Field(description="It has said nothing that stands for now.")
    values: list[ValueOut]


class SourceOut(BaseModel):
    """A source of hourly temperature that can serve the place."""

    kind: SourceKind
    station: str = Field(description="Code of the sensor, or of the place it is pulled for.")
    place: str
    source: str = Field(description="Address or document; empty for a sensor.")
    newest_at: datetime | None = Field(description="Instant, or beginning of the hour.")
    newest_c: float | None = Field(description="[degC]")
    taken_at: datetime | None = Field(description="When that came here.")
    stale: bool = Field(description="Too old to stand for now; an import never stands for now.")
    doubt: Doubt | None = Field(description="Why its newest hour is not believed.")
    in_use: bool = Field(description="The one that counts for now.")


class MarkedOut(BaseModel):
    """An hour that is kept but not believed."""

    hour: datetime
    kind: SourceKind
    station: str
    temperature_c: float = Field(description="[degC]")
    doubt: Doubt
    neighbours_c: float | None = Field(description="Median of the others in that hour. [degC]")


class PullOut(BaseModel):
    """Where hourly temperature of the place is pulled from, and how that went."""

    model_config = ConfigDict(from_attributes=True)

    address: str
    latitude_deg: float
    longitude_deg: float
    tried_at: datetime | None
    succeeded_at: datetime | None
    fault: str = Field(description="What was wrong last time; empty when all was right.")


class WeatherOut(BaseModel):
    """Weather of a place."""

    station: WeatherStationOut | None = Field(
        description="Null: no outdoor sensor stands there or above."
    )
    sources: list[SourceOut] = Field(description="In the order in which they count.")
    stale: bool = Field(description="Sensors or servers are named, and none tells how it is now.")
    stale_after_hours: float = Field(description="[h]")
    marked: list[MarkedOut] = Field(description="Of the last two days.")
    pull: PullOut | None = Field(description="Of this very place.")


class NewPull(Body):
    """From where to pull."""

    address: Annotated[str, StringConstraints(min_length=8, max_length=500)] = Field(
        description="Of a server that speaks the format of Open-Meteo, without the questions."
    )
    latitude_deg: float = Field(ge=-90, le=90, description="[deg]")
    longitude_deg: float = Field(ge=-180, le=180, description="[deg]")


def _stale_after() -> timedelta:
    return weather_settings().stale_after


StaleAfter = Annotated[timedelta, Depends(_stale_after)]


@router.get("/weather")
def list_weather(scope: Scope, stale_after: StaleAfter) -> Page[WeatherStationOut]:
    """Every outdoor sensor with its newest values."""
    return Page(items=_judged(scope, stale_after))


@router.get("/organisations/{code}/weather")
def weather_of(code: str, scope: Scope, stale_after: StaleAfter) -> WeatherOut:
    """Sources of outdoor weather of a place in their order, and what they say."""
    place, now = place_of(scope, code).id, datetime.now(UTC)
    serving = station_of(scope.conn, place)
    found = (each for each in _judged(scope, stale_after) if each.code == serving)
    hours = judged(station_hours(scope.conn, place, now - _LOOK_BACK, now))
    sources = _sources(weather_sources(scope.conn, place), hours, now - stale_after)
    live = any(each.kind in _LIVE for each in sources)
    return WeatherOut(
        station=next(found, None),
        sources=sources,
        stale=live and not any(each.in_use for each in sources),
        stale_after_hours=stale_after / HOUR,
        marked=[_marked(each, each.doubt) for each in reversed(hours) if each.doubt],
        pull=next(map(PullOut.model_validate, pulls(scope.conn, place)), None),
    )


@router.put("/organisations/{code}/weather/pull")
def pull_from(code: str, new: NewPull, scope: Scope, stale_after: StaleAfter) -> WeatherOut:
    """Let the worker pull the weather of a place from an address, each hour from now on."""
    only_administrators(scope)
    if wrong := _wrong_address(new.address):
        detail = Sentence(
            "address_wrong", "address {address}: {wrong}", address=repr(new.address), wrong=wrong
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    set_pull(scope.conn, place_of(scope, code).id, **new.model_dump())
    audit(scope.conn, "weather_pull_set", code, new.model_dump())
    return weather_of(code, scope, stale_after)


@router.delete("/organisations/{code}/weather/pull", status_code=HTTPStatus.NO_CONTENT)
def pull_no_more(code: str, scope: Scope) -> None:
    """Call nobody for the weather of a place any more. What was pulled stays."""
    only_administrators(scope)
    if not clear_pull(scope.conn, place_of(scope, code).id):
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("nothing_pulled", "nothing is pulled for {place}", place=code),
        )
    audit(scope.conn, "weather_pull_cleared", code, {})


def _wrong_address(address: str) -> str:
    """What is wrong with an address; empty for nothing."""
    try:
        parts = urlsplit(address)
        named = parts.port, parts.hostname
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"http", "https"} or not named[1]:
        return "want https://host/path"
    if "@" in parts.netloc:
        return "a password in an address is shown to everybody; want none"
    if not address.isascii() or not address.isprintable() or " " in address:
        return "want printable ASCII without spaces"
    return ""


def _sources(rows: list[SourceRow], hours: list[JudgedHour], oldest: datetime) -> list[SourceOut]:
    doubts = {(each.told.kind, each.told.station, each.told.hour): each.doubt for each in hours}
    found: list[SourceOut] = []
    for row in rows:
        kind = SourceKind(row.kind)
        at = row.newest_at
        # A sensor speaks of an instant, the others of the hour that begins.
        until = at if at is None or kind is SourceKind.SENSOR else at + HOUR
        stale = kind not in _LIVE or until is None or until < oldest
        hour = None if at is None else at.replace(minute=0, second=0, microsecond=0)
        doubt = None if hour is None else doubts.get((kind, row.station, hour))
        in_use = not stale and doubt is None and not any(each.in_use for each in found)
        told = {name: getattr(row, name) for name in SourceRow.__slots__ if name != "step"}
        found.append(SourceOut(**told, stale=stale, doubt=doubt, in_use=in_use))
    return found


def _marked(each: JudgedHour, doubt: Doubt) -> MarkedOut:
    return MarkedOut(
        hour=each.told.hour,
        kind=each.told.kind,
        station=each.told.station,
        temperature_c=each.told.mean_c,
        doubt=doubt,
        neighbours_c=each.neighbours_c,
    )


def _judged(scope: Scope, stale_after: timedelta) -> list[WeatherStationOut]:
    rows = stations(scope.conn)
    observed = [value for row in rows for value in row.observed]
    by_station: dict[str, list[Assessed]] = {}
    for each in assess(observed, datetime.now(UTC), stale_after=stale_after):
        by_station.setdefault(each.observed.station, []).append(each)
    return [_told(row, by_station.get(row.code, [])) for row in rows]


def _told(row: Station, assessed: list[Assessed]) -> WeatherStationOut:
    values = [
        ValueOut(
            quantity=each.observed.quantity,
            value=each.observed.value,
            at=each.observed.at,
            stale=each.stale,
            doubt=each.doubt,
            neighbours=each.neighbours,
        )
        for each in assessed
    ]
    stale = all(value.stale for value in values)
    return WeatherStationOut(
        device_id=row.device_id, code=row.code, place=row.place, stale=stale, values=values
    )
