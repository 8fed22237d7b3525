"""Corrections at the console: made with a reason, their effect on the day shown, and taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from analytics.jobs.consumption import update_consumption
from domain.local_day import local_day
from store.become import Role
from tests.conftest import connected
from tests.ui.conftest import Console, Visit, sign_in
from tests.ui.planted import READER, USUAL_KW, ZONE

pytestmark = pytest.mark.browser

MISREAD_KWH = 3.0


def _compute(console: Console) -> None:
    with connected(console.database, Role.WORK) as conn:
        while update_consumption(conn, now=datetime.now(UTC)):
            pass


def _open_device(page: Page, code: str) -> None:
    devices = page.request.get("/api/v1/devices").json()["items"]
    page.goto(f"/devices/{next(each['id'] for each in devices if each['code'] == code)}")
    expect(page.get_by_role("heading", name="数据修正")).to_be_visible()


def test_a_corrected_register_moves_the_days_total_and_its_undo_moves_it_back(
    office: Visit, console: Console
) -> None:
    page = office.page
    _open_device(page, "hvac")
    page.get_by_role("button", name="修正读数").click()
    day = local_day(console.now, ZONE) - timedelta(days=5)
    page.get_by_label("日期").fill(day.isoformat())
    reading = page.get_by_role("combobox", name="读数")
    midnight = reading.locator("option").first
    expect(midnight).to_contain_text(f"{day.month}月{day.day}日 00:00:00")
    reading.select_option(index=0)
    kwh = float(midnight.inner_text().split("·")[1].removesuffix("kWh").replace(",", ""))
    page.get_by_label("正确的表底数").fill(str(kwh + MISREAD_KWH))
    save = page.get_by_role("button", name="保存修正")
    expect(save).to_be_disabled()
    page.get_by_label("原因").fill("抄表时看错一位")
    save.click()
    made = page.locator("[data-correction]").first
    expect(made).to_contain_text("抄表时看错一位")
    usual = USUAL_KW * 0.3 * 24
    expect(made.locator("[data-before]")).to_have_text(f"{usual:g} kWh")
    expect(made.locator("[data-saving-effect]")).to_contain_text("不在任何节能量或合同结算之中")
    _compute(console)
    expect(made.locator("[data-after]")).to_have_text(f"{usual - MISREAD_KWH:g} kWh")
    made.get_by_role("button", name="撤销").click()
    made.get_by_label("撤销的原因").fill("原读数无误")
    made.get_by_role("button", name="确认撤销").click()
    expect(made).to_contain_text("原因：原读数无误")
    expect(made.get_by_role("button", name="撤销")).to_have_count(0)
    _compute(console)
    office.expect_calm()


def test_a_multiplier_is_declared_on_a_phone_without_a_wider_page(phone: Visit) -> None:
    page = phone.page
    _open_device(page, "lighting")
    page.get_by_role("button", name="登记计度器事件").click()
    page.get_by_role("combobox", name="事件").select_option("ratio")
    page.get_by_label("发生时刻").fill("2026-01-05T08:30")
    page.get_by_role("spinbutton", name="倍率").fill("40")
    page.get_by_label("原因").fill("更换互感器")
    page.get_by_role("button", name="保存事件").click()
    expect(page.locator("[data-correction]").first).to_contain_text("起倍率为 40")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    made = page.locator("[data-correction]").first
    made.get_by_role("button", name="撤销").click()
    made.get_by_label("撤销的原因").fill("登记错表")
    made.get_by_role("button", name="确认撤销").click()
    expect(made).to_contain_text("登记错表")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.expect_calm()


def test_who_only_reads_sees_corrections_and_is_offered_none(visit: Visit) -> None:
    sign_in(visit.page, READER)
    _open_device(visit.page, "lighting")
    expect(visit.page.get_by_role("button", name="修正读数")).to_have_count(0)
    visit.expect_calm()
