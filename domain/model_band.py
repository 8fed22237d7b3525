"""How sure a model's figure is, and by whose meter-years that was measured.

Numbers with digits behind the point are decimal, and logarithms of them are rounded correctly: the
same band comes out on every machine.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum

from domain.record import wanted

CONFIDENCE = Decimal("0.9")
"""Nominal coverage of a band where the contract says none. [1]"""
LEAST_METER_YEARS = 20
"""Meter-years of a place from which on its bands are made of its own."""
_ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN)
_FIGURE = Decimal("0.000001")


class CalibratedBy(StrEnum):
    """Whose meter-years a band is made from."""

    LOCAL = "local"
    SHIPPED = "shipped"
    """Lent: those of buildings elsewhere, until the place has enough of its own."""


class NoBand(StrEnum):
    """Why a model's figure has no band."""

    SHORT_RECORD = "short_record"
    """Too little baseline to say how far the meter strays."""
    SAMPLE_TOO_SMALL = "sample_too_small_for_confidence"


@dataclass(frozen=True, slots=True)
class ModelBand:
    """What the band of a model's figure is made from.

    Attributes
    ----------
    scale : Decimal
        Deviation to be expected of the figure, as a logarithm. [1]
    scores : tuple of Decimal
        Sizes of the deviations of unchanged meter-years over what had been expected of them, in
        order. [1]
    tested, held : int
        Later meter-years held against such bands of the contract's confidence; how many they held.
    here, here_held : int
        Meter-years of the place and its portfolio, and how many of them the band held. Where they
        made the band themselves: as `tested` and `held`, of those that could be.
    """

    calibrated_by: CalibratedBy
    scale: Decimal
    scores: tuple[Decimal, ...]
    tested: int
    held: int
    here: int
    here_held: int

    def __post_init__(self) -> None:
        wanted(self.scale > 0, f"scale {self.scale}, want more than 0")
        wanted(bool(self.scores), "scores: want one at least")
        wanted(list(self.scores) == sorted(self.scores), "scores: want them in order")
        wanted(self.scores[0] >= 0, "scores: one is below 0")
        for name, held, of in (
            ("held", self.held, self.tested),
            ("here_held", self.here_held, self.here),
        ):
            wanted(0 <= held <= of, f"{name} {held} of {of}")

    @property
    def coverage(self) -> Decimal | None:
        """Share of the tested meter-years that was held; None where none was tested. [1]."""
        return _share(self.held, self.tested)

    @property
    def here_coverage(self) -> Decimal | None:
        """The same of meter-years of the place. [1]."""
        return _share(self.here_held, self.here)

    def around(self, quantity: Decimal, confidence: Decimal) -> tuple[Decimal, Decimal] | None:
        """Band of a figure, with six decimals; None where there are too few meter-years for it.

        The score that so many of the meter-years, and one more, stay below.
        """
        whole = (confidence * (len(self.scores) + 1)).to_integral_value(ROUND_CEILING)
        if whole > len(self.scores):
            return None
        stray = _ARITHMETIC.multiply(self.scores[int(whole) - 1], self.scale)
        low, high = (_ARITHMETIC.exp(each) for each in (-stray, stray))
        return tuple(  # type: ignore[return-value]  # two of them
            _ARITHMETIC.multiply(quantity, each).quantize(_FIGURE, context=_ARITHMETIC)
            for each in (low, high)
        )

    def exceeds(self, ratio: Decimal) -> Decimal:
        """Probability that what is estimated exceeds its figure times `ratio`. [1].

        The scores are taken to fall to either side alike; no finer than one in the sample.
        """
        if ratio <= 0:
            return Decimal(1)
        score = _ARITHMETIC.divide(_ARITHMETIC.ln(ratio), self.scale)
        beyond = 1 + sum(each >= abs(score) for each in self.scores)
        half = Decimal(beyond) / (2 * (len(self.scores) + 1))
        found = half if score > 0 else 1 - half
        return found.quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class SavingBand:
    """What stands beside the band of a saving.

    Attributes
    ----------
    confidence : Decimal
        Nominal coverage. [1]
    coverage : Decimal or None
        Share of later meter-years that such bands held; None where none was tested. [1]
    tested : int
        Meter-years behind `coverage`.
    meter_years : int
        From which the band is made.
    calibrated_by : CalibratedBy
        Whose they are; lent ones are not of this place.
    here, here_held : int
        Meter-years of the place, and how many of them such a band held.
    p_saving : Decimal
        Probability that anything was saved. [1]
    guarantee, p_guarantee : Decimal or None
        The month's part of what is guaranteed, by its days [unit of the line], and the probability
        that more was saved [1].
    """

    confidence: Decimal
    coverage: Decimal | None
    tested: int
    meter_years: int
    calibrated_by: CalibratedBy
    here: int
    here_held: int
    p_saving: Decimal
    guarantee: Decimal | None = None
    p_guarantee: Decimal | None = None


def _share(held: int, of: int) -> Decimal | None:
    return None if not of else (Decimal(held) / of).quantize(Decimal("0.0001"))
