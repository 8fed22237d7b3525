"""Which quantity a freely chosen name means, such as ``Active Power`` with the unit ``W``. Pure.

For formats in which every installation names its points itself. The list is data, `wordings.csv`;
case, spaces and punctuation make no difference. A name in no list keeps its own name: it is never
taken for the nearest quantity.
"""

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from domain.errors import PayloadError
from domain.quantity import quantities
from ingest.codecs.unit import Conversion, conversion, symbol

_SPELT = str.maketrans({"%": " pct", "°": " deg", "℃": " degc", "Ω": " ohm", "³": "3", "²": "2"})


_PLAIN = "1"
"""Unit of a plain number."""
_NO_UNIT = (_PLAIN, "code", "bits")
"""Units that are not at the end of a quantity's name."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name and a unit stand for.

    Attributes
    ----------
    name : str
        Of a quantity, or a name of its own in snake case with the unit at its end.
    conversion : Conversion or None
        Into the quantity's unit; None if the number stays as it is.
    """

    name: str
    conversion: Conversion | None = None


def is_wording(text: str) -> bool:
    """Whether `text` is a name of a quantity."""
    return _letters(text) in _quantity_by_wording()


@lru_cache(maxsize=10_000)  # the same few points, message after message
def meaning(text: str, unit: str = "") -> Meaning:
    """What the point called `text` measures.

    Parameters
    ----------
    text : str
        As the installation chose it.
    unit : str
        As the device writes it; empty if it does not, which means the unit of the quantity.

    Raises
    ------
    PayloadError
        If there is no letter and no digit in `text`, or name and unit together would pass for a
        quantity whose unit it is not.
    """
    quantity = quantities().get(_quantity_by_wording().get(_letters(text), ""))
    if quantity is not None:
        if unit in ("", quantity.unit):
            return Meaning(quantity.name)
        found = conversion(unit, quantity.unit)
        if found is not None:
            return Meaning(quantity.name, found)
    own, ending = _snake(text), _ending(unit)
    if not own:
        raise PayloadError(f"{text[:50]!a} cannot be a name", code="bad_name")
    if ending and not own.endswith(f"_{ending}"):
        own = f"{own}_{ending}"
    if own in quantities():
        raise PayloadError(f"{text[:50]!a} in {unit[:50]!a}: unit unknown", code="unknown_unit")
    return Meaning(own)


@cache
def _quantity_by_wording() -> dict[str, str]:
    text = (resources.files("ingest.codecs") / "wordings.csv").read_text("utf-8")
    listed = {
        _letters(wording): row["quantity"]
        for row in csv.DictReader(text.splitlines())
        for wording in row["wordings"].split(";")
    }
    # A quantity's own name, with its unit and without
    plain = {
        _letters(name.rpartition("_")[0]): name
        for name, quantity in quantities().items()
        if quantity.unit not in _NO_UNIT
    }
    return plain | {_letters(name): name for name in quantities()} | listed


def _ending(unit: str) -> str:
    # As at the end of the quantities' names, for units these have
    plain = symbol(unit)
    return "" if plain == _PLAIN else _endings().get(plain, _snake(plain))


@cache
def _endings() -> dict[str, str]:
    return {
        quantity.unit: name.rpartition("_")[2]
        for name, quantity in quantities().items()
        if quantity.unit not in _NO_UNIT
    }


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _snake(text: str) -> str:
    words = (c if c.isalnum() else " " for c in text.translate(_SPELT).lower())
    return "_".join("".join(words).split())
