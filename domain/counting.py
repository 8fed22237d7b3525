"""How a device tells what its meter counts: by a register, by amounts, or by a rate.

It is said with the device when it is hung on a meter, never guessed from what comes: an amount of
an interval and a register that was reset look alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.errors import InputError
from domain.sentence import Sentence


class CountsBy(StrEnum):
    """What a device tells of a meter's quantity."""

    REGISTER = "register"
    """The register, which only rises."""
    AMOUNT = "amount"
    """Under the quantity's name what was used in an interval, stamped with its start."""
    RATE = "rate"
    """Only the power or flow of the instant, under the name of that gauge."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The gauge whose integral over time is an amount.

    Attributes
    ----------
    gauge : str
        Its name in the list of quantities; it stands in the table of the amount.
    per_hour : float
        What one unit of the gauge comes to in an hour, in the unit of the amount; below zero where
        the gauge counts the other way.
    """

    gauge: str
    per_hour: float


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "active_energy_import_kwh": Rate("active_power_kw", 1.0),
        "active_energy_export_kwh": Rate("active_power_kw", -1.0),
        "reactive_energy_import_kvarh": Rate("reactive_power_kvar", 1.0),
        "reactive_energy_export_kvarh": Rate("reactive_power_kvar", -1.0),
        "volume_m3": Rate("flow_m3h", 1.0),
        "heat_energy_gj": Rate("heat_power_kw", 0.0036),
        "heat_volume_m3": Rate("heat_flow_m3h", 1.0),
    }
)
"""By the quantity of the amount; the database holds the same in `told_as`."""


def check_counting(quantity: str, counts_by: CountsBy, *, place: str) -> None:
    """Refuse a meter whose quantity has no rate to be counted by.

    Raises
    ------
    InputError
        With what is wanted; `place` names the device.
    """
    if counts_by is CountsBy.RATE and quantity not in RATES:
        raise InputError(
            Sentence(
                "no_rate",
                "no power or flow comes to {quantity}: want one of {known}",
                quantity=quantity,
                known=", ".join(RATES),
            ),
            place=place,
        )
