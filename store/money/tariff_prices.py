"""Another version of a tariff that has other fixed prices and is otherwise the one before."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Connection

from domain.errors import InputError
from domain.sentence import Sentence
from domain.tariff_file import read_version
from domain.time_of_use import Period
from domain.toml_entry import Entry
from store.money.tariff import CHECKS, VersionRow, follow, versions


class FixedPrice(NamedTuple):
    """A price that the version itself says. [CNY per unit]."""

    component: str
    period: Period | None
    price: Decimal


def fixed_prices(row: VersionRow) -> list[FixedPrice]:
    """Prices that a version says itself, in its order; steps and announced prices are none."""
    found = []
    for component in json.loads(row.terms, parse_float=Decimal).get("component", []):
        told = component.get("prices", {})
        if "price" in component:
            told = {None: component["price"]}
        found += [
            FixedPrice(component["name"], Period(period) if period else None, Decimal(str(price)))
            for period, price in told.items()
        ]
    return found


def reprice(
    conn: Connection, tariff_id: int, first_day: date, prices: Iterable[FixedPrice], *, source: str
) -> None:
    """Add the version in force on a day once more, with other prices, from that day on.

    Everything else of it stays. It is unchecked, and lasts as long as the one before would have.

    Raises
    ------
    InputError
        If none is in force, one begins on that day already, it has no such price, or none of the
        prices is another one. Nothing is written.
    """
    place = f"version from {first_day}"
    row = next((v for v in versions(conn, tariff_id) if v.version().holds(first_day)), None)
    if row is None:
        template = "no version is in force then: enter it from a file"
        raise InputError(Sentence("no_version_to_follow", template), place=place)
    if row.first_day == first_day:
        template = "a version begins on that day already, and a version never changes"
        raise InputError(Sentence("version_begins_then", template), place=place)
    known = {(each.component, each.period): each.price for each in fixed_prices(row)}
    left = (*CHECKS, "evidence", "note", "note_zh")  # they are about the source of the one before
    raw: dict[str, Any] = {n: value for n, value in row.told().items() if n not in left}
    raw |= {"first_day": first_day, "source": source, "checked": False}
    components = {each["name"]: each for each in raw["component"]}
    changed = False
    for component, period, price in prices:
        if (component, period) not in known:
            told = f"{component} ({period or 'all periods'})"
            template = "it fixes no price of {told}"
            raise InputError(Sentence("price_not_fixed", template, told=told), place=place)
        changed = changed or price != known[component, period]
        if period is None:
            components[component]["price"] = price
        else:
            components[component]["prices"] |= {period.value: price}
    if not changed:
        template = "every price is as it was"
        raise InputError(Sentence("prices_as_before", template), place=place)
    follow(conn, tariff_id, raw, read_version(Entry(dict(raw), place)))
