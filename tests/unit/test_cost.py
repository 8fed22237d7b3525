"""Known use at known prices costs what it must, to the cent."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ledger.basic_charge import Connection, block_demand_kw
from analytics.ledger.cost import Point, cost
from analytics.ledger.cost_line import official_total
from analytics.ledger.interval_cost import interval_costs
from analytics.ledger.metered import Amount, metered
from analytics.ledger.shape_price import shape_price
from domain.errors import MissingInputError, UncheckedError
from domain.local_day import day_start
from domain.price_book import PriceBook
from domain.time_of_use import Period
from tests.unit.ledger.priced_use import (
    AUGUST,
    JULY,
    OFFICE,
    QUARTER,
    TIERS,
    WATER,
    D,
    at,
    even,
    laid_out,
    point,
    priced,
    tier_amounts,
)


def july_of_the_worked_example() -> Iterator[Amount]:
    """68,200 / 64,900 / 66,500 kWh in peak, flat and valley, evenly over the month's quarters."""
    timetable = laid_out(OFFICE)
    lasting = metered(timetable, [])
    wanted = {Period.PEAK: 68_200, Period.FLAT: 64_900, Period.VALLEY: 66_500}
    for part, period in enumerate(timetable.periods):
        start, end = (datetime.fromtimestamp(e, UTC) for e in timetable.edges[part : part + 2])
        share = (end - start).total_seconds() / lasting[0, period].lasting_s
        while start < end:
            quarters = (end - start) / QUARTER
            yield Amount(start, start + QUARTER, wanted[period] * share / quarters)
            share -= share / quarters
            start += QUARTER


def test_the_worked_examples_electricity_bill_comes_out_to_the_cent() -> None:
    july = cost(laid_out(OFFICE), july_of_the_worked_example(), PriceBook(), point())
    told = {line.period: (line.quantity, line.amount) for line in july.lines}
    assert told == {
        Period.PEAK: (D(68_200), D("67518.00")),
        Period.FLAT: (D(64_900), D("42834.00")),
        Period.VALLEY: (D(66_500), D("20189.40")),
    }
    assert july.gaps == ()
    assert july.total == D("130541.40")
    assert official_total(july) == D("130541.40")
    peak = next(line for line in july.lines if line.period is Period.PEAK)
    assert peak.formula == "68200 kWh x 0.9900 CNY/kWh"


def test_the_worked_examples_water_bill_comes_out_to_the_cent() -> None:
    water = laid_out(WATER, medium="water")
    assert cost(water, even(1010), PriceBook(), Point("m3", {})).total == D("8231.50")


def test_prices_at_the_shape_of_the_baseline_are_those_of_the_worked_example() -> None:
    used = {Period.PEAK: D(79_800), Period.FLAT: D(62_700), Period.VALLEY: D(47_500)}
    baseline = {period: amount / 190_000 for period, amount in used.items()}
    before, now = ("0.9515", "0.6343", "0.2918"), ("0.9900", "0.6600", "0.3036")
    p0, pt = (dict(zip(used, map(D, prices), strict=True)) for prices in (before, now))
    assert shape_price(baseline, p0) == D("0.681899")
    assert shape_price(baseline, pt) == D("0.709500")
    with pytest.raises(MissingInputError, match="no price in valley"):
        shape_price(baseline, {period: D(1) for period in (Period.PEAK, Period.FLAT)})


def test_each_line_is_rounded_half_up_and_the_total_adds_rounded_lines() -> None:
    two = '[[version.component]]\nname = "a"\nprice = 0.005\n' * 2
    july = priced(two.replace('"a"', '"b"', 1), even(1))
    assert [line.amount for line in july.lines] == [D("0.01"), D("0.01")]
    assert july.total == D("0.02")


JULY_OF_AN_OFFICE = laid_out(OFFICE)
amounts = st.lists(
    st.tuples(st.integers(0, 31 * 96 - 1), st.integers(1, 200), st.floats(0, 1e6)), max_size=20
)


@settings(max_examples=100)
@given(amounts)
def test_whatever_the_intervals_the_periods_add_up_to_what_was_counted(
    rows: list[tuple[int, int, float]],
) -> None:
    start = at(1, 0)
    used = [Amount(start + b * QUARTER, start + (b + n) * QUARTER, v) for b, n, v in rows]
    inside = [each for each in used if each.end <= at(31, 24)]
    timetable = JULY_OF_AN_OFFICE
    whole = sum(each.value for each in inside)
    parts = metered(timetable, inside)
    assert sum(row.value for row in parts.values()) == pytest.approx(whole, abs=1e-6)
    assert metered(timetable, reversed(inside)) == parts
    pieces = list(interval_costs(timetable, inside, PriceBook()))
    assert float(sum(piece.value for piece in pieces)) == pytest.approx(whole, abs=1e-3)


