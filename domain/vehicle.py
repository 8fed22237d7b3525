"""What a vehicle of a fleet is: drive, category and acquisition, as official rules name them."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import InputError
from domain.sentence import Sentence

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")


class Powertrain(StrEnum):
    """What drives it."""

    ELECTRIC = "electric"
    PLUG_IN_HYBRID = "plug_in_hybrid"
    FUEL = "fuel"


class VehicleCategory(StrEnum):
    """Categories of official vehicles (党政机关公务用车管理办法, 2017)."""

    CONFIDENTIAL = "confidential"
    """机要通信."""
    EMERGENCY = "emergency"
    """应急保障."""
    LAW_ENFORCEMENT = "law_enforcement"
    """执法执勤."""
    SPECIAL = "special"
    """特种专业技术."""
    GENERAL = "general"


class Acquisition(StrEnum):
    """How it was acquired."""

    QUOTA = "quota"
    """编制内."""
    RENT_IN_LIEU_OF_QUOTA = "rent_in_lieu_of_quota"
    """以租代编."""
    TIME_SHARE_RENTAL = "time_share_rental"
    """分时租赁."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDescription:
    """What a vehicle is from an instant on.

    Attributes
    ----------
    vehicle_class : str
        One of the store's `vehicle_class`, such as ``sedan``.
    battery_kwh : float or None
        Usable capacity; None: the state of charge tells no energy. [kWh]
    livery : bool
        Carries the marks of an official vehicle.
    hidden : bool
        Shown to administrators only.
    since : datetime or None
        None: it always was.
    """

    plate: str
    vehicle_class: str
    powertrain: Powertrain
    category: VehicleCategory = VehicleCategory.GENERAL
    acquisition: Acquisition = Acquisition.QUOTA
    battery_kwh: float | None = None
    livery: bool = False
    hidden: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVehicle:
    """A vehicle to be entered.

    Attributes
    ----------
    code : str
        Its name here, which never changes.
    place : str
        Code of the organisation that has it.
    device : str or None
        Code of its terminal.
    """

    code: str
    place: str
    description: VehicleDescription
    department: str = ""
    vin: str | None = None
    maker: str = ""
    model: str = ""
    device: str | None = None


def check_vin(vin: str | None) -> None:
    """Refuse what is no vehicle identification number.

    Its check digit is not looked at: outside North America it need not hold.

    Raises
    ------
    InputError
        If it has other than 17 characters of A to Z without I, O, Q, and digits.
    """
    if vin is not None and not _VIN.fullmatch(vin):
        raise InputError(
            Sentence("wrong_vin", "{vin}: want 17 of A to Z without I, O, Q, and digits", vin=vin),
            place="vin",
        )
