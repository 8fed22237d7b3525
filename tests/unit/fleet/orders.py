"""Orders, trips and plug-ins that tests plant."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.fleet.order_match import Stretch
from domain.vehicle_order import OrderKind, VehicleOrder

ZONE = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    """An instant by the clock of Shanghai, such as ``2026-07-03 08:15``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def order(
    kind: str,
    number: str,
    at: str,
    amount: str,
    *,
    until: str | None = None,
    quantity: str | None = None,
    km: str | None = None,
    refunds: str | None = None,
    vehicle: int = 1,
) -> VehicleOrder:
    """An order of vehicle 1, unless another is named."""
    return VehicleOrder(
        vehicle,
        OrderKind(kind),
        f"{kind} supplier",
        number,
        refunds,
        local(at),
        None if until is None else local(until),
        None if quantity is None else Decimal(quantity),
        None if km is None else Decimal(km),
        Decimal(amount),
    )


def stretch(
    name: str, start: str, minutes: int, *, kwh: str | None = None, vehicle: int = 1
) -> Stretch:
    """A trip, or with energy a plug-in."""
    begin = local(start)
    energy = None if kwh is None else Decimal(kwh)
    return Stretch(name, vehicle, begin, begin + timedelta(minutes=minutes), energy)
