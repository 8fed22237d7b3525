"""Names of segments that stay when late samples move their edges. Pure."""

from collections import Counter
from hashlib import blake2b

_MONTH_US = 30 * 86_400 * 1_000_000
_TURN_US = 20 * 3600 * 1_000_000
"""Months turn when vehicles sleep: at four in the morning in China. [us]"""
_BUCKET_US = 1800 * 1_000_000


class Identities:
    """Gives each segment of a vehicle its name.

    Between two trips the odometer stands still, so that what begins at one of its values is one
    trip, one stop or one plug-in whenever exactly it began. Months of 30 days keep apart what an
    odometer shows again after a reset. Without an odometer half an hour says when it began. A
    second segment of the same evidence gets its number.
    """

    def __init__(self, vehicle: str) -> None:
        self._vehicle = vehicle
        self._given: Counter[str] = Counter()

    def of(self, kind: str, start: int, odometer_km: float) -> str:
        """Name of a segment.

        Parameters
        ----------
        start : int
            Where its evidence begins. [us]
        odometer_km : float
            Odometer there; NaN where unknown. [km]
        """
        if odometer_km == odometer_km:  # noqa: PLR0124 - NaN is not equal to itself
            evidence = f"{(start - _TURN_US) // _MONTH_US}:{round(10 * odometer_km)}"
        else:
            evidence = f"at:{start // _BUCKET_US}"
        text = f"{self._vehicle}|{kind}|{evidence}"
        self._given[text] += 1
        if self._given[text] > 1:
            text += f"|{self._given[text]}"
        return blake2b(text.encode(), digest_size=8).hexdigest()
