"""A tariff file is read exactly, or refused with the place."""

from datetime import date
from decimal import Decimal

import pytest

from domain.errors import InputError, MissingInputError
from domain.price_book import MonthPrice, PriceBook
from domain.tariff_file import read_kept_tariff, read_tariff, shipped_tariffs
from domain.time_of_use import Period

HEAD = 'schema = "tariff/1"\ncode = "t"\nmedium = "electricity"\nname_zh = "t"\nname_en = "t"\n'
VERSION = '[[version]]\nfirst_day = {}\nchecked = false\nsource = "a notice"\n{}\n'
ENERGY = '[[version.component]]\nname = "energy"\nprice = 0.5\n'


def version(first: str = "2026-01-01", terms: str = "") -> str:
    return VERSION.format(first, terms) + ENERGY


def test_every_shipped_tariff_is_read_and_none_counts_as_checked() -> None:
    tariffs = [read_tariff(text, place=name) for name, text in shipped_tariffs().items()]
    assert {tariff.code for tariff in tariffs} == {
        "chongqing-tou", "tianjin-tou", "tianjin-water",
    }  # fmt: skip
    for tariff in tariffs:
        for each in tariff.versions:
            assert not each.provenance.checked
            assert each.provenance.source


def test_overlapping_versions_are_refused_with_both_and_the_place() -> None:
    text = HEAD + version("2026-01-01", "end_day = 2026-07-01") + version("2026-06-30")
    want = "t.toml: the version from 2026-06-30 begins inside the version 2026-01-01 to 2026-07-01"
    with pytest.raises(InputError, match=want):
        read_tariff(text, place="t.toml")
    open_end = HEAD + version("2026-01-01") + version("2026-06-30")
    with pytest.raises(InputError, match="2026-01-01 to no end"):
        read_tariff(open_end, place="t.toml")


