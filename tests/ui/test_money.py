"""Tariffs and bills in the console: a planted price difference is found and named."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from analytics.jobs.interval_costs import update_costs
from domain.local_day import local_day
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from domain.time_of_use import Period
from store.become import Role
from store.money.tariff import (
    MeterTariffRow,
    add_tariff,
    announce_prices,
    put_meter,
    tariffs,
)
from tests.conftest import connected
from tests.ui.conftest import Console, Visit, open_hall
from tests.ui.planted import USUAL_KW, ZONE

pytestmark = pytest.mark.browser

PEAK, FLAT, VALLEY = Decimal("0.95"), Decimal("0.62"), Decimal("0.26")
FIXED = Decimal("0.01")
PARTS = ("line_loss", "system_operation", "government_funds")
DAYS_AGO = (5, 3)
"""The bill is for two days of usual use."""


def month_prices(month: date) -> list[MonthPrice]:
    rows = [("agent_purchase", Period.PEAK, PEAK), ("agent_purchase", Period.FLAT, FLAT)]
    rows += [("agent_purchase", Period.VALLEY, VALLEY)]
    rows += [
        ("transmission_distribution", period, Decimal(0))
        for period in (Period.PEAK, Period.FLAT, Period.VALLEY)
    ]
    found = [MonthPrice(month, *row, checked=False) for row in rows]
    return found + [MonthPrice(month, name, None, FIXED, checked=False) for name in PARTS]


@pytest.fixture
def billed_days(console: Console) -> tuple[date, date]:
    """Tianjin's tariff with prices, the main meter on it; the days of the bill."""
    today = local_day(console.now, ZONE)
    first, end = (today - timedelta(days=days) for days in DAYS_AGO)
    with connected(console.database, Role.ADMIN) as conn:
        for name, text in shipped_tariffs().items():
            add_tariff(conn, text, place=name)
        tianjin = next(row for row in tariffs(conn) if row.code == "tianjin-tou")
        meter = conn.execute("SELECT meter_id FROM meter WHERE code = 'main'").fetchone()
        assert meter is not None
        tariff = MeterTariffRow(tianjin.id, tianjin.code, None, None, None, None, None)
        put_meter(conn, meter[0], tariff)
        for month in {first.replace(day=1), (end - timedelta(days=1)).replace(day=1)}:
            announce_prices(conn, tianjin.id, month, month_prices(month), source="公告")
    return first, end


def unforeseen(visit: Visit, *foreseen: str) -> list[str]:
    """Complaints of the browser, without refusals that are to come."""
    return [each for each in visit.complaints if not any(f in each for f in foreseen)]


def bill(days: tuple[date, date], *, dearer: Decimal) -> str:
    kwh = Decimal(USUAL_KW) * 8 * (days[1] - days[0]).days
    prices = {"peak": PEAK + dearer, "flat": FLAT, "valley": VALLEY}
    lines = ["meter,number,first_day,end_day,item,period,quantity,price,amount"]
    for period, price in prices.items():
        whole = price + 3 * FIXED
        lines.append(
            f"main,2026-test,{days[0]},{days[1]},energy,{period},{kwh},{whole},{kwh * whole:.2f}"
        )
    return "\n".join(lines) + "\n"


def test_a_tariff_shows_its_day_its_prices_and_that_nobody_checked_it_until_somebody_does(
    office: Visit, billed_days: tuple[date, date]
) -> None:
    page = office.page
    page.goto(f"/tariffs?tariff=tianjin-tou&month={billed_days[0]:%Y-%m}")
    strip = page.get_by_role("img", name="09:00–12:00 高峰")
    expect(strip).to_have_attribute("aria-label", "00:00–07:00 低谷, 07:00–09:00 平段, "
        "09:00–12:00 高峰, 12:00–16:00 平段, 16:00–21:00 高峰, 21:00–23:00 平段, "
        "23:00–24:00 低谷")  # fmt: skip
    expect(page.get_by_role("row", name="合计")).to_contain_text("0.9800")
    expect(page.locator("[data-unchecked]")).to_have_count(3)
    page.get_by_role("button", name="我已与原文件核对").first.click()
    page.get_by_label("原文件名称、文号和日期").fill("津发改价综〔2021〕395号")
    page.get_by_role("button", name="署名确认").click()
    expect(page.locator("[data-checked]")).to_have_count(1)
    expect(page.get_by_text("operator · ")).to_contain_text("395号")
    page.get_by_role("button", name="撤销核对").click()
    page.get_by_label("撤销的理由").fill("核对的是旧文件")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator("[data-checked]")).to_have_count(0)
    expect(page.locator("[data-withdrawn]")).to_contain_text("核对的是旧文件")
    office.expect_calm()


