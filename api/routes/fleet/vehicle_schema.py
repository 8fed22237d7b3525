"""What the API says of vehicles, of what they did, and of what looks wrong with it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.fleet.alarms import priority
from analytics.fleet.distance import Doubt
from analytics.fleet.fence import FenceKind
from analytics.fleet.use_rules import UseRule
from api.body import Body
from api.correction import Reason
from domain.coordinates import CoordinateSystem
from domain.vehicle import Acquisition, Powertrain, VehicleCategory
from store.fleet.vehicle_use import ToldAlarm, UseRow

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*\S[^\x00]*$")
]
Text = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
SuspicionVerdict = Literal["true", "false", "known"]


class VehicleClassOut(BaseModel):
    """A class of vehicles."""

    model_config = ConfigDict(from_attributes=True)

    vehicle_class: str
    name_zh: str
    name_en: str
    parking_s: float = Field(description="A pause at least as long ends a trip. [s]")
    least_km: float = Field(description="Less is manoeuvring. [km]")


class VehicleOut(BaseModel):
    """A vehicle as it is now."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    vin: str | None
    maker: str
    model: str
    plate: str
    vehicle_class: str
    powertrain: Powertrain
    category: VehicleCategory
    acquisition: Acquisition
    battery_kwh: float | None = Field(description="Usable capacity. [kWh]")
    livery: bool
    hidden: bool = Field(description="Shown to administrators only.")
    organisation_id: int
    department: str
    zone: str | None
    device_id: int | None = Field(description="Terminal that tells of it now.")
    soc_pct: float | None = Field(description="Newest state of charge. [%]")
    last_seen: datetime | None = Field(description="Newest instant its terminal told of.")
    waiting: bool = Field(description="Samples wait to be cut into trips.")


class SegmentOut(BaseModel):
    """A trip or charge with every way its figures were told."""

    model_config = ConfigDict(from_attributes=True)

    vehicle_id: int
    id: str = Field(description="Stays when late samples move an edge.")
    kind: Literal["trip", "stop", "charge"]
    start_at: datetime
    end_at: datetime
    start_after: datetime | None = Field(description="The true start lies between this and start.")
    end_before: datetime | None
    km: float | None = Field(description="[km]")
    km_by: str | None = Field(description="Way that counts: odometer, speed or track.")
    km_ways: dict[str, float] = Field(description="[km]")
    kwh: float | None = Field(description="Of a trip net out of the battery, else into it. [kWh]")
    kwh_by: str | None
    kwh_ways: dict[str, float] = Field(description="[kWh]")
    kwh_spread: float | None = Field(description="Greatest difference of two ways. [1]")
    recovered_kwh: float | None = Field(description="By braking. [kWh]")
    grid_kwh: float | None = Field(description="As told along with the charge. [kWh]")
    electric_km: float | None = Field(description="In electric mode. [km]")
    soc_start: float | None = Field(description="[%]")
    soc_end: float | None = Field(description="[%]")
    evidence: list[str] = Field(description="What shows it, strongest first.")
    estimated: bool = Field(description="It lies in a silence, whole or in part.")
    doubts: list[str] = Field(description="implausible: shown, and in no total.")
    known_at: datetime
    superseded_at: datetime | None
    versions: int
    pile: str | None = Field(description="Our own pile that gave a charge.")
    pile_kwh: float | None = Field(description="What its meter counted for it. [kWh]")
    loss: float | None = Field(
        description="1 - into the battery / from the pile; null where either tells only a part. [1]"
    )
    uncounted_s: int | None = Field(
        description="Of the charge, without a figure of the pile's meter: not in pile_kwh. Null"
        " without a pile of our own, or where its meter may not be seen. [s]"
    )
    matched_by: list[str] | None = Field(description="What speaks for the pile.")

    @classmethod
    def of(cls, row: UseRow) -> Self:
        """A segment as it is kept."""
        told = {name: getattr(row, name) for name in cls.model_fields if name != "doubts"}
        return cls(**told, doubts=Doubt(row.doubts).names)


class VehicleSpanOut(BaseModel):
    """A trip or charge as a bar of the day."""

    model_config = ConfigDict(from_attributes=True)

    vehicle_id: int
    id: str
    kind: Literal["trip", "charge"]
    start_at: datetime
    end_at: datetime
    km: float | None = Field(description="[km]")
    kwh: float | None = Field(description="[kWh]")
    estimated: bool
    implausible: bool = Field(description="Shown, and in no total.")


class AlarmOut(BaseModel):
    """An alarm that a vehicle's terminal told."""

    device_id: int
    code: str
    level: int = Field(description="Highest told while it lasted; GB/T 32960.3.")
    priority: Literal["urgent", "high", "low"]
    start_at: datetime
    last_at: datetime
    end_at: datetime | None = Field(description="Null: it still stands.")

    @classmethod
    def of(cls, row: ToldAlarm) -> "AlarmOut":
        """An alarm as it is kept."""
        told = {name: getattr(row, name) for name in row.__dataclass_fields__}
        return cls(**told, priority=priority(row.level))


class FixOut(BaseModel):
    """Where a vehicle was."""

    model_config = ConfigDict(from_attributes=True)

    ts: datetime
    latitude_deg: float = Field(description="In the system asked for. [deg]")
    longitude_deg: float = Field(description="[deg]")
    speed_kmh: float | None = Field(description="[km/h]")


