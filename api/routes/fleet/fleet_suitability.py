"""Whether electric cars could do what the remaining petrol cars do, and the candidates for it."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.fleet.replacement_terms import ReplacementTerms, read_replacement
from analytics.fleet.suitability import CarReason, CarVerdict
from analytics.fleet_accounts.suitability import FleetSuitability, Option, petrol_cars
from api.displacement_schema import DisplacementTermsOut
from api.fleet_months import FleetMonths
from api.fleet_terms import FleetTermsIn, enter_fleet_terms, entered_terms
from api.page import Page
from api.paper.suitability_file import suitability_file
from api.problem import refuse
from api.scope import Scope
from api.sheet_file import TYPES, Lang
from domain.errors import InputError, MissingInputError
from domain.sentence import Sentence
from store.fleet.fleet_terms import Terms
from store.fleet.vehicle import vehicle_classes
from store.fleet.vehicle_stint import StintRow

router = APIRouter(prefix="/fleet-suitability", tags=["fleet"])


class NewCandidates(FleetTermsIn):
    """Candidates of a place as TOML of the schema ``replacement/1``."""


class RangeOut(BaseModel):
    """Kilometres of the days, and what the battery gives on the coldest one."""

    model_config = ConfigDict(from_attributes=True)

    days_known: int = Field(description="Local days of which all trips are known. [d]")
    days_driven: int
    median_km: Decimal | None = Field(description="Of the days driven. [km]")
    p95_km: Decimal | None = Field(description="95 of 100 days driven were no longer. [km]")
    most_km: Decimal | None = Field(description="[km]")
    factor: Decimal | None = Field(
        description="Consumption on the coldest day over the year's; null: it is not told. [1]"
    )
    range_km: Decimal | None = Field(description="On the coldest day, reserve kept. [km]")
    days_beyond: int = Field(description="Days driven further than that.")


class CarStandingOut(BaseModel):
    """Days on which it stood near our own piles."""

    model_config = ConfigDict(from_attributes=True)

    days: int = Field(description="Driven, and known where it stood. [d]")
    days_short: int = Field(description="Stood too short for the coldest day's energy. [d]")
    median_h: Decimal | None = Field(description="Near our piles. [h]")


class CarYearOut(BaseModel):
    """A year of either car, with the items inside."""

    model_config = ConfigDict(from_attributes=True)

    items: list[str] = Field(description="Inside; `energy` is fuel beside electricity.")
    left_out: list[str] = Field(description="Known for one side only: in neither.")
    km_year: Decimal = Field(description="[km/a]")
    petrol_cny: Decimal = Field(description="[CNY/a]")
    electric_cny: Decimal = Field(description="[CNY/a]")


class OptionOut(BaseModel):
    """A petrol car held against one candidate."""

    vehicle_id: int
    code: str
    plate: str
    vehicle_class: str
    candidate: str
    document: str = Field(description="Where the candidate's figures stand.")
    winter_document: str
    range: RangeOut
    standing: CarStandingOut
    cost: CarYearOut | None = Field(description="Null: fuel, distance or price are not known.")
    verdict: CarVerdict
    reasons: list[CarReason] = Field(description="Empty: all three are fulfilled.")


class WithoutOut(BaseModel):
    """A petrol car of a class without a candidate."""

    vehicle_id: int
    code: str
    plate: str
    vehicle_class: str


class SuitabilityOut(BaseModel):
    """Petrol cars of a place at the end of the months, held against the candidates in force."""

    place: str
    first_day: date
    end_day: date
    terms_id: int | None = Field(description="Null: nobody has entered candidates yet.")
    terms: str | None
    coldest_c: Decimal | None = Field(description="Mean of the day reckoned with. [degC]")
    coldest_measured_c: Decimal | None = Field(
        description="Of the months, by the place's weather; null: none known. [degC]"
    )
    coldest_document: str = Field(description="Of the stated coldest day.")
    cny_kwh: Decimal | None = Field(description="At the pile. [CNY/kWh]")
    price_kwh: Decimal = Field(
        description="Given by our own piles at that price; 0: the price is stated. [kWh]"
    )
    items: list[OptionOut]
    without_candidate: list[WithoutOut]


@router.get("")
def suitability(period: FleetMonths) -> SuitabilityOut:
    """Range on the coldest day, standing near our piles and a year's cost of each petrol car.

    Where no candidates are in force there are none to hold them against, and all are
    `without_candidate`.
    """
    months = period.months
    try:
        found = FleetSuitability(period)
    except MissingInputError:
        return SuitabilityOut(
            place=period.place.code,
            first_day=months.first_day,
            end_day=months.end_day,
            terms_id=None,
            terms=None,
            coldest_c=None,
            coldest_measured_c=None,
            coldest_document="",
            cny_kwh=None,
            price_kwh=Decimal(0),
            items=[],
            without_candidate=[_without(each) for each in petrol_cars(period)],
        )
    return SuitabilityOut(
        place=period.place.code,
        first_day=months.first_day,
        end_day=months.end_day,
        terms_id=found.terms_row.terms_id,
        terms=found.terms.name,
        coldest_c=found.coldest_c,
        coldest_measured_c=found.measured_coldest_c,
        coldest_document=found.terms.coldest_document,
        cny_kwh=found.price.cny_kwh,
        price_kwh=found.price.kwh,
        items=[_option(each) for each in found.options()],
        without_candidate=[_without(each) for each in found.without_candidate()],
    )


@router.get("/file", response_class=Response)
def suitability_as_file(
    period: FleetMonths,
    form: Annotated[Literal["xlsx", "csv"], Query(description="Kind of file.")] = "xlsx",
    lang: Annotated[Lang, Query(description="Language of the headings.")] = "zh-CN",
) -> Response:
    """The same as a table, a row for each car and candidate."""
    try:
        found = FleetSuitability(period)
    except MissingInputError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    return Response(
        suitability_file(found, form, lang),
        media_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="suitability.{form}"'},
    )


@router.get("/terms")
def terms(scope: Scope) -> Page[DisplacementTermsOut]:
    """Candidates entered at places of the scope, newest first."""
    return Page(items=entered_terms(scope, Terms.REPLACEMENT))


@router.post("/terms", status_code=HTTPStatus.CREATED)
def enter_candidates(new: NewCandidates, scope: Scope) -> DisplacementTermsOut:
    """Enter candidates of a place; they hold for what lies below it too."""

    def known(text: str) -> ReplacementTerms:
        read = read_replacement(text, place="terms.toml")
        _want_classes(scope, read)
        return read

    return enter_fleet_terms(scope, Terms.REPLACEMENT, new, known)


def _want_classes(scope: Scope, read: ReplacementTerms) -> None:
    known = {row.vehicle_class for row in vehicle_classes(scope.conn)}
    for each in read.candidate:
        if each.vehicle_class not in known:
            reason = Sentence(
                "no_vehicle_class",
                "there is no class of vehicles {vehicle_class}",
                vehicle_class=each.vehicle_class,
            )
            raise InputError(reason, place=f"terms.toml: {each.name}")


def _without(stint: StintRow) -> WithoutOut:
    return WithoutOut(
        vehicle_id=stint.vehicle_id,
        code=stint.code,
        plate=stint.plate,
        vehicle_class=stint.vehicle_class,
    )


def _option(each: Option) -> OptionOut:
    return OptionOut(
        vehicle_id=each.stint.vehicle_id,
        code=each.stint.code,
        plate=each.stint.plate,
        vehicle_class=each.stint.vehicle_class,
        candidate=each.candidate.name,
        document=each.candidate.document,
        winter_document=each.candidate.winter_document,
        range=RangeOut.model_validate(each.found.range),
        standing=CarStandingOut.model_validate(each.found.standing),
        cost=None if each.found.cost is None else CarYearOut.model_validate(each.found.cost),
        verdict=each.found.verdict,
        reasons=list(each.found.reasons),
    )
