"""Each clause of a contract does what it says, and nothing beyond."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.settlement.kpi import deducted, deduction
from analytics.settlement.statement import Side, Statement
from analytics.settlement.working import Working
from domain.contract import Party
from domain.contract_event import Agreed, Change, Equipment
from domain.contract_kpi import KpiFigure, KpiGap
from domain.contract_line import (
    ContractLine,
    DegreeDayTerm,
    LineKind,
    PriceClause,
    PriceMode,
    WeatherClause,
    WeatherMethod,
)
from domain.contract_month import Acceptance, Bill, LineAccount, Submetered, Use
from domain.contract_term import BandMode, Meter, Rounding, Substitution, SubstitutionMethod
from domain.power_factor_file import power_factor_tables
from domain.settlement_file import Book
from domain.time_of_use import Period
from tests.unit.settlement.clinic import (
    clinic,
    obstacles,
    statement,
    with_events,
    with_month,
    with_terms,
)

BOTH = ("A. Client", "B. Provider")


def with_line(book: Book, code: str, **changes: Any) -> Book:
    lines = tuple(replace(e, **changes) if e.code == code else e for e in book.contract.lines)
    return with_terms(book, lines=lines)


def step(found: Statement, symbol: str, side: Side = Side.FEE) -> Decimal:
    return next(e.value for e in found.line("electricity", side).steps if e.symbol == symbol)


def ratio(**term: str) -> WeatherClause:
    terms = DegreeDayTerm(**{name: Decimal(value) for name, value in term.items()})
    return WeatherClause(WeatherMethod.RATIO, heating=terms, cooling=terms)


@pytest.fixture
def book() -> Book:
    return clinic()


def test_a_ratio_gives_way_to_the_slope_below_its_least_degree_days(book: Book) -> None:
    guarded = with_line(book, "electricity", weather=ratio(share="0.4", min_dd="50", slope="100"))
    may = statement(guarded, "2026-05")  # cooling 0 -> 12 degree days
    assert step(may, "Qadj") == 46000 + 100 * 12
    assert "ratio_guarded" in {remark.code for remark in may.remarks}
    september = statement(guarded, "2026-09")  # 30 -> 20: fewer than 50, so the slope
    assert step(september, "Qw") == 54000 - 100 * 10
    june = statement(guarded, "2026-06")  # 60 -> 75
    assert step(june, "W") == Decimal("1.1")


@pytest.mark.parametrize("month", [f"2026-{n:02}" for n in range(1, 13)])
def test_a_guarded_ratio_never_explodes_in_any_month(book: Book, month: str) -> None:
    terms = ratio(share="0.4", min_dd="50", cap="0.05")
    found = statement(with_line(book, "electricity", weather=terms), month)
    assert found.may_be_signed
    plain = next(e.value for e in found.line("electricity").steps if e.symbol == "Q0")
    assert abs(step(found, "Qw") / plain - 1) <= Decimal("0.1")


def test_inside_the_dead_band_the_weather_changes_nothing(book: Book) -> None:
    calm = with_line(book, "electricity", weather=ratio(share="0.4", dead_band="0.25"))
    assert step(statement(calm, "2026-06"), "W") == 1  # 25 % more
    assert step(statement(calm, "2026-09"), "W") != 1  # a third less


def test_a_full_band_jumps_at_its_edge_and_an_excess_band_does_not(book: Book) -> None:
    (area, heated) = book.contract.adjustments
    edge = Change("area", Decimal(10501), date(2026, 1, 1), date(2026, 1, 1), "survey")
    for mode, beyond in ((BandMode.FULL, "0.0501"), (BandMode.EXCESS, "0.0001")):
        terms = with_terms(book, adjustments=(replace(area, band_mode=mode), heated))
        found = statement(with_events(terms, changes=(edge,)), "2026-04")
        assert step(found, "K") == 1 + Decimal("0.5") * Decimal(beyond)


def test_a_smaller_area_lowers_the_baseline_alike(book: Book) -> None:
    less = Change("area", Decimal(9000), date(2026, 1, 1), date(2026, 1, 1), "survey")
    found = statement(with_events(book, changes=(less,)), "2026-04")
    assert step(found, "K") == 1 - Decimal("0.5") * Decimal("0.05")


@pytest.mark.parametrize(
    ("clause", "price"),
    [
        (PriceClause(PriceMode.FLOATING), "0.688"),
        (PriceClause(PriceMode.FIXED), "0.645"),
        (PriceClause(PriceMode.SHARED, Decimal("0.5")), "0.6665"),
        (PriceClause(PriceMode.SHARED, Decimal("0.5"), trigger=Decimal("0.07")), "0.645"),
    ],
)
def test_the_price_of_the_fee_follows_its_clause(
    book: Book, clause: PriceClause, price: str
) -> None:
    found = statement(with_line(book, "electricity", price_clause=clause), "2026-10")
    wanted = (Decimal(45675) * Decimal(price) * Decimal("0.9")).quantize(Decimal("0.01"))
    assert found.line("electricity").amount == wanted
    # What a saving is worth goes by the price of today, whatever the fee goes by.
    assert found.savings[0].quantity_effect == Decimal("3216.40")


def test_what_the_provider_caused_does_not_raise_the_fee(book: Book) -> None:
    server = Equipment(
        code="pumps", line="electricity", first_day=date(2026, 4, 1), document="notice",
        power_kw=Decimal(10), load_factor=Decimal("0.5"), caused_by=Party.PROVIDER,
    )  # fmt: skip
    wing = Change(
        "area", Decimal(12000), date(2026, 4, 1), date(2026, 4, 1), "plan", Party.PROVIDER
    )
    found = statement(with_events(book, equipment=(server,), changes=(wing,)), "2026-04")
    assert step(found, "Qadj") == 44000
    assert {remark.code for remark in found.remarks} == {"own_doing"}
    gone = replace(server, removed=True)
    assert step(statement(with_events(book, equipment=(gone,)), "2026-04"), "Qadj") == 44000 - 3600


def test_equipment_counts_by_its_days_or_by_its_submeter(book: Book) -> None:
    scanner = Equipment(
        code="scanner", line="electricity", first_day=date(2026, 4, 21), document="notice",
        power_kw=Decimal(10), load_factor=Decimal("0.5"), hours_per_day=Decimal(8),
    )  # fmt: skip
    by_days = with_events(book, equipment=(scanner,))
    assert step(statement(by_days, "2026-04"), "dQ_scanner") == 10 * 5 * 8
    assert step(statement(by_days, "2026-03"), "Qadj") == 49880
    metered = with_events(book, equipment=(replace(scanner, submetered=True),))
    assert "submeter" in obstacles(statement(metered, "2026-04"))
    told = with_month(
        metered,
        "2026-04",
        lambda month: replace(month, submeters=(Submetered("scanner", Decimal(321)),)),
    )
    assert step(statement(told, "2026-04"), "dQ_scanner") == 321


def test_an_agreed_adjustment_is_spread_over_its_days(book: Book) -> None:
    fair = Agreed(
        line="electricity", first_day=date(2026, 4, 21), end_day=date(2026, 5, 11),
        quantity=Decimal(2000), reason="vaccination hall", document="minutes", signed_by=BOTH,
    )  # fmt: skip
    both = with_events(book, agreed=(fair,))
    assert step(statement(both, "2026-04"), "dQ_agreed") == 1000
    assert step(statement(both, "2026-05"), "dQ_agreed") == 1000
    with pytest.raises(ValueError, match="want two persons"):
        replace(fair, signed_by=("A. Client", "A. Client "))


def test_quantities_and_prices_are_rounded_where_the_contract_says(book: Book) -> None:
    found = statement(with_terms(book, rounding=Rounding(0, 2)), "2026-07")
    assert step(found, "Qadj") == 79678
    assert step(found, "P") == Decimal("0.69")


def test_missing_days_are_substituted_as_far_as_the_rule_reaches(book: Book) -> None:
    def lacking(days: int) -> Book:
        return with_month(
            book,
            "2026-04",
            lambda month: replace(
                month, uses=(replace(month.uses[0], missing_days=days), *month.uses[1:])
            ),
        )

    found = statement(lacking(5), "2026-04")
    assert step(found, "Q", Side.BILLS) == pytest.approx(Decimal(35900) * 30 / 25 - 900)
    assert "contract_substituted" in found.line("electricity", Side.BILLS).basis
    assert found.may_be_signed
    assert "substitution" in obstacles(statement(lacking(6), "2026-04"))
    never = with_terms(lacking(1), substitution=Substitution(SubstitutionMethod.NONE))
    assert "substitution" in obstacles(statement(never, "2026-04"))


def test_an_estimate_blocks_signing(book: Book) -> None:
    guessed = with_month(
        book,
        "2026-04",
        lambda month: replace(
            month, uses=(replace(month.uses[0], grade="estimated"), *month.uses[1:])
        ),
    )
    assert obstacles(statement(guessed, "2026-04")) == {"estimated"}


def test_missing_samples_never_count_as_compliant(book: Book) -> None:
    def measured(gap: KpiGap, *samples: int) -> Statement:
        (kpi,) = book.contract.kpis
        figure = KpiFigure("temperature", "sensors", *samples)
        terms = with_terms(book, kpis=(replace(kpi, missing=gap),))
        return statement(
            with_month(terms, "2026-04", lambda m: replace(m, kpis=(figure,))), "2026-04"
        )

    fee = Decimal("59009.42")
    for gap, samples, points in (
        (KpiGap.NOT_COMPLIANT, (92, 92, 100), 3),
        (KpiGap.LEFT_OUT, (92, 92, 100), 0),
        (KpiGap.LEFT_OUT, (92, 95, 100), 0),
        (KpiGap.LEFT_OUT, (85, 85, 100), 10),
    ):
        taken = measured(gap, *samples).line("temperature", Side.DEDUCTION).amount
        assert taken == (fee * Decimal("0.005") * points).quantize(Decimal("0.01"))
    # 10 points are 5 % of the fee; the contract's cap is 3 %.
    assert measured(KpiGap.LEFT_OUT, 85, 85, 100).total("D") == Decimal("1770.28")
    nothing = with_month(book, "2026-04", lambda month: replace(month, kpis=()))
    found = statement(nothing, "2026-04")
    assert obstacles(found) == {"kpi"}
    assert (found.total("D"), found.payment) == (None, None)


def test_a_line_in_the_bills_and_not_in_the_fee_blocks_signing(book: Book) -> None:
    assert obstacles(statement(with_line(book, "heat", in_fee=False), "2026-01")) == {
        "bill_without_fee"
    }


def test_parts_of_a_bill_that_crosses_months_add_up_to_it(book: Book) -> None:
    days = {f"2026-{m:02}-{d:02}": Decimal(7 * d + m) for m, last in ((3, 31), (4, 30), (5, 31))
            for d in range(1, last + 1)}  # fmt: skip
    bill = Bill("electricity", "q", date(2026, 3, 1), date(2026, 6, 1), Decimal("100000.01"), days)
    parts = []
    for month in ("2026-03", "2026-04", "2026-05"):
        found = statement(with_month(book, month, lambda m: replace(m, bills=(bill,))), month)
        parts.append(step(found, "bill_q", Side.BILLS))
    assert sum(parts) == Decimal("100000.01")
    bare = replace(bill, days=None)
    blocked = with_month(book, "2026-04", lambda month: replace(month, bills=(bare,)))
    assert "bill_days" in obstacles(statement(blocked, "2026-04"))
    short = replace(bill, first_day=date(2026, 4, 1), end_day=date(2026, 4, 21), days=None)
    blocked = with_month(book, "2026-04", lambda month: replace(month, bills=(short,)))
    assert "bill_cover" in obstacles(statement(blocked, "2026-04"))


def test_what_the_sun_gave_goes_to_whom_it_belongs_in_both_directions(book: Book) -> None:
    for payer, fee, bills in (
        (Party.CLIENT, Decimal(0), Decimal("-140.00")),
        (Party.PROVIDER, Decimal("-35.00"), Decimal(0)),
    ):
        lines = tuple(
            replace(line, in_fee=True) if line.code == "pv-export" else line
            for line in book.contract.lines
        )
        found = statement(with_terms(book, lines=lines, utilities_paid_by=payer), "2026-05")
        assert found.line("pv-export").amount == fee
        assert found.line("pv-export", Side.BILLS).amount == bills
        assert found.line("pv").amount == Decimal("-840.00")


def reactive(book: Book, *, ledger: str = "", **tables: Any) -> Statement:
    """April with as much reactive as active energy, by the tables that are told."""
    standard = with_line(book, "power-factor", standard="0.85", unit="kvarh")
    meters = (*standard.contract.meters, Meter("reactive", "power-factor", ledger=ledger or None))
    counted = with_month(
        with_terms(standard, meters=meters),
        "2026-04",
        lambda month: replace(
            month,
            percents=None,
            uses=(*month.uses, Use("reactive", {Period.FLAT: Decimal(35900)})),
            **tables,
        ),
    )
    return statement(counted, "2026-04")


def test_a_power_factor_is_worked_out_by_a_table_that_somebody_has_checked(book: Book) -> None:
    table = power_factor_tables()["0.85"]
    seen = replace(table.provenance, checked_by="Wang", document="printed rule, page 3")
    checked = reactive(book, power_factors=(replace(table, provenance=seen),))
    line = checked.line("power-factor", Side.BILLS)
    steps = {e.symbol: e.value for e in line.steps}
    assert steps["PF"] == Decimal("0.71")  # as much reactive as active
    assert steps["percent"] == Decimal("7.0")  # 14 steps of 0.5 below 0.85
    assert f"power-factor table {table.sha256[:12]}, printed rule, page 3" in line.basis
    assert obstacles(checked) == set()
    unchecked = reactive(book, power_factors=(table,))
    assert obstacles(unchecked) == {"table_unchecked"}
    assert unchecked.line("power-factor", Side.BILLS).amount == line.amount


def held_to(book: Book, *, counts: str = "", **told: Any) -> Statement:
    """April by a checked table, as the ledger knows the account of the reactive meter."""
    table = power_factor_tables()["0.85"]
    seen = replace(table.provenance, checked_by="Wang", document="printed rule, page 3")
    account = LineAccount("power-factor", "reactive", **{
        "fed_back": False, "standard": "0.85", "source": "supply contract", "checked_by": "Li",
        **told,
    })  # fmt: skip
    tables = (replace(table, provenance=seen),)
    return reactive(book, ledger=counts, power_factors=tables, accounts=(account,))


def percentage(found: Statement) -> Decimal | None:
    return found.line("power-factor", Side.BILLS).amount


def test_a_percentage_goes_by_the_class_of_the_user_or_there_is_none(book: Book) -> None:
    right = held_to(book)
    assert (obstacles(right), percentage(right) is None) == (set(), False)
    assert "user of reactive: 0.85, supply contract" in right.line("power-factor", Side.BILLS).basis
    for wrong in ({"standard": "0.90"}, {"standard": "none"}, {"reverse": "added"}):
        found = held_to(book, **wrong)
        assert (percentage(found), "power_factor" in obstacles(found)) == (None, True), wrong
    for doubted in ({"standard": ""}, {"checked_by": ""}, {"fed_back": True}):
        found = held_to(book, **doubted)
        assert (percentage(found), obstacles(found)) == (percentage(right), {"user_class"}), doubted
    assert obstacles(held_to(book, fed_back=True, reverse="ignored")) == set()


def test_reverse_reactive_energy_is_counted_by_the_line_just_where_the_utility_adds_it(
    book: Book,
) -> None:
    register = "reactive/reactive_energy_export_kvarh"
    assert obstacles(held_to(book, counts=register, reverse="added")) == set()
    assert obstacles(held_to(book, counts=register)) == {"user_class"}
    assert percentage(held_to(book, counts=register, reverse="ignored")) is None


def test_without_a_table_there_is_no_percentage(book: Book) -> None:
    found = reactive(book)
    assert found.line("power-factor", Side.BILLS).amount is None
    assert "power_factor" in obstacles(found)


def test_only_what_somebody_outside_accepted_is_called_verified(book: Book) -> None:
    accepted = Acceptance("Institute", date(2026, 6, 1), "report 9")
    outside = with_month(book, "2026-04", lambda month: replace(month, acceptance=accepted))
    assert statement(outside, "2026-04").savings[0].status == "verified"
    assert statement(book, "2026-04").savings[0].status == "measured"


def test_a_line_says_which_of_its_parts_do_not_belong_to_its_kind() -> None:
    with pytest.raises(ValueError, match="kind energy without baseline"):
        ContractLine("e", kind=LineKind.ENERGY, name_zh="e", name_en="e")
    with pytest.raises(ValueError, match="kind tax without of"):
        ContractLine("t", kind=LineKind.TAX, name_zh="t", name_en="t", percent=Decimal(6))
    with pytest.raises(ValueError, match="o_and_m is in no bill"):
        ContractLine("o", kind=LineKind.O_AND_M, name_zh="o", name_en="o", amounts=(Decimal(1),))


def test_equipment_that_is_notified_late_counts_from_the_notice_on(book: Book) -> None:
    """10 kW x 0.5 x 8 h: 40 kWh a day, of 30 days, or of the ten from the notice on."""
    lift = Equipment(
        code="lift", line="electricity", first_day=date(2026, 4, 1), document="notice",
        power_kw=Decimal(10), load_factor=Decimal("0.5"), hours_per_day=Decimal(8),
        notified_on=date(2026, 4, 21),
    )  # fmt: skip
    for notice, days in ((None, 30), (20, 30), (19, 10)):
        terms = with_terms(book, equipment_notice_days=notice)
        found = statement(with_events(terms, equipment=(lift,)), "2026-04")
        assert step(found, "dQ_lift") == 40 * days
        assert ("late_notice" in {each.code for each in found.remarks}) == (days == 10)
    terms = with_terms(book, equipment_notice_days=19)
    march = with_events(terms, equipment=(replace(lift, notified_on=date(2026, 5, 3)),))
    assert step(statement(march, "2026-04"), "Qadj") == 44000
    untold = with_events(terms, equipment=(replace(lift, notified_on=None),))
    assert obstacles(statement(untold, "2026-04")) == {"notice_missing"}


def test_nothing_is_taken_off_a_fee_that_is_owed_back(book: Book) -> None:
    """Three points short of a fee below zero once came to a deduction below zero."""
    (kpi,) = book.contract.kpis
    (month,) = (each for each in book.months if each.month == "2026-08")
    short, _ = deduction(kpi, month.kpis[0], Decimal("77629.06"), Working(kpi.code))
    assert short == Decimal("1164.44")
    back, formula = deduction(kpi, month.kpis[0], Decimal("-77629.06"), Working(kpi.code))
    assert (back, formula[:7]) == (Decimal(0), "0 CNY x")
    capped = replace(book.contract, kpi_cap=Decimal("0.05"))
    assert deducted(capped, Decimal("-77629.06"), {kpi.code: Decimal(0)}) == 0
