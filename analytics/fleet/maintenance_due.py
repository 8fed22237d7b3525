"""When a vehicle is due for its next maintenance, by kilometres or by days. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class MaintenancePlan:
    """What is to be done how often.

    Attributes
    ----------
    every_km, every_days : Decimal and int, or None
        Whichever comes first; at least one of them. [km], [d]
    done_on : date
        Local day on which it was last done.
    """

    vehicle_id: int
    item: str
    every_km: Decimal | None
    every_days: int | None
    done_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """How far a plan is.

    Attributes
    ----------
    km, days : Decimal and int
        Since it was done. [km], [d]
    share : Decimal
        Of what may pass, by whichever is further; 1 and more: it is due. [1]
    """

    plan: MaintenancePlan
    km: Decimal
    days: int
    share: Decimal

    @property
    def state(self) -> Literal["due", "soon", "far"]:
        """``soon`` in the last tenth."""
        if self.share >= 1:
            return "due"
        return "soon" if self.share >= Decimal("0.9") else "far"


def due(plan: MaintenancePlan, km: Decimal, today: date) -> Due:
    """Tell how far a plan is, `km` being driven since the day it was done."""
    days = (today - plan.done_on).days
    shares = [Decimal(0)]
    if plan.every_km is not None:
        shares.append(km / plan.every_km)
    if plan.every_days is not None:
        shares.append(Decimal(days) / plan.every_days)
    return Due(plan, km, days, max(shares))
