"""The verification certificate of a settlement meter, as a body issued it, and its seals."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

from domain.errors import InputError
from domain.sentence import Sentence

SealPart: TypeAlias = Literal["cover", "terminals", "transformers", "cabinet", "other"]
SEAL_PARTS: tuple[SealPart, ...] = get_args(SealPart)
SealEventKind: TypeAlias = Literal["removed", "broken", "noted"]
_CLASS = re.compile(r"[A-Za-z0-9.]{1,8}")
_LARGEST = Decimal(10) ** 7
"""No transformer has more on its plate. [A], [V]"""


@dataclass(frozen=True, slots=True)
class Transformer:
    """What a transformer's plate says, such as 200/5 A or 10000/100 V."""

    primary: Decimal
    secondary: Decimal

    @property
    def ratio(self) -> Decimal:
        """What a unit of the secondary side stands for. [1]."""
        return self.primary / self.secondary


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was certified of the instrument that counts for a meter.

    Attributes
    ----------
    number, issuer : str
        Of the certificate, and who issued it.
    accuracy_class : str
        As on the nameplate: 0.5S, 1, B.
    instrument : str
        Factory number of the instrument; empty where nobody noted it.
    verified_on : date
        Day of the verification.
    first_day, end_day : date
        Half-open range of local days on which it holds at this meter.
    ct, pt : Transformer or None
        Current [A] and voltage [V] transformers; None where it is connected directly.
    counts_primary : bool
        The register shows what flows on the primary side, so no multiplier applies.
    """

    number: str
    issuer: str
    accuracy_class: str
    instrument: str
    verified_on: date
    first_day: date
    end_day: date
    ct: Transformer | None = None
    pt: Transformer | None = None
    counts_primary: bool = False
    note: str = ""

    @property
    def multiplier(self) -> Decimal:
        """What a unit of the register has to stand for, by this certificate. [1]."""
        if self.counts_primary:
            return Decimal(1)
        of_ct = self.ct.ratio if self.ct else Decimal(1)
        return of_ct * (self.pt.ratio if self.pt else Decimal(1))


def checked_class(text: str) -> str:
    """An accuracy class as nameplates write it.

    Raises
    ------
    ValueError
        With what is wanted.
    """
    if not _CLASS.fullmatch(text):
        raise ValueError("0.2S, 0.5S, 1, 2, A, B, C ..")
    return text


def check(certificate: Certificate) -> None:
    """Refuse what no body can have certified.

    Raises
    ------
    InputError
        With the name of the field as the place.
    """
    for name in ("number", "issuer"):
        if not getattr(certificate, name).strip():
            raise InputError(Sentence("is_empty", "{name} is empty", name=name), place=name)
    try:
        checked_class(certificate.accuracy_class)
    except ValueError as error:
        reason = Sentence(
            "accuracy_class",
            "accuracy_class is {accuracy_class}, want {error}",
            accuracy_class=repr(certificate.accuracy_class),
            error=error,
        )
        raise InputError(reason, place="accuracy_class") from None
    first = certificate.first_day
    if certificate.end_day <= first:
        reason = Sentence(
            "days_backwards",
            "end_day {end_day} is not after first_day {first_day}",
            end_day=certificate.end_day,
            first_day=first,
        )
        raise InputError(reason, place="end_day")
    if certificate.verified_on > first:
        reason = Sentence(
            "verified_late",
            "verified_on {verified_on} is after first_day {first_day}",
            verified_on=certificate.verified_on,
            first_day=first,
        )
        raise InputError(reason, place="verified_on")
    for name in ("ct", "pt"):
        of_kind: Transformer | None = getattr(certificate, name)
        if of_kind and not all(map(_on_a_plate, (of_kind.primary, of_kind.secondary))):
            reason = Sentence(
                "ratio_wrong",
                "{primary}/{secondary}, want two numbers above 0",
                primary=of_kind.primary,
                secondary=of_kind.secondary,
            )
            raise InputError(reason, place=name)


def _on_a_plate(number: Decimal) -> bool:
    return number.is_finite() and 0 < number < _LARGEST
