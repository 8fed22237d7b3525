"""What was paid for a vehicle: one order of a card, a pile, a gate, a garage or a landlord.

An order is known by its supplier and number. A refund is an order of its own with an amount below
zero, which names the order it takes back; it may be known before that one.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class OrderKind(StrEnum):
    """What an order is for."""

    FUEL = "fuel"
    CHARGING = "charging"
    TOLL = "toll"
    PARKING = "parking"
    REPAIR = "repair"
    INSURANCE = "insurance"
    RENT = "rent"
    PURCHASE = "purchase"
    """Of a vehicle of one's own; over its useful life it is depreciation."""


SPREAD = (OrderKind.INSURANCE, OrderKind.RENT, OrderKind.PURCHASE)
"""Kinds that pay for a span of days, and belong to each of them alike."""


@dataclass(frozen=True, slots=True)
class VehicleOrder:
    """One order, or the refund of one.

    Attributes
    ----------
    vehicle_id : int
        Whose it is.
    supplier, number : str
        Together they name it.
    refunds : str or None
        Number of the order it takes back; None for what is no refund.
    at : datetime
        When it was bought, or the span paid for begins.
    until : datetime or None
        When charging, parking or the span paid for ended; None where the order tells one instant.
    quantity : Decimal or None
        Litres or kWh; below zero in a refund. [L] or [kWh]
    km : Decimal or None
        Distance that a landlord billed. [km]
    amount : Decimal
        With tax; below zero in a refund. [CNY]
    """

    vehicle_id: int
    kind: OrderKind
    supplier: str
    number: str
    refunds: str | None
    at: datetime
    until: datetime | None
    quantity: Decimal | None
    km: Decimal | None
    amount: Decimal
    place: str = ""

    @property
    def name(self) -> tuple[str, str, bool]:
        """What no other order is called: a refund may bear the number of its order."""
        return self.supplier, self.number, self.refunds is not None


@dataclass(frozen=True, slots=True)
class OrderCharge:
    """What a person says a public charging order is for; it goes before what is worked out.

    Attributes
    ----------
    charge : str or None
        Name of the vehicle's plug-in it belongs to; None: to none that the vehicle told of.
    by : str or None
        Who said so; None where the person may not know.
    """

    vehicle_id: int
    supplier: str
    number: str
    charge: str | None
    reason: str
    by: str | None
    at: datetime

    @property
    def order(self) -> tuple[int, str, str]:
        """Vehicle, supplier and number of the order."""
        return self.vehicle_id, self.supplier, self.number
