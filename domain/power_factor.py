"""Power-factor adjustment (力调电费): by how much a bill changes with the month's power factor.

The standard a user is held to depends on the user's class: 0.90, 0.85 or 0.80. The tables are
data: those that come along, and those that people enter (`power_factor_file`).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.canonical import canonical, digest, plain
from domain.errors import MissingInputError
from domain.record import wanted
from domain.sentence import Sentence
from domain.tariff import Provenance

STANDARDS = ("0.90", "0.85", "0.80")
"""Power factors at which nothing is added or taken off. [1]"""
_FROM_KVA = {"0.90": Decimal(160), "0.85": Decimal(100), "0.80": Decimal(100)}
"""Capacity from which users are held to each, as the tables that come along tell their users."""
_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PowerFactorTable:
    """Adjustment by power factor, in steps of 0.01.

    Attributes
    ----------
    standard : Decimal
        Power factor at which nothing is added or taken off. [1]
    reduction : tuple of (Decimal, Decimal)
        Up to which power factor [1] each step above the standard takes off how much. [%]
    surcharge : tuple of (Decimal, Decimal)
        Down to which power factor [1] each step below the standard adds how much. [%]
    applies_to, applies_to_zh : str
        Class of user, in English and in Chinese.
    provenance : Provenance
        Where the numbers were seen, and who has checked them against the printed rule.
    """

    standard: Decimal
    reduction: tuple[tuple[Decimal, Decimal], ...]
    surcharge: tuple[tuple[Decimal, Decimal], ...]
    applies_to: str
    applies_to_zh: str
    provenance: Provenance

    def __post_init__(self) -> None:
        for steps, up in ((self.reduction, True), (self.surcharge, False)):
            pairs = all(len(step) == 2 for step in steps)  # noqa: PLR2004 - a pair
            wanted(pairs, "want pairs of a power factor and a percent")
            bounds = [self.standard, *(bound for bound, _ in steps)]
            wanted(bounds == sorted(set(bounds), reverse=not up), "power factors out of order")
            wanted(min((percent for _, percent in steps), default=1) > 0, "a percent not above 0")

    @property
    def checked(self) -> bool:
        """Whether a person has checked the numbers."""
        return self.provenance.checked

    @property
    def sha256(self) -> str:
        """Digest of the numbers: a check is of these, and of no others."""
        numbers = {"standard": plain(self.standard)} | {
            name: [[plain(number) for number in step] for step in steps]
            for name, steps in (("reduction", self.reduction), ("surcharge", self.surcharge))
        }
        return digest(canonical(numbers))

    def percent(self, power_factor: Decimal) -> Decimal:
        """Adjustment of the bill; negative takes off. [%].

        Parameters
        ----------
        power_factor : Decimal
            As `power_factor()` gives it: 0 to 1, two decimals. [1]
        """
        total, at = Decimal(0), self.standard
        for until, each in self.reduction:
            steps = max(Decimal(0), min(power_factor, until) - at) / _STEP
            total, at = total - steps * each, until
        at = self.standard
        for until, each in self.surcharge:
            steps = max(Decimal(0), at - max(power_factor, until)) / _STEP
            total, at = total + steps * each, until
        return total


def power_factor(active_kwh: Decimal, reactive_kvarh: Decimal) -> Decimal:
    """Mean power factor of a month: kWh / sqrt(kWh^2 + kvarh^2), rounded to 0.01. [1].

    Raises
    ------
    ValueError
        If there was no energy at all: then there is no power factor.
    """
    apparent = (active_kwh**2 + reactive_kvarh**2).sqrt()
    if apparent == 0:
        raise ValueError("no power factor without energy")
    return (active_kwh / apparent).quantize(_STEP, ROUND_HALF_UP)


def refuse_other_user(standard: str, capacity_kva: Decimal | None) -> None:
    """Refuse a standard that is not for a user of this capacity.

    Parameters
    ----------
    capacity_kva : Decimal or None
        Of the user's transformers; None for not entered. [kVA]

    Raises
    ------
    MissingInputError
        ``capacity`` if nobody has entered it, ``power_factor_user`` if it is too small.
    """
    least = _FROM_KVA[standard]
    if capacity_kva is None:
        reason = Sentence(
            "power_factor_capacity_wanted",
            "a power factor of {standard} is for users from {least} kVA on, and the capacity of "
            "the transformers is not entered",
            standard=standard,
            least=f"{least:f}",
        )
        raise MissingInputError(reason, code="capacity")
    if capacity_kva < least:
        reason = Sentence(
            "power_factor_other_user",
            "a power factor of {standard} is for users from {least} kVA on, and the transformers "
            "have {capacity} kVA: enter of which class the user is",
            standard=standard,
            least=f"{least:f}",
            capacity=plain(capacity_kva),
        )
        raise MissingInputError(reason, code="power_factor_user")
