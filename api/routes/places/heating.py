"""Heating seasons: what is statutory in a region, and the days recorded of a year."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from api.body import Body
from api.page import Page
from api.problem import refuse
from api.provenance import CheckedOut, Document
from api.scope import Scope, only_administrators
from api.withdrawn import WithdrawalIn, WithdrawnOut, withdrawn_out
from domain.heating_season import LONGEST
from domain.sentence import Sentence
from store.people.session import audit
from store.places.heating import (
    RuleRow,
    SeasonRow,
    check_rule,
    check_season,
    heating_rules,
    heating_seasons,
    put_season,
    withdraw_rule_check,
    withdraw_season_check,
)

router = APIRouter(prefix="/heating-seasons", tags=["calendars"])


class HeatingCheckedOut(CheckedOut):
    """The same of what people record here."""

    own: bool = Field(description="You entered it, so that somebody else checks it.")
    withdrawn: WithdrawnOut | None = Field(
        default=None, description="The last check, where it was taken back and none stands."
    )


class SeasonOut(HeatingCheckedOut):
    """Recorded days [first_day, end_day) of a season, by the year in which it begins."""

    year: int
    first_day: date
    end_day: date


class HeatingOut(HeatingCheckedOut):
    """A region's statutory season, and what was recorded."""

    region: str = Field(description="Administrative code of six digits.")
    first: str | None = Field(description="MM-DD of the first day; null: no district heating.")
    last: str | None = Field(description="MM-DD of the last day.")
    recorded: list[SeasonOut]


class NewSeason(Body):
    """The real days of a season."""

    first_day: date
    end_day: date = Field(description="Day after the last one.")
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]


@router.get("")
def list_heating(scope: Scope) -> Page[HeatingOut]:
    """Regions of which something is known."""
    recorded = heating_seasons(scope.conn)
    return Page(items=[_told(row, recorded) for row in heating_rules(scope.conn)])


