"""What a month's use comes to in coal equivalent and CO2, with every factor behind it. Pure."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from analytics.ledger.carbon import Figure, carbon, coal_equivalent, no_factor_of
from analytics.ledger.energy_use import UNIT, EnergyUse, other_energy_uncounted
from analytics.ledger.indicator import indicators
from analytics.ledger.institution_year import energy_use, use_besides_electricity
from analytics.ledger.month_facts import mean_told
from analytics.ledger.month_inputs import OTHER, SELF_USED, MonthInputs
from domain.canonical import plain
from domain.errors import FactorError

Found = TypeVar("Found")


class MonthEnergy:
    """Coal equivalent, CO2 and indicators of a month, on one factor set.

    Attributes
    ----------
    use : EnergyUse
        What was used, carrier by carrier; without electricity where that was refused.
    coal, co2 : Figure or None
        None where a factor is missing or the use was refused.
    missing : list of str
        What could not be computed, and why.
    """

    def __init__(self, inputs: MonthInputs) -> None:
        self._inputs = inputs
        self.missing: list[str] = []
        factors = inputs.factors
        amounts = self._amounts()
        self.missing += [
            other_energy_uncounted(entry.amount)
            for entry in inputs.entered
            if entry.kind == OTHER and entry.amount
        ]
        use = self._attempt(lambda: energy_use(*amounts))
        self.use = use or use_besides_electricity(*amounts)
        self._refused = use is None
        self.coal = self.co2 = None
        if use is not None:
            day = inputs.first_day
            self.coal = self._figure(
                lambda: coal_equivalent(use, factors, year=day.year, first_day=day)
            )
            self.co2 = self._figure(lambda: self._carbon(use))

    def _amounts(self) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        """Metered and declared, as `energy_use` takes them."""
        entries = self._inputs.entered
        metered = {medium.medium: medium.total for medium in self._inputs.metered}
        metered |= {entry.medium: entry.amount for entry in entries if entry.medium is not None}
        declared = {entry.kind: entry.amount for entry in entries if entry.medium is None}
        if self._inputs.self_used is not None:
            declared[SELF_USED] = self._inputs.self_used
        return metered, declared

    def _attempt(self, compute: Callable[[], Found]) -> Found | None:
        try:
            return compute()
        except FactorError as error:
            self.missing.append(error.reason)
            return None

    def _figure(self, compute: Callable[[], Figure]) -> Figure | None:
        figure = self._attempt(compute)
        if figure is not None:
            self.missing += [
                no_factor_of(figure, carrier)
                for carrier, why in figure.excluded.items()
                if why == "no_factor"
            ]
        return figure

    def _carbon(self, use: EnergyUse) -> Figure:
        inputs, day = self._inputs, self._inputs.first_day
        return carbon(
            use, inputs.factors, year=day.year, province=inputs.place.province, first_day=day
        )

    def _green(self) -> dict[str, Any] | None:
        """Certificates of the month, and what the CO2 would be without them (by location)."""
        use = self.use
        if not (use.green_retired_kwh or use.green_held_kwh) or self.co2 is None:
            return None
        plain_use = replace(use, green_retired_kwh=Decimal(0), green_held_kwh=Decimal(0))
        without = self._carbon(plain_use)
        return {
            "purchased": {"amount": plain(use.purchased_kwh), "unit": "kWh"},
            "retired": {"amount": plain(use.green_retired_kwh), "unit": "kWh"},
            "held": {"amount": plain(use.green_held_kwh), "unit": "kWh"},
            "co2_without": {"amount": plain(without.value), "unit": without.unit},
        }

    def told(self) -> dict[str, Any]:
        """The figures with every factor, as they are written into a document."""
        factors, facts = self._inputs.factors, self._inputs.facts
        green = self._green()
        found = indicators(
            self.use,
            self.coal,
            self.co2,
            area_m2=facts.area_m2,
            persons=facts.persons,
            refused=self._refused,
        )
        return {
            "factor_set": {
                "code": factors.code,
                "version": factors.version,
                "sha256": factors.sha256,
                "electricity": factors.electricity.value,
            },
            "province": self._inputs.place.province,
            "use": [
                {"carrier": carrier.value, "amount": plain(amount), "unit": UNIT[carrier]}
                for carrier, amount in self.use.amounts.items()
            ],
            **({} if green is None else {"green": green}),
            "coal_equivalent": None if self.coal is None else _figure_told(self.coal),
            "co2": None if self.co2 is None else _figure_told(self.co2),
            "area_m2": mean_told(facts.area_m2),
            "persons": mean_told(facts.persons),
            "indicators": [
                {
                    "name": each.name.value,
                    "unit": each.name.unit,
                    "value": None if each.value is None else plain(each.value),
                    "why": None if each.why is None else each.why.value,
                }
                for each in found
            ],
        }


def _figure_told(figure: Figure) -> dict[str, Any]:
    return {
        "amount": plain(figure.value),
        "unit": figure.unit,
        "year": figure.year,
        "left_out": {carrier.value: why for carrier, why in figure.excluded.items()},
        "lines": [
            {
                "carrier": line.carrier.value,
                "use": {"amount": plain(line.amount), "unit": line.unit},
                "result": {"amount": plain(line.value), "unit": figure.unit},
                "factors": [
                    {
                        "key": chosen.factor.key,
                        "value": plain(chosen.factor.value),
                        "unit": chosen.factor.unit,
                        "region": chosen.factor.region,
                        "year": chosen.factor.year,
                        "source": chosen.factor.source,
                        "checked": chosen.factor.checked,
                    }
                    for chosen in line.factors
                ],
            }
            for line in figure.lines
        ],
    }