def test_who_entered_the_prices_of_a_month_is_told_that_somebody_else_checks_them(
    office: Visit, billed_days: tuple[date, date]
) -> None:
    page = office.page
    page.goto(f"/tariffs?tariff=tianjin-tou&month={billed_days[0]:%Y-%m}")
    expect(page.get_by_role("button", name="我已与原文件核对")).to_have_count(3)
    page.get_by_role("button", name=f"更正 {billed_days[0]:%Y-%m} 价格").click()
    page.get_by_label("公告名称、文号和日期").fill("更正的公告")
    page.get_by_role("button", name="录入", exact=True).click()
    expect(page.get_by_text("由您录入，须由另一人核对。")).to_have_count(1)
    expect(page.get_by_role("button", name="我已与原文件核对")).to_have_count(2)
    office.expect_calm()


def test_a_bill_that_is_dearer_at_peak_is_explained_by_its_price(
    office: Visit, billed_days: tuple[date, date]
) -> None:
    page = office.page
    page.goto("/bills")
    text = bill(billed_days, dearer=Decimal("0.05"))
    content = {"name": "bill.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files([content])
    expect(page.get_by_text("已导入 1 张账单")).to_be_visible()
    causes = page.get_by_role("listitem").filter(has_text="单价不同")
    expect(causes).to_contain_text("+32.00")  # 640 kWh x 0.05
    expect(page.get_by_text("不足整月，不计基本电费和力调电费")).to_be_visible()
    broken = {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    page.locator("input[type=file]").set_input_files([broken])
    expect(page.get_by_role("alert")).to_contain_text("bad.csv:1: 列为 'a,b'")
    assert unforeseen(office, "422") == []


def test_a_bill_that_came_in_wrong_is_taken_back_with_a_reason(
    office: Visit, billed_days: tuple[date, date]
) -> None:
    page = office.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/bills")
    text = bill(billed_days, dearer=Decimal("0.05"))
    content = {"name": "bill.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files([content])
    page.get_by_role("button", name="撤回").click()
    form = page.get_by_role("form", name="撤回")
    form.get_by_label("撤销的理由").fill("另一块表的账单")
    form.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回，不再计入任何处")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("另一块表的账单")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.locator("input[type=file]").set_input_files([content])
    expect(page.get_by_text("已导入 1 张账单")).to_be_visible()
    office.expect_calm()


def test_the_class_of_a_user_is_entered_waits_for_a_second_person_and_is_taken_back(
    office: Visit, billed_days: tuple[date, date]
) -> None:
    page = office.page
    page.goto(f"/tariffs?tariff=tianjin-tou&month={billed_days[0]:%Y-%m}")
    expect(page.locator("[data-without-class]")).to_contain_text("没有录入")
    page.get_by_role("button", name="录入用户类别").click()
    form = page.get_by_role("form", name="录入用户类别")
    form.locator("[name=meter]").select_option("main")
    form.locator("[name=first]").fill("2026-01")
    form.locator("[name=standard]").select_option("0.85")
    form.locator("[name=reverse]").select_option("added")
    form.locator("[name=source]").fill("供用电合同第7号")
    form.locator("[name=reason]").fill("首次录入")
    form.get_by_role("button", name="录入用户类别").click()
    row = page.locator("[data-accounts] tbody tr")
    for word in ("0.85", "计入", "未核对", "供用电合同第7号", "由您录入"):
        expect(row).to_contain_text(word)
    expect(page.locator("[data-without-class]")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    row.get_by_role("button", name="撤回").click()
    page.get_by_label("撤销的理由").fill("合同看错了")
    page.get_by_role("form", name="用户类别").get_by_role("button", name="撤回").click()
    expect(row).to_contain_text("合同看错了")
    expect(page.locator("[data-without-class]")).to_have_count(1)
    office.expect_calm()


def test_a_wrong_capacity_is_corrected_for_months_that_are_over_and_taken_back(
    phone: Visit, billed_days: tuple[date, date]
) -> None:
    page = phone.page
    page.goto(f"/tariffs?tariff=tianjin-tou&month={billed_days[0]:%Y-%m}")
    page.get_by_role("button", name="更正容量、需量和定额").click()
    form = page.get_by_role("form", name="更正容量、需量和定额")
    form.locator("[name=meter]").select_option("main")
    for name, text in (
        ("first", "2026-01"), ("last", "2026-03"), ("capacity", "250"),
        ("source", "铭牌"), ("reason", "录入时看错"),
    ):  # fmt: skip
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name="更正", exact=True).click()
    row = page.locator("[data-terms] tbody tr")
    for word in ("2026 1月 – 2026 3月", "250 kVA", "operator", "铭牌", "录入时看错"):
        expect(row).to_contain_text(word)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    row.get_by_role("button", name="撤回").click()
    page.get_by_label("撤销的理由").fill("原来没有错")
    page.get_by_role("form", name="撤回").get_by_role("button", name="撤回").click()
    expect(row).to_contain_text("原来没有错")
    phone.expect_calm()


@pytest.mark.parametrize("path", ["/tariffs?tariff=chongqing-tou", "/bills"])
def test_a_phone_shows_it_without_sideways_scrolling(
    phone: Visit, billed_days: tuple[date, date], path: str
) -> None:
    assert billed_days
    phone.page.goto(path)
    expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert unforeseen(phone) == []


def test_the_building_says_what_its_days_cost_in_each_period_and_what_is_in_no_cost(
    desk: Visit, console: Console, billed_days: tuple[date, date]
) -> None:
    first, end = billed_days
    with connected(console.database, Role.WORK) as worker:
        update_costs(worker, now=console.now)
    with connected(console.database) as conn:
        row = conn.execute(
            "SELECT round(sum(amount), 2) FROM consumption_cost c JOIN meter m USING (meter_id)"
            " WHERE m.code = 'main' AND day >= %s AND day < %s",
            [first, end],
        ).fetchone()
    assert row is not None
    assert row[0] > 0
    open_hall(desk.page, f"?from={first}&end={end}&table=1")
    panel = desk.page.locator("[data-chart=cost]")
    kwh = f"{USUAL_KW * 8 * (end - first).days:,.1f}"
    sums = panel.locator("[data-cost-sums] tbody tr")
    expect(sums).to_have_count(4)
    for line, name in enumerate(("高峰", "平段", "低谷")):
        expect(sums.nth(line)).to_contain_text(name)
        expect(sums.nth(line)).to_contain_text(kwh)
    expect(panel.locator("[data-cost-total]")).to_have_text(f"{row[0]:,.2f}")
    expect(panel.locator("[data-cost] rect[data-period=peak]")).to_have_count((end - first).days)
    desk.page.goto(f"{desk.page.url}&medium=water")
    expect(panel.locator("[data-uncosted]")).to_contain_text("没有挂电价")
    desk.expect_calm()


def test_a_refusal_is_told_in_chinese_and_in_english(
    office: Visit, console: Console, billed_days: tuple[date, date]
) -> None:
    assert billed_days[0] < local_day(console.now, ZONE)
    page = office.page
    page.goto("/tariffs?tariff=tianjin-tou")
    page.get_by_role("button", name="让一只表计执行它").click()
    page.locator("select[name=meter]").select_option("main")
    page.get_by_role("button", name="执行", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("其中一些日子该表计已有电价")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("alert")).to_contain_text("it is on a tariff already")