class TrackOut(BaseModel):
    """A track; that it was read has been noted."""

    system: CoordinateSystem
    fixes: list[FixOut]


class TrackReadOut(BaseModel):
    """A reading of a track."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    vehicle_id: int
    first_at: datetime
    end_at: datetime
    reason: str
    person: str | None
    at: datetime


class TrackLeave(Body):
    """Leave to read tracks of a place's vehicles."""

    login: Name
    organisation_id: int
    first_day: date = Field(description="Days on which they may be read, [first_day, end_day).")
    end_day: date
    reason: Reason


class TrackLeaveOut(BaseModel):
    """Leave to read tracks, as it was given."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    person: str
    organisation_id: int
    first_day: date
    end_day: date
    reason: str
    granted_by: str
    at: datetime
    withdrawn_at: datetime | None


class SuspicionOut(BaseModel):
    """Use that looks wrong, and what people found."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    vehicle_id: int
    plate: str
    rule: UseRule
    subject: str
    start_at: datetime
    end_at: datetime
    evidence: dict[str, Any]
    known_at: datetime
    withdrawn_at: datetime | None = Field(description="The samples show it no longer.")
    verdict: SuspicionVerdict | None
    reason: str | None
    judged_by: str | None
    judged_at: datetime | None
    judged_otherwise: bool = Field(description="The evidence has changed since the verdict.")
    judged_evidence: dict[str, Any] | None = Field(
        description="What was shown when the verdict was given."
    )


class SuspicionVerdictIn(Body):
    """What was found: misuse (true), none (false), or there was leave (known)."""

    verdict: SuspicionVerdict
    reason: Reason


class FleetRuleIn(Body):
    """How a rule of use holds at a place and below it."""

    organisation_id: int
    rule: UseRule
    holds_from: date
    in_use: bool = True
    terms: dict[str, float] = Field(default_factory=dict)


class FleetRuleOut(BaseModel):
    """A rule as it holds at a place."""

    rule: UseRule
    in_use: bool
    set: bool = Field(description="Somebody has set it; else what is usual holds.")
    holds_from: date | None = Field(description="Local day from which on it is set so.")
    changes_on: date | None = Field(description="Next day from which on it is set otherwise.")
    terms: dict[str, float]


class FenceIn(Body):
    """An area."""

    organisation_id: int
    kind: FenceKind
    name: Name
    ring: list[tuple[Latitude, Longitude]] = Field(
        min_length=3, max_length=200, description="Corners: latitude, longitude. [deg]"
    )
    system: CoordinateSystem = CoordinateSystem.WGS84
    first_day: date | None = Field(
        default=None, description="Local day from which on it holds; null: it always has."
    )


class FenceOut(BaseModel):
    """An area, in WGS-84."""

    id: int
    organisation_id: int
    kind: FenceKind
    name: str
    ring: list[tuple[float, float]] = Field(description="[deg]")
    first_day: date | None = Field(description="Null: it always has been there.")
    end_day: date | None = Field(description="Day from which on it holds no longer.")


class LeaveIn(Body):
    """Leave to use a vehicle that is locked up."""

    kind: Literal["duty", "emergency", "law_enforcement", "other"]
    first_day: date
    end_day: date
    reason: Reason


class LeaveOut(BaseModel):
    """Leave to use a vehicle that is locked up, on local days [first_day, end_day)."""

    kind: str
    first_day: date | None
    end_day: date | None


class PileIn(Body):
    """A charging pile of our own."""

    code: Name
    name_zh: Name
    name_en: Name
    meter_id: int
    latitude_deg: float | None = Field(default=None, ge=-90, le=90)
    longitude_deg: float | None = Field(default=None, ge=-180, le=180)
    system: CoordinateSystem = CoordinateSystem.WGS84


class PileOut(BaseModel):
    """A pile, in WGS-84."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    name_zh: str
    name_en: str
    meter_id: int
    meter_code: str
    latitude_deg: float | None
    longitude_deg: float | None
    organisation_id: int | None
    parent_meter: str | None = Field(description="Meter above its own.")


class PileUseOut(BaseModel):
    """What a pile gave, to whom it is known, and whose bill it is in."""

    model_config = ConfigDict(from_attributes=True)

    pile_id: int
    code: str
    name_zh: str
    name_en: str
    meter_id: int
    meter_code: str
    above: list[str] = Field(description="Meters above its own.")
    metered_kwh: float | None = Field(
        description="By its meter; null where it has no figure of the span. [kWh]"
    )
    matched_kwh: float = Field(description="Of it, to known charges. [kWh]")
    unseen_kwh: float = Field(
        description="Of it, to known charges of vehicles that are not shown. [kWh]"
    )
    unmatched_kwh: float | None = Field(description="To nobody known; null as above. [kWh]")
    charges: int
    covered_s: int = Field(description="Of the span, with figures of its meter. [s]")
    inside: list[str] = Field(description="Contracts in whose boundary it is counted.")
    twice: list[str] = Field(description="Of those, where it is counted under two meters.")


class ChargingBalance(BaseModel):
    """Charging over a span: what piles gave, and charges that came from none of them."""

    over_s: int = Field(
        description="Of the span, what is over: `covered_s` of a pile that knows it all. [s]"
    )
    piles: list[PileUseOut]
    elsewhere: list[SegmentOut] = Field(description="Charges without a pile of our own.")
    partly_counted: list[SegmentOut] = Field(
        description="Charges of which the pile's meter counted only a part: what is lacking is in"
        " no figure of the pile."
    )
