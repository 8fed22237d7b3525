"""A value as a vendor shows it: under its own name, in its own unit, to its last digit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.reading import Value


@dataclass(frozen=True, slots=True)
class Field:
    """How a vendor shows one quantity.

    Attributes
    ----------
    quantity : str
        Our name of it.
    key : str
        The vendor's.
    per : int
        How many of the vendor's units make one of ours: 1000 for W where we have kW.
    digits : int
        Behind the point, in the vendor's unit.
    """

    quantity: str
    key: str
    per: int = 1
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One value.

    Attributes
    ----------
    text : str
        Its digits, as a device that writes text has them.
    canonical : float
        What they say, in our unit.
    """

    quantity: str
    key: str
    text: str
    canonical: float

    @property
    def number(self) -> float:
        """For a device that writes numbers; whole ones without a point."""
        return float(self.text) if "." in self.text else int(self.text)


def shown(fields: Iterable[Field], values: Mapping[str, Value]) -> Iterator[Shown]:
    """Those of `values` a vendor has a field for; a device that did not measure says nothing."""
    for field in fields:
        value = values.get(field.quantity)
        if value is None or isinstance(value, str):
            continue
        digits = round(Decimal(str(value)) * field.per, field.digits)
        # "-0.0" of a meter at rest is no reading of its own
        digits = digits or abs(digits)
        yield Shown(field.quantity, field.key, f"{digits:f}", float(digits / field.per))


def numbers(items: Iterable[Shown]) -> dict[str, float]:
    """By the vendor's names, as numbers."""
    return {item.key: item.number for item in items}


def canonical(items: Iterable[Shown]) -> dict[str, Value]:
    """By our names, in our units."""
    return {item.quantity: item.canonical for item in items}
