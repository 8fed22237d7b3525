"""What surrounds a figure is entered in the console: weather, prices, terms, declarations."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from domain.local_day import local_day
from domain.tariff_file import shipped_tariffs
from store.become import Role
from store.money.tariff import add_tariff
from tests.conftest import connected
from tests.ui.conftest import Console, Visit
from tests.ui.planted import ZONE

pytestmark = pytest.mark.browser

FLOATING = {"高峰": "0.9", "低谷": "0.3", "平段": "0.6"}
FIXED = ("上网环节线损", "系统运行费", "政府性基金")


@pytest.fixture
def institution(console: Console) -> int:
    """Id of the institution; the shipped tariffs are there."""
    with connected(console.database, Role.ADMIN) as conn:
        for name, text in shipped_tariffs().items():
            add_tariff(conn, text, place=name)
        row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'centre'")
        found = row.fetchone()
    assert found is not None
    return int(found[0])


def test_a_server_of_weather_is_named_shown_and_taken_back(office: Visit, institution: int) -> None:
    page = office.page
    page.goto(f"/places?organisation={institution}")
    page.get_by_role("button", name="指定气象服务地址").click()
    page.locator("[name=address]").fill("https://weather.example/v1/forecast")
    page.locator("[name=latitude]").fill("39.1")
    page.locator("[name=longitude]").fill("117.2")
    page.get_by_label("指定气象服务地址").get_by_role("button", name="保存").click()
    expect(page.locator("[data-pull]")).to_contain_text("等待第一次拉取")
    expect(page.locator("[data-sources]")).to_contain_text("拉取 · centre")
    expect(page.locator("[data-weather-stale]")).to_contain_text("没有 3 小时以内的气象数据")
    page.get_by_role("button", name="停止拉取").click()
    page.get_by_role("button", name="确定停止").click()
    expect(page.locator("[data-pull]")).to_have_count(0)
    office.expect_calm()


def test_terms_and_declarations_are_noted_with_what_proves_them(
    office: Visit, institution: int
) -> None:
    page = office.page
    page.goto(f"/places?organisation={institution}")
    page.get_by_role("button", name="登记学期").click()
    page.locator("[name=term]").fill("秋季学期")
    term = page.get_by_role("form", name="登记学期")
    term.locator("[name=first]").fill("2026-09-01")
    term.locator("[name=last]").fill("2027-01-15")
    term.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("[data-terms]")).to_contain_text("2026年9月1日 – 2027年1月15日")
    page.get_by_role("button", name="申报", exact=True).click()
    declared = page.get_by_role("form", name="申报")
    declared.locator("[name=what]").select_option("diesel_l")
    declared.locator("[name=amount]").fill("1200.5")
    declared.locator("[name=document]").fill("加油发票汇总")
    declared.get_by_role("button", name="申报").click()
    expect(page.locator("[data-declared]")).to_contain_text("加油发票汇总")
    expect(page.locator("[data-declared]")).to_contain_text("1,200.5")
    office.expect_calm()


def test_prices_of_a_month_are_entered_part_by_part_and_a_meter_is_put_on_the_tariff(
    office: Visit, console: Console, institution: int
) -> None:
    assert institution
    month = (local_day(console.now, ZONE).replace(day=1) - timedelta(days=400)).strftime("%Y-%m")
    page = office.page
    page.goto(f"/tariffs?tariff=tianjin-tou&month={month}")
    page.get_by_role("button", name=f"录入 {month} 价格").click()
    for component in ("代理购电价格", "输配电价"):
        for period, price in FLOATING.items():
            page.get_by_label(f"{component} {period}").fill(price)
    for component in FIXED:
        page.get_by_label(component, exact=True).fill("0.01")
    page.locator("[name=source]").fill("公告 1 号")
    page.get_by_role("button", name="录入", exact=True).click()
    expect(page.get_by_role("row", name="合计")).to_contain_text("1.8300")
    page.goto("/tariffs?tariff=tianjin-water")
    page.get_by_role("button", name="让一只表计执行它").click()
    page.locator("[name=meter]").select_option("water")
    page.locator("[name=first]").fill("2020-01-01")
    page.locator("[name=last]").fill("2020-12-31")
    page.get_by_role("button", name="执行", exact=True).click()
    expect(page.locator("[data-tariff-meters]")).to_contain_text("2020年12月31日")
    office.expect_calm()


def test_a_building_is_moved_from_a_day_on_and_the_move_is_taken_back(
    office: Visit, console: Console
) -> None:
    page = office.page
    places = page.request.get("/api/v1/organisations").json()["items"]
    annex = next(each["id"] for each in places if each["code"] == "annex")
    page.goto(f"/places?organisation={annex}")
    panel = page.locator("[data-positions]")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    expect(panel.get_by_role("listitem")).to_contain_text("政务服务中心 一直")
    panel.get_by_role("button", name="自某日起变更所属").click()
    panel.locator("[name=parent]").select_option("bureau")
    day = local_day(console.now, ZONE) - timedelta(days=3)
    panel.locator("[name=day]").fill(str(day))
    panel.locator("[name=reason]").fill("划转文件 7 号")
    panel.get_by_role("button", name="变更", exact=True).click()
    stretches = panel.get_by_role("listitem")
    expect(stretches).to_have_count(2)
    expect(stretches.last).to_contain_text(
        f"市机关事务管理局 自 {day.year}年{day.month}月{day.day}日"
    )
    expect(stretches.last).to_contain_text("划转文件 7 号")
    panel.get_by_role("button", name="撤销最近一次变更").click()
    panel.locator("[name=reason]").fill("文件作废")
    panel.get_by_role("button", name="撤销最近一次变更").click()
    expect(stretches.first).to_contain_text("政务服务中心 一直")
    expect(stretches.last).to_contain_text("文件作废")
    office.expect_calm()


def test_who_can_enter_next_years_calendar_is_asked_to_from_november_on(
    office: Visit, console: Console
) -> None:
    page = office.page
    with connected(console.database) as conn:
        years = "SELECT max(year) FROM calendar_year WHERE calendar = 'cn' AND NOT provisional"
        newest = conn.execute(years).fetchone()
    today = local_day(console.now, ZONE)
    wanted = today.year + (today.month >= 11)
    page.goto("/factors")
    banner = page.locator("[data-calendar-wanted]")
    if newest is None or newest[0] is None or newest[0] < wanted:
        banner.get_by_role("link").click()
        page.wait_for_url(f"**/calendar?year={wanted}")
    expect(banner).to_have_count(0)
    office.expect_calm()
