"""Contracts that pay for a saving: shared and guaranteed, with a band that informs or gates."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.correction import correction
from analytics.settlement.dispute import Dispute
from analytics.settlement.statement import Side
from analytics.settlement.term import settle_term
from analytics.settlement.undisputed import payable
from domain.contract import BandUse, ContractKind, Party
from domain.contract_line import LineKind, WeatherClause, WeatherMethod
from domain.contract_month import ContractMonth, ModelFigure
from domain.contract_term import Guarantee, ProviderShare
from domain.settlement_file import Book
from domain.time_of_use import Period
from tests.unit.settlement.clinic import (
    clinic,
    inputs,
    obstacles,
    statement,
    with_month,
    with_terms,
)

RATIO = Decimal(100)
"""Of the clinic's main meter."""
SHARES = (
    ProviderShare(date(2026, 1, 1), Decimal("0.7")),
    ProviderShare(date(2026, 7, 1), Decimal("0.5")),
)


def saving_book(kind: ContractKind, **terms: object) -> Book:
    """The clinic under a contract that pays for savings: use is in no fee, service is."""
    book = clinic()
    lines = tuple(
        replace(line, in_fee=line.kind in {LineKind.O_AND_M, LineKind.TAX})
        for line in book.contract.lines
    )
    shares = SHARES if kind is ContractKind.SHARED_SAVINGS else ()
    return with_terms(
        book, kind=kind, lines=lines, sharing=None, provider_shares=shares, fee_cap=None,
        **terms,
    )  # fmt: skip


def modelled(book: Book, below: int, above: int) -> Book:
    """Baseline by a model that says what the degree days say, with a band around it. [kWh]."""
    (line, *others) = book.contract.lines
    by_model = replace(line, weather=WeatherClause(WeatherMethod.MODEL), adjusted_by=())
    terms = with_terms(book, lines=(by_model, *others))

    def with_model(month: ContractMonth) -> ContractMonth:
        quantity = line.baseline.quantity[month.number - 1] if line.baseline else Decimal(0)
        figure = ModelFigure(
            line="electricity", model="daily", version="3", data_sha256="0" * 64,
            quantity=quantity, low=quantity - below, high=quantity + above,
            confidence=Decimal("0.9"),
        )  # fmt: skip
        return replace(month, models=(figure,))

    return replace(terms, months=tuple(map(with_model, terms.months)))


def test_the_provider_gets_its_share_of_what_the_saving_is_worth() -> None:
    book = saving_book(ContractKind.SHARED_SAVINGS)
    may, july = statement(book, "2026-05"), statement(book, "2026-07")
    assert may.savings[0].quantity_effect == Decimal("2683.20")  # 4,160 x 0.645
    assert may.to_provider() == Decimal("8480.00") + Decimal("1878.24")
    assert july.savings[0].quantity_effect == Decimal("4938.12")
    assert july.total("V") == Decimal("2469.06")


def test_a_month_that_saved_nothing_costs_no_share() -> None:
    book = saving_book(ContractKind.SHARED_SAVINGS)
    (line, *others) = book.contract.lines
    assert line.baseline is not None
    low = replace(line, baseline=replace(line.baseline, quantity=(Decimal(100),) * 12))
    found = statement(with_terms(book, lines=(low, *others), baseline_years=()), "2026-04")
    assert found.savings[0].saving < 0
    assert (found.total("V"), found.to_provider()) == (0, Decimal("8480.00"))


def test_a_band_that_gates_pays_only_for_what_it_shows() -> None:
    informs = modelled(saving_book(ContractKind.SHARED_SAVINGS), 5000, 5000)
    may = statement(informs, "2026-05")
    assert (may.savings[0].low, may.savings[0].high) == (2000 - 5000, 2000 + 5000)
    assert may.total("V") == Decimal("903.00")  # 2,000 x 0.645 x 0.7
    gates = with_terms(informs, band=BandUse.GATES)
    found = statement(gates, "2026-05")
    assert found.total("V") == 0
    assert [remark.code for remark in found.remarks] == ["not_shown"]
    narrow = with_terms(modelled(saving_book(ContractKind.SHARED_SAVINGS), 500, 500))
    assert statement(with_terms(narrow, band=BandUse.GATES), "2026-05").total("V") == Decimal(903)


