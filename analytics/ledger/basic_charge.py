"""Basic charge (基本电费) by capacity or by measured maximum demand, and a warning about demand.

The billed maximum demand is the meter's own register, often of a sliding window. Demand computed
from quarter hours lies below it: it warns, and is never billed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.demand_bounds import DemandBounds, refuse_impossible_demand
from analytics.ledger.metered import Amount
from analytics.ledger.month_register import RegisterPart, greatest_demand
from domain.errors import MissingInputError
from domain.sentence import Sentence
from domain.supply_account import SupplyAccount
from domain.tariff import BasicCharge

_QUARTER_S = 900


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a metering point's connection in one month; None for not known.

    Attributes
    ----------
    capacity_kva : Decimal or None
        Of its transformers. [kVA]
    declared_kw : Decimal or None
        Demand declared to the utility. [kW]
    registers : tuple of RegisterPart
        What the meter's registers of maximum demand and reactive energy did; empty: not read.
    quota : Decimal or None
        Quota of the span that a tier counts. In the register's unit.
    demand_bounds : DemandBounds or None
        What the demand of the registers can be; None where a person has said what it was.
    feeds_reactive : bool
        Whether the meter counted reactive energy that the user fed back.
    reverse : tuple of RegisterPart
        What its register of that did, as of reactive energy drawn; empty: not read, or not asked.
    account : SupplyAccount or None
        Of which class its user is in the month; None where nobody has entered it.
    """

    capacity_kva: Decimal | None = None
    declared_kw: Decimal | None = None
    registers: tuple[RegisterPart, ...] = ()
    quota: Decimal | None = None
    demand_bounds: DemandBounds | None = None
    feeds_reactive: bool = False
    reverse: tuple[RegisterPart, ...] = ()
    account: SupplyAccount | None = None


@dataclass(frozen=True, slots=True)
class Charged:
    """Quantity and price of a basic charge, and how the quantity came about."""

    quantity: Decimal
    unit: str
    price: Decimal
    formula: str


def basic_charge(basic: BasicCharge, connection: Connection, energy_kwh: Decimal) -> Charged:
    """What a whole month is charged for.

    Parameters
    ----------
    energy_kwh : Decimal
        Energy of the month, which makes the price of a busy connection lower. [kWh]

    Raises
    ------
    MissingInputError
        If the capacity is not known, or the demand shown cannot have been; and as
        `greatest_demand` does.
    """
    price, busy = basic.price, ""
    if basic.busy_kwh_per_kva is not None:
        capacity = _capacity(connection)
        if energy_kwh >= basic.busy_kwh_per_kva * capacity:
            price = basic.price * basic.busy_factor
            busy = f"; {energy_kwh} kWh reach {basic.busy_kwh_per_kva} kWh/kVA"
    if basic.by == "capacity":
        capacity = _capacity(connection)
        return Charged(capacity, "kVA", price, f"{capacity} kVA x {price} CNY/kVA{busy}")
    measured = greatest_demand(connection.registers)
    if connection.demand_bounds is not None:
        refuse_impossible_demand(measured, connection.demand_bounds, connection.capacity_kva)
    billed, how = _billed_kw(basic, connection.declared_kw, measured)
    return Charged(billed, "kW", price, f"{billed} kW ({how}) x {price} CNY/kW{busy}")


def block_demand_kw(amounts: Iterable[Amount]) -> float | None:
    """Greatest mean power of an interval of at most a quarter hour; None without one. [kW].

    For a warning before the month is over; the meter's own register may stand higher.
    """
    lengths = ((each.value, (each.end - each.start).total_seconds()) for each in amounts)
    return max((v * 3600 / s for v, s in lengths if 0 < s <= _QUARTER_S), default=None)


def _billed_kw(basic: BasicCharge, declared: Decimal | None, kw: Decimal) -> tuple[Decimal, str]:
    if declared is None:
        return kw, "measured"
    if basic.over_from is None:
        return max(declared, kw), f"greater of declared {declared} and measured {kw}"
    limit = declared * basic.over_from
    if kw <= limit:
        return declared, f"declared; measured {kw} is within {basic.over_from} x {declared}"
    over = kw - limit
    how = f"declared {declared} + {basic.over_factor} x {over} above {limit}"
    return declared + basic.over_factor * over, how


def _capacity(connection: Connection) -> Decimal:
    if connection.capacity_kva is None:
        reason = Sentence("capacity_not_entered", "the capacity of the transformers is not entered")
        raise MissingInputError(reason, code="capacity")
    return connection.capacity_kva
