"""A district of public institutions: everything that sends, and what it sends at any instant.

Pure: a value depends on the district's settings and on its instant, never on the window in which
it was asked for. So a simulation that was stopped goes on exactly, and every repeated sample is
equal to the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.building_load import KNOT_S, BuildingLoad
from device_sim.building_use import building_uses
from device_sim.climate import climates
from device_sim.conditions import Conditions, Surroundings, conditions
from device_sim.demand import demand
from device_sim.estate import Building, Institution, estate
from device_sim.metering import MeterPoint, meter_points
from device_sim.noise import fraction
from device_sim.registration import registry
from device_sim.samples import Column, Samples
from device_sim.terminals import VehicleTerminal, WeatherStation
from device_sim.vehicle import Vehicle
from device_sim.vehicle_model import vehicle_model
from domain.registry import Registry

DEFAULT_INSTITUTIONS = 6
DEFAULT_VEHICLES = 12
_HYBRID_EVERY = 12
"""One vehicle in so many is a plug-in hybrid."""
DEFAULT_DAYS = 365
DEFAULT_SEED = 1
DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_CLIMATE = "north"


@dataclass(frozen=True)
class DistrictSettings:
    """All that a district depends on.

    Attributes
    ----------
    first : datetime
        Where its history begins; aware, whole seconds.
    zone : str
        IANA zone by which its people live.
    climate : str
        A name of ``climates.toml``.
    """

    first: datetime
    institutions: int = DEFAULT_INSTITUTIONS
    vehicles: int = DEFAULT_VEHICLES
    seed: int = DEFAULT_SEED
    zone: str = DEFAULT_ZONE
    climate: str = DEFAULT_CLIMATE


def first_instant(now: datetime, days: int, zone: str) -> datetime:
    """Midnight in the zone, that many days before the day of `now`. In UTC."""
    today = now.astimezone(ZoneInfo(zone)).date()
    start = datetime.combine(today - timedelta(days=days), datetime.min.time(), ZoneInfo(zone))
    return start.astimezone(UTC)


class District:
    """The district of the given settings.

    Attributes
    ----------
    points : dict of MeterPoint
        Meters by code, each after the one above it; the device of a meter has the same code.
    vehicles : dict of Vehicle
        By code of device.
    """

    def __init__(self, settings: DistrictSettings) -> None:
        self.settings = settings
        self._first_s = int(settings.first.timestamp())
        self._around = Surroundings(
            climates()[settings.climate], settings.seed, ZoneInfo(settings.zone)
        )
        self._institutions = estate(settings.institutions)
        self.vehicles = {
            f"{self._owner(number).code}-car-{number:02}": self._vehicle(number)
            for number in range(1, settings.vehicles + 1)
        }
        self._conditions = lru_cache(maxsize=3)(self._work_out_conditions)
        self.points: dict[str, MeterPoint] = {
            point.meter.code: point
            for institution in self._institutions
            for building in institution.buildings
            for point in self._points(institution, building)
        }
        self._readers = self._all_readers()

    @property
    def devices(self) -> tuple[str, ...]:
        """Codes of all devices that send samples."""
        return tuple(self._readers)

    def registry(self) -> Registry:
        """Organisations, meters and devices, as the store wants to be told."""
        owners = {code: self._owner(v.number).code for code, v in self.vehicles.items()}
        return registry(
            self._institutions,
            tuple(self.points.values()),
            {code: (owners[code], vehicle.model) for code, vehicle in self.vehicles.items()},
            since=self.settings.first,
            zone=self.settings.zone,
        )

    def samples(self, device: str, start: datetime, end: datetime, step: timedelta) -> Samples:
        """What a device sends within [start, end), from the first instant on.

        Parameters
        ----------
        step : timedelta
            Meters and sensors send at its multiples in UTC. Vehicles send at four times that while
            parked, at that while charging, at that but at least each minute while driving, and
            at the start and end of every drive and charge.
        """
        step_s = int(step.total_seconds())
        start_s = max(int(np.ceil(start.timestamp())), self._first_s)
        end_s = int(np.ceil(end.timestamp()))
        if device in self.vehicles:
            at = self.vehicles[device].instants(start_s, max(start_s, end_s), step_s)
        else:
            at = np.arange(-(-start_s // step_s) * step_s, end_s, step_s, dtype=np.int64)
        return Samples(device, at, self._readers[device](at))

    def _owner(self, number: int) -> Institution:
        return self._institutions[(number - 1) % len(self._institutions)]

    def _vehicle(self, number: int) -> Vehicle:
        code = "sedan" if number % 3 else "van"
        model = vehicle_model(code if number % _HYBRID_EVERY else "hybrid")
        first = self.settings.first.astimezone(self._around.zone)
        # A day that has begun is left to rest: a vehicle's day starts in the morning.
        first_day = first.date() + timedelta(days=first.time() != datetime.min.time())
        return Vehicle(number, model, self._around, first_day, self._first_s)

    def _points(self, institution: Institution, building: Building) -> list[MeterPoint]:
        at_home = building == institution.garage
        piles = [
            vehicle
            for vehicle in self.vehicles.values()
            if at_home and self._owner(vehicle.number) == institution
        ]
        load = BuildingLoad(partial(self._demand, building), self._first_s)
        around = self._around
        return list(meter_points(building, load, piles, around.climate, around.seed))

    def _demand(self, building: Building, at: Seconds) -> dict[str, Floats]:
        return demand(
            building,
            building_uses()[building.use],
            self._around.climate,
            self._around.seed,
            self._conditions(int(at[0]), int(at[-1])),
        )

    def _work_out_conditions(self, start_s: int, last_s: int) -> Conditions:
        return conditions(self._around, np.arange(start_s, last_s + 1, KNOT_S, dtype=np.int64))

    def _all_readers(self) -> dict[str, Callable[[Seconds], dict[str, Column]]]:
        readers: dict[str, Callable[[Seconds], dict[str, Column]]] = {
            code: point.model.read for code, point in self.points.items()
        }
        for institution in self._institutions:
            for site in institution.site:
                code = f"{site.code}-air"
                readers[code] = WeatherStation(self._around, code).read
        for code, vehicle in self.vehicles.items():
            readers[code] = self._terminal(code, vehicle).read
        return readers

    def _terminal(self, code: str, vehicle: Vehicle) -> VehicleTerminal:
        seed, owner = self.settings.seed, self._owner(vehicle.number).code
        # Institutions lie within a few kilometres of the centre.
        garage_km = (6 * fraction(seed, owner, "east") - 3, 6 * fraction(seed, owner, "north") - 3)
        initial_km = round(2_000 + 60_000 * fraction(seed, code, "odometer"), 1)
        return VehicleTerminal(vehicle, self._around.climate.place, garage_km, initial_km)
