"""Schema of how vehicles are used, as requests see it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from api.fleet_standing import FleetStandingOut


class VehicleUseOut(BaseModel):
    """Use of a vehicle."""

    vehicle_id: int
    code: str
    plate: str
    acquisition: str
    days: int
    days_known: int = Field(description="On which anything is known of it. [d]")
    days_used: int
    trips: int
    hours: Decimal = Field(description="[h]")
    km: Decimal = Field(description="[km]")
    trips_without_km: int
    idle: bool | None = Field(
        description="Candidate for another institution; null: too little is known."
    )


class AtOnceOut(BaseModel):
    """How many vehicles were out at once."""

    vehicles: int
    most: int
    most_at: datetime | None
    hours: list[Decimal] = Field(description="Hours with 0, 1, 2 .. vehicles out. [h]")
    enough: int = Field(description="Fleet that would have been too small for the hours to spare.")


class LimitsOut(BaseModel):
    """From where on a vehicle is called idle and a fleet too large."""

    used_days: Decimal = Field(description="Share of the days known, below. [1]")
    km_day: Decimal = Field(description="[km/d], below")
    least_known: Decimal = Field(description="Share of the days that must be known. [1]")
    spare_hours: Decimal = Field(description="In which a fleet may have been too small. [h]")
    away_hours: Decimal = Field(
        description="Who drives on within so long was out all the while. [h]"
    )
    set_at: int | None = Field(description="Place that set them; null: the usual ones hold.")
    holds_from: date | None
    reason: str


class UtilisationOut(BaseModel):
    """Use of the vehicles of a place."""

    items: list[VehicleUseOut]
    at_once: AtOnceOut
    limits: LimitsOut
    standing: FleetStandingOut


class BookingOut(BaseModel):
    """A booking or dispatch order."""

    vehicle_id: int
    code: str
    number: str
    start_at: datetime
    end_at: datetime
    purpose: str
    driver: str


class UnbookedOut(BaseModel):
    """A trip that nobody booked."""

    vehicle_id: int
    code: str
    id: str
    start_at: datetime
    end_at: datetime


class OverlapOut(BaseModel):
    """Two bookings of one vehicle for the same time."""

    one: BookingOut
    other: BookingOut


class DispatchOut(BaseModel):
    """Bookings beside trips. Each is something to look at, and no verdict."""

    used: int
    waiting: int
    unused: list[BookingOut]
    unbooked: list[UnbookedOut]
    unbooked_total: int
    overlapping: list[OverlapOut]


class RentalOut(BaseModel):
    """A bill of a rental beside its terms."""

    vehicle_id: int
    code: str
    supplier: str
    number: str
    at: datetime
    until: datetime | None
    hours: Decimal = Field(description="By the terms, in steps begun. [h]")
    time_cny: Decimal
    distance_cny: Decimal
    billed_km: Decimal | None = Field(description="[km]")
    driven_km: Decimal | None = Field(description="Of the trips. [km]")
    partly_seen: bool = Field(
        description="In part of its time the vehicle was at a place that may not be seen: what was"
        " driven is not told."
    )
    billed: Decimal = Field(description="[CNY]")
    expected: Decimal = Field(description="[CNY]")
    difference: Decimal = Field(description="Billed - expected. [CNY]")


class RentalsOut(BaseModel):
    """Bills of rentals that began in the months."""

    items: list[RentalOut]
    unchecked: int = Field(
        description="Bills without terms in force, without an end, or whose distance is not told."
    )


class PlacesOut(BaseModel):
    """Places (编制) of an institution at the end of the months, and what happened in them."""

    institution_id: int
    code: str
    name_zh: str
    name_en: str
    granted: int
    filled: int
    vacant: int
    adjusted: int
    transferred: int
    disposed: int


class PlaceEntryOut(BaseModel):
    """An entry of the ledger of places. Names of who the person may not see are empty."""

    institution_id: int
    institution: str = Field(description="Code.")
    kind: Literal["grant", "adjustment", "transfer", "disposal"]
    day: date
    places: int = Field(
        description="Added, below 0 taken away; of a transfer handed over, of a disposal given up."
    )
    receiver_id: int | None = Field(description="Of a transfer.")
    receiver: str
    document: str


class MaintenanceDueOut(BaseModel):
    """How far a plan of maintenance is."""

    vehicle_id: int
    code: str
    item: str
    done_on: date
    km: Decimal | None = Field(
        description="Driven since; null where not all of that time may be seen. [km]"
    )
    every_km: Decimal | None = Field(description="[km]")
    days: int
    every_days: int | None
    share: Decimal = Field(description="Of what may pass, as far as it is known. [1]")
    state: Literal["due", "soon", "far", "unknown"]


class ManagedOut(BaseModel):
    """Places and maintenance."""

    places: list[PlacesOut]
    entries: list[PlaceEntryOut] = Field(description="By day, to the end of the months.")
    maintenance: list[MaintenanceDueOut]
