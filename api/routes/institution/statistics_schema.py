"""What the API says of the yearly statistics."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.body import Body
from domain.institution_class import InstitutionClass

Group = Literal["department", "region", "institution_class"]


class StatisticsItemOut(BaseModel):
    """One number that is asked for."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    table: str
    unit: str
    kind: str
    zh: str
    en: str


class SaidOut(BaseModel):
    """What one source says."""

    amount: Decimal
    cost: Decimal | None = Field(description="CNY; null where nobody said.")
    source: str
    grade: str
    is_whole: bool
    references: list[str] = Field(description="meter:<id>, entry:<id>, or what proves it.")


class StatisticsMonthOut(BaseModel):
    """One month of a cell."""

    month: int
    counted: SaidOut
    beside: SaidOut | None = Field(description="Another source on the same month; never added.")
    difference: Decimal | None


class StatisticsCellOut(BaseModel):
    """A number with its basis."""

    key: str
    amount: Decimal | None
    cost: Decimal | None = Field(description="Of the months whose cost is known. [CNY]")
    has_whole_cost: bool
    grade: str
    sources: list[str]
    whole_months: int
    asked_months: int = Field(description="12, or as many as the institution stood in the year.")
    missing_months: list[int]
    is_whole: bool
    months: list[StatisticsMonthOut]
    year: SaidOut | None = Field(description="What was said of the whole year.")


class StatisticsFindingOut(BaseModel):
    """Something found, with its place, and what somebody said to it."""

    table: str
    item: str
    code: str
    seen: str
    wanted: str
    weight: Literal["refuses", "wants_comment"]
    comment: str | None
    person: str | None
    at: datetime | None


class SubmissionOut(BaseModel):
    """Official tables that were handed in."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    sha256: str
    person: str
    at: datetime


class InstitutionStatisticsOut(BaseModel):
    """One institution of the list."""

    organisation_id: int
    code: str
    name_zh: str
    name_en: str
    credit_code: str
    institution_class: str
    department: str
    region: str
    whole_items: int = Field(description="Items of which nothing is missing.")
    items: int
    refusals: int = Field(description="Findings that refuse official tables.")
    questions: int = Field(description="Findings that wait for a comment.")
    founded_on: date | None = Field(
        description="Founded on this day of the year: the tables are of the days from then on."
    )
    submission: SubmissionOut | None = Field(description="The newest.")


class StatisticsList(BaseModel):
    """Institutions of a year."""

    year: int
    edition: int
    factor_set: str
    due: str = Field(description="Day by which it goes to the next level.")
    asked: list[StatisticsItemOut]
    items: list[InstitutionStatisticsOut]


class RecordOut(BaseModel):
    """What an institution states of itself."""

    model_config = ConfigDict(from_attributes=True)

    year: int
    credit_code: str
    institution_class: str
    department: str
    nev_count: int | None
    data_centre_area_m2: Decimal | None
    data_centre_kwh: Decimal | None
    unused: list[str]
    source: str
    founded_on: date | None
    person: str
    at: datetime


class TablesOut(InstitutionStatisticsOut):
    """All tables of one institution."""

    year: int
    is_compared: bool = Field(
        description="Whether whole items are held against the year before, which must be no part."
    )
    record: RecordOut | None
    cells: list[StatisticsCellOut]
    findings: list[StatisticsFindingOut]
    submissions: list[SubmissionOut]


class SummaryCellOut(BaseModel):
    """A number summed over institutions."""

    key: str
    amount: Decimal | None
    cost: Decimal | None
    grade: str
    whole: int
    partial: int
    missing: int
    unpaid: int = Field(
        description="Institutions of which an amount is known, and not all that was paid."
    )


class SummaryRowOut(BaseModel):
    """A group of institutions; group is empty for those that belong to none."""

    group: str
    institutions: int
    whole: int
    part_year: int = Field(description="Founded in the year, in the sums with their part of it.")
    cells: list[SummaryCellOut]


class StatisticsSummaryOut(BaseModel):
    """Sums by group, and of all."""

    year: int
    by: Group
    rows: list[SummaryRowOut]
    total: SummaryRowOut


class RecordIn(Body):
    """What an institution states for a year."""

    organisation_id: int
    year: int = Field(ge=2000, le=2200)
    credit_code: str = Field(max_length=40)
    institution_class: InstitutionClass
    department: str = Field(min_length=1, max_length=100, pattern=r"\S")
    nev_count: int | None = Field(default=None, ge=0, le=1_000_000)
    data_centre_area_m2: Decimal | None = Field(default=None, ge=0, lt=Decimal("1e9"))
    data_centre_kwh: Decimal | None = Field(default=None, ge=0, lt=Decimal("1e12"))
    unused: list[str] = Field(default_factory=list, max_length=50)
    source: str = Field(min_length=1, max_length=500, pattern=r"\S")
    founded_on: date | None = Field(
        default=None, description="Day of the year on which it was founded; null: it stood before."
    )


class CommentIn(Body):
    """What is said to a finding, which is named by its place and the figures it told."""

    organisation_id: int
    year: int = Field(ge=2000, le=2200)
    item: str = Field(max_length=60)
    code: str = Field(max_length=60)
    seen: str = Field(max_length=500)
    comment: str = Field(min_length=1, max_length=1000, pattern=r"\S")


class SubmissionIn(Body):
    """Official tables of one institution and year."""

    organisation_id: int
    year: int = Field(ge=2000, le=2200)
