"""Prices of a line follow the tariff of its meters, or are missing with their reason."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.drawn.rows import TariffRows
from analytics.drawn.toml import tariff_text
from analytics.evidence.price import line_prices, periods_since
from analytics.settlement.active_month import ActiveMonth
from domain.contract_line import LineKind
from domain.contract_month import Prices
from domain.errors import MissingInputError
from domain.tariff_file import raw_versions, read_tariff
from domain.time_of_use import Period
from tests.unit.drawn.ledger import CHECKED, LABEL, WATER, announced, tariff_rows, terms

_PUBLISHED = CHECKED.replace(
    "floats = true\nprices = { peak = 0.99, flat = 0.66, valley = 0.3036 }", "floats = true"
)
_EACH = [
    announced("energy", "0.99", Period.PEAK, "B. Example"),
    announced("energy", "0.66", Period.FLAT, "B. Example"),
    announced("energy", "0.3036", Period.VALLEY, "B. Example"),
]


def prices(rows: TariffRows, line: str = "electricity") -> Prices:
    month = ActiveMonth(terms())
    return line_prices(month, month.contract.line(line), rows.tariff, rows.announced)


def test_fixed_prices_by_period_with_who_checked_them() -> None:
    found = prices(tariff_rows(CHECKED, 1))
    assert found.prices == {
        Period.PEAK: Decimal("0.99"),
        Period.VALLEY: Decimal("0.3036"),
        Period.FLAT: Decimal("0.66"),
    }
    assert (found.checked_by, found.tariff) == ("A. Example", LABEL)


def test_announced_prices_count_when_both_they_and_the_terms_are_checked() -> None:
    found = prices(tariff_rows(_PUBLISHED, 1, *_EACH))
    assert found.prices[Period.PEAK] == Decimal("0.99")
    assert found.checked_by == "A. Example, B. Example"
    assert "announced for 2026-07: price list of July" in found.source
    unchecked = [*_EACH[:2], announced("energy", "0.3036", Period.VALLEY)]
    assert prices(tariff_rows(_PUBLISHED, 1, *unchecked)).checked_by == ""


def test_a_price_nobody_announced_is_missing() -> None:
    with pytest.raises(MissingInputError, match="no price of energy in valley"):
        prices(tariff_rows(_PUBLISHED, 1, *_EACH[:2]))


def test_a_forecast_is_no_price() -> None:
    text = _PUBLISHED.replace(
        'source = "invented"', 'source = "invented"\nratios = { peak = 1.5, valley = 0.46 }'
    )
    with pytest.raises(MissingInputError, match="is a forecast"):
        prices(tariff_rows(text, 1, _EACH[1]))


def test_a_tax_beside_the_prices_is_put_on_them() -> None:
    text = WATER + '\n[[version.tax]]\nname = "vat"\nrate = 0.03\nincluded = false\n'
    assert prices(tariff_rows(text, 2), "water").prices == {Period.FLAT: Decimal("8.3945")}


def test_prices_that_change_in_the_month_are_no_one_price() -> None:
    later = WATER.replace("2026-01-01", "2026-07-15").replace("8.15", "9.00")
    both = WATER.replace("first_day = 2026-01-01", "first_day = 2026-01-01\nend_day = 2026-07-15")
    text = both + later[later.index("[[version]]") :]
    with pytest.raises(MissingInputError, match="change within 2026-07"):
        prices(tariff_rows(text, 2), "water")


def test_demand_has_the_basic_charge_for_its_price() -> None:
    month = ActiveMonth(terms())
    line = replace(month.contract.line("electricity"), kind=LineKind.DEMAND)

    def of(text: str) -> Prices:
        return line_prices(month, line, read_tariff(text, place="test"), ())

    text = CHECKED + '\n[[version.basic]]\nby = "capacity"\nprice = 28\n'
    assert of(text).prices == {Period.FLAT: Decimal(28)}
    with pytest.raises(MissingInputError, match="no one price of demand"):
        of(CHECKED)


def test_periods_are_the_same_while_their_windows_are() -> None:
    dearer = CHECKED[CHECKED.index("[[version]]") :].replace("0.99", "1.10")
    both = CHECKED.replace(
        "first_day = 2026-01-01", "first_day = 2026-01-01\nend_day = 2026-06-01"
    ) + dearer.replace("2026-01-01", "2026-06-01")
    assert periods_since(read_tariff(both, place="test"), date(2026, 7, 1)) == LABEL
    moved = both[: both.rindex("[[version]]")] + both[both.rindex("[[version]]") :].replace(
        "08:00-16:00", "09:00-17:00"
    )
    assert periods_since(read_tariff(moved, place="test"), date(2026, 7, 1)) == "example/2026-06-01"


@pytest.mark.parametrize("text", [CHECKED, WATER])
def test_a_tariff_written_out_is_read_back_the_same(text: str) -> None:
    tariff = read_tariff(text, place="test")
    head = {
        "code": tariff.code,
        "medium": tariff.medium.value,
        "name_zh": tariff.name_zh,
        "name_en": tariff.name_en,
    }
    assert read_tariff(tariff_text(head, raw_versions(text)), place="again") == tariff
