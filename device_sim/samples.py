"""What one device measured at some instants, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from device_sim.arrays import Floats, Seconds

Column: TypeAlias = "Floats | Sequence[str]"
"""Values of one quantity: numbers in its unit, or codes of a state."""


@dataclass(frozen=True)
class Samples:
    """Samples of one device in order of time.

    Attributes
    ----------
    device : str
        Code of the device.
    at_s : Seconds, shape (n,)
        Instants. [s since 1970]
    values : dict
        By name of quantity, each of n values.
    """

    device: str
    at_s: Seconds
    values: dict[str, Column]

    def __len__(self) -> int:
        return len(self.at_s)


def register(amount: Floats, resolution: float) -> Floats:
    """What a register shows of an amount: whole steps of its resolution, never ahead of it.

    Cutting off, as a counter does, keeps a rising amount rising.
    """
    steps = round(1 / resolution)
    # The addend lifts a sum of floats that fell short of the step it has reached.
    shown: Floats = np.floor(amount * steps + 1e-6) / steps
    return shown
