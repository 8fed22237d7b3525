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
    km, days : Decimal or None, and int
        Since it was done; None where not all of it is known. [km], [d]
    share : Decimal
        Of what may pass, by whichever is further and known; 1 and more: it is due. [1]
    """

    plan: MaintenancePlan
    km: Decimal | None
    days: int
    share: Decimal

    @property
    def state(self) -> Literal["due", "soon", "far", "unknown"]:
        """``soon`` in the last tenth; ``unknown`` where kilometres count and are not known."""
        if self.share >= 1:
            return "due"
        if self.km is None and self.plan.every_km is not None:
            return "unknown"
        return "soon" if self.share >= Decimal("0.9") else "far"


def due(plan: MaintenancePlan, km: Decimal | None, today: date) -> Due:
    """Tell how far a plan is, `km` being driven since the day it was done; None: not known."""
    days = (today - plan.done_on).days
    shares = [Decimal(0)]
    if plan.every_km is not None and km is not None:
        shares.append(km / plan.every_km)
    if plan.every_days is not None:
        shares.append(Decimal(days) / plan.every_days)
    return Due(plan, km, days, max(shares))
