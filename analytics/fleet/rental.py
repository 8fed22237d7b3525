"""Bills of rented vehicles checked by hour and kilometre. Pure.

Time counts in steps begun; every 24 hours from the beginning cost at most the day's cap.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from domain.money import cents
from domain.vehicle_order import VehicleOrder

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RentalTerms:
    """What a rented vehicle costs.

    Attributes
    ----------
    hour : Decimal
        [CNY/h]
    km : Decimal
        Beyond `free_km`. [CNY/km]
    day_cap : Decimal or None
        The most that 24 hours cost, kilometres apart. [CNY]
    step_min : int
        Steps in which time is billed. [min]
    free_km : Decimal
        Per rental. [km]
    """

    hour: Decimal
    km: Decimal = Decimal(0)
    day_cap: Decimal | None = None
    step_min: int = 60
    free_km: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RentalCheck:
    """A bill of a rental beside what its terms say.

    Attributes
    ----------
    hours : Decimal
        Billed by the terms, in steps begun. [h]
    time, distance : Decimal
        [CNY]
    billed_km, driven_km : Decimal or None
        Of the bill; of the trips in its time. None where not told. [km]
    expected : Decimal
        By the bill's own time and distance. [CNY]
    difference : Decimal
        Billed - expected; positive = too much. [CNY]
    """

    order: VehicleOrder
    hours: Decimal
    time: Decimal
    distance: Decimal
    billed_km: Decimal | None
    driven_km: Decimal | None
    expected: Decimal
    difference: Decimal

    @property
    def agrees(self) -> bool:
        """Whether it comes to the cent to what the terms say."""
        return self.difference == 0

    @property
    def km_apart(self) -> Decimal | None:
        """Billed - driven; None where either is not told. [km]."""
        if self.billed_km is None or self.driven_km is None:
            return None
        return self.billed_km - self.driven_km


def rental_check(
    order: VehicleOrder,
    terms: RentalTerms,
    *,
    driven_km: Decimal | None,
    back: Decimal = Decimal(0),
) -> RentalCheck | None:
    """Check a bill; None where it does not say until when, or nobody how far.

    Parameters
    ----------
    driven_km : Decimal or None
        What the vehicle's trips in the time of the rental come to; where the bill tells no
        distance, they count. [km]
    back : Decimal
        What was given back of it, below zero. [CNY]
    """
    if order.until is None or order.until <= order.at:
        return None
    hours, time = _time(order.until - order.at, terms)
    told = order.km if order.km is not None else driven_km
    if told is None and terms.km:
        return None
    distance = cents(max((told or Decimal(0)) - terms.free_km, Decimal(0)) * terms.km)
    expected = time + distance
    billed = order.amount + back
    return RentalCheck(
        order, hours, time, distance, order.km, driven_km, expected, billed - expected
    )


def _time(length: timedelta, terms: RentalTerms) -> tuple[Decimal, Decimal]:
    days, rest = divmod(length, _DAY)
    step = Decimal(terms.step_min) / 60
    steps = Decimal(round(rest.total_seconds())) / (60 * terms.step_min)
    hours = steps.to_integral_value(ROUND_CEILING) * step
    part, whole = cents(hours * terms.hour), cents(24 * terms.hour)
    if terms.day_cap is not None:
        part, whole = min(part, terms.day_cap), min(whole, terms.day_cap)
    return 24 * days + hours, days * whole + part
