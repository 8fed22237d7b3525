"""One vehicle over time: motion, energy and place at any instant, and the instants it reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from device_sim.activity import CHANNELS, Activity, Channel
from device_sim.arrays import Flags, Floats, Seconds
from device_sim.chain import Chain
from device_sim.conditions import Surroundings
from device_sim.local_clock import start_of
from device_sim.month_of_driving import MonthOfDriving, month_of_driving
from device_sim.noise import key
from device_sim.vehicle_day import DAY_STARTS_H, vehicle_day
from device_sim.vehicle_model import VehicleModel
from device_sim.workday import is_workday

_BLOCK_DAYS = 32
_INITIAL_SOC = 0.86
_DRIVING_STEP_S = 60
_PARKED_STEPS = 4
_SHORTEST_PART_S = 600

_State: TypeAlias = Floats
"""Registers by `Channel` since the first instant, shape (4,) [km], [kWh]."""


@dataclass(frozen=True)
class Motion:
    """State at n instants; every array has the shape (n,)."""

    rate: dict[Channel, Floats]
    total: dict[Channel, Floats]
    """Since the first instant [km], [kWh]."""
    soc: Floats
    """State of charge [0..1]."""
    east_km: Floats
    north_km: Floats
    driving: Flags
    charging: Flags


class Vehicle:
    """A vehicle of the district, from `first_s` on.

    Parameters
    ----------
    number : int
        Which of the district's vehicles it is, from 1.
    pauses : bool
        Whether piles interrupt a charge once or twice.
    """

    def __init__(
        self,
        number: int,
        model: VehicleModel,
        around: Surroundings,
        first_day: date,
        first_s: int,
        *,
        pauses: bool = False,
    ) -> None:
        self.number = number
        self.model = model
        self._around = around
        self._first_day = first_day
        self._first_s = first_s
        self._pauses = pauses
        self._stream = key(around.seed, "vehicle", number)
        self._chain: Chain[_State, MonthOfDriving] = Chain(
            self._build, self._start_s, np.zeros(len(CHANNELS))
        )

    def charged(self, at: Seconds) -> tuple[Floats, Floats]:
        """Power into the battery [kW] and energy since the first instant [kWh] by charging."""
        power, energy = self._chain.read(at, MonthOfDriving.charged)
        return power, energy

    def motion(self, at: Seconds) -> Motion:
        """State at ascending instants, none before the first."""
        state = self._chain.read(at, MonthOfDriving.read)
        rates, totals = state[: len(CHANNELS)], state[len(CHANNELS) : 2 * len(CHANNELS)]
        east, north, driving, charging = state[2 * len(CHANNELS) :]
        return Motion(
            dict(zip(CHANNELS, rates, strict=True)),
            dict(zip(CHANNELS, totals, strict=True)),
            self.soc(totals),
            east,
            north,
            driving > 0,
            charging > 0,
        )

    def soc(self, totals: Floats) -> Floats:
        """State of charge that follows from energy in and out; [0..1], of shape `totals[0]`."""
        _, used, recovered, charged = totals
        soc: Floats = _INITIAL_SOC + (recovered + charged - used) / self.model.battery_kwh
        return soc

    def activities(self, start_s: int, end_s: int) -> Iterator[Activity]:
        """Drives and charges that touch [start_s, end_s), in order of time."""
        if end_s <= start_s:
            return
        for number in range(self._chain.number(start_s), self._chain.number(end_s - 1) + 1):
            for activity in self._chain.block(number).activities:
                if activity.start_s < end_s and activity.end_s > start_s:
                    yield activity

    def instants(self, start_s: int, end_s: int, step_s: int) -> Seconds:
        """When it reports within [start_s, end_s), given a step that suits meters.

        Seldom while parked, at the step while charging, often while driving, and at each change.
        """
        parts = [_multiples(start_s, end_s, _PARKED_STEPS * step_s)]
        # An activity that ends as the window starts still reports its end in this window.
        for activity in self.activities(max(start_s - 1, self._first_s), end_s):
            fine_s = step_s if activity.way is None else min(step_s, _DRIVING_STEP_S)
            parts.append(_multiples(activity.start_s, activity.end_s, fine_s))
            parts.append(np.array([activity.start_s, activity.end_s], np.int64))
        at = np.unique(np.concatenate(parts))
        return at[(at >= start_s) & (at < end_s)]

    def _start_s(self, number: int) -> int:
        if number == 0:
            return self._first_s
        day = self._first_day + timedelta(days=number * _BLOCK_DAYS)
        return start_of(day, self._around.zone, DAY_STARTS_H)

    def _build(self, number: int, before: _State) -> tuple[MonthOfDriving, _State]:
        month = month_of_driving(
            tuple(self._live(number, before)),
            self._start_s(number),
            self._start_s(number + 1),
            before,
        )
        return month, month.amounts[:, -1].copy()

    def _live(self, number: int, before: _State) -> Iterator[Activity]:
        first = number * _BLOCK_DAYS
        days = [self._first_day + timedelta(days=first + i) for i in range(_BLOCK_DAYS)]
        zone = self._around.zone
        noons = np.array([start_of(day, zone, 12) for day in days], np.int64)
        stored_kwh = float(self.soc(before)) * self.model.battery_kwh
        for day, outdoor_c in zip(days, self._around.outdoor_c(noons), strict=True):
            for activity in vehicle_day(
                self.model,
                start_of(day, zone, DAY_STARTS_H),
                stored_kwh,
                workday=is_workday(day),
                outdoor_c=float(outdoor_c),
                chance=np.random.default_rng([self._stream, day.toordinal()]),
            ):
                stored_kwh -= activity.net_used_kwh
                if self._pauses and activity.way is None:
                    chance = np.random.default_rng([self._stream, day.toordinal(), 1])
                    yield from _with_pauses(activity, chance)
                else:
                    yield activity


def _with_pauses(charge: Activity, chance: np.random.Generator) -> Iterator[Activity]:
    """A charge in up to three parts; what is too short for two is left whole."""
    for _ in range(int(chance.integers(1, 3))):
        length_s = charge.end_s - charge.start_s
        if length_s > 4 * _SHORTEST_PART_S:
            after_s = int(chance.uniform(_SHORTEST_PART_S, 0.5 * length_s))
            first, charge = charge.paused(after_s, int(chance.uniform(600, 2700)))
            yield first
    yield charge


def _multiples(start_s: int, end_s: int, step_s: int) -> Seconds:
    return np.arange(-(-start_s // step_s) * step_s, end_s, step_s, dtype=np.int64)
