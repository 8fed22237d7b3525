"""Tiers: of a guarantee that is missed or exceeded, and of a day's charge for cold rooms."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.settlement.dispute import Dispute
from analytics.settlement.statement import Side, Statement
from analytics.settlement.term import settle_term
from analytics.settlement.undisputed import payable
from api.paper.statement_inputs import inputs_table
from domain.contract import ContractKind, Party
from domain.contract_refund import Refund, RefundFigure
from domain.contract_term import BandMode, Guarantee
from domain.contract_tier import Tier
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, obstacles, statement, with_month, with_terms
from tests.unit.settlement.papers import paper
from tests.unit.settlement.test_saving_contracts import saving_book

SHORT = (Tier(Decimal(0), Decimal(1)), Tier(Decimal("0.02"), Decimal("1.5")))
BEYOND = (Tier(Decimal(0), Decimal("0.3")), Tier(Decimal("0.1"), Decimal("0.6")))
COLD = tuple(
    Tier(Decimal(above), Decimal(share)) for above, share in (("0", "0.1"), ("2", "0.5"), ("6", 1))
)
SEASON = (31, 29, 15, 0, 0, 0, 0, 0, 0, 0, 16, 31)
CLAUSE = Refund(
    code="cold-rooms", name_zh="室温不达标退费", name_en="Refund for cold rooms", line="heat",
    tiers=COLD, unmeasured=Decimal("0.5"), lowest_c=Decimal(18), charged_days=SEASON,
)  # fmt: skip


@pytest.mark.parametrize(
    ("promised", "mode", "amount"),
    [
        # The mean price is 453,271.22 / 678,495.7 CNY/kWh; 2,204.3 kWh short, 2 % are 1,200.
        (60000, BandMode.EXCESS, "-1808.05"),  # 1,200 x 1 + 1,004.3 x 1.5 = 2,706.45 kWh
        (60000, None, "-1808.05"),
        (60000, BandMode.FULL, "-2208.88"),  # 2,204.3 x 1.5 = 3,306.45 kWh
        # 7,795.7 kWh beyond, 10 % are 5,000.
        (50000, BandMode.EXCESS, "2122.69"),  # 5,000 x 0.3 + 2,795.7 x 0.6 = 3,177.42 kWh
        (50000, BandMode.FULL, "3124.77"),  # 7,795.7 x 0.6 = 4,677.42 kWh
    ],
)
def test_a_guarantee_is_made_good_and_shared_by_its_tiers(
    promised: int, mode: BandMode | None, amount: str
) -> None:
    clause = Guarantee(
        "electricity", Decimal(promised), shortfall_tiers=SHORT, surplus_tiers=BEYOND,
        tier_mode=mode,
    )  # fmt: skip
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=clause)
    (year,) = settle_term(book, code_version="test").true_ups
    assert year.total("G") == Decimal(amount)
    assert year.payment is not None
    payer = Party.PROVIDER if Decimal(amount) < 0 else Party.CLIENT
    assert (year.payment.payer, year.payment.amount) == (payer, abs(Decimal(amount)))


def refunding(days: dict[str, str], month: str = "2026-01", **changes: object) -> Book:
    """The clinic with the clause of cold rooms and temperatures of a month."""
    book = with_terms(clinic(), refunds=(replace(CLAUSE, **changes),))
    told = {day: Decimal(value) for day, value in days.items()}
    found = RefundFigure("cold-rooms", "room sensors, report 1", told, ("A. Client", "B. Provider"))
    return with_month(book, month, lambda each: replace(each, refunds=(found,)))


def january() -> dict[str, str]:
    """29 of 31 days: one 1 K short, one on the edge of 2 K, one 2.1 K, one 6.5 K."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(29)]
    told = {day.isoformat(): "18.5" for day in days}
    cold = {"2026-01-05": "17", "2026-01-06": "16", "2026-01-07": "15.9", "2026-01-08": "11.5"}
    return told | cold


def refund_of(found: Statement) -> Decimal | None:
    return found.line("cold-rooms", Side.DEDUCTION).amount


def test_cold_days_give_their_part_of_the_days_charge_back() -> None:
    """67,500.00 / 31 d x (0.1 + 0.1 + 0.5 + 1 + 2 unmeasured x 0.5 = 2.7 d) = 5,879.03."""
    found = statement(refunding(january()), "2026-01")
    assert refund_of(found) == found.total("D") == Decimal("5879.03")
    assert found.to_provider() == Decimal("8678.23") - Decimal("5879.03")
    assert [each.code for each in found.remarks] == ["refund_gap"]
    line = found.line("cold-rooms", Side.DEDUCTION)
    assert line.formula == "67500.00 CNY / 31 d x 2.7 d"
    assert line.steps[0].formula == "2 d x 0.1 + 1 d x 0.5 + 1 d x 1 + 2 d x 0.5"


