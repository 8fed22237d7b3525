"""What the alert desk says and takes."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.alerts.right import Lost
from analytics.duty.alert_expectation import MeterExpectation
from analytics.rules.finding import Priority
from api.body import Body
from api.rate_unit import rate_unit
from domain.alert import AlertState, Verdict
from domain.quantity import quantities


class Which(StrEnum):
    """Which alerts are wanted."""

    STANDING = "standing"
    HELD = "held"
    RESOLVED = "resolved"
    SHADOW = "shadow"
    ALL = "all"


class AlertOut(BaseModel):
    """An alert. It keeps its id when it comes back."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    rule: str
    code: str = Field(
        description="Which of the rule's matters, as battery_hot; empty: its only one."
    )
    priority: Priority
    state: AlertState
    verdict: Verdict | None
    organisation_id: int
    place_code: str
    place_zh: str
    place_en: str
    device_id: int | None
    device_code: str | None
    meter_id: int | None
    meter_code: str | None
    meter_zh: str | None
    meter_en: str | None
    desk_id: int | None = Field(description="The desk it stands at.")
    parent_id: int | None = Field(description="The alert that explains it.")
    inhibited: bool = Field(description="Told to nobody while its parent stands.")
    shadow: bool = Field(description="Found by a rule on trial.")
    held: bool = Field(description="Beyond the budget of interruptions: for the morning list.")
    began_at: AwareDatetime = Field(description="Event time of the first value that speaks for it.")
    last_at: AwareDatetime | None
    opened_at: AwareDatetime
    resolved_at: AwareDatetime | None
    snoozed_until: AwareDatetime | None
    assignee: str | None
    clear_since: AwareDatetime | None
    blind_since: AwareDatetime | None = Field(
        description="Since when there are no values: it neither grows nor ends."
    )
    reopened: int
    flapping: bool
    score: float | None
    expected: float | None
    actual: float | None
    unit: str | None
    lost: float | None = Field(description="Beyond what was expected so far: kWh, m3 or GJ.")
    lost_cny: Decimal | None
    month: float | None = Field(description="Of 30 more days like these.")
    month_cny: Decimal | None
    confidence: float | None
    children: int = Field(description="Alerts it explains.")


class HistoryOut(BaseModel):
    """Something that happened to an alert; without a person, the evaluator did it."""

    model_config = ConfigDict(from_attributes=True)

    act: str
    from_state: str | None
    to_state: str
    reason: str
    detail: Mapping[str, Any]
    at: AwareDatetime
    person: str | None


