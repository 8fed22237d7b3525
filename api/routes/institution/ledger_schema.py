"""What the ledger says over HTTP. Amounts are decimal numbers as text: nothing rounds them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.problem import Words
from domain.obstacle import ObstacleKind

Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Reason = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class MonthIn(Body):
    """A month of an institution, and the factor set it is closed by."""

    organisation_id: int
    month: Month = Field(description="Local month, such as 2026-06.")
    set: str = Field(default="statistics", max_length=100, description="Code of the factor set.")
    version: int | None = Field(default=None, description="None: the newest.")


class OverrideIn(MonthIn):
    """A request to close in spite of what stands against it."""

    reason: Reason


class SignatureIn(Body):
    """By which factor set the second person closes."""

    set: str = Field(default="statistics", max_length=100)
    version: int | None = None


class ReversalIn(Body):
    """Why a closing is taken back."""

    reason: Reason


class ObstacleOut(BaseModel):
    """One thing that stands against closing: reason and place."""

    model_config = ConfigDict(from_attributes=True)

    kind: ObstacleKind
    institution: str
    place: str = Field(description="Meter, calendar or factor; empty for the institution.")
    first_day: date
    end_day: date = Field(description="Day after the last one.")
    value: str = Field(description="How much, with its unit; empty where it is no amount.")
    detail: str
    words: Words
    may_be_overridden: bool


class OverrideOut(BaseModel):
    """A request that waits for a second person."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    person: str
    at: datetime
    reason: str
    is_mine: bool = Field(description="You asked: somebody else has to sign.")
    fits: bool = Field(description="It is about just the obstacles that stand against it now.")


class PreviewOut(BaseModel):
    """What would be closed, and what stands against it. Nothing is written."""

    document: dict[str, Any]
    obstacles: list[ObstacleOut]
    overrides: list[OverrideOut]
    may_close: bool = Field(description="You administer the institution.")


class LedgerEntryOut(BaseModel):
    """One entry of the chain."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    sequence: int
    month: date
    kind: Literal["closing", "reversal"]
    reverses: int | None
    sha256: str
    previous_sha256: str
    person: str
    at: datetime


class LedgerTotalOut(BaseModel):
    """A total of a closed month, and what the meters say of it now."""

    what: str
    unit: str
    closed: str


class LedgerMonthOut(BaseModel):
    """How things stand with one month."""

    month: date
    state: Literal["running", "open", "closed", "reversed"]
    entry: LedgerEntryOut | None = Field(
        description="The closing that stands, or the newest entry."
    )
    overridden: bool = Field(description="Closed by two persons in spite of obstacles.")
    changed: bool = Field(description="Its meters say something else by now.")
    totals: list[LedgerTotalOut]


class LedgerYearOut(BaseModel):
    """The months of a year of one institution."""

    organisation_id: int
    year: int
    may_close: bool
    months: list[LedgerMonthOut]


class LedgerChangeOut(BaseModel):
    """A figure that would be another one now."""

    model_config = ConfigDict(from_attributes=True)

    what: str = Field(description="A total, or the code of a boundary meter.")
    is_total: bool
    unit: str
    closed: str | None
    now: str | None
    difference: str | None


class EntryWhole(BaseModel):
    """An entry with its document, and what would be different if it were closed now."""

    entry: LedgerEntryOut
    text: str = Field(description="The document as it is kept: `sha256` is the digest of it.")
    document: dict[str, Any]
    standing: bool = Field(description="A closing that nobody has taken back.")
    changes: list[LedgerChangeOut] = Field(
        description="Of a standing closing; nothing changes by itself."
    )


class LedgerChainOut(BaseModel):
    """Whether every link of an institution's chain holds."""

    organisation_id: int
    entries: int
    from_sequence: int | None = Field(description="More than 1: you do not see the beginning.")
    head: str | None = Field(
        description="Digest of the newest entry: whoever notes it down can tell"
        " later that nothing before it was changed."
    )
    holds: bool
    broken_at: int | None = Field(description="Sequence of the first entry that does not hold.")
    broken_month: date | None
    reason: str
