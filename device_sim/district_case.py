"""A published fleet year, sent anew: Nan'an 2024, 34 cars, about 25,000 trips, 680,000 km.

The report tells sums only, so trips are made that come to just these: 27.2 km in the mean, in
pairs of a longer and a shorter one. Each car makes three trips a day from Monday to Friday, from
New Year on, until it has made its share, early in December. Cars use 14.0 kWh/100 km at
the battery, the consumption by which the published cost fits, and sleep while they stand. Each
drives to and fro on a ring of its own through the district, so that its track is as long as its
odometer says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.local_clock import start_of
from device_sim.samples import Samples, register

VEHICLES, TRIPS = 34, 25_000
TRIP_TENTHS = 272
"""Mean length of a trip. [0.1 km]"""
KWH_100KM = 14.0
BATTERY_KWH = 60.0
FIRST = date(2024, 1, 1)
"""A Monday."""
STEP_S = 120
_ZONE = ZoneInfo("Asia/Shanghai")
_A_DAY = 3
_WORKED = 5
"""Days of a week on which they drive. [d]"""
_SLOT_S = 75 * 60
_DAY_STARTS_S = 7 * 3600
_CHARGES_S = 22 * 3600 + 1800
_KMH = 48.0
_FARTHER_TENTHS = 100
"""Most that one of a pair is longer. [0.1 km]"""
_CHARGE_KW = 40.0
_YARD = 29.5236, 106.5517
"""Where the cars begin: near the middle of Nan'an. WGS-84 [deg]"""
_RADIUS_KM = 12.0
"""Of a ring. [km]"""
_KM_DEG = 111.195
"""Along a meridian. [km/deg]"""
_AWAKE_S = 60
"""A terminal speaks so long before it leaves, and after it came."""


@dataclass(frozen=True, slots=True)
class CaseVehicle:
    """One car of the case.

    Attributes
    ----------
    tenths : ndarray of int, shape (trips,)
        Length of each trip. [0.1 km]
    """

    code: str
    tenths: Seconds

    @property
    def km(self) -> float:
        """All it drives. [km]."""
        return float(self.tenths.sum()) / 10

    def samples(self) -> Samples:
        """All that its terminal tells, in order of time."""
        parts = [part for day in range(-(-len(self.tenths) // _A_DAY)) for part in self._day(day)]
        parts.append(self._year_end(*(float(column[-1]) for column in parts[-1][1:3])))
        at_s, km, charged, state = (np.concatenate(column) for column in zip(*parts, strict=True))
        used = km * KWH_100KM / 100
        latitude, longitude = self._places(km)
        moving, plugged = state == 1, state == 2  # noqa: PLR2004 - states of `_day`
        values = {
            "odometer_km": register(10_000 + km, 0.1),
            "speed_kmh": np.where(moving, _KMH, 0.0),
            "soc_pct": np.round(100 * (1 - (used - charged) / BATTERY_KWH), 1),
            "energy_used_kwh": register(used, 0.01),
            "energy_charged_kwh": register(charged, 0.01),
            "vehicle_state": np.where(moving, "on", "off").tolist(),
            "charge_state": np.where(plugged, "parked_charging", "not_charging").tolist(),
            "gear": np.where(moving, "D", "P").tolist(),
            "latitude_deg": np.round(latitude, 6),
            "longitude_deg": np.round(longitude, 6),
        }
        return Samples(self.code, at_s, values)

    def _places(self, km: Floats) -> tuple[Floats, Floats]:
        """Where it is after so many kilometres: on by one trip, back by the next. [deg]."""
        ends = np.concatenate(([0.0], np.cumsum(self.tenths) / 10))
        signs = np.where(np.arange(len(self.tenths)) % 2 == 0, 1.0, -1.0)
        away = np.concatenate(([0.0], np.cumsum(signs * self.tenths / 10)))
        out_km = np.interp(km, ends, away)
        turn = out_km / _RADIUS_KM
        north = _RADIUS_KM * np.sin(turn)
        east = _RADIUS_KM * (1 - np.cos(turn))
        heading = 2 * np.pi * int(self.code[-2:]) / VEHICLES
        along = north * np.cos(heading) - east * np.sin(heading)
        across = north * np.sin(heading) + east * np.cos(heading)
        narrow = np.cos(np.radians(_YARD[0]))
        return _YARD[0] + along / _KM_DEG, _YARD[1] + across / (_KM_DEG * narrow)

    @staticmethod
    def _year_end(km: float, charged: float) -> tuple[Seconds, Floats, Floats, Seconds]:
        """Then it stands, as its terminal tells once more before the year is over."""
        over = start_of(FIRST.replace(year=FIRST.year + 1), _ZONE) - _AWAKE_S
        return np.array([over]), np.array([km]), np.array([charged]), np.array([0])

    def _day(self, day: int) -> Iterator[tuple[Seconds, Floats, Floats, Seconds]]:
        """Instants, kilometres, kWh charged and state (0 parked, 1 driving, 2 plugged in)."""
        starts = np.cumsum(np.append(0, self.tenths))
        weeks, weekday = divmod(day, _WORKED)
        midnight = start_of(FIRST + timedelta(weeks=weeks, days=weekday), _ZONE)
        own = self.tenths[day * _A_DAY : (day + 1) * _A_DAY]
        before = float(starts[day * _A_DAY]) / 10
        charged = before * KWH_100KM / 100
        for number, tenths in enumerate(own.tolist()):
            leaves = midnight + _DAY_STARTS_S + number * _SLOT_S
            lasts = round(tenths / 10 / _KMH * 3600)
            on_way = np.append(np.arange(0, lasts, STEP_S), lasts)
            at_s = leaves + np.concatenate(([-_AWAKE_S], on_way, [lasts + _AWAKE_S]))
            km = before + np.clip((at_s - leaves) / lasts, 0, 1) * tenths / 10
            state = np.ones(len(at_s), np.int64)
            state[[0, -1]] = 0
            yield at_s, km, np.full(len(at_s), charged), state
            before += tenths / 10
        need = before * KWH_100KM / 100 - charged
        lasts = int(need / _CHARGE_KW * 3600)
        plugged = np.append(np.arange(0, lasts, STEP_S), lasts)
        at_s = midnight + _CHARGES_S + np.concatenate((plugged, [lasts + _AWAKE_S]))
        share = np.clip((at_s - at_s[0]) / lasts, 0, 1)
        state = np.full(len(at_s), 2, np.int64)
        state[-1] = 0
        yield at_s, np.full(len(at_s), before), charged + need * share, state


def case_vehicles(vehicles: int = VEHICLES, trips: int = TRIPS) -> Iterator[CaseVehicle]:
    """Cars of the case, which share the trips as evenly as can be.

    The sum of their kilometres is 27.2 times that of their trips, to the tenth.
    """
    for number in range(vehicles):
        count = trips // vehicles + (number < trips % vehicles)
        chance = np.random.default_rng(number)
        farther = chance.integers(1, _FARTHER_TENTHS, count // 2)
        tenths = np.full(count, TRIP_TENTHS, np.int64)
        tenths[: 2 * len(farther) : 2] += farther
        tenths[1 : 2 * len(farther) : 2] -= farther
        yield CaseVehicle(f"nanan-{number + 1:02d}", tenths)
