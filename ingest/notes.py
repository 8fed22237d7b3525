"""What readings say about their devices, worked out column by column. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import compress
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.epoch import from_us
from ingest.clock_watch import ClockWatch
from ingest.columns import Readings
from ingest.newest import NewestValues

Integers: TypeAlias = NDArray[np.int64]

_QUARTER_US = 900_000_000
"""Local days begin on a quarter of an hour of UTC, in every zone there is. [us]"""
_DAYS = date.max.toordinal() + 1


def hear_newest(readings: Readings, newest: NewestValues) -> None:
    """Tell the newest reading of each device; all of them, where several have its instant."""
    devices, instants = np.array(readings.devices), np.array(readings.instants_us)
    order = np.lexsort((instants, devices))
    starts = _starts(devices[order])
    lengths = np.diff(starts, append=len(order))
    latest = np.repeat(np.maximum.reduceat(instants[order], starts), lengths)
    arrived = np.repeat(np.maximum.reduceat(np.array(readings.received_us)[order], starts), lengths)
    at = np.flatnonzero(instants[order] == latest)
    rows = order[at]
    columns = [column.tolist() for column in (devices[rows], latest[at], arrived[at], rows)]
    newest.hear(
        readings.names,
        (
            (device, (instant_us, received_us, readings.values[row]))
            for device, instant_us, received_us, row in zip(*columns, strict=True)
        ),
    )


def hear_clocks(readings: Readings, clocks: ClockWatch) -> None:
    """Tell what each device's last message says about its clock."""
    last = dict(zip(readings.devices, range(len(readings.devices)), strict=True))
    for device, row in last.items():
        clocks.hear(device, readings.instants_us[row], readings.received_us[row])


def numbered(readings: Readings) -> tuple[Sequence[int], Sequence[str], Sequence[int]]:
    """Devices, boots and numbers of the messages that have a number."""
    numbers = [number for number in readings.numbers if number is not None]
    if len(numbers) == len(readings.numbers):
        return readings.devices, readings.boots, numbers
    has_one = [number is not None for number in readings.numbers]
    return (
        list(compress(readings.devices, has_one)),
        list(compress(readings.boots, has_one)),
        numbers,
    )


def touched_days(readings: Readings) -> tuple[list[int], list[int]]:
    """Devices, and of each the local days in its zone that have readings, as ordinals."""
    devices, of_device = np.unique(np.array(readings.devices), return_inverse=True)
    zones = [readings.zones[device] for device in devices.tolist()]
    distinct = list(dict.fromkeys(zones))
    zone = np.array([distinct.index(one) for one in zones])[of_device]
    quarters = np.array(readings.instants_us) // _QUARTER_US
    codes, of_code = np.unique(quarters * len(distinct) + zone, return_inverse=True)
    ordinals = [
        _local_day(quarter, distinct[index]).toordinal()
        for quarter, index in (divmod(code, len(distinct)) for code in codes.tolist())
    ]
    pairs = np.unique(of_device * _DAYS + np.array(ordinals)[of_code])
    return devices[pairs // _DAYS].tolist(), (pairs % _DAYS).tolist()


@lru_cache(maxsize=10_000)
def _local_day(quarter: int, zone: ZoneInfo) -> date:
    return from_us(quarter * _QUARTER_US).astimezone(zone).date()


def _starts(ordered: Integers) -> Integers:
    """Where each group of equals begins."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
