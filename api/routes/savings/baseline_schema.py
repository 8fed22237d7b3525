"""What the API says of baselines, their versions, non-routine events and savings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.models.fit_quality import LIMITS, Limits
from api.body import Body
from api.correction import Reason
from domain.baseline import EventVerdict, Stated, Step, TrainingCause
from domain.comparison import Method
from domain.registry import Medium

Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Amount = Annotated[Decimal, Field(max_digits=20, decimal_places=6, allow_inf_nan=False)]

Limit = Annotated[float, Field(gt=0, le=10)] | None

Sample = Annotated[
    list[Annotated[float, Field(ge=0, allow_inf_nan=False)]], Field(min_length=1, max_length=2000)
]


class BaselineOut(BaseModel):
    """A baseline somebody wants, and how its models stand."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    place_code: str
    meter_id: int | None = Field(description="One meter alone; null: the place by its tree.")
    meter_code: str | None
    medium: Medium
    step: Step
    method: Method
    ipmvp: str | None = Field(description="Option of IPMVP; null where it has no name for it.")
    gbt_28750: str | None = Field(description="Method of GB/T 28750 by its Chinese term.")
    terms: dict[str, Any] = Field(description="Of a comparison, as it was entered.")
    first_day: date = Field(description="Training: local days [first_day, end_day).")
    end_day: date
    reporting_from: date = Field(description="First local day on which savings count.")
    reporting_end: date | None = Field(description="Of a comparison: after its last day.")
    cvrmse_limit: float = Field(description="Most that the fit may have. [1]")
    nmbe_limit: float = Field(description="[1]")
    limit_source: str
    note: str
    person: str
    entered_at: datetime
    ended_because: str | None
    ended_at: datetime | None
    counting: int | None = Field(description="Number of the version that counts.")
    newest: int | None
    newest_at: datetime | None
    stale: bool | None = Field(description="The newest version was fitted to other days.")
    waiting: bool = Field(description="A worker is to compare its training with the store.")


class BaselineDetail(BaselineOut):
    """With what the caller may do."""

    may_change: bool


class OnDaysIn(Body):
    """Of an alternating test: spans [first, end) of local days on which the measure is on."""

    on: Annotated[list[tuple[date, date]], Field(min_length=1, max_length=500)]


class BesideIn(Body):
    """The meter of the like, or of what drives the retrofit; the caller administers its place."""

    meter: int


class SampledIn(Body):
    """A key parameter: power of each item measured before and after, and what is stipulated."""

    before: Sample = Field(description="[kW]")
    after: Sample = Field(description="[kW]")
    stipulated_h: float = Field(gt=0, allow_inf_nan=False, description="Of the whole stock. [h]")
    stipulated_why: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class NewBaseline(Body):
    """A baseline that is wanted; a worker fits it."""

    organisation: Text = Field(description="Code of the place.")
    meter: int | None = Field(default=None, description="Of this meter alone.")
    medium: Medium
    first_day: date
    end_day: date = Field(description="Local day after the training.")
    reporting_from: date
    cvrmse_limit: Limit = Field(default=None, description="Null: the usual one of the step. [1]")
    nmbe_limit: Limit = Field(default=None, description="Null: the usual one of the step. [1]")
    limit_source: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    note: Text = ""
    step: Step = Field(default=Step.DAILY, description="By the day, the hour, or the bill.")
    method: Method = Method.WHOLE
    reporting_end: date | None = Field(default=None, description="Of a comparison.")
    terms: OnDaysIn | BesideIn | SampledIn | None = Field(default=None, description="Of it.")

    def limits(self) -> Limits:
        """What the fit is held to: the usual limits of its step, but for those that are named."""
        usual = LIMITS[self.step]
        return Limits(
            self.cvrmse_limit or usual.cvrmse,
            self.nmbe_limit or usual.nmbe,
            self.limit_source or usual.source,
        )


class AdoptionOut(BaseModel):
    """Who let a version count from then on, and why."""

    person: str
    reason: str
    at: datetime


class BaselineVersionOut(BaseModel):
    """A model, or the named reasons why there is none; it never changes."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    cause: TrainingCause
    asked_by: str | None
    made_at: datetime
    model: str | None
    parameters: dict[str, Any] | None
    cvrmse: float | None = Field(description="On the training. [1]")
    nmbe: float | None
    r2: float | None
    left_out_cvrmse: float | None = Field(
        description="Each fortnight predicted from the others. [1]"
    )
    wander: float | None = Field(description="How far whole months were off. [1]")
    days: int = Field(description="Days, hours or bills it was fitted to.")
    coldest_c: float | None
    warmest_c: float | None
    refusals: list[str]
    basis: dict[str, Any] = Field(description="Zone, unit, meters, calendar, weather, code.")
    sha256: str = Field(description="Digest of `inputs`.")
    adoptions: list[AdoptionOut]
    counts: bool = Field(description="Savings are computed with it now.")


class Adoption(Body):
    """Which version is to count from now on, and why."""

    version: int
    reason: Reason


class Ending(Body):
    """Why a baseline is wanted no more."""

    reason: Reason


class NonRoutineEventOut(BaseModel):
    """A non-routine event; it adjusts nothing but by an accepted, dated and signed decision."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    first_day: date
    end_day: date | None = Field(description="Null: it stays.")
    per_day: float = Field(description="Use that came in addition, in the unit per day.")
    low: float | None
    high: float | None
    evidence: dict[str, Any]
    person: str | None = Field(description="Null: found by the engine.")
    entered_at: datetime
    verdict: EventVerdict | None
    signed_first_day: date | None
    signed_end_day: date | None
    signed_per_day: Decimal | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