class SimilarOut(BaseModel):
    """An earlier alert of the same rule at the same device or meter."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    began_at: AwareDatetime
    resolved_at: AwareDatetime | None
    verdict: Verdict | None


class AlertDetail(AlertOut):
    """An alert with its evidence and its history."""

    evidence: Mapping[str, Any]
    worth_basis: Mapping[str, Any]
    may_act: bool
    history: list[HistoryOut] = []
    similar: list[SimilarOut] = []


class ExpectedOut(BaseModel):
    """A meter around an alert, in columns of one length."""

    unit: str | None = Field(description="Of all columns: the register's per hour; kW for kWh.")
    t: list[int] = Field(description="Starts of the hours. [s since 1970-01-01T00:00Z]")
    actual: list[float | None]
    expected: list[float | None] = Field(description="Null where too little is known before.")
    low: list[float | None] = Field(description="Lower limit of the band.")
    high: list[float | None] = Field(description="Upper limit of the band.")
    outside: list[bool] = Field(description="Whether the value lies beyond the band.")

    @classmethod
    def of(cls, found: MeterExpectation | None) -> "ExpectedOut":
        """Columns with nulls where nothing is known; empty ones without an expectation."""
        if found is None:
            return cls(unit=None, t=[], actual=[], expected=[], low=[], high=[], outside=[])
        of = found.hours
        columns = {
            name: [value if isfinite(value) else None for value in getattr(of, name).tolist()]
            for name in ("actual", "expected", "low", "high")
        }
        return cls(
            unit=rate_unit(quantities()[found.quantity].unit),
            t=[at // 1_000_000 for at in of.at_us.tolist()],
            outside=of.outside.tolist(),
            **columns,
        )


class ActIn(Body):
    """What is to be done to an alert."""

    act: Literal["acknowledge", "assign", "snooze", "resolve", "reopen", "comment"]
    reason: str = Field(default="", max_length=1000)
    until: AwareDatetime | None = Field(default=None, description="To when it is snoozed.")
    login: str | None = Field(
        default=None, max_length=200, description="To whom it is assigned; oneself without."
    )


class AlertVerdictIn(Body):
    """What one says of an alert."""

    verdict: Verdict
    cause: str = Field(default="", max_length=1000)


class AlertDeskOut(BaseModel):
    """How the desk stands."""

    zone: str = Field(description="In which its times are told.")
    urgent: int
    high: int
    low: int
    oldest_open: AwareDatetime | None
    opened_day: int
    opened_ten_minutes: int
    flood: bool = Field(description="More than ten opened in ten minutes.")
    stale: int = Field(description="Standing for more than seven days.")
    flapping: int
    held: int
    month_cny: Decimal
    acknowledged_after_s: float | None
    interruptions_shift: int
    interruptions_day: int
    watched: int = Field(description="Devices in use, gateways left out.")
    heard: int = Field(description="Of these, heard in the last day.")
    opened_per_operator_hour: float = Field(
        description="Of the last day, over who is on duty now, one person at least. [1/h]"
    )


class LostRightOut(BaseModel):
    """A desk that a rule may not interrupt: what it tells waits for the morning list there."""

    desk_zh: str
    desk_en: str
    why: Lost
    right: int = Field(description="Verdicts of true, and orders after which something stopped.")
    wrong: int = Field(description="Verdicts of false, and orders after which nothing stopped.")
    told: int = Field(description="Alerts that it told, or would have told, in four weeks.")
    watched: int = Field(description="Devices at the desk.")


class AlertRuleOut(BaseModel):
    """A rule: whether it speaks, what it found in 90 days, and what people said of it."""

    rule: str
    mode: Literal["live", "shadow", "off"]
    told: int = 0
    on_trial: int = 0
    would_have: int = Field(default=0, description="Would have alerted so often: back-test.")
    interrupted: int = 0
    said_true: int = 0
    said_false: int = 0
    said_known: int = 0
    precision: float | None = None
    without_right: list[LostRightOut] = Field(
        default=[], description="Desks that it may not interrupt; what is urgent does."
    )


class ModeIn(Body):
    """Whether a rule is to speak."""

    mode: Literal["live", "shadow", "off"]
    reason: str = Field(min_length=1, max_length=1000)


class WindowIn(Body):
    """A time in which what is found at a place and below it opens no alert."""

    organisation: str = Field(max_length=200)
    kind: Literal["maintenance", "event"]
    first: AwareDatetime
    last: AwareDatetime
    rule: str | None = Field(default=None, max_length=100)
    reason: str = Field(min_length=1, max_length=1000)


class WindowEndIn(Body):
    """Why a window holds no more."""

    reason: str = Field(min_length=1, max_length=1000)


class SuppressedOut(BaseModel):
    """What was found and opened no alert, and the window or event that is why."""

    model_config = ConfigDict(from_attributes=True)

    rule: str
    place_code: str
    place_zh: str
    place_en: str
    meter_code: str | None
    device_code: str | None
    medium: str | None
    first: AwareDatetime
    last: AwareDatetime
    priority: str
    expected: float | None
    actual: float | None
    kind: str | None = Field(description="Of the window, or of the event.")
    reason: str | None = Field(description="Of the window, or the name of the event.")
    event: bool = Field(description="An event of the calendar, no window that was entered.")


class WindowOut(BaseModel):
    """A window as it was entered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    place_code: str
    place_zh: str
    place_en: str
    rule: str | None
    kind: str
    first: AwareDatetime
    last: AwareDatetime
    reason: str
    ended: bool