def test_an_hour_over_the_end_of_a_period_is_cut_by_time_and_says_so() -> None:
    used = [Amount(at(1, 8.5), at(1, 9.5), 10.0), Amount(at(1, 10), at(1, 11), 4.0)]
    found = metered(laid_out(OFFICE), used)
    assert found[0, Period.FLAT].value == 5.0
    assert found[0, Period.PEAK].value == 9.0
    assert found[0, Period.PEAK].unshaped == 5.0
    pieces = list(interval_costs(laid_out(OFFICE), used, PriceBook()))
    assert [(p.period, p.value, p.amount) for p in pieces] == [
        (Period.FLAT, D(5), D("3.3")),
        (Period.PEAK, D(5), D("4.95")),
        (Period.PEAK, D(4), D("3.96")),
    ]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_of_23_or_25_hours_is_priced_whole(day: date, hours: int) -> None:
    berlin, end = ZoneInfo("Europe/Berlin"), day + timedelta(days=1)
    used = [
        Amount(day_start(day, berlin) + n * QUARTER, day_start(day, berlin) + (n + 1) * QUARTER, 1)
        for n in range(hours * 4)
    ]
    found = cost(laid_out(OFFICE, day, end, berlin), used, PriceBook(), point())
    assert found.gaps == ()
    assert sum(line.quantity for line in found.lines) == hours * 4
    valley = next(line for line in found.lines if line.period is Period.VALLEY)
    assert valley.quantity == (hours - 16) * 4


def test_hours_without_a_figure_are_named_and_not_taken_for_zero() -> None:
    july = priced(OFFICE, even(744, end=date(2026, 7, 31)))
    assert [gap.code for gap in july.gaps] == ["hours"]
    assert july.gaps[0].detail == "24.00 of 744.00 h have no figure"
    with pytest.raises(MissingInputError, match=r"24\.00 of 744\.00 h"):
        official_total(july)


def test_an_official_total_refuses_what_nobody_checked_and_what_is_estimated() -> None:
    unchecked = laid_out(WATER, provenance="checked = false\n")
    with pytest.raises(UncheckedError, match=r"water .*nobody has checked"):
        official_total(cost(unchecked, even(1), PriceBook(), point()))
    estimated = [Amount(*each[:3], measured=False) for each in even(1)]
    with pytest.raises(MissingInputError, match=r"1\.000000 of 1\.000000 kWh are not measured"):
        official_total(cost(laid_out(WATER), estimated, PriceBook(), point()))


def test_a_missing_price_is_a_gap_and_the_rest_is_priced() -> None:
    more = OFFICE + '[[version.component]]\nname = "line_loss"\n'
    july = priced(more, even(744))
    assert [gap.code for gap in july.gaps] == ["price"]
    assert "line_loss" in july.gaps[0].detail
    assert len(july.lines) == 3


def test_a_years_tiers_go_on_over_the_end_of_a_month() -> None:
    terms = TIERS.format(span="year", of_quota="false", first=1000, second=1500)
    june = date(2026, 6, 1)
    timetable = laid_out(terms, june, AUGUST, medium="water")
    used = [*even(700, june, JULY), *even(900, JULY, AUGUST)]

    def asked(first: date, end: date) -> Decimal:
        assert (first, end) == (date(2026, 1, 1), june)
        return D(200)

    found = cost(timetable, used, PriceBook(), Point("m3", {}, asked))
    assert tier_amounts(found) == [
        ("base/1", june, D(700)), ("base/1", JULY, D(100)), ("base/2", JULY, D(500)),
        ("base/3", JULY, D(300)),
    ]  # fmt: skip
    assert found.total == D(700 * 4 + 100 * 4 + 500 * 6 + 300 * 12 + 1600 * 2)
    unknown = cost(timetable, used, PriceBook(), Point("m3", {}))
    assert [gap.code for gap in unknown.gaps] == ["earlier_use", "earlier_use"]


def test_a_months_tiers_begin_anew_and_may_be_shares_of_a_quota() -> None:
    terms = TIERS.format(span="month", of_quota="true", first="1.0", second="1.2")
    june = date(2026, 6, 1)
    timetable = laid_out(terms, june, AUGUST, medium="water")
    quotas = {june: Connection(quota=D(500)), JULY: Connection(quota=D(1000))}
    used = [*even(700, june, JULY), *even(900, JULY, AUGUST)]
    found = cost(timetable, used, PriceBook(), Point("m3", quotas))
    assert tier_amounts(found) == [
        ("base/1", june, D(500)), ("base/2", june, D(100)), ("base/3", june, D(100)),
        ("base/1", JULY, D(900)),
    ]  # fmt: skip
    without = cost(timetable, used, PriceBook(), Point("m3", {}))
    assert {gap.code for gap in without.gaps} == {"quota"}


def test_an_hour_whose_price_goes_by_steps_has_no_cost_of_its_own() -> None:
    terms = TIERS.format(span="month", of_quota="false", first=100, second=500)
    day = laid_out(terms, JULY, JULY + timedelta(days=1), medium="gas")
    used = even(10, end=JULY + timedelta(days=1))
    (hour,) = interval_costs(day, used, PriceBook())
    assert (hour.value, hour.price, hour.amount) == (D(10), None, None)
    assert cost(day, used, PriceBook(), Point("m3", {})).total == D("60.00")  # steps, and sewage


def test_demand_of_quarter_hours_is_their_greatest_mean_power() -> None:
    used = [Amount(at(1, 0), at(1, 0.25), 10.0), Amount(at(1, 1), at(1, 2), 90.0)]
    assert block_demand_kw(used) == 40.0
    assert block_demand_kw(used[1:]) is None
