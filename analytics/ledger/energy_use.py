"""What a place used in a period, carrier by carrier, and what of it emits nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from analytics.ledger.exact import difference
from domain.canonical import plain
from domain.errors import FactorError
from domain.sentence import Sentence

ZERO = Decimal(0)


class Carrier(StrEnum):
    """What energy comes in, and water."""

    ELECTRICITY = "electricity"
    NATURAL_GAS = "natural_gas"
    HEAT = "heat"
    COOLING = "cooling"
    GASOLINE = "gasoline"
    DIESEL = "diesel"
    LPG = "lpg"
    RAW_COAL = "raw_coal"
    WATER = "water"


UNIT: Mapping[Carrier, str] = {
    Carrier.ELECTRICITY: "kWh",
    Carrier.NATURAL_GAS: "m3",
    Carrier.HEAT: "GJ",
    Carrier.COOLING: "GJ",
    Carrier.GASOLINE: "L",
    Carrier.DIESEL: "L",
    Carrier.LPG: "kg",
    Carrier.RAW_COAL: "kg",
    Carrier.WATER: "m3",
}
"""Unit in which the amount of a carrier is given."""


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Amounts of one place and period.

    Attributes
    ----------
    amounts : Mapping of Carrier to Decimal
        In the carrier's unit; a carrier that is absent was not measured, one that is 0 was not
        used. Electricity is all that was used, whether bought or of the place's own PV.
    pv_self_used_kwh : Decimal
        Part of the electricity that came from the place's own PV. [kWh]
    green_retired_kwh : Decimal
        Bought electricity covered by certificates that were retired for this period. [kWh]
    green_held_kwh : Decimal
        Covered by certificates that were not retired: shown, and worth nothing. [kWh]

    Raises
    ------
    FactorError
        For a negative amount, more PV than use, or more certificates than was bought.
    """

    amounts: Mapping[Carrier, Decimal]
    pv_self_used_kwh: Decimal = ZERO
    green_retired_kwh: Decimal = ZERO
    green_held_kwh: Decimal = ZERO

    def __post_init__(self) -> None:
        own = (self.pv_self_used_kwh, self.green_retired_kwh, self.green_held_kwh)
        for name, value in [*self.amounts.items(), *(("kWh of its own", each) for each in own)]:
            if not (value.is_finite() and value >= 0):
                raise FactorError(
                    Sentence(
                        "amount_negative",
                        "{name} is {value}, want an amount of 0 or more",
                        name=name,
                        value=value,
                    )
                )
        use = self.amounts.get(Carrier.ELECTRICITY, ZERO)
        if self.pv_self_used_kwh > use:
            raise FactorError(
                Sentence(
                    "pv_above_use",
                    "self-used PV of {pv} kWh, use of {use} kWh only",
                    pv=self.pv_self_used_kwh,
                    use=use,
                )
            )
        if self.green_retired_kwh > self.purchased_kwh:
            raise FactorError(
                Sentence(
                    "certificates_above_bought",
                    "certificates of {retired} kWh retired, {bought} kWh bought only",
                    retired=self.green_retired_kwh,
                    bought=self.purchased_kwh,
                )
            )

    @property
    def purchased_kwh(self) -> Decimal:
        """Electricity bought: use minus self-used PV. [kWh]."""
        return difference(self.amounts.get(Carrier.ELECTRICITY, ZERO), self.pv_self_used_kwh)

    @property
    def emitting_kwh(self) -> Decimal:
        """Electricity bought and not covered by retired certificates. [kWh]."""
        return difference(self.purchased_kwh, self.green_retired_kwh)


def other_energy_uncounted(amount: Decimal) -> Sentence:
    """Say that energy which is none of our carriers [tce] counts for nothing."""
    return Sentence(
        "other_energy_uncounted",
        "other energy of {amount} tce is in no figure: its CO2 is not known",
        amount=plain(amount),
    )
