"""What the API says of statements, what was done to them, and disputes."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    computed_field,
    model_validator,
)

from analytics.settlement.course import Act, StatementState
from analytics.settlement.dispute import OutcomeKind
from analytics.settlement.phrase import basis_in_chinese, in_chinese
from analytics.settlement.statement import Side
from api.body import Body
from api.routes.contracts.contract_schema import File, Told
from api.routes.savings.saving_schema import SavingOut, Yuan
from domain.contract import Party, SigningRule
from domain.contract_book import DocumentKind, StatementCause
from domain.contract_line import LineKind
from domain.time_of_use import Period

Money = Annotated[Decimal, Field(max_digits=20, decimal_places=2, allow_inf_nan=False)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class SignatureOut(BaseModel):
    """Who signed for a party."""

    model_config = ConfigDict(from_attributes=True)

    party: Party
    person: str
    at: datetime
    fingerprint: str | None = Field(description="Of the key of a detached signature, if any.")


class StatementOut(BaseModel):
    """A document of a contract, and how things stand with it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    contract_id: int
    contract_code: str
    kind: DocumentKind
    period: str = Field(description="2026-07, `year 1` or `year 1 quarter 2` of it, or `term`.")
    revision: int
    contract_version: int
    state: StatementState
    cause: StatementCause
    maker: str | None = Field(description="Null: the worker, from the ledger.")
    made_at: datetime
    sha256: str = Field(description="Digest of its one text: what is signed.")
    inputs_sha256: str | None
    code_version: str
    reverses: int | None = Field(description="Id of the statement that a reversal takes back.")
    reversed_by: int | None = Field(description="Id of the reversal that was made of it.")
    blocks: int = Field(description="Remarks that stand against signing.")
    payer: Party | None
    payee: Party | None
    amount: Yuan | None = Field(description="Negative in a reversal. [CNY]")
    retained: Yuan | None = Field(description="Kept back until the hand-over. [CNY]")
    due_on: date | None
    signatures: list[SignatureOut]
    open_disputes: int
    overtaken: list[str] = Field(
        description="Of a true-up or the hand-over: periods that it sums otherwise than both have"
        " signed them. While there are some, nobody checks or signs it."
    )


class Formulated(BaseModel):
    """What has a formula: the signed English text, and the same in Chinese."""

    formula: str

    @computed_field  # type: ignore[prop-decorator]  # a property that is told, as pydantic wants it
    @property
    def formula_zh(self) -> str:
        """In Chinese."""
        return in_chinese(self.formula)


class FormulaStepOut(Formulated):
    """A figure on the way to an amount."""

    model_config = ConfigDict(from_attributes=True)

    symbol: str
    value: Decimal = Field(description="With all its digits, in `unit`.")
    unit: str


class StatementLineOut(Formulated):
    """One line."""

    code: str
    name_zh: str
    name_en: str
    kind: LineKind | None
    side: Side
    amount: Yuan | None = Field(description="Null: something is missing, not zero. [CNY]")
    basis: str
    steps: list[FormulaStepOut]
    dispute: str | None = Field(description="Code of the dispute that is open about it.")

    @computed_field  # type: ignore[prop-decorator]  # likewise
    @property
    def basis_zh(self) -> str:
        """What it stands on, in Chinese."""
        return basis_in_chinese(self.basis)


class StatementTotalOut(Formulated):
    """A sum."""

    model_config = ConfigDict(from_attributes=True)

    symbol: str
    amount: Yuan | None = Field(description="[CNY]")
    disputable: bool = Field(default=False, description="A claim may say something else of it.")
    dispute: str | None = Field(default=None, description="Code of the open dispute about it.")


class PaymentOut(Formulated):
    """Who owes whom how much."""

    model_config = ConfigDict(from_attributes=True)

    payer: Party
    payee: Party
    amount: Yuan = Field(description="[CNY]")
    retained: Yuan = Field(description="Kept back until the hand-over. [CNY]")
    due_on: date


class RemarkOut(BaseModel):
    """Something a signatory has to know."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    place: str
    detail: str
    blocks: bool

    @computed_field  # type: ignore[prop-decorator]  # likewise
    @property
    def detail_zh(self) -> str:
        """In Chinese."""
        return in_chinese(self.detail)


class DifferenceOut(BaseModel):
    """A line of a month that comes to something else than was signed. [CNY]."""

    model_config = ConfigDict(from_attributes=True)

    month: str
    line: str
    side: Side
    signed: Yuan | None
    now: Yuan | None
    dispute: str | None = Field(default=None, description="Code of the open dispute about it.")


class RegisterOut(BaseModel):
    """Last register of a boundary meter, in its own unit."""

    model_config = ConfigDict(from_attributes=True)

    meter: str
    last: dict[Period, Decimal]


class StatementLeftOutOut(BaseModel):
    """Days of a month that do not count as they were, and why."""

    model_config = ConfigDict(from_attributes=True)

    kind: str = Field(description="not_in_contract, closed, meter_outside, meter_missing ..")
    place: str = Field(description="Meter or station; empty: the whole boundary.")
    days: int = Field(description="[d]")
    first_day: date | None = Field(description="Null: only their number is known.")
    end_day: date | None
    reason: str

    @computed_field  # type: ignore[prop-decorator]  # likewise
    @property
    def reason_zh(self) -> str:
        """In Chinese."""
        return in_chinese(self.reason)


class BaselineUsed(BaseModel):
    """Version of a baseline whose figure is in the statement."""

    model_config = ConfigDict(from_attributes=True)

    version_id: int
    baseline_id: int | None = Field(description="Null: you do not see the baseline.")
    version: int | None
    sha256: str


class ActOut(BaseModel):
    """What somebody did to a statement."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    act: Act
    person: str
    party: Party | None
    on: date
    at: datetime
    subject: str = Field(
        description="Digest that was signed, code of the dispute, digest of the reversal, number"
        " of the payment."
    )
    reason: str
    amount: Yuan | None = Field(description="Paid to the provider; below zero by it. [CNY]")
    fingerprint: str | None


