"""Factor sets, their versions, and each factor with where it comes from."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from api.page import Page
from api.problem import refuse
from api.scope import Scope
from domain.errors import FactorError
from domain.factor import ChosenFactor, ElectricityBasis, Factor, FactorSet
from domain.factor_key import factor_keys
from domain.sentence import Sentence
from store.institution.factor import factor_set, factor_sets

router = APIRouter(prefix="/factors", tags=["factors"])

SetVersion = Annotated[
    int | None,
    Query(ge=1, le=2_000_000, description="Version of the set; none for the newest that stands."),
]


class FactorSetOut(BaseModel):
    """A version of a factor set (口径)."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    version: int
    name_zh: str
    name_en: str
    electricity: ElectricityBasis = Field(
        description="calorific (当量值) or equivalent (等价值); never both in one set."
    )
    counts_water: bool = Field(description="Whether water is part of the coal equivalent.")
    sha256: str
    loaded_at: datetime
    entered_by: str | None = Field(
        description="Who entered it; null where it came along or from the command line."
    )
    withdrawn_at: datetime | None = Field(description="Since when no new figure takes it.")
    withdrawn_by: str | None
    withdrawn_because: str | None
    factors: int
    unchecked: int = Field(description="Factors that nobody has compared with their document.")


class FactorOut(BaseModel):
    """One factor with its provenance."""

    key: str
    name_zh: str
    name_en: str
    region: str = Field(description="CN, a province such as CN-TJ, or a regional grid.")
    year: int = Field(description="Year it describes, or of the edition it stands in.")
    effective_from: date | None
    value: Decimal = Field(description="In `unit`, as it is printed.")
    unit: str
    source: str
    evidence: str = Field(description="Where it was seen.")
    checked: bool = Field(description="Compared with its document by a named person.")
    checked_by: str
    checked_on: date | None
    document: str = Field(description="What it was compared with by who checked it here.")
    note: str


class ChosenFactorOut(BaseModel):
    """The factor used for a place and a year, and whether it is of that place and year."""

    factor: FactorOut
    wanted_region: str
    wanted_year: int
    fell_back: bool = Field(description="A wider region stands for the wanted one.")


@router.get("")
def list_sets(scope: Scope) -> Page[FactorSetOut]:
    """Every version of every set, the newest of each first."""
    return Page(items=[FactorSetOut.model_validate(row) for row in factor_sets(scope.conn)])


@router.get("/{code}")
def list_factors(code: str, scope: Scope, version: SetVersion = None) -> Page[FactorOut]:
    """Every factor of one version of a set."""
    found = wanted_set(scope.conn, code, version)
    return factors_out(found)


@router.get("/{code}/{key}")
def one_factor(
    code: str,
    key: str,
    scope: Scope,
    year: Annotated[int, Query(ge=1990, le=2200, description="Reporting year.")],
    region: Annotated[
        str | None, Query(description="Province by ISO 3166-2; none for the nation.")
    ] = None,
    version: SetVersion = None,
) -> ChosenFactorOut:
    """Look up the factor a report of that place and year would use."""
    found = wanted_set(scope.conn, code, version)
    try:
        return chosen_out(found.find(key, year=year, province=region))
    except FactorError as error:
        raise refuse(HTTPStatus.NOT_FOUND, error) from error


def wanted_set(conn: Connection, code: str, version: int | None) -> FactorSet:
    """Find a version of a set.

    Raises
    ------
    HTTPException
        404 when there is none.
    """
    found = factor_set(conn, code, version)
    if found is None:
        which = code if version is None else f"{code}/{version}"
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_factor_set", "there is no factor set {which}", which=which),
        )
    return found


def factors_out(found: FactorSet) -> Page[FactorOut]:
    """Every factor of a version, with the checks that stand."""
    return Page(items=[_factor(each) for each in found.signed])


def chosen_out(chosen: ChosenFactor) -> ChosenFactorOut:
    """A factor as it is answered, with what it was wanted for."""
    return ChosenFactorOut(
        factor=_factor(chosen.factor),
        wanted_region=chosen.wanted_region,
        wanted_year=chosen.wanted_year,
        fell_back=chosen.fell_back,
    )


def _factor(factor: Factor) -> FactorOut:
    # A set of an older version may hold a key that is no longer in the list.
    named = factor_keys().get(factor.key)
    return FactorOut(
        key=factor.key,
        name_zh=named[0].zh if named else factor.key,
        name_en=named[0].en if named else factor.key,
        region=factor.region,
        year=factor.year,
        effective_from=factor.effective_from,
        value=factor.value,
        unit=factor.unit,
        source=factor.source,
        evidence=factor.evidence,
        checked=factor.checked,
        checked_by=factor.checked_by,
        checked_on=factor.checked_on,
        document=factor.document,
        note=factor.note,
    )
