"""What a vehicle does for a while: it drives or it charges; else it stands and nothing changes."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from device_sim.arrays import Floats
from device_sim.charging import charge
from device_sim.drive_cycle import drive_cycle
from device_sim.vehicle_model import VehicleModel, auxiliary_kw


class Channel(StrEnum):
    """The rates of a vehicle, in the order of rows. Their integrals are its registers."""

    SPEED = "speed"
    """[km/h], whose integral is the odometer [km]"""
    USED = "used"
    """Out of the battery [kW]."""
    RECOVERED = "recovered"
    """Into the battery by braking [kW]."""
    CHARGED = "charged"
    """Into the battery from a pile [kW]."""


CHANNELS = tuple(Channel)


@dataclass(frozen=True)
class Way:
    """Corners of a way: length so far, and place relative to the garage [km]."""

    length_km: Floats
    east_km: Floats
    north_km: Floats

    def back(self) -> "Way":
        """The same way in the other direction."""
        return Way(
            self.length_km[-1] - self.length_km[::-1], self.east_km[::-1], self.north_km[::-1]
        )


@dataclass(frozen=True)
class Activity:
    """One drive or one charge, over [start_s, end_s).

    Attributes
    ----------
    at_s : Floats, shape (k,)
        Corners from `start_s` to `end_s`, never falling. [s since 1970]
    rates : Floats, shape (4, k)
        By `Channel`, straight between corners; zero at the first and the last corner.
    way : Way or None
        Of a drive.
    """

    start_s: int
    end_s: int
    at_s: Floats
    rates: Floats
    way: Way | None = None
    amounts: Floats = field(init=False)
    """Integral of each channel: km and kWh."""

    def __post_init__(self) -> None:
        mean = 0.5 * (self.rates[:, 1:] + self.rates[:, :-1])
        object.__setattr__(self, "amounts", mean @ np.diff(self.at_s) / 3600.0)

    @property
    def net_used_kwh(self) -> float:
        """Energy by which the battery is emptier afterwards; negative after a charge [kWh]."""
        used, recovered, charged = self.amounts[1:]
        return float(used - recovered - charged)

    def paused(self, after_s: int, pause_s: int) -> tuple["Activity", "Activity"]:
        """The same in two parts, the second one later by a pause; within its length. [s]."""
        cut_s = self.start_s + after_s
        before = self.at_s < cut_s
        rate = np.array([np.interp(cut_s, self.at_s, row) for row in self.rates])[:, np.newaxis]
        still = np.zeros_like(rate)
        first = Activity(
            self.start_s,
            cut_s,
            np.concatenate([self.at_s[before], [cut_s, cut_s]]),
            np.concatenate([self.rates[:, before], rate, still], axis=1),
        )
        second = Activity(
            cut_s + pause_s,
            self.end_s + pause_s,
            np.concatenate([[cut_s, cut_s], self.at_s[~before]]) + pause_s,
            np.concatenate([still, rate, self.rates[:, ~before]], axis=1),
        )
        return first, second


def drive(
    model: VehicleModel, start_s: int, way: Way, outdoor_c: float, chance: np.random.Generator
) -> Activity:
    """Drive a way, with the air conditioning on [s since 1970], [degC]."""
    cycle = drive_cycle(1000.0 * float(way.length_km[-1]), chance)
    used, recovered = model.battery_kw(
        model.wheel_kw(cycle.speed_ms, cycle.acceleration_ms2), outdoor_c
    )
    # Where the engine drives, the battery feeds what is always on.
    used = np.where(model.by_engine(3.6 * cycle.speed_ms), auxiliary_kw(outdoor_c), used)
    end_s = start_s + cycle.duration_s
    corners = len(cycle.after_s)
    rates = np.zeros((len(CHANNELS), corners + 3))
    rates[0, 1:-2] = 3.6 * cycle.speed_ms
    rates[1, 1:-2] = used
    rates[1, -2] = auxiliary_kw(outdoor_c)
    rates[2, 1:-2] = recovered
    at_s = np.concatenate([[start_s], start_s + cycle.after_s, [end_s, end_s]])
    return Activity(start_s, end_s, at_s, rates, way)


def charge_up(model: VehicleModel, start_s: int, stored_kwh: float) -> Activity:
    """Charge at a pile until full [s since 1970], [kWh]."""
    course = charge(stored_kwh, model.battery_kwh)
    end_s = start_s + course.duration_s
    rates = np.zeros((len(CHANNELS), len(course.after_s) + 3))
    rates[3, 1:-2] = course.power_kw
    after = start_s + course.after_s
    at_s = np.concatenate([[start_s], after, [after[-1], end_s]])
    return Activity(start_s, end_s, at_s, rates)