def test_the_paper_tells_the_temperatures_that_a_refund_goes_by() -> None:
    rows = inputs_table(paper(refunding(january()), "en", "2026-01")).rows
    (told,) = [row for row in rows if row[0] == "Temperatures of rooms by day (degC)"]
    assert told[1:3] == ("Refund for cold rooms", "29 d")
    assert "2026-01-07 15.9" in str(told[3])
    assert "A. Client, B. Provider" in str(told[3])


def test_the_refund_stands_beside_the_cap_on_quality() -> None:
    """August: 1,164.44 for quality, capped at 0.5 % of F: 388.15; the refund is not capped."""
    line = next(each for each in clinic().contract.lines if each.code == "heat")
    assert line.baseline is not None
    warm = replace(line, baseline=replace(line.baseline, quantity=(Decimal(31),) * 12))
    days = {f"2026-08-{n:02}": "27.0" for n in range(1, 32)}
    book = refunding(days, "2026-08", lowest_c=None, highest_c=Decimal(26), charged_days=(31,) * 12)
    lines = tuple(warm if each.code == "heat" else each for each in book.contract.lines)
    book = with_terms(book, lines=lines, kpi_cap=Decimal("0.005"))
    prices = {"heat": Decimal(27)}
    book = with_month(
        book,
        "2026-08",
        lambda each: replace(
            each, prices=(*each.prices, replace(each.prices[0], line="heat", tariff="",
                                                prices={"flat": prices["heat"]}))
        ),
    )  # fmt: skip
    found = statement(book, "2026-08")
    fee = found.total("F")
    assert fee is not None
    back = (found.line("heat").amount or 0) * Decimal("0.1")
    assert refund_of(found) == back.quantize(Decimal("0.01")) > 0
    capped = (fee * Decimal("0.005")).quantize(Decimal("0.01"))
    assert found.total("D") == capped + (refund_of(found) or 0)


def test_a_month_without_charged_days_wants_no_temperatures() -> None:
    book = with_terms(clinic(), refunds=(CLAUSE,))
    assert refund_of(statement(book, "2026-04")) == 0
    assert obstacles(statement(book, "2026-01")) == {"refund"}
    march = {f"2026-03-{n:02}": "19" for n in range(1, 17)}
    assert obstacles(statement(refunding(march, "2026-03"), "2026-03")) == {"refund"}


def test_a_disputed_refund_freezes_what_is_claimed_of_it() -> None:
    book = refunding(january())
    signed = statement(book, "2026-01")
    claim = Dispute(
        "d-1", signed.sha256, "cold-rooms", Side.DEDUCTION, Decimal("6879.03"), Party.CLIENT,
        "one more cold day", date(2026, 2, 8), date(2026, 3, 8),
    )  # fmt: skip
    assert payable(book.contract, signed, [claim]).frozen == (("d-1", Decimal("1000.00")),)


def test_tiers_that_cannot_be_meant_are_refused() -> None:
    tier = Tier(Decimal(1), Decimal("0.5"))
    with pytest.raises(ValueError, match="begin at 0"):
        replace(CLAUSE, tiers=(tier,))
    with pytest.raises(ValueError, match=r"want 1 at most"):
        replace(CLAUSE, tiers=(Tier(Decimal(0), Decimal(2)),))
    with pytest.raises(ValueError, match="lowest_c or highest_c"):
        replace(CLAUSE, lowest_c=None)
    with pytest.raises(ValueError, match="tier_mode"):
        Guarantee("electricity", Decimal(1), tier_mode=BandMode.FULL)
    with pytest.raises(ValueError, match="want one of them"):
        Guarantee("electricity", Decimal(1), Decimal("0.5"), surplus_tiers=BEYOND)
    with pytest.raises(ValueError, match="is in no fee"):
        with_terms(saving_book(ContractKind.GUARANTEED_SAVINGS,
                               guarantee=Guarantee("electricity", Decimal(1))),
                   refunds=(replace(CLAUSE, line="electricity"),))  # fmt: skip
    with pytest.raises(ValueError, match="want 2026-01"):
        refunding({"2026-02-01": "18"})
