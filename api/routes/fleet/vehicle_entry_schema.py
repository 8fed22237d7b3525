"""What people say of a vehicle: what it is, who has it, which terminal tells of it."""

from dataclasses import fields
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.body import Body
from api.routes.fleet.vehicle_schema import Name, Text
from domain.vehicle import Acquisition, Powertrain, VehicleCategory, VehicleDescription


class DescriptionIn(Body):
    """What a vehicle is."""

    plate: Name
    vehicle_class: Name
    powertrain: Powertrain
    category: VehicleCategory = VehicleCategory.GENERAL
    acquisition: Acquisition = Acquisition.QUOTA
    battery_kwh: float | None = Field(default=None, gt=0, lt=2000, description="[kWh]")
    livery: bool = False
    hidden: bool = False
    since: AwareDatetime | None = Field(default=None, description="None: it always was.")

    def description(self) -> VehicleDescription:
        """The same as it is kept."""
        told = {each.name: getattr(self, each.name) for each in fields(VehicleDescription)}
        return VehicleDescription(**told)


class NewVehicleIn(DescriptionIn):
    """A vehicle to be entered, with what it is and its terminal."""

    code: Name
    organisation: Name = Field(description="Code of the place that has it.")
    department: Text = ""
    vin: Text | None = None
    maker: Text = ""
    model: Text = ""
    device: Name | None = Field(default=None, description="Code of its terminal.")


class DescribedIn(DescriptionIn):
    """What a vehicle is from an instant on."""

    since: AwareDatetime


class StationIn(Body):
    """A place that a vehicle is handed over to."""

    organisation: Name = Field(description="Code of the place.")
    department: Text = ""
    since: AwareDatetime


class VehiclePlaceOut(BaseModel):
    """A place that had a vehicle in [start_at, end_at); null: without a bound."""

    model_config = ConfigDict(from_attributes=True)

    organisation_id: int
    department: str
    start_at: datetime | None
    end_at: datetime | None


class TerminalIn(Body):
    """A terminal that tells of a vehicle from an instant on."""

    device: Name
    since: AwareDatetime
