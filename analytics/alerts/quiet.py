"""Devices that are silent, and gateways through which nobody speaks any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_LEAST_CHILDREN = 2
"""One silent meter behind a gateway is a silent meter."""


@dataclass(frozen=True, slots=True)
class Heard:
    """When a device was last heard, and how long it may be silent.

    Attributes
    ----------
    via_id : int or None
        The gateway that speaks for it.
    last : datetime
        Its newest arrival.
    patience : timedelta
        Silent for longer, it is silent.
    """

    device_id: int
    via_id: int | None
    last: datetime
    patience: timedelta


def patience(usual_pause: timedelta | None, *, intervals: float, least: timedelta) -> timedelta:
    """How long a device may be silent: some of its usual pauses, and never less than `least`."""
    return least if usual_pause is None else max(intervals * usual_pause, least)


def silent_devices(heard: Iterable[Heard], now: datetime) -> dict[int, timedelta]:
    """Devices that are silent, and for how long."""
    return {each.device_id: now - each.last for each in heard if now - each.last > each.patience}


def dead_gateways(heard: Iterable[Heard], silent: Mapping[int, timedelta]) -> dict[int, timedelta]:
    """Gateways all of whose devices are silent: at least two, and the newest word of any counts.

    A gateway need not have a voice of its own: that nobody speaks through it says enough.
    """
    behind: dict[int, list[int]] = {}
    for each in heard:
        if each.via_id is not None:
            behind.setdefault(each.via_id, []).append(each.device_id)
    return {
        gateway: min(silent[child] for child in children)
        for gateway, children in behind.items()
        if len(children) >= _LEAST_CHILDREN and all(child in silent for child in children)
    }
