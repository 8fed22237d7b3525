"""The district as the store is told of it: organisations, meters and devices."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from device_sim.estate import Institution
from device_sim.metering import MeterPoint
from device_sim.vehicle_model import VehicleModel
from domain.registry import (
    Device,
    DeviceKind,
    Organisation,
    OrganisationKind,
    Registry,
)

BUREAU = "yunting"
GATEWAY = "yunting-gateway"
"""The device behind which all others hang: its status says whether the simulation runs."""
ACCEPT_BACK = timedelta(days=800)
"""Wide enough to fill in two years of history."""


def registry(
    institutions: Sequence[Institution],
    points: Sequence[MeterPoint],
    vehicles: Mapping[str, tuple[str, VehicleModel]],
    *,
    since: datetime,
    zone: str,
) -> Registry:
    """Describe a district.

    Parameters
    ----------
    vehicles : mapping
        Code of each vehicle to the code of its owner and its model.
    since : datetime
        From when on everything stands where it stands; aware.
    zone : str
        IANA zone of the whole tree.
    """
    devices = (
        *_gateway(since),
        *_meter_devices(points, since),
        *_stations(institutions, since),
        *_vehicle_devices(vehicles, since),
    )
    return Registry(
        tuple(_organisations(institutions, zone)), tuple(point.meter for point in points), devices
    )


def _organisations(institutions: Sequence[Institution], zone: str) -> Iterator[Organisation]:
    yield Organisation(
        BUREAU,
        None,
        OrganisationKind.BUREAU,
        "云汀区机关事务管理局",
        "Yunting District Government Offices Administration",
        zone,
    )
    for owner in institutions:
        kind = OrganisationKind.INSTITUTION
        yield Organisation(owner.code, BUREAU, kind, owner.name_zh, owner.name_en)
        for site in owner.site:
            kind = OrganisationKind.SITE
            yield Organisation(site.code, owner.code, kind, site.name_zh, site.name_en)
            for building in site.building:
                yield Organisation(
                    building.code,
                    site.code,
                    OrganisationKind.BUILDING,
                    building.name_zh,
                    building.name_en,
                    floor_area_m2=building.area_m2,
                )


def _gateway(since: datetime) -> Iterator[Device]:
    names = ("数据采集网关", "data gateway")
    yield Device(GATEWAY, BUREAU, DeviceKind.GATEWAY, *names, since=since, accept_back=ACCEPT_BACK)


def _meter_devices(points: Sequence[MeterPoint], since: datetime) -> Iterator[Device]:
    for point in points:
        meter = point.meter
        yield Device(
            meter.code,
            meter.place,
            point.kind,
            meter.name_zh,
            meter.name_en,
            meter.code,
            since,
            ACCEPT_BACK,
        )


def _stations(institutions: Sequence[Institution], since: datetime) -> Iterator[Device]:
    for owner in institutions:
        for site in owner.site:
            yield Device(
                f"{site.code}-air",
                site.code,
                DeviceKind.CLIMATE_SENSOR,
                f"{site.name_zh}室外气象站",
                f"{site.name_en}, outdoor weather",
                since=since,
                accept_back=ACCEPT_BACK,
            )


def _vehicle_devices(
    vehicles: Mapping[str, tuple[str, VehicleModel]], since: datetime
) -> Iterator[Device]:
    for code, (owner, model) in vehicles.items():
        number = code.rpartition("-")[2]
        yield Device(
            code,
            owner,
            DeviceKind.VEHICLE,
            f"公务{model.name_zh}{number}",
            f"official {model.name_en} {number}",
            since=since,
            accept_back=ACCEPT_BACK,
        )
