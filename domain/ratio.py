"""The multiplier of a register, as a number or as the transformers' plates say it."""

import re
from decimal import Decimal

from domain.errors import InputError
from domain.sentence import Sentence

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
_PLATE = rf"{_NUMBER}(?:\s*[/:]\s*{_NUMBER})?"
_TIMES = r"[x*\N{MULTIPLICATION SIGN}]"
_FORM = re.compile(rf"{_PLATE}(?:\s*{_TIMES}\s*{_PLATE})?", re.IGNORECASE)
_LARGEST = Decimal(1_000_000)


def read_ratio(text: str) -> Decimal:
    """Read a multiplier CT x PT: ``40``, ``200/5`` or ``200/5 x 10000/100``. [1].

    Raises
    ------
    InputError
        If it is none of these, or not above 0 and at most a million.
    """
    factors = []
    if _FORM.fullmatch(text.strip()):
        for plate in re.split(_TIMES, text.strip(), flags=re.IGNORECASE):
            primary, _, secondary = plate.replace(":", "/").partition("/")
            sides = Decimal(primary.strip()), Decimal(secondary.strip() or "1")
            factors.append(sides[0] / sides[1] if sides[1] else Decimal(0))
    ratio = factors[0] * (factors[1] if factors[1:] else 1) if factors else Decimal(0)
    if not 0 < ratio <= _LARGEST:
        template = "{seen} is no multiplier, want one such as {form}"
        reason = Sentence(
            "not_a_ratio", template, seen=repr(text[:40]), form="40, 200/5, 200/5 x 10000/100"
        )
        raise InputError(reason, place="ratio")
    return ratio
