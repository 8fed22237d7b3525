"""Whatever kind of source is changed: the place is named if somebody signed, else the figure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from analytics.evidence.bundle import packed
from analytics.evidence.price import Announced
from analytics.evidence.tariff import KeptTariff
from domain.contract import Party
from domain.errors import InputError
from domain.price_book import MonthPrice
from domain.settlement_file import Book
from tests.unit.evidence.office import TARIFF, book, checked, forged, made, parts, signed
from tests.unit.evidence.test_sources import following_the_model, july, model

_BY_KIND = TARIFF.replace('period = "peak"', 'period = "peak"\ndays = ["workday"]')
"""Peak on workdays only, so that the calendar says what is peak."""
_ENERGY = TARIFF.replace(
    "peak = 0.99, flat = 0.66, valley = 0.3036", "peak = 0.94, flat = 0.61, valley = 0.2536"
)
_ANNOUNCED = _ENERGY + '\n[[version.component]]\nname = "line_loss"\n'
"""The same prices, of which 0.05 is announced by the month."""


_AT = 721
"""Row of a reading at midnight, where a period ends: it moves a kilowatt-hour into another one."""


def line_loss(price: str, checked_by: str = "A. Example") -> Announced:
    told = MonthPrice(date(2026, 7, 1), "line_loss", None, Decimal(price), bool(checked_by))
    return Announced(told, "announcement of July", checked_by)


@cache
def whole() -> bytes:
    """A month with everything: registers, periods by the kind of day, weather, model, prices."""
    given = following_the_model()
    return packed(
        made(
            replace(given, months=(replace(given.months[0], uses=()),)),
            tariffs={"electricity": KeptTariff(_BY_KIND)},
            surroundings=july(),
            models={"electricity": model()},
        )
    )


def exchanged(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return change


def by_a_hundredth(content: bytes) -> bytes:
    told = json.loads(content)
    told["parameters"]["base"][0] *= 1.01
    return json.dumps(told).encode()


def one_more_kwh(content: bytes) -> bytes:
    rows = content.split(b"\n")
    head, _, register = rows[_AT].rpartition(b",")
    rows[_AT] = head + b"," + str(int(register) + 1).encode()
    return b"\n".join(rows)


CHANGES: Mapping[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "one byte of the page": ("statement.html", exchanged("CNY", "CNX"), "statement.html"),
    "one reading of 1,500": ("readings.csv", one_more_kwh, r"its readings come to"),
    "one price": (
        "month.json",
        exchanged('"0.99"', '"0.98"'),
        r"the month says 0.98 CNY in peak, its components come to 0.99",
    ),
    "one period boundary": (
        "tariff/electricity.toml",
        exchanged("08:00-16:00", "08:00-15:30"),
        r"main-e: the month says \d+ in peak, its readings come to \d+",
    ),
    "one component of the tariff": (
        "tariff/electricity.toml",
        exchanged("valley = 0.3036", "valley = 0.3037"),
        r"the month says 0.3036 CNY in valley, its components come to 0.3037",
    ),
    "one day of the calendar": (
        "calendar.csv",
        exchanged("2026-07-08,workday", "2026-07-08,holiday"),
        r"main-e: the month says \d+ in peak, its readings come to \d+",
    ),
    "one hour of weather": (
        "weather.csv",
        exchanged("2026-07-08T04:00:00Z,30", "2026-07-08T04:00:00Z,36"),
        r"the hours come to|the model comes to",
    ),
    "one coefficient of the model": ("model/electricity.json", by_a_hundredth, "model/electricity"),
    "one term of the contract": (
        "contract.json",
        exchanged('"coefficient": "0.95"', '"coefficient": "0.96"'),
        r"says '[\d.]+', worked out '[\d.]+'",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_named_by_part_and_line_where_a_party_has_signed(what: str) -> None:
    name, change, _ = CHANGES[what]
    was = parts(whole())[name]
    content = forged({name: change(was)}, whole())
    with pytest.raises(InputError) as caught:
        checked(content, [signed(whole(), Party.CLIENT)])
    assert re.fullmatch(re.escape(name) + r":\d+", caught.value.place), caught.value
    assert "since the client signed it" in caught.value.reason


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_contradicts_the_figures_also_where_nobody_has_signed(what: str) -> None:
    name, change, told = CHANGES[what]
    with pytest.raises(InputError, match=told):
        checked(forged({name: change(parts(whole())[name])}, whole()))


def dearer() -> Book:
    """The office with a price of the peak that nobody announced."""
    given = book()
    [month] = given.months
    prices = tuple(
        replace(each, prices={**each.prices, **{period: Decimal("1.09") for period in each.prices
                                               if period == "peak"}})
        for each in month.prices
    )  # fmt: skip
    return replace(given, months=(replace(month, prices=prices),))


def test_a_price_changed_with_everything_that_follows_from_it_contradicts_the_tariff() -> None:
    """Month, lines, sums and page agree with each other; only the tariff says something else."""
    other = TARIFF.replace("peak = 0.99", "peak = 1.09")
    content = packed(made(dearer(), tariffs={"electricity": KeptTariff(other)}))
    assert checked(content)[-1]["agrees"] is True
    with pytest.raises(InputError, match=r"the month says 1.09 CNY in peak.* come to 0.99") as seen:
        checked(forged({"tariff/electricity.toml": TARIFF.encode()}, content))
    assert seen.value.place == "tariff/electricity.toml"


def test_an_announced_price_is_in_the_bundle_and_a_changed_one_is_found() -> None:
    kept = KeptTariff(_ANNOUNCED, (line_loss("0.05"),))
    content = packed(made(tariffs={"electricity": kept}))
    lines = checked(content)
    (price, _) = [line for line in lines if line["record"] == "price"]
    assert (price["line"], price["agrees"]) == ("electricity", True)
    assert "price of electricity" not in lines[-1]["stated"]
    table = parts(content)["tariff/electricity.csv"]
    assert b"2026-07,line_loss,,0.05,announcement of July,A. Example" in table
    changed = table.replace(b"0.05", b"0.06")
    with pytest.raises(InputError, match=r"says 0.99 CNY in peak, its components come to 1.00"):
        checked(forged({"tariff/electricity.csv": changed}, content))


def test_a_price_that_is_only_forecast_or_not_announced_is_stated() -> None:
    lines = checked(packed(made(tariffs={"electricity": KeptTariff(_ANNOUNCED, ())})))
    assert "price of electricity" in lines[-1]["stated"]


def test_who_is_said_to_have_checked_a_price_is_held_against_the_tariff() -> None:
    """The contract's file says that somebody has; the tariff says that nobody did."""
    lines = checked(packed(made()))
    assert "check of the price of electricity" in lines[-1]["stated"]