@pytest.mark.parametrize("use", BandUse)
@pytest.mark.parametrize(("signed_by", "moved_to"), [(500, 5000), (5000, 500)])
def test_a_band_that_moves_corrects_nothing_that_is_signed(
    use: BandUse, signed_by: int, moved_to: int
) -> None:
    """The saving of 2,000 kWh is shown by a band of 500 around it, and not by one of 5,000."""
    book = saving_book(ContractKind.SHARED_SAVINGS, band=use)
    before, after = modelled(book, signed_by, signed_by), modelled(book, moved_to, moved_to)
    signed, fresh = statement(before, "2026-05"), statement(after, "2026-05")
    assert signed.savings != fresh.savings
    assert (signed.payment != fresh.payment) == (use is BandUse.GATES)
    assert correction(signed, inputs(before, "2026-05"), inputs(after, "2026-05")) is None


@pytest.mark.parametrize(("use", "paid"), [("informs", "451.50"), ("gates", "-903.00")])
def test_a_saving_that_moves_proposes_a_correction_by_the_band_of_today(
    use: str, paid: str
) -> None:
    """3,000 instead of 2,000 kWh: 1,000 x 0.645 x 0.7 more, unless the wide band gates."""
    book = saving_book(ContractKind.SHARED_SAVINGS, band=BandUse(use))
    before, after = modelled(book, 500, 500), modelled(book, 5000, 5000)

    def used_less(month: ContractMonth) -> ContractMonth:
        (main,) = [each for each in month.uses if each.meter == "main-e"]
        assert main.last is not None
        less = {**main.last, Period.FLAT: main.last[Period.FLAT] - 1000 / RATIO}
        others = [each for each in month.uses if each is not main]
        return replace(month, uses=(replace(main, last=less), *others))

    moved = with_month(after, "2026-05", used_less)
    found = correction(
        statement(before, "2026-05"), inputs(before, "2026-05"), inputs(moved, "2026-05")
    )
    assert found is not None
    assert found.replacement.savings[0].saving == 3000
    assert found.replacement.savings[0].low == 3000 - 5000
    assert found.difference == Decimal(paid)


def test_a_gate_that_is_agreed_on_later_corrects_by_the_band_that_was_signed() -> None:
    book = modelled(saving_book(ContractKind.SHARED_SAVINGS), 5000, 5000)
    gated = with_terms(book, band=BandUse.GATES)
    found = correction(
        statement(book, "2026-05"), inputs(book, "2026-05"), inputs(gated, "2026-05")
    )
    assert found is not None
    assert found.difference == Decimal("-903.00")


def test_a_gate_without_a_band_blocks_signing() -> None:
    book = saving_book(ContractKind.SHARED_SAVINGS, band=BandUse.GATES)
    assert obstacles(statement(book, "2026-05")) == {"band_missing"}


@pytest.mark.parametrize(
    ("promised", "surplus", "payer", "amount"),
    [
        # Saved 57,795.7 kWh; by hand the mean price is 453,271.22 / 678,495.7 CNY/kWh.
        (60000, "0.5", Party.PROVIDER, "1472.59"),
        (50000, "0.5", Party.CLIENT, "2603.97"),
        (50000, "0", Party.CLIENT, "0.00"),
    ],
)
def test_a_guarantee_is_made_good_by_the_true_up_of_its_year(
    promised: int, surplus: str, payer: Party, amount: str
) -> None:
    clause = Guarantee("electricity", Decimal(promised), Decimal(surplus))
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=clause)
    assert statement(book, "2026-05").to_provider() == Decimal("8480.00")
    settled = settle_term(book, code_version="test")
    (true_up,) = settled.true_ups
    assert true_up.payment is not None
    assert (true_up.payment.payer, true_up.payment.amount) == (payer, Decimal(amount))


def test_a_guarantee_that_the_band_holds_is_neither_missed_nor_exceeded() -> None:
    clause = Guarantee("electricity", Decimal(40000), Decimal("0.5"))
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=clause, band=BandUse.GATES)
    wide = settle_term(modelled(book, 3000, 3000), code_version="test").true_ups[0]
    assert wide.total("G") == 0
    narrow = settle_term(modelled(book, 10, 10), code_version="test").true_ups[0]
    assert narrow.total("G") not in {None, Decimal(0)}


def test_a_disputed_baseline_of_shared_savings_freezes_the_providers_part_of_it() -> None:
    """Of a baseline that would cost 580.00 less, 70 % were to be paid to the provider."""
    book = saving_book(ContractKind.SHARED_SAVINGS)
    signed = statement(book, "2026-06")
    cost = signed.line("electricity", Side.BASELINE).amount
    assert cost is not None
    claim = Dispute(
        "d-1", signed.sha256, "electricity", Side.BASELINE, cost - 580, Party.CLIENT,
        "a bill was counted twice", date(2026, 7, 8), date(2026, 8, 8),
    )  # fmt: skip
    assert payable(book.contract, signed, [claim]).frozen == (("d-1", Decimal("406.00")),)
