"""Prices of a line in a month, by the tariff its meters are on. Pure.

The same whether the ledger tells the tariff or a bundle does, so that the two cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from domain.calendar import days
from domain.contract_line import ContractLine, LineKind
from domain.contract_month import Prices
from domain.errors import MissingInputError
from domain.price_book import MonthPrice, Price, PriceBook
from domain.tariff import Component, Tariff, TariffVersion
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class Announced:
    """A price announced for a month, and who held it against its document; empty: nobody has."""

    price: MonthPrice
    source: str
    checked_by: str


def line_prices(
    month: ActiveMonth, line: ContractLine, tariff: Tariff, announced: Sequence[Announced]
) -> Prices:
    """Prices with tax that hold on every day of the month on which the contract runs.

    Raises
    ------
    MissingInputError
        If a version or a price is missing, is a forecast, rises with use, or changes in the month.
    """
    versions = dict.fromkeys(
        tariff.in_force(day).first_day for day in days(month.first_day, month.end_day)
    )
    held = [tariff.in_force(day) for day in versions]
    book = PriceBook(each.price for each in announced)
    begun = month.month.first_day
    each = [_prices(version, line, book, begun) for version in held]
    if any(other != each[0] for other in each[1:]):
        reason = f"prices of {tariff.code} change within {month.month.month}"
        raise MissingInputError(reason, code="price")
    prices, used = each[0]
    signed = [*_signatures(held), *_announced_signatures(announced, used)]
    return Prices(
        line.code,
        prices,
        source=_source(tariff, held, announced, used),
        checked_by=", ".join(dict.fromkeys(signed)) if all(signed) else "",
        tariff=periods_since(tariff, month.first_day),
    )


def periods_since(tariff: Tariff, day: date) -> str:
    """Which version of the periods holds: the tariff, and since when its windows are what they are.

    Empty where there are no periods. New prices for the same windows change nothing.
    """
    version = tariff.in_force(day)
    return f"{tariff.code}/{windows_since(tariff, day)}" if version.windows else ""


def windows_since(tariff: Tariff, day: date) -> date:
    """Day since when the windows that hold on a day are what they are.

    Raises
    ------
    MissingInputError
        If no version holds on it.
    """
    version = tariff.in_force(day)
    first = version.first_day
    for earlier in reversed(tariff.versions):
        if earlier.end_day == first and earlier.windows == version.windows:
            first = earlier.first_day
    return first


def _prices(
    version: TariffVersion, line: ContractLine, book: PriceBook, month: date
) -> tuple[Mapping[Period, Decimal], frozenset[str]]:
    """Prices by period, and the components for which an announcement counted."""
    taxes = sum((tax.rate for tax in version.taxes if not tax.included), Decimal(0))
    if line.kind is LineKind.DEMAND:
        return {Period.FLAT: _basic(version) * (1 + taxes)}, frozenset()
    found: dict[Period, Decimal] = {}
    announced: set[str] = set()
    for period in version.periods():
        whole = Decimal(0)
        for component, price in _components(version, period, book, month):
            whole += price.value
            if price.basis == "published":
                announced.add(component.name)
        found[period] = whole * (1 + taxes)
    return found, frozenset(announced)


def _components(
    version: TariffVersion, period: Period, book: PriceBook, month: date
) -> Iterator[tuple[Component, Price]]:
    for component in version.components:
        if component.inside:
            continue
        if component.tiers is not None:
            reason = f"{component.name} rises with use: no one price of the month"
            raise MissingInputError(reason, code="price")
        own = period if period in version.periods_of(component) else None
        price = book.find(version, component, month, own)
        if price.basis == "forecast":
            reason = f"the price of {component.name} in {period} is a forecast"
            raise MissingInputError(reason, code="price")
        yield component, price


def _basic(version: TariffVersion) -> Decimal:
    if version.basic is None or version.basic.busy_kwh_per_kva is not None:
        reason = "the tariff has no one price of demand"
        raise MissingInputError(reason, code="price")
    return version.basic.price


def _signatures(held: list[TariffVersion]) -> Iterator[str]:
    for version in held:
        yield version.provenance.checked_by or ""


def _announced_signatures(announced: Sequence[Announced], used: frozenset[str]) -> Iterator[str]:
    for each in announced:
        if each.price.component in used:
            yield each.checked_by


def _source(
    tariff: Tariff,
    held: list[TariffVersion],
    announced: Sequence[Announced],
    used: frozenset[str],
) -> str:
    told = [
        f"{tariff.code} from {version.first_day}: {version.provenance.source}" for version in held
    ]
    told += [
        f"announced for {each.price.month:%Y-%m}: {each.source}"
        for each in announced
        if each.price.component in used
    ]
    return "; ".join(dict.fromkeys(told))
