"""What the API says of energy contracts: terms in versions, events, people and keys."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.body import Body
from api.correction import Reason
from domain.contract import ContractKind, Party
from domain.contract_book import EventKind
from domain.contract_line import LineKind
from domain.time_of_use import Period

LONGEST = 1_000_000
"""Of a settlement file. [character]"""
Told = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
File = Annotated[
    str,
    StringConstraints(max_length=LONGEST, pattern=r"^[^\x00]*$"),
    Field(description="TOML of the schema settlement/1."),
]


class TermsState(StrEnum):
    """How things stand with a version of the terms."""

    ENTERED = "entered"
    CHECKED = "checked"
    REFUSED = "refused"


class ContractOut(BaseModel):
    """A contract, by the version in force today, or the newest one while none is."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    organisation_id: int
    organisation_code: str | None = Field(description="The client; null: you do not see it.")
    name_zh: str
    name_en: str
    kind: ContractKind
    client: str
    provider: str
    first_day: date = Field(description="Local days it runs, [first_day, end_day).")
    end_day: date
    utilities_paid_by: Party
    version: int | None = Field(description="In force today; null: none is.")
    newest_version: int
    newest_state: TermsState
    person: str | None = Field(description="Who entered it.")
    entered_at: datetime


class LineName(BaseModel):
    """A line of the terms."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name_zh: str
    name_en: str
    kind: LineKind
    unit: str
    in_fee: bool
    in_bills: bool


class ContractDetail(ContractOut):
    """With its terms and what the caller is in it."""

    party: Party | None = Field(description="For whom the caller acts; null: reads only.")
    terms: dict[str, Any] = Field(description="Table `contract` of the file; numbers are text.")
    lines: list[LineName]
    months: list[str] = Field(
        default=[], description="Of an uploaded file: months it has figures of, not entered here."
    )


class TermsIn(Body):
    """Terms as a settlement file, or as JSON of its table `contract`."""

    text: File | None = None
    terms: dict[str, Any] | None = Field(
        default=None, description="Numbers with digits behind the point are text."
    )

    @model_validator(mode="after")
    def _one(self) -> "TermsIn":
        if (self.text is None) == (self.terms is None):
            raise ValueError("want either text or terms")
        return self


class NewContract(TermsIn):
    """A contract of an institution; its terms are its first version."""

    organisation: Told = Field(description="Code of the client's institution.")


class NewVersion(TermsIn):
    """An amendment; its `version` is the next number."""

    holds_from: date = Field(description="First day of the first month that is settled by it.")
    reason: Reason


class ContractVersionOut(BaseModel):
    """A version of the terms; it never changes."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    holds_from: date
    signed_on: date | None = Field(description="As the terms say; null: nothing can be signed.")
    sha256: str = Field(description="Digest of the one text of the terms.")
    state: TermsState
    reason: str
    person: str
    party: Party | None = Field(description="For whom it was entered; null: not kept then.")
    entered_at: datetime
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_reason: str | None


class TermsVerdictIn(Body):
    """What a second person says of the terms."""

    verdict: TermsState = Field(description="checked or refused.")
    reason: Reason

    @model_validator(mode="after")
    def _said(self) -> "TermsVerdictIn":
        if self.verdict is TermsState.ENTERED:
            raise ValueError("want checked or refused")
        return self


class ContractEventOut(BaseModel):
    """What happened; it counts until it is undone."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: EventKind
    first_day: date
    end_day: date | None
    event: dict[str, Any] = Field(description="Fields of the file's `events`; numbers are text.")
    document: str = Field(description="On which it rests.")
    party: Party
    person: str
    entered_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undone_because: str | None


class NewContractEvent(Body):
    """An event, with the fields that `events` of the file has."""

    kind: EventKind
    event: dict[str, Any]


class Because(Body):
    """Why something is taken back."""

    reason: Reason


class MemberOut(BaseModel):
    """Who acts for a party."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    party: Party
    name: str
    entered_by: str
    entered_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    ended_because: str | None


class NewMember(Body):
    """A person who is to act for a party."""

    login: Told
    party: Party


class PartyKeyOut(BaseModel):
    """A public key by which a party signs."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    party: Party
    key: str = Field(description="Ed25519, 32 bytes in base64.")
    fingerprint: str = Field(description="SHA-256 of the key.")
    note: str
    person: str
    entered_at: datetime = Field(description="Since when it counts.")
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_because: str | None


class NewPartyKey(Body):
    """A public key of the caller's own party; private keys stay where they are."""

    key: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        description="PEM of an Ed25519 public key, or its 32 bytes in base64."
    )
    note: Told = Field(description="Whose it is and how its fingerprint was told.")


class ContractFigureOut(BaseModel):
    """What a meter that nobody reads out counted in a month, as a person entered it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    month: str = Field(description="YYYY-MM.")
    meter: str
    quantities: dict[str, str] = Field(description="By period. [unit of the meter's line]")
    document: str = Field(description="What it was read off.")
    party: Party
    person: str
    entered_at: datetime
    proof_form: str | None = Field(description="jpeg or pdf; null: no file yet, nobody can check.")
    proof_sha256: str | None
    state: TermsState
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_reason: str | None


class NewFigure(Body):
    """A figure by hand; its file follows, then another person checks it."""

    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    meter: Told
    quantities: dict[str, str] = Field(description="By period, such as flat. Numbers are text.")
    document: Told = Field(description="What it was read off.")


class MonthShapeOut(BaseModel):
    """Shares of a month of a baseline by other periods."""

    model_config = ConfigDict(from_attributes=True)

    month: date
    quantity: Decimal = Field(description="Of the days that count. [unit of the line]")
    shares: dict[Period, Decimal] = Field(description="Six decimals that sum to 1. [1]")
    days: int = Field(description="Days that count.")
    missing_days: int = Field(description="Days that some meter does not tell for sure.")


class RedefinedSharesOut(BaseModel):
    """What a redefinition by intervals would enter."""

    model_config = ConfigDict(from_attributes=True)

    tariff: str = Field(description="Which version of the periods: `school-tou/2026-07-01`.")
    months: list[MonthShapeOut]