@router.put("/{region}/{year}")
def record_season(
    region: str, year: Annotated[int, Path(ge=1949, le=2199)], new: NewSeason, scope: Scope
) -> SeasonOut:
    """Record the real days of a season; they count as unchecked."""
    only_administrators(scope)
    where = f"{region}, {year}"
    if new.first_day.year != year or new.first_day >= new.end_day:
        detail = Sentence(
            "season_of_other_year",
            "{where}: {first_day} to {end_day}, want a season that begins in {year}",
            where=where,
            first_day=new.first_day,
            end_day=new.end_day,
            year=year,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    if new.end_day - new.first_day > LONGEST:
        detail = Sentence(
            "season_long",
            "{where}: {first_day} to {end_day} are {seen} days, want at most {most}",
            where=where,
            first_day=new.first_day,
            end_day=new.end_day,
            seen=(new.end_day - new.first_day).days,
            most=LONGEST.days,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    row = SeasonRow(region, year, new.first_day, new.end_day, source=new.source)
    if not put_season(scope.conn, row):
        raise _unknown(region)
    audit(scope.conn, "heating_season_recorded", where, new.model_dump(mode="json"))
    return _shown(_season(scope, region, year))


@router.post("/{region}/check")
def check_statutory(region: str, what: Document, scope: Scope) -> HeatingOut:
    """Note that you compared the statutory dates with their document. Signed with your name."""
    only_administrators(scope)
    if _rule(scope, region).own:
        template = (
            "you entered the statutory season of {region} yourself: a second person checks it"
        )
        why = Sentence("statutory_season_own", template, region=region)
        raise refuse(HTTPStatus.CONFLICT, why)
    if not check_rule(scope.conn, region, by=scope.person.name, document=what.document):
        template = "the statutory season of {region} is checked already"
        why = Sentence("statutory_season_checked", template, region=region)
        raise refuse(HTTPStatus.CONFLICT, why)
    audit(scope.conn, "heating_rule_checked", region, what.model_dump())
    return _told(_rule(scope, region), heating_seasons(scope.conn))


@router.post("/{region}/{year}/check")
def check_recorded(region: str, year: int, what: Document, scope: Scope) -> SeasonOut:
    """Note that you compared the recorded days of a season with their document."""
    only_administrators(scope)
    row = _season(scope, region, year)
    if row.own:
        template = "you recorded {region}, {year} yourself: a second person checks it"
        why = Sentence("season_own", template, region=region, year=year)
        raise refuse(HTTPStatus.CONFLICT, why)
    if not check_season(scope.conn, row, by=scope.person.name, document=what.document):
        template = "the season of {region} that begins in {year} is checked already"
        why = Sentence("season_checked", template, region=region, year=year)
        raise refuse(HTTPStatus.CONFLICT, why)
    days = {"first_day": str(row.first_day), "end_day": str(row.end_day)}
    audit(scope.conn, "heating_season_checked", f"{region}, {year}", what.model_dump() | days)
    return _shown(_season(scope, region, year))


@router.post("/{region}/check/withdraw")
def withdraw_statutory(region: str, why: WithdrawalIn, scope: Scope) -> HeatingOut:
    """Take the check of the statutory dates back. What was signed with it keeps it."""
    only_administrators(scope)
    _rule(scope, region)
    if not withdraw_rule_check(scope.conn, region, reason=why.reason):
        template = "no check of the statutory season of {region} stands"
        told = Sentence("statutory_season_unchecked", template, region=region)
        raise refuse(HTTPStatus.CONFLICT, told)
    audit(scope.conn, "heating_rule_check_withdrawn", region, why.model_dump())
    return _told(_rule(scope, region), heating_seasons(scope.conn))


@router.post("/{region}/{year}/check/withdraw")
def withdraw_recorded(region: str, year: int, why: WithdrawalIn, scope: Scope) -> SeasonOut:
    """Take the check of the recorded days of a season back."""
    only_administrators(scope)
    _season(scope, region, year)
    if not withdraw_season_check(scope.conn, region, year, reason=why.reason):
        template = "no check of the season of {region} stands that begins in {year}"
        told = Sentence("season_unchecked", template, region=region, year=year)
        raise refuse(HTTPStatus.CONFLICT, told)
    audit(scope.conn, "heating_season_check_withdrawn", f"{region}, {year}", why.model_dump())
    return _shown(_season(scope, region, year))


def _shown(row: SeasonRow) -> SeasonOut:
    found = SeasonOut.model_validate(row)
    return found if row.checked else found.model_copy(update={"withdrawn": withdrawn_out(row)})


def _told(row: RuleRow, recorded: list[SeasonRow]) -> HeatingOut:
    rule = row.rule()
    return HeatingOut(
        region=row.region,
        first=rule.first and f"{rule.first[0]:02}-{rule.first[1]:02}",
        last=rule.last and f"{rule.last[0]:02}-{rule.last[1]:02}",
        recorded=[_shown(s) for s in recorded if s.region == row.region],
        **HeatingCheckedOut.model_validate(row).model_dump(exclude={"withdrawn"}),
        withdrawn=None if row.checked else withdrawn_out(row),
    )


def _rule(scope: Scope, region: str) -> RuleRow:
    found = next((row for row in heating_rules(scope.conn) if row.region == region), None)
    if found is None:
        raise _unknown(region)
    return found


def _season(scope: Scope, region: str, year: int) -> SeasonRow:
    for row in heating_seasons(scope.conn):
        if (row.region, row.year) == (region, year):
            return row
    why = Sentence(
        "no_season",
        "no heating season of {region} is recorded that begins in {year}",
        region=region,
        year=year,
    )
    raise refuse(HTTPStatus.NOT_FOUND, why)


def _unknown(region: str) -> HTTPException:
    template = "nothing is known of heating in region {region}"
    why = Sentence("no_heating_known", template, region=repr(region))
    return refuse(HTTPStatus.NOT_FOUND, why)