class OutcomeOut(BaseModel):
    """How a dispute ended, once the other party has signed it."""

    id: int
    kind: OutcomeKind
    amount: Yuan = Field(description="What the line comes to. [CNY]")
    decided_on: date
    document: str
    proposed_by: str
    proposed_for: Party
    signed_by: str | None
    signed_at: datetime | None


class DisputeOut(BaseModel):
    """A claim about one line; while it is open the difference is frozen, and nothing else."""

    id: int
    code: str
    contract_id: int
    statement_id: int
    period: str
    line: str
    side: Side
    amount: Yuan = Field(description="Of the line, as it was signed. [CNY]")
    claimed: Yuan = Field(description="[CNY]")
    frozen: Yuan = Field(description="What of the payment waits until it is over. [CNY]")
    by: Party
    reason: str
    opened_on: date
    deadline: date
    evidence: list[str]
    person: str
    at: datetime
    outcome: OutcomeOut | None
    open: bool


class FrozenOut(BaseModel):
    """What waits for the outcome of a dispute."""

    dispute: str
    amount: Yuan = Field(description="[CNY]")


class StatementDueOut(BaseModel):
    """What is still to be paid, without what is disputed or kept back."""

    payer: Party
    outstanding: Yuan = Field(description="[CNY]")
    paid: Yuan = Field(description="To the provider, for the month in all. [CNY]")
    frozen: list[FrozenOut]


class UnmetOut(BaseModel):
    """A decided dispute about what it takes the place of, which it does not follow."""

    dispute: str
    line: str
    side: Side
    wanted: Yuan
    found: Yuan | None
    difference: Yuan | None = Field(description="found - wanted. [CNY]")


class StatementDetail(StatementOut):
    """With every line, what was done to it, and what the caller may do."""

    first_day: date = Field(description="Local days inside the contract, [first_day, end_day).")
    end_day: date
    name_zh: str
    name_en: str
    client: str
    provider: str
    rounding: str | None
    party: Party | None = Field(description="For whom the caller acts.")
    may: list[Act] = Field(description="What the caller may do with it now.")
    signing: SigningRule = Field(description="Whether a party signs by a key of its own.")
    lines: list[StatementLineOut]
    totals: list[StatementTotalOut]
    payment: PaymentOut | None
    savings: list[SavingOut]
    remarks: list[RemarkOut]
    unmet: list[UnmetOut] = Field(description="While there are some, nobody checks or signs it.")
    differences: list[DifferenceOut] = Field(description="Of a true-up.")
    registers: list[RegisterOut] = Field(description="Of a hand-over.")
    left_out: list[StatementLeftOutOut] = Field(description="Of a month: days that do not count.")
    baselines: list[BaselineUsed]
    acts: list[ActOut]
    disputes: list[DisputeOut]
    due: StatementDueOut | None = Field(description="Null while it is not signed.")


class DraftKind(StrEnum):
    """What a person may ask for."""

    MONTH = "month"
    TRUE_UP = "true_up"
    HAND_OVER = "hand_over"


class NewStatement(Body):
    """A draft: of a month by its figures, of a contract year, or of the end."""

    kind: DraftKind = DraftKind.MONTH
    month: Month | None = None
    figures: dict[str, Any] | None = Field(
        default=None, description="Table of the file's `months`, without `month`."
    )
    text: File | None = Field(default=None, description="A file that has the month.")
    year: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="Of the contract, for a true-up."
    )
    quarter: Annotated[int, Field(ge=1, le=3)] | None = Field(
        default=None, description="Of that year, where quarters are trued up; null: the year."
    )

    @model_validator(mode="after")
    def _whole(self) -> "NewStatement":
        by_figures = (self.figures is None) != (self.text is None)
        if (self.kind is DraftKind.MONTH) != (self.month is not None and by_figures):
            raise ValueError("a month wants month, and either figures or text")
        if (self.kind is DraftKind.TRUE_UP) != (self.year is not None):
            raise ValueError("a true-up, and nothing else, wants year")
        if self.quarter is not None and self.year is None:
            raise ValueError("quarter wants year")
        return self


class NewAct(Body):
    """What the caller does to a statement, for the party for which they act."""

    act: Act = Field(description="check, return, sign or pay; the others follow from disputes.")
    reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = ""
    sha256: str | None = Field(default=None, max_length=64, description="sign: of what was seen.")
    signature: Annotated[str, StringConstraints(max_length=5_000_000)] | None = Field(
        default=None, description="sign: text of the file that `civicwatt sign` makes."
    )
    number: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = Field(
        default="", description="pay: of the transfer."
    )
    amount: Money | None = Field(default=None, gt=0, description="pay: by who owes. [CNY]")
    on: date | None = Field(default=None, description="Local day; default today.")


class NewDispute(Body):
    """A claim about a line of a signed statement, or what a year or the whole term comes to."""

    line: Told = Field(
        description="Line of a month; of a year `2026-03/electricity`, or a symbol with side total."
    )
    side: Side
    claimed: Money = Field(description="What it should come to. [CNY]")
    reason: Told
    deadline: date
    evidence: Annotated[list[Told], Field(max_length=50)] = Field(default=[])


class NewOutcome(Body):
    """How a dispute ended; the other party has to sign it."""

    kind: OutcomeKind
    amount: Money = Field(description="What the line comes to. [CNY]")
    decided_on: date
    document: Told
