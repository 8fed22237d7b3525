"""What the API says of statements drawn from the ledger, and of corrections of signed ones."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, computed_field

from analytics.settlement.phrase import causes_in_chinese, in_chinese
from analytics.settlement.statement import Side
from api.body import Body
from api.routes.contracts.statement_schema import Month
from domain.contract import Party

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class NewDrawing(Body):
    """A month to be drawn from the ledger, and what people enter beside it."""

    month: Month = Field(description="YYYY-MM")
    entered: dict[str, Any] = Field(
        default_factory=dict,
        description="A table of the file's `months`: measures of quality, acceptance, amounts as "
        "billed, and figures that no meter tells. It never replaces what the ledger tells.",
    )


class DrawingOut(BaseModel):
    """What became of it."""

    id: int = Field(description="Of the statement.")
    added: bool = Field(description="False: it was there already with just these figures.")
    reversal: int | None = Field(description="Of the reversal that goes with it, if signed before.")


class OriginOut(BaseModel):
    """Where a figure comes from."""

    what: str = Field(
        description="use, price, bill, degree_days, model, submeter, kpi, percent, amount, "
        "acceptance or calendar."
    )
    name: str = Field(description="Meter, line, station, measure .. by its code in the contract.")
    source: Literal["ledger", "entered", "missing"]
    code: str = Field(description="Why it is missing; empty where it is not.")
    detail: str
    refers: dict[str, Any] = Field(
        description="By what it is found: meter, tariff, bill or baseline with its version; of a "
        "use also the register at both ends."
    )

    @computed_field  # type: ignore[prop-decorator]  # a property that is told, as pydantic wants it
    @property
    def detail_zh(self) -> str:
        """Why it is missing, in Chinese."""
        return in_chinese(self.detail)


class OriginsOut(BaseModel):
    """Where the figures of a statement come from."""

    statement_id: int
    known_at: datetime = Field(description="As of which the ledger was read.")
    because: str = Field(description="What had changed, where it was made in place of another.")
    entered: dict[str, Any] = Field(description="What people entered beside the ledger.")
    origins: list[OriginOut]

    @computed_field  # type: ignore[prop-decorator]  # likewise
    @property
    def because_zh(self) -> str:
        """What had changed, in Chinese."""
        return causes_in_chinese(self.because)


class DecisionOut(BaseModel):
    """What a party said of a correction; without party and person: the worker withdrew it."""

    verdict: Literal["accepted", "dismissed", "withdrawn"]
    party: Party | None
    reason: str
    person: str | None
    at: datetime


class ChangedLineOut(BaseModel):
    """A line that would come to something else. [CNY]."""

    line: str
    side: Side
    signed: Decimal | None
    now: Decimal | None


class CorrectionOut(BaseModel):
    """What would stand in the place of a signed statement."""

    id: int
    contract_id: int
    statement_id: int = Field(description="The signed one, which stays as it is.")
    period: str
    state: Literal["open", "accepted", "dismissed", "withdrawn"]
    cause: str = Field(description="What changed: consumption, price, bill, weather ..")
    difference: Decimal | None = Field(
        description="What the provider would get more; null where an amount is missing. [CNY]"
    )
    sha256: str = Field(description="Digest of the statement that would be made.")
    known_at: datetime
    at: datetime
    lines: list[ChangedLineOut]
    decisions: list[DecisionOut]
    statements: DrawingOut | None = Field(
        default=None, description="Only once both have accepted: the drafts that were made."
    )

    @computed_field  # type: ignore[prop-decorator]  # likewise
    @property
    def cause_zh(self) -> str:
        """What had changed, in Chinese."""
        return causes_in_chinese(self.cause)


class NewDecision(Body):
    """What a party says of a correction."""

    verdict: Literal["accepted", "dismissed"]
    reason: Text