def test_prices_nobody_entered_are_those_of_the_tariff() -> None:
    given = book()
    [month] = given.months
    bare = replace(month, prices=tuple(each for each in month.prices if each.line == "water"))
    found = made(replace(given, months=(bare,)))
    own = next(each for each in found.inputs.month.prices if each.line == "electricity")
    assert own.tariff == "example/2026-01-01"
    assert own.prices == book().months[0].prices[0].prices


def test_a_bundle_of_an_early_release_has_the_periods_alone() -> None:
    """It has no table of announcements: its prices stand on the signatures."""
    content = packed(made(tariffs={"electricity": KeptTariff(TARIFF, None)}))
    assert "tariff/electricity.csv" not in parts(content)
    assert "price of electricity" in checked(content)[-1]["stated"]


def test_bad_rows_of_announcements_are_refused_with_their_place() -> None:
    kept = KeptTariff(_ANNOUNCED, (line_loss("0.05"),))
    content = packed(made(tariffs={"electricity": kept}))
    table = parts(content)["tariff/electricity.csv"]
    for old, new in ((b"2026-07,", b"July,"), (b",,0.05", b",noon,0.05"), (b"0.05", b"dear")):
        with pytest.raises(InputError) as caught:
            checked(forged({"tariff/electricity.csv": table.replace(old, new)}, content))
        assert caught.value.place == "tariff/electricity.csv:2"
    twice = table + table.split(b"\n")[1] + b"\n"
    with pytest.raises(InputError, match="given twice"):
        checked(forged({"tariff/electricity.csv": twice}, content))
