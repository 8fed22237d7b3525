"""What it takes to speak as a vendor's devices do.

A vendor turns what one device measured at an instant into its messages: its topics, names, units,
digits, nesting and times. Beside each message stands what it says in our quantities, to the digit
the vendor shows. That is what must be in the tables once the message has arrived; it is worked out
here and nowhere looked up, least of all in the profiles that read such messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from domain.reading import Value
from domain.registry import DeviceKind


@dataclass(frozen=True, slots=True)
class Measured:
    """What one device measured at one instant.

    Attributes
    ----------
    at : datetime
        By the device's own clock; aware.
    values : Mapping
        By name of quantity, in its unit.
    number : int
        Of the measurement since the device was made; the device's own count of messages.
    zone : ZoneInfo
        By which a device lives that sends local times.
    late : bool
        The device sends it as history, after an outage.
    """

    device: str
    at: datetime
    values: Mapping[str, Value]
    number: int
    zone: ZoneInfo
    late: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says of one device.

    Attributes
    ----------
    device : str
        Its code; of a channel ``<device>/<channel>``.
    at : datetime or None
        As exactly as the vendor writes it; None when the message carries no time.
    values : Mapping
        By name of quantity, in its unit, to the digit the vendor shows.
    """

    device: str
    at: datetime | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the vendor's device publishes it.

    Attributes
    ----------
    said : tuple of Said
        Empty for what is no measurement: a status, a login.
    retain : bool
        The device asks the broker to keep a copy.
    number : int or None
        The device's number of the message, where the message shows one.
    born : (str, datetime) or None
        It says of a device what the numbers in all its later messages mean.
    told_at : datetime or None
        When the device says it sent the message; one told before the newest birth of its device
        cannot be read any more.
    """

    topic: str
    payload: bytes
    said: tuple[Said, ...] = field(default=())
    retain: bool = False
    number: int | None = None
    born: tuple[str, datetime] | None = None
    told_at: datetime | None = None


class Vendor(Protocol):
    """Speaks for devices of one make."""

    @property
    def name(self) -> str:
        """Name of the profile or codec that has to understand it."""

    @property
    def kind(self) -> DeviceKind:
        """What its devices are; says what they measure."""

    def device(self, number: int) -> str:
        """Code of its `number`-th device, as the make names its devices."""

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """What a device publishes when it has connected."""

    def messages(self, measured: Measured) -> list[Sent]:
        """What it publishes of a measurement; nothing if it has no words for any of its values."""


@runtime_checkable
class Leaving(Protocol):
    """A vendor whose devices say when they go."""

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """What a device, or the broker in its name, publishes when it has gone."""


@runtime_checkable
class Commanded(Protocol):
    """A vendor whose devices hear what they are told.

    Attributes
    ----------
    commands : str
        Topic filter of what they are told.
    """

    commands: str

    def answer(self, topic: str, command: bytes, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """What its device of that topic publishes then; nothing if none of its devices is meant."""
