"""What goes in and out of the routes of manual entries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.body import Body
from domain.entry_query import QueryCode
from domain.manual_entry import EntryKind, EntrySource, EntryState
from store.institution.manual_entry import EntryContent
from store.proof_file import Form

Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Quantity = Annotated[Decimal, Field(ge=0, lt=Decimal("1e12"), max_digits=18, decimal_places=6)]
Money = Annotated[Decimal, Field(ge=0, lt=Decimal("1e12"), max_digits=14, decimal_places=2)]
Price = Annotated[Decimal, Field(ge=0, lt=Decimal("1e6"), max_digits=14, decimal_places=8)]
Ratio = Annotated[Decimal, Field(gt=0, lt=Decimal("1e6"), max_digits=12, decimal_places=6)]


class Dial(Body):
    """Two readings of a dial, from which the amount is computed."""

    model_config = ConfigDict(from_attributes=True)

    first_reading: Quantity
    last_reading: Quantity
    ratio: Ratio = Field(default=Decimal(1), description="Amount of one unit of the dial.")
    register_size: Quantity | None = Field(
        default=None, description="Where the dial starts again at zero; only where it did."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        rolled_over = self.last_reading < self.first_reading
        if rolled_over and self.register_size is None:
            raise ValueError(
                f"last_reading {self.last_reading} is below first_reading {self.first_reading}: "
                "want register_size where the dial started again at zero"
            )
        if self.register_size is not None and not (
            rolled_over and self.first_reading < self.register_size
        ):
            raise ValueError("register_size is for a dial that started again at zero")
        return self

    @property
    def amount(self) -> Decimal:
        """Difference of the readings times the ratio."""
        turned = self.register_size or Decimal(0)
        return (self.last_reading - self.first_reading + turned) * self.ratio


class EntryIn(Body):
    """What is typed of a month; either an amount or the readings of a dial."""

    amount: Quantity | None = Field(default=None, description="In the unit of the kind.")
    dial: Dial | None = None
    cost: Money | None = Field(default=None, description="[CNY]")
    price: Price | None = Field(default=None, description="As the bill says it. [CNY/unit]")
    source: EntrySource
    note: Line = Field(default="", description="Answers what looks odd, too.")

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.amount is None) == (self.dial is None):
            raise ValueError("want an amount or the readings of a dial, one of the two")
        if self.dial is not None and self.source is not EntrySource.DIAL:
            raise ValueError("readings are of the source dial")
        return self

    def content(self) -> EntryContent:
        """What is stored of it."""
        dial = self.dial
        amount = self.amount if dial is None else dial.amount
        assert amount is not None  # noqa: S101 - the model has one of the two
        return EntryContent(
            amount=amount,
            cost=self.cost,
            price=self.price,
            source=self.source.value,
            first_reading=None if dial is None else dial.first_reading,
            last_reading=None if dial is None else dial.last_reading,
            ratio=None if dial is None else dial.ratio,
            register_size=None if dial is None else dial.register_size,
            note=self.note.strip(),
        )


class NewEntry(EntryIn):
    """A month's amount of an institution, as a first draft."""

    organisation_id: int
    kind: EntryKind
    month: date = Field(description="Its first day.")

    @model_validator(mode="after")
    def _first_day(self) -> Self:
        if self.month.day != 1:
            raise ValueError(f"month {self.month}, want the first day of a month")
        return self


class EntryReasonIn(Body):
    """Why something is done; a return wants one."""

    reason: Line = ""


class QueryOut(BaseModel):
    """What looks odd: a question that wants a note before the entry is submitted."""

    model_config = ConfigDict(from_attributes=True)

    code: QueryCode
    seen: Decimal
    beside: Decimal = Field(description="Same month a year before, or amount times price. [CNY]")
    limit: Decimal


class ContentOut(BaseModel):
    """What was typed."""

    model_config = ConfigDict(from_attributes=True)

    amount: Decimal = Field(description="In the unit of the kind.")
    cost: Decimal | None = Field(description="[CNY]")
    price: Decimal | None = Field(description="[CNY/unit]")
    source: EntrySource
    first_reading: Decimal | None
    last_reading: Decimal | None
    ratio: Decimal | None
    register_size: Decimal | None
    note: str
    version: int = Field(description="Revision at which it was saved.")
    entered_by: str
    entered_at: datetime


class ManualEntryOut(ContentOut):
    """An entry as it stands."""

    id: int
    organisation_id: int
    organisation_code: str
    name_zh: str
    name_en: str
    kind: EntryKind
    month: date
    revision: int = Field(description="The ETag: what a change must name in If-Match.")
    state: EntryState
    reason: str
    state_at: datetime
    approved_amount: Decimal | None = Field(description="What counts meanwhile; null: nothing.")
    photos: int
    queries: list[QueryOut]
    may: list[str] = Field(description="What the caller may do: edit, submit, check, ..")


class EntryStepOut(BaseModel):
    """Who brought a version into a state, when and why."""

    model_config = ConfigDict(from_attributes=True)

    revision: int
    version: int
    state: EntryState
    reason: str
    person: str
    at: datetime


class PhotoOut(BaseModel):
    """A photo or document, without its file."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    form: Form = Field(description="jpeg: written anew; pdf: as it came.")
    sha256: str
    width: int | None = Field(description="Null of a PDF. [pixel]")
    height: int | None = Field(description="Null of a PDF. [pixel]")
    bytes: int
    taken_by: str
    at: datetime
    may_remove: bool


class EntryDetail(ManualEntryOut):
    """An entry with all its versions, all that was done with it, and its photos."""

    versions: list[ContentOut]
    steps: list[EntryStepOut]
    pictures: list[PhotoOut]