class NewNonRoutineEvent(Body):
    """An event that somebody knows of, accepted by who enters it."""

    first_day: date
    end_day: date | None = None
    per_day: Amount
    reason: Reason


class EventDecision(Body):
    """What is to become of an event; accepted needs the days and the size that are signed for."""

    verdict: EventVerdict
    reason: Reason
    first_day: date | None = None
    end_day: date | None = None
    per_day: Amount | None = None


class StatedSavingOut(BaseModel):
    """A planned or verified saving over local days [first_day, end_day)."""

    model_config = ConfigDict(from_attributes=True)

    kind: Stated
    first_day: date
    end_day: date
    amount: Decimal = Field(description="In the unit of the medium.")
    version: int | None = Field(description="That counted when it was verified.")
    stated_by: str = Field(description="Who planned or verified it.")
    document: str
    document_date: date | None
    person: str = Field(description="Who entered it.")
    at: datetime


class NewStated(Body):
    """A saving to stand beside the measured one; null takes back what was stated of these days."""

    kind: Stated
    first_day: date
    end_day: date
    amount: Amount | None
    stated_by: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    document: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    document_date: date | None = None


class SavingRowOut(BaseModel):
    """A local day, or the bill or month that begins with it; amounts in `unit`."""

    model_config = ConfigDict(from_attributes=True)

    first_day: date
    days: int = Field(
        default=1, description="Of a bill how many it is of; of a month those counted."
    )
    actual: float | None
    baseline: float | None = Field(description="By the model alone.")
    adjustment: float = Field(description="Signed non-routine adjustments.")
    saving: float | None = Field(description="Null: the day is left out.")
    cumulative: float | None = Field(description="Since the first day asked for.")
    temperature_c: float | None = None
    left_out: str | None = Field(default=None, description="Why a day does not count.")
    left_out_days: int = Field(default=0, description="Of a month: days that do not count.")
    outside: bool = Field(
        default=False, description="Some of it outside the training's temperatures."
    )
    estimated: bool = False


class LocalOut(BaseModel):
    """What meter-years of the place and its portfolio say of the band."""

    model_config = ConfigDict(from_attributes=True)

    known: int = Field(description="Meter-years in which nothing is known to have changed.")
    tested: int = Field(description="Of them, held against a band that was made without them.")
    coverage: float | None = Field(description="Share of these that it held. [1]")


class BandOut(BaseModel):
    """Where the true saving lies, so far as unchanged meters tell."""

    model_config = ConfigDict(from_attributes=True)

    low: float
    high: float
    half_width: float | None = Field(description="Share of the baseline. [1]")
    confidence: float = Field(description="Nominal. [1]")
    coverage: float | None = Field(description="Measured on later meter-years. [1]")
    tested: int = Field(description="Meter-years behind the coverage.")
    sample_size: int = Field(description="Meter-years from which it is made.")
    basis: str
    local: LocalOut
    not_calibrated: str | None = Field(description="Why the confidence is not measured here.")


class CheckOut(BaseModel):
    """A figure held against a limit."""

    model_config = ConfigDict(from_attributes=True)

    check: str
    value: float | None
    limit: float
    source: str
    passed: bool | None


class SavingTotalOut(BaseModel):
    """Sums over the days that count."""

    baseline: float | None
    adjustment: float
    actual: float | None
    saving: float | None = Field(description="Baseline + adjustment - actual.")
    days: int
    left_out: int
    band: BandOut | None
    no_band: str | None
    p_saving: float | None = Field(description="Probability that anything was saved. [1]")
    guarantee: float | None = Field(default=None, description="As it was asked for.")
    p_guarantee: float | None = Field(
        default=None, description="Probability that more than that was saved. [1]"
    )
    outside: float | None = Field(description="Share outside the training's temperatures. [1]")


class NormalisedOut(BaseModel):
    """Use in a typical year before and after the measure; null with the named reasons."""

    unit: str
    baseline: float | None
    reporting: float | None
    saving: float | None = Field(description="Positive = saved. [use per year]")
    model: str | None = Field(description="Of the reporting days.")
    years: list[int] = Field(description="Of which year each month of the typical year is.")
    candidates: int = Field(description="Fewest years that a month was chosen from.")
    refusals: list[str]
    band: BandOut | None = Field(description="Of the saving; null without one.")
    no_band: str | None = Field(description="Why there is none.")
    p_saving: float | None = Field(description="Probability that anything was saved. [1]")


class SavingsOut(BaseModel):
    """Measured savings, and beside them what was planned and what was verified."""

    baseline_id: int
    version: int
    model: str
    sha256: str
    unit: str
    zone: str
    first_day: date
    end_day: date
    as_of: datetime | None
    total: SavingTotalOut
    checks: list[CheckOut]
    reasons: list[str] = Field(description="Why it is not to be relied on.")
    stated: list[StatedSavingOut]
    weather: list[dict[str, Any]]
    calendar_missing: list[int]
    calendar_provisional: bool
    items: list[SavingRowOut]
