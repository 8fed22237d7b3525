"""Capacity, declared demand and quota of a supply at the utility, corrected month by month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SupplyTerms:
    """What somebody entered of a supply for local months [first_month, end_month), None for no end.

    It says all three: what is None there is not known in these months, whatever was entered with
    the tariff.

    Attributes
    ----------
    first_month, end_month : date
        First days of months.
    capacity_kva : Decimal or None
        Of the transformers. [kVA]
    declared_kw : Decimal or None
        Demand declared to the utility. [kW]
    quota : Decimal or None
        Of the span that a tier counts, in the register's unit.
    source : str
        Where it is from, such as the contract of supply.
    """

    id: int
    first_month: date
    end_month: date | None
    capacity_kva: Decimal | None
    declared_kw: Decimal | None
    quota: Decimal | None
    source: str

    def holds(self, month: date) -> bool:
        """Whether it is of a month, given by its first day."""
        return self.first_month <= month and (self.end_month is None or month < self.end_month)
