"""The shape in which measurements travel: a sample is what one device said about one instant."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from typing import TypeAlias

Value: TypeAlias = float | int | str
"""A number in the unit of its quantity, or the code of a state."""


class Quality(IntFlag):
    """Flags of a stored reading; several messages of one instant have theirs united."""

    GOOD = 0
    CONFLICT = 1
    """Two messages gave different values for one column; `reading_conflict` has them all."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one device measured at one instant.

    Attributes
    ----------
    ts : datetime
        When the device measured it; aware.
    values : dict
        By name; a name that is not there was not measured.
    """

    ts: datetime
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message as it arrived.

    Attributes
    ----------
    mid : int
        Packet identifier to acknowledge; 0 for QoS 0.
    connection : int
        Number of the connection it came over. Its `mid` means nothing on another one.
    retained : bool
        A copy the broker kept, sent at subscription: not a new measurement.
    received_at : datetime
        When the collector took it from the socket; aware.
    """

    mid: int
    connection: int
    topic: str
    payload: bytes
    retained: bool
    received_at: datetime
