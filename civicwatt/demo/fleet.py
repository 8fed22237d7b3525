"""The demo's fleet: its cars with their terminals, piles at their meters, areas, and parameters."""

from datetime import date, timedelta

from psycopg import Connection

from civicwatt.demo.person import Person
from device_sim.district import District
from device_sim.metering import EV_CHARGING
from device_sim.vehicle import Vehicle
from domain.vehicle import (
    Acquisition,
    NewVehicle,
    Powertrain,
    VehicleCategory,
    VehicleDescription,
)
from store.fleet.pile import add_pile
from store.fleet.vehicle import enter
from store.fleet.vehicle_stint import vehicle_codes
from store.places.place import meters

_ACQUIRED = (Acquisition.QUOTA, Acquisition.QUOTA, Acquisition.RENT_IN_LIEU_OF_QUOTA)
_DEPARTMENTS = ("办公室", "后勤科", "业务科")
_AWAKE = timedelta(hours=1)
_YARD_DEG = 0.004
"""Half of the side of an area around a garage. [deg]"""
_TERMS = """
schema = "displacement/1"
name = "演示参数 invented for the demo"
holds_from = 2020-01-01
region = "CN-TJ"
petrol_cny_l = "7.60"
electricity_cny_kwh = "0.80"
efficiency = "0.90"

[[baseline]]
vehicle_class = "sedan"
litres_100km = "8.0"
source = "assumed"

[[baseline]]
vehicle_class = "mpv"
litres_100km = "10.5"
source = "assumed"
"""
_CLASS = {"sedan": "sedan", "van": "mpv", "hybrid": "sedan"}
"""Our class of a simulated model."""


def enter_fleet(conn: Connection, district: District) -> None:
    """Enter every car and pile since ever; what is known already is left as it is."""
    owners = {each.code: each.place for each in district.registry().devices}
    known = set(vehicle_codes(conn).values())
    for code, vehicle in district.vehicles.items():
        if code in known:
            continue
        number = vehicle.number
        described = VehicleDescription(
            plate=f"津AD{number:05}",
            vehicle_class=_CLASS[vehicle.model.code],
            powertrain=_powertrain(vehicle),
            category=VehicleCategory.EMERGENCY if number == 1 else VehicleCategory.GENERAL,
            acquisition=_ACQUIRED[number % len(_ACQUIRED)],
            battery_kwh=vehicle.model.battery_kwh,
            livery=True,
        )
        department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
        place = owners[code]
        enter(
            conn,
            NewVehicle(
                code=code, place=place, description=described, department=department, device=code
            ),
        )
    _enter_piles(conn, district)


def _powertrain(vehicle: Vehicle) -> Powertrain:
    hybrid = vehicle.model.electric_kmh is not None
    return Powertrain.PLUG_IN_HYBRID if hybrid else Powertrain.ELECTRIC


def _enter_piles(conn: Connection, district: District) -> None:
    """Each car's own pile stands in its garage, at a meter of its own."""
    garages = {vehicle.number: code for code, vehicle in district.vehicles.items()}
    for meter in meters(conn):
        number = meter.code.rpartition("-")[2]
        if meter.item != EV_CHARGING or not number.isdigit() or int(number) not in garages:
            continue
        latitude, longitude = garage_of(district, garages[int(number)])
        row = {
            "code": meter.code,
            "name_zh": meter.name_zh,
            "name_en": meter.name_en,
            "meter_id": meter.id,
            "latitude_deg": latitude,
            "longitude_deg": longitude,
        }
        add_pile(conn, row)


def garage_of(district: District, code: str) -> tuple[float, float]:
    """Where a car stands before it drives for the first time. [deg]."""
    first = district.settings.first
    told = district.samples(code, first, first + _AWAKE, timedelta(minutes=15)).values
    return float(told["latitude_deg"][0]), float(told["longitude_deg"][0])


def enter_fleet_rules(person: Person, district: District, today: date) -> None:
    """Parameters of displaced fuel, an area around each garage, and leave to see tracks."""
    rows = person.get("organisations", limit=1000)["items"]
    places = {row["code"]: row["id"] for row in rows}
    root = next(row["id"] for row in rows if row["parent_id"] is None)
    if not person.get("fleet-summary/terms")["items"]:
        person.post("fleet-summary/terms", {"place": root, "text": _TERMS})
    owners = {each.code: each.place for each in district.registry().devices}
    for code in district.vehicles:
        place = places[owners[code]]
        if person.get("fences", organisation=place)["items"]:
            continue
        north, east = garage_of(district, code)
        ring = [
            (round(north + up * _YARD_DEG, 6), round(east + right * _YARD_DEG, 6))
            for up, right in ((1, -1), (1, 1), (-1, 1), (-1, -1))
        ]
        yard = {"organisation_id": place, "kind": "home", "name": "大院 yard", "ring": ring}
        person.post("fences", yard)
    if not person.get("track-access")["items"]:
        days = {"first_day": today, "end_day": today + timedelta(days=30)}
        leave = {"login": person.login, "organisation_id": root, "reason": "演示 demo"}
        person.post("track-access", leave | days)