def test_versions_that_meet_do_not_overlap_and_the_day_belongs_to_the_later() -> None:
    text = HEAD + version("2026-07-01") + version("2026-01-01", "end_day = 2026-07-01")
    tariff = read_tariff(text, place="t.toml")
    assert tariff.in_force(date(2026, 6, 30)).first_day == date(2026, 1, 1)
    assert tariff.in_force(date(2026, 7, 1)).first_day == date(2026, 7, 1)
    with pytest.raises(MissingInputError, match="no version is in force on 2025-12-31"):
        tariff.in_force(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ('[[version.window]]\nperiod = "flat"\nhours = ["01:00-02:00"]', "window 1: flat is what"),
        ('[[version.window]]\nperiod = "noon"\nhours = ["01:00-02:00"]', "window 1: period = 'no"),
        ('[[version.window]]\nperiod = "peak"\nhours = ["9-12"]', r"window 1: hours = \['9-12'\]"),
        ('[[version.window]]\nperiod = "peak"\nhours = ["09:00-09:00"]', "is empty"),
        ('[[version.window]]\nperiod = "peak"\nmonths = [13]\nhours = []', "want 1 to 12"),
        ('[[version.window]]\nperiod = "peak"\nhours = []', r"hours = \[\]: want some"),
        (
            '[[version.window]]\nperiod = "peak"\nmonths = []\nhours = ["09:00-12:00"]',
            r"months = \[\]: want some",
        ),
        (
            '[[version.window]]\nperiod = "peak"\ndays = []\nhours = ["09:00-12:00"]',
            r"days = \[\]: want some",
        ),
        (2 * '[[version.basic]]\nby = "capacity"\nprice = 1\n', "basic 2: want at most one basic"),
        ('[[version.basic]]\nby = "capacity"\nprice = -30', "price is -30, want more than 0"),
        (
            '[[version.basic]]\nby = "maximum"\nprice = 30\nover_factor = 2',
            "over_factor wants over_from",
        ),
        ('[[version.tax]]\nname = "vat"\nrate = 13\nincluded = true', "tax vat: rate 13, want a s"),
        ("ratios = { peak = -1 }", "ratio of peak is -1, want more than 0"),
        (
            '[[version.component]]\nname = "x"\nprice = 1\ninside = "x"',
            "version from 2026-01-01: x is inside itself, so nobody would bill it",
        ),
        (
            (
                '[[version.component]]\nname = "x"\nprice = 1\ninside = "y"\n'
                '[[version.component]]\nname = "y"\nprice = 1\ninside = "x"'
            ),
            "x is inside itself",
        ),
        (
            '[[version.component]]\nname = "x"\nfloats = true\nprices = { peak = 1, flat = 1 }',
            "x has a price of peak, and no window is of it",
        ),
        (
            (
                '[[version.window]]\nperiod = "peak"\nhours = ["09:00-12:00"]\n'
                '[[version.component]]\nname = "x"\nfloats = true\nprice = 1'
            ),
            "x floats: want prices by period",
        ),
        (
            (
                '[[version.component]]\nname = "x"\nfloats = true\n[[version.component.tiers]]\n'
                'span = "month"\nstep = [{ up_to = 5, price = 1 }, { price = 2 }]'
            ),
            "x: steps are of all that was used and cannot differ by period",
        ),
        ('[[version.component]]\nname = "x"\nprice = 5000', "x costs 5000 CNY a unit"),
        ('[[version.basic]]\nby = "guess"\nprice = 1', "basic 1: by = 'guess': want capacity or"),
        ('[[version.basic]]\nby = "capacity"\nprice = nan', "want a number|finite"),
        ('power_factor = "0.95"', "want 0.90 or 0.85 or 0.80"),
        ("end_day = 2026-01-01", "end_day 2026-01-01 is not after 2026-01-01"),
        ('surcharge = "yes"', "version 1: nobody knows surcharge"),
        (
            '[[version.component]]\nname = "x"\nprices = { peak = 1 }',
            "component 1: prices by period want floats = true",
        ),
        (ENERGY, r"components \['energy', 'energy'\]"),
        ('checked_by = "Li"', "checked = true wants checked_by, checked_on and document"),
    ],
)
def test_bad_terms_are_refused_with_the_reason_and_the_place(terms: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_tariff(HEAD + version(terms=terms), place="t.toml")


@pytest.mark.parametrize(
    "terms", ['power_factor = "0.85"', '[[version.basic]]\nby = "capacity"\nprice = 30']
)
def test_terms_of_electricity_are_refused_in_a_tariff_of_water(terms: str) -> None:
    text = (HEAD + version(terms=terms)).replace('"electricity"', '"water"')
    with pytest.raises(InputError, match="basic charge and power factor are of electri"):
        read_tariff(text, place="t.toml")


def test_what_was_entered_before_is_read_whatever_its_terms_were() -> None:
    text = HEAD + version(terms='[[version.tax]]\nname = "vat"\nrate = 13\nincluded = true')
    assert read_kept_tariff(text, place="t.toml").versions[0].taxes[0].rate == 13
    with pytest.raises(InputError, match="rate 13"):
        read_tariff(text, place="t.toml")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("step = [{ up_to = 5, price = 1 }]", "every step but the last"),
        ("step = [{ price = 1 }, { price = 2 }]", "every step but the last"),
        ("step = [{up_to=5, price=1}, {up_to=4, price=2}, {price=3}]", "does not rise"),
    ],
)
def test_tiers_that_do_not_rise_are_refused(steps: str, reason: str) -> None:
    tiers = f'[[version.component.tiers]]\nspan = "year"\n{steps}\n'
    text = HEAD + version() + '[[version.component]]\nname = "tiered"\n' + tiers
    with pytest.raises(InputError, match=reason):
        read_tariff(text, place="t.toml")


def test_a_floating_part_is_forecast_by_ratio_and_one_that_does_not_float_is_not() -> None:
    tariff = read_tariff(shipped_tariffs()["tianjin.toml"], place="tianjin.toml")
    month, july = tariff.in_force(date(2026, 7, 1)), date(2026, 7, 1)
    parts = {component.name: component for component in month.components}
    book = PriceBook(
        [
            MonthPrice(july, "agent_purchase", Period.FLAT, Decimal("0.40"), checked=True),
            MonthPrice(july, "agent_purchase", Period.VALLEY, Decimal("0.19"), checked=True),
            MonthPrice(july, "line_loss", None, Decimal("0.02"), checked=True),
        ]
    )
    peak = book.find(month, parts["agent_purchase"], july, Period.PEAK)
    assert (peak.value, peak.basis, peak.checked) == (Decimal("0.600"), "forecast", False)
    valley = book.find(month, parts["agent_purchase"], july, Period.VALLEY)
    assert (valley.value, valley.basis) == (Decimal("0.19"), "published")
    assert month.periods_of(parts["line_loss"]) == [None]
    assert book.find(month, parts["line_loss"], july, None).value == Decimal("0.02")
    with pytest.raises(MissingInputError, match="no price of system_operation in all periods"):
        book.find(month, parts["system_operation"], july, None)
    with pytest.raises(MissingInputError, match="2026-08"):
        book.find(month, parts["line_loss"], date(2026, 8, 1), None)


def test_a_price_given_twice_is_refused() -> None:
    price = MonthPrice(date(2026, 7, 1), "line_loss", None, Decimal(1), checked=False)
    with pytest.raises(InputError, match=r"line_loss .*2026-07-01: given twice"):
        PriceBook([price, price])
