"""What the yearly statistics of public institutions ask for, in the edition of 2025.

The list is data, `statistics_items.csv`. What the revision of 2025-11-10 removed is not in it (land
area, chargers, use of renewables, capacity of uninterruptible supplies), nor what that of 2022
removed (other energy of the data-centre room). The tables' printed numbers are not known for
certain, so tables and items have names of ours.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

EDITION = 2025


class Table(StrEnum):
    """The tables of one institution."""

    BASIC = "basic"
    ENERGY = "energy"
    DATA_CENTRE = "data_centre"
    HEATING = "heating"


class ItemKind(StrEnum):
    """What an item is; it decides how months become a year, and which checks apply."""

    ENERGY = "energy"
    WATER = "water"
    PART = "part"
    """Of another item, and never added to it."""
    OUTPUT = "output"
    """Generated, not used."""
    FACT = "fact"
    """Not the sum of months."""


@dataclass(frozen=True, slots=True)
class StatisticsItem:
    """One number that is asked for.

    Attributes
    ----------
    plain_price : tuple of Decimal or None
        Least and greatest mean price that needs no explanation, our own judgement; None where the
        item costs nothing. [CNY per unit]
    """

    table: Table
    key: str
    unit: str
    kind: ItemKind
    plain_price: tuple[Decimal, Decimal] | None
    zh: str
    en: str

    @property
    def is_monthly(self) -> bool:
        """Whether the year is the sum of its months."""
        return self.kind is not ItemKind.FACT


@cache
def statistics_items() -> Mapping[str, StatisticsItem]:
    """Every item by key, in the order of the tables."""
    text = (resources.files("domain") / "statistics_items.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row["key"]: StatisticsItem(
                Table(row["table"]),
                row["key"],
                row["unit"],
                ItemKind(row["kind"]),
                _range(row["plain_price"]),
                row["zh"],
                row["en"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


def _range(text: str) -> tuple[Decimal, Decimal] | None:
    if not text:
        return None
    least, _, greatest = text.partition("..")
    return Decimal(least), Decimal(greatest)
