"""What terms of a tariff no document can mean: refused when they are entered, with the place.

What is read back from the store is not asked again: what was entered then is what then was billed.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from domain.errors import InputError
from domain.registry import Medium
from domain.sentence import Sentence
from domain.tariff import BasicCharge, Component, TariffVersion, Tax

_LARGEST = Decimal(1000)
"""No unit costs as much. [CNY]"""


def refuse_senseless(version: TariffVersion, medium: Medium, *, place: str) -> None:
    """Refuse terms that contradict themselves, or that the engine would not bill as they read.

    Raises
    ------
    InputError
        With the first of them.
    """
    for reason in _reasons(version, medium):
        raise InputError(reason, place=place)


def _reasons(version: TariffVersion, medium: Medium) -> Iterator[Sentence]:
    inside = {component.name: component.inside for component in version.components}
    for component in version.components:
        yield from _of_component(component, version)
        if _never_billed(component.name, inside.get):
            template = "{component} is inside itself, so nobody would bill it"
            yield Sentence("component_inside_itself", template, component=component.name)
    if medium is not Medium.ELECTRICITY and (version.basic or version.power_factor):
        template = "basic charge and power factor are of electricity, not of {medium}"
        yield Sentence("terms_of_electricity", template, medium=medium.value)
    if version.basic is not None:
        yield from _of_basic(version.basic)
    for tax in version.taxes:
        yield from _of_tax(tax)
    for period, ratio in version.ratios.items():
        if ratio <= 0:
            yield _too_small(f"ratio of {period}", ratio)


def _of_component(component: Component, version: TariffVersion) -> Iterator[Sentence]:
    periods = version.periods()
    if component.tiers is not None and component.floats:
        template = "{component}: steps are of all that was used and cannot differ by period"
        yield Sentence("steps_that_float", template, component=component.name)
    if component.floats and len(periods) > 1 and None in component.prices:
        template = "{component} floats: want prices by period, not one price"
        yield Sentence("floats_without_periods", template, component=component.name)
    strange = [each for each in component.prices if each is not None and each not in periods]
    if strange:
        told = ", ".join(strange)
        template = "{component} has a price of {periods}, and no window is of it"
        yield Sentence("price_without_window", template, component=component.name, periods=told)
    prices = [*component.prices.values()]
    prices += [step.price for step in component.tiers.steps] if component.tiers else []
    for price in prices:
        if abs(price) >= _LARGEST:
            template = "{component} costs {price} CNY a unit: want less than {largest}"
            yield Sentence(
                "price_too_large",
                template,
                component=component.name,
                price=price,
                largest=_LARGEST,
            )


def _never_billed(name: str, inside: Callable[[str], str | None]) -> bool:
    """Whether what a component is inside of leads back to where one has been."""
    seen: set[str] = set()
    at: str | None = name
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = inside(at)
    return False


def _of_basic(basic: BasicCharge) -> Iterator[Sentence]:
    if basic.over_from is None and basic.over_factor != 1:
        yield Sentence("over_without_share", "over_factor wants over_from")
    numbers = {
        "price": basic.price,
        "over_from": basic.over_from,
        "over_factor": basic.over_factor,
        "busy_kwh_per_kva": basic.busy_kwh_per_kva,
        "busy_factor": basic.busy_factor,
    }
    for name, number in numbers.items():
        if number is not None and number <= 0:
            yield _too_small(name, number)


def _of_tax(tax: Tax) -> Iterator[Sentence]:
    if not 0 < tax.rate < 1:
        template = "tax {tax}: rate {rate}, want a share between 0 and 1, such as 0.13"
        yield Sentence("tax_rate_wrong", template, tax=tax.name, rate=tax.rate)


def _too_small(name: str, number: Decimal) -> Sentence:
    template = "{name} is {number}, want more than 0"
    return Sentence("want_above_zero", template, name=name, number=number)
