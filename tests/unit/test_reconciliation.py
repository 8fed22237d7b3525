"""A bill changed in a known way differs by that much, and the cause is named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.bill import BillLine
from analytics.ledger.cost_line import Cost, Gap, Line
from analytics.ledger.reconciliation import reconcile
from domain.money import cents
from domain.time_of_use import Period

D = Decimal
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
USED = {Period.PEAK: D(68_200), Period.FLAT: D(64_900), Period.VALLEY: D(66_500)}
FLOATING = {Period.PEAK: D("0.9500"), Period.FLAT: D("0.6200"), Period.VALLEY: D("0.2636")}
FUNDS = D("0.0400")
HOURS = Gap("hours", JULY, AUGUST, "5.00 of 744.00 h have no figure")


def line(name: str, period: Period | None, quantity: Decimal, price: Decimal) -> Line:
    item = "fund" if name == "government_funds" else "energy"
    return Line(
        item, name, period, JULY, AUGUST, quantity, "kWh", price, cents(quantity * price),
        "published", checked=True, formula="",
    )  # fmt: skip


def ours(*gaps: Gap) -> Cost:
    """A floating price by period, and funds at one price all day."""
    lines = [line("energy", period, USED[period], FLOATING[period]) for period in USED]
    return Cost((*lines, line("government_funds", None, sum(USED.values(), D(0)), FUNDS)), gaps)


def bill_line(period: Period, quantity: Decimal, price: Decimal) -> BillLine:
    return BillLine("energy", period, quantity, price, cents(quantity * price))


def bill() -> list[BillLine]:
    """The same as ours, in the utility's words: everything in one price per period."""
    return [bill_line(period, USED[period], FLOATING[period] + FUNDS) for period in USED]


def causes(lines: list[BillLine], cost: Cost) -> dict[str, Decimal]:
    found = reconcile(lines, cost)
    assert sum(each.amount for each in found.explained) == found.difference
    assert found.difference == sum(each.amount for each in lines) - cost.total
    return {each.cause: each.amount for each in found.explained}


def test_a_bill_that_agrees_has_no_difference_though_its_lines_are_cut_otherwise() -> None:
    assert causes(bill(), ours()) == {}


def test_a_higher_price_is_the_price() -> None:
    peak, *rest = bill()
    dearer = bill_line(Period.PEAK, USED[Period.PEAK], D("1.0000"))
    assert causes([dearer, *rest], ours()) == {"price": D("682.00")}
    assert peak.price == D("0.9900")


def test_use_moved_from_valley_to_peak_is_the_shape_and_not_the_quantity() -> None:
    moved = {**USED, Period.PEAK: D(69_200), Period.VALLEY: D(65_500)}
    lines = [bill_line(period, moved[period], FLOATING[period] + FUNDS) for period in USED]
    assert causes(lines, ours()) == {"shape": D("686.40")}  # 1,000 kWh x (0.9900 - 0.3036)


def test_a_tenth_more_in_every_period_is_the_quantity_or_what_we_missed() -> None:
    more = [bill_line(p, USED[p] * D("1.1"), FLOATING[p] + FUNDS) for p in USED]
    assert causes(more, ours()) == {"quantity": D("13054.14")}
    assert causes(more, ours(HOURS)) == {"missing_data": D("13054.14")}


def test_a_bill_that_cannot_multiply_is_told_so() -> None:
    peak, *rest = bill()
    wrong = replace(peak, amount=peak.amount + 100)
    assert causes([wrong, *rest], ours()) == {"arithmetic": D("100.00")}


def test_lines_only_one_side_has_are_told_whole() -> None:
    late_fee = BillLine("late_fee", None, None, None, D("12.30"))
    assert causes([*bill(), late_fee], ours()) == {"only_bill": D("12.30")}
    assert causes(bill()[1:], ours()) == {"only_ours": D("-67518.00")}


def test_funds_with_a_line_of_their_own_are_compared_with_our_funds() -> None:
    lines = [bill_line(period, USED[period], FLOATING[period]) for period in USED]
    all_kwh = sum(USED.values(), D(0))
    funds = BillLine("government_funds", None, all_kwh, D("0.05"), cents(all_kwh * D("0.05")))
    found = reconcile([*lines, funds], ours())
    assert [(each.item, each.cause, each.amount) for each in found.explained] == [
        ("government_funds", "price", D("1996.00"))
    ]


def test_two_versions_of_a_month_with_other_names_are_one_quantity_at_its_mean_price() -> None:
    half = date(2026, 7, 16)
    old = replace(line("transmission", None, D(1000), D("0.60")), end_day=half)
    new = replace(line("grid", None, D(500), D("0.80")), first_day=half)
    fund = replace(line("government_funds", None, D(500), D("0.04")), first_day=half)
    found = reconcile(
        [BillLine("energy", None, D(1500), D("0.68"), D("1020.00"))], Cost((old, new, fund), ())
    )
    side = found.lines[0].ours
    assert side is not None
    assert (side.quantity, side.price) == (D(1500), D("0.68"))
    assert found.explained == ()


def test_a_bill_with_one_sum_of_energy_is_compared_as_one() -> None:
    total = sum(USED.values(), D(0))
    mean = ours().total / total
    one = BillLine("energy", None, total, mean, ours().total)
    assert causes([one], ours()) == {}


amounts = st.decimals(1, 10**6, places=2)
prices = st.decimals("0.01", 5, places=4)


@given(st.lists(st.tuples(amounts, prices, amounts), min_size=3, max_size=3))
def test_whatever_the_bill_says_its_causes_add_up_to_the_cent(
    rows: list[tuple[Decimal, Decimal, Decimal]],
) -> None:
    lines = [BillLine("energy", period, *row) for period, row in zip(USED, rows, strict=True)]
    causes(lines, ours())
