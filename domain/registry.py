"""What stands where: organisations, meters and devices, as they are told to the store.

A `Registry` is a description to be put into the store, from a simulated district, a file or an
installer's list. Codes are the names by which the parts refer to each other; they are unique per
kind and never change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.counting import CountsBy


class OrganisationKind(StrEnum):
    """Levels of the organisation tree, from the top."""

    BUREAU = "bureau"
    INSTITUTION = "institution"
    SITE = "site"
    BUILDING = "building"
    SPACE = "space"


class Medium(StrEnum):
    """What a meter measures."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEAT = "heat"
    COOLING = "cooling"


class MeterRole(StrEnum):
    """Place of a meter in the tree of its medium. Check meters are never summed.

    `PV` counts what a plant of the place's own makes behind the meter above it, `FED_IN` what left
    through the meter above it: neither is a use, and both are needed to know one.
    """

    GATEWAY = "gateway"
    MAIN = "main"
    BRANCH = "branch"
    SUB = "sub"
    CHECK = "check"
    PV = "pv"
    FED_IN = "fed_in"
    VIRTUAL = "virtual"


class DeviceKind(StrEnum):
    """Class of a device; says which readings to expect of it."""

    ELECTRICITY_METER = "electricity_meter"
    WATER_METER = "water_meter"
    GAS_METER = "gas_meter"
    HEAT_METER = "heat_meter"
    CLIMATE_SENSOR = "climate_sensor"
    VEHICLE = "vehicle"
    GATEWAY = "gateway"
    OTHER = "other"


class DeviceStatus(StrEnum):
    """Whether a device's readings count. Readings of a pending device are kept, and wait."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


#: Register by which consumption of a medium is counted, in the order of the list of quantities.
REGISTER_OF_MEDIUM = {
    Medium.ELECTRICITY: "active_energy_import_kwh",
    Medium.WATER: "volume_m3",
    Medium.GAS: "volume_m3",
    Medium.HEAT: "heat_energy_gj",
    Medium.COOLING: "cold_energy_gj",
}


FED_IN = "active_energy_export_kwh"
"""Register of energy fed in; a meter of it counts beside, and a formula may take it off."""

#: Registers by which a meter may count, that of the use first. The others count beside: energy fed
#: in and reactive energy are in no sum of uses.
REGISTERS_OF_MEDIUM = {medium: (register,) for medium, register in REGISTER_OF_MEDIUM.items()} | {
    Medium.ELECTRICITY: (
        "active_energy_import_kwh",
        FED_IN,
        "reactive_energy_import_kvarh",
        "reactive_energy_export_kvarh",
    )
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One node of the tree bureau > institution > site > building > space.

    Attributes
    ----------
    zone : str or None
        IANA zone in which its days begin; None takes the parent's. The root must have one.
    floor_area_m2 : float or None
        Gross floor area of a building. [m2]
    """

    code: str
    parent: str | None
    kind: OrganisationKind
    name_zh: str
    name_en: str
    zone: str | None = None
    floor_area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """A metering point: the place where an amount is counted, whichever device hangs there.

    Attributes
    ----------
    place : str
        Code of the organisation (building, space ..) whose use it measures.
    parent : str or None
        Code of the meter above it in the tree of the same medium.
    item : str
        Sub-item slug, such as ``lighting_sockets``, ``hvac``, ``power``, ``special``; empty for a
        main meter.
    quantity : str
        Register that counts it, one of `REGISTERS_OF_MEDIUM`; empty for that of the medium's use.
    """

    code: str
    place: str
    medium: Medium
    role: MeterRole
    parent: str | None
    name_zh: str
    name_en: str
    item: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A thing that sends.

    Attributes
    ----------
    code : str
        Its name in MQTT topics.
    place : str
        Code of the organisation where it stands, from `since` on.
    meter : str or None
        Code of the meter whose register it is, from `since` on.
    accept_back : timedelta
        How old a sample may be when it arrives; an older one goes to quarantine.
    counts_by : CountsBy
        What it tells of the meter.
    """

    code: str
    place: str
    kind: DeviceKind
    name_zh: str
    name_en: str
    meter: str | None = None
    since: datetime | None = None
    accept_back: timedelta = timedelta(days=30)
    counts_by: CountsBy = CountsBy.REGISTER


@dataclass(frozen=True, slots=True)
class Registry:
    """Organisations, meters and devices, each parent before its children."""

    organisations: tuple[Organisation, ...]
    meters: tuple[Meter, ...]
    devices: tuple[Device, ...]
