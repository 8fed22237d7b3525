"""Prices of a tariff's components by month, as announced (代理购电价格), and how one is found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

from domain.errors import InputError, MissingInputError
from domain.sentence import Sentence
from domain.tariff import Component, TariffVersion
from domain.time_of_use import Period

Basis: TypeAlias = Literal["fixed", "published", "forecast"]
BASES: tuple[Basis, ...] = get_args(Basis)
"""From the firmest to the weakest."""


@dataclass(frozen=True, slots=True)
class MonthPrice:
    """Announced price of one component in one month.

    Attributes
    ----------
    month : date
        First day of the month.
    period : Period or None
        None: the same in every period.
    price : Decimal
        [CNY per unit]
    """

    month: date
    component: str
    period: Period | None
    price: Decimal
    checked: bool


@dataclass(frozen=True, slots=True)
class Price:
    """A price and what it rests on.

    Attributes
    ----------
    basis : str
        ``fixed`` by the version, ``published`` for the month, or ``forecast``: flat price x ratio.
    """

    value: Decimal
    basis: Basis
    checked: bool


class PriceBook:
    """Announced prices by month, component and period.

    Raises
    ------
    InputError
        If one is given twice, or its month does not begin on the first.
    """

    def __init__(self, prices: Iterable[MonthPrice] = ()) -> None:
        self._prices: dict[tuple[date, str, Period | None], MonthPrice] = {}
        for price in prices:
            key = (price.month, price.component, price.period)
            place = f"price of {price.component} ({price.period or 'all periods'}), {price.month}"
            if price.month.day != 1:
                raise InputError(
                    Sentence("want_first_of_month", "a month is named by its first day"),
                    place=place,
                )
            if key in self._prices:
                raise InputError(Sentence("given_twice", "given twice"), place=place)
            self._prices[key] = price

    def find(
        self, version: TariffVersion, component: Component, month: date, period: Period | None
    ) -> Price:
        """Price of a component in a month and one of `version.periods_of(component)`.

        A component that floats is never priced by another period's announcement but as a
        forecast, from the flat price and the version's ratio, and says so.

        Raises
        ------
        MissingInputError
            If it is neither fixed nor announced, and cannot be forecast.
        """
        for key in (period,) if period is not None else (None, Period.FLAT):
            if key in component.prices:
                return Price(component.prices[key], "fixed", version.provenance.checked)
            if found := self._prices.get((month, component.name, key)):
                return Price(found.price, "published", found.checked)
        flat = self._prices.get((month, component.name, Period.FLAT))
        if period is not None and flat is not None and period in version.ratios:
            return Price(flat.price * version.ratios[period], "forecast", checked=False)
        raise MissingInputError(
            Sentence(
                "price_not_entered",
                "no price of {name} in {period} is entered for {month}",
                name=component.name,
                period=period or "all periods",
                month=f"{month:%Y-%m}",
            ),
            code="price",
        )
