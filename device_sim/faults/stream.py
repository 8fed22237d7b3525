"""What faults are done to: a device's measurements, and after that its messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from device_sim.vendor import Measured, Sent, Vendor


@dataclass(frozen=True, slots=True)
class Taken:
    """A measurement and when the device sends it.

    Attributes
    ----------
    send_at : datetime
        By a true clock; `Measured.at` is by the device's.
    """

    send_at: datetime
    measured: Measured


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message and when it is published.

    Attributes
    ----------
    broken : bool
        Nobody can read it: it must end in quarantine.
    """

    send_at: datetime
    sent: Sent
    broken: bool = False


Measurements: TypeAlias = Sequence[Taken]
"""Of one device, in order of its measuring."""
Messages: TypeAlias = Sequence[Dispatch]
"""Of one device, in order of sending."""


def spoken(vendor: Vendor, measurements: Measurements) -> list[Dispatch]:
    """The messages a vendor's device makes of its measurements."""
    return [
        Dispatch(taken.send_at, sent)
        for taken in measurements
        for sent in vendor.messages(taken.measured)
    ]
