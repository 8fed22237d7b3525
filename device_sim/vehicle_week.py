"""Some days of one vehicle as its terminal tells them, with what it truly did beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.activity import Activity
from device_sim.climate import climates
from device_sim.conditions import Surroundings
from device_sim.local_clock import start_of
from device_sim.samples import Samples
from device_sim.terminals import VehicleTerminal
from device_sim.vehicle import Vehicle
from device_sim.vehicle_model import vehicle_model

_CLIMATE = "north"
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Done:
    """A drive, or all charges of one plug-in.

    Attributes
    ----------
    start_s, end_s : int
        [s since 1970]
    km : float
        0 for a charge.
    kwh : float
        Net out of the battery on a drive, into it in a charge.
    parts : int
        Charges of the plug-in; 1 for a drive.
    """

    start_s: int
    end_s: int
    km: float
    kwh: float
    parts: int = 1


@dataclass(frozen=True)
class VehicleWeek:
    """A vehicle from one midnight to another.

    Attributes
    ----------
    start_s, end_s : int
        [s since 1970]
    """

    terminal: VehicleTerminal
    start_s: int
    end_s: int

    def samples(self, step_s: int) -> Samples:
        """What it tells at the multiples of a step, day and night."""
        at = np.arange(-(-self.start_s // step_s) * step_s, self.end_s, step_s, dtype=np.int64)
        return Samples("vehicle", at, self.terminal.read(at))

    @property
    def activities(self) -> list[Activity]:
        """Drives and parts of charges, in order of time."""
        return list(self.terminal.vehicle.activities(self.start_s, self.end_s))

    def drives(self) -> list[Done]:
        """Every drive."""
        return [_done([each]) for each in self.activities if each.way is not None]

    def plug_ins(self) -> list[Done]:
        """Every plug-in: from arriving to leaving a vehicle is plugged in once."""
        return [_done(parts) for parts in self._between_drives()]

    def _between_drives(self) -> Iterator[list[Activity]]:
        for drives, parts in groupby(self.activities, lambda each: each.way is not None):
            if not drives:
                yield list(parts)


def vehicle_week(seed: int, first: date, days: int = 7) -> VehicleWeek:
    """Days of a vehicle in a northern city, that charges with interruptions.

    Parameters
    ----------
    first : date
        Local day.
    """
    around = Surroundings(climates()[_CLIMATE], seed, _ZONE)
    start_s, end_s = start_of(first, _ZONE), start_of(first + timedelta(days=days), _ZONE)
    model = vehicle_model(("sedan", "van")[seed % 2])
    vehicle = Vehicle(1, model, around, first, start_s, pauses=True)
    terminal = VehicleTerminal(vehicle, around.climate.place, (0.0, 0.0), 12_345.6 + 10 * seed)
    return VehicleWeek(terminal, start_s, end_s)


def _done(parts: list[Activity]) -> Done:
    km, used, recovered, charged = np.sum([each.amounts for each in parts], axis=0).tolist()
    kwh = used - recovered if parts[0].way is not None else charged
    return Done(parts[0].start_s, parts[-1].end_s, km, kwh, len(parts))
