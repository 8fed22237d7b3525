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
    ARRIVAL_TIME = 2
    """The payload carries no time: the instant is that of its arrival."""
    LATE = 4
    """The sender itself says that it is history: re-issued, back-filled, historical."""
    SUSPECT = 8
    """The sender or a rule doubts a value; `reading_suspect` says which and why."""
    EDITED = 16
    """A person's value stands in the row. Never stored: the views ``edited_*`` add it."""


# Not frozen, and so made three times as fast: there is one of each for every message.
@dataclass(slots=True)
class Sample:
    """What one device measured at one instant. Not changed once it is made.

    Attributes
    ----------
    ts : datetime
        When the device measured it; aware.
    values : dict
        By name; a name that is not there was not measured.
    device : str
        Code of the device that measured it; empty for the sender of the message. A channel of the
        sender is a device of its own, ``<sender>/<channel>``.
    quality : Quality
        Of the sample as a whole.
    suspect : tuple of (str, str)
        Names of values that are doubted, and why. The values are there all the same.
    raw : tuple of (str, bytes)
        Parts of the message nobody has described, kept as they are, by a short name.
    seq : int or None
        The device's own number of the message, to notice one that is missing.
    boot : str
        Which run of the device's program `seq` counts; it starts anew with every one.
    """

    ts: datetime
    values: dict[str, Value]
    device: str = ""
    quality: Quality = Quality.GOOD
    suspect: tuple[tuple[str, str], ...] = ()
    raw: tuple[tuple[str, bytes], ...] = ()
    seq: int | None = None
    boot: str = ""


@dataclass(slots=True)
class Message:
    """One MQTT message as it arrived. Not changed once it is made.

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
    is_copy : bool
        Sent ahead: the message itself follows in its turn and counts.
    is_again : bool
        Read again out of the quarantine, long after its turn.
    """

    mid: int
    connection: int
    topic: str
    payload: bytes
    retained: bool
    received_at: datetime
    is_copy: bool = False
    is_again: bool = False
