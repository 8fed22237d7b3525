"""New devices wait for an administrator, and for nobody else."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Console, Visit, sign_in
from tests.ui.planted import READER, power, receive

pytestmark = pytest.mark.browser


def _announce(console: Console, code: str) -> None:
    now = datetime.now(UTC)
    receive(console.database, [power(code, now, 1.0)], now)


def test_an_administrator_accepts_a_new_device_by_keys_and_gives_it_a_place(
    office: Visit, console: Console
) -> None:
    page = office.page
    _announce(console, "new-meter-1")
    page.goto("/devices?q=new-meter-1")
    expect(page.locator("tbody tr").first).to_contain_text("待接入")
    page.keyboard.press("a")
    page.get_by_label("所属机构或建筑").select_option(
        label="市机关事务管理局 › 政务服务中心 › 附楼"
    )
    page.get_by_role("button", name="确认接入").press("Enter")
    expect(page.locator("[data-device=new-meter-1]")).to_contain_text("已接入")
    expect(page.locator("[data-device=new-meter-1]")).to_contain_text("附楼")
    (device,) = (
        d for d in page.request.get("/api/v1/devices").json()["items"] if d["code"] == "new-meter-1"
    )
    assert device["status"] == "accepted"
    office.expect_calm()


def test_a_device_is_refused_only_after_a_second_word(office: Visit, console: Console) -> None:
    page = office.page
    _announce(console, "new-meter-2")
    page.goto("/devices?q=new-meter-2")
    row = page.locator("[data-device=new-meter-2]")
    row.get_by_role("button", name="拒绝").click()
    expect(row).to_contain_text("待接入")
    page.get_by_role("button", name="确认拒绝").click()
    expect(row).to_contain_text("已拒绝")
    office.expect_calm()


def test_pending_devices_come_first(office: Visit, console: Console) -> None:
    _announce(console, "new-meter-3")
    office.page.goto("/devices")
    expect(office.page.locator("tbody tr").first).to_contain_text("待接入")


def test_a_person_who_only_reads_is_offered_no_decision(visit: Visit, console: Console) -> None:
    _announce(console, "new-meter-4")
    sign_in(visit.page, READER)
    visit.page.goto("/devices")
    expect(visit.page.locator("[data-device=main]")).to_be_visible()
    expect(visit.page.locator("[data-device=new-meter-4]")).to_have_count(0)
    expect(visit.page.get_by_role("button", name="拒绝")).to_have_count(0)
    expect(visit.page.get_by_text("接入与拒绝由管理员操作")).to_be_visible()
    visit.expect_calm()


def test_rows_are_walked_by_j_and_k(office: Visit) -> None:
    page = office.page
    page.goto("/devices?status=accepted")
    selected = page.locator("tr[aria-selected=true]")
    expect(selected).to_have_count(1)
    first = selected.get_attribute("data-device")
    page.keyboard.press("j")
    expect(selected).not_to_have_attribute("data-device", first or "")
    page.keyboard.press("k")
    expect(selected).to_have_attribute("data-device", first or "")
