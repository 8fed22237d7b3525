"""The breakdown as a flow, and the meter tree that an administrator changes."""

from datetime import timedelta

import pytest

from domain.local_day import local_day
from tests.ui.conftest import Console, Visit, hall_id, open_hall
from tests.ui.planted import HEAVY_KW, SHARES, ZONE, heavy_day

pytestmark = pytest.mark.browser


def test_the_flow_names_the_unmetered_share_in_kwh_and_percent(
    office: Visit, console: Console
) -> None:
    day = heavy_day(local_day(console.now, ZONE))
    open_hall(office.page, f"?from={day}&end={day + timedelta(days=1)}")
    flow = office.page.get_by_role("img", name="未计量")
    flow.locator("canvas").wait_for()
    said = flow.get_attribute("aria-label") or ""
    unmetered = 24 * HEAVY_KW * (1 - sum(SHARES.values()))
    assert f"未计量 {unmetered:.1f} kWh 20%" in said
    box = flow.bounding_box()
    assert box is not None
    assert box["height"] > 120
    panel = office.page.get_by_role("region", name="分表与未计量")
    panel.get_by_role("button", name="表格", exact=True).click()
    office.page.locator("[data-meter=remainder]").wait_for()
    office.expect_calm()


def test_a_circle_is_refused_with_its_reason_on_the_page(office: Visit) -> None:
    page = office.page
    page.goto(f"/buildings/{hall_id(page.request)}/meters")
    page.get_by_role("button", name="移动 进线总表").click()
    page.locator("[name=parent]").select_option(label="照明 · lighting")
    page.locator("[name=role]").select_option("sub")
    page.locator("form:has([name=role]) button[type=submit]").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "main 会挂在自身之下" in alert.inner_text()
    assert page.locator("[data-node=main] td").nth(1).inner_text() == "总表"
    # The refusal is an answer like any other; the browser calls it an error.
    assert all("409" in complaint for complaint in office.complaints)


def test_a_formula_is_refused_with_its_column_and_entered_when_it_is_right(office: Visit) -> None:
    page = office.page
    page.goto(f"/buildings/{hall_id(page.request)}/meters")
    page.get_by_role("button", name="新建虚拟表").first.click()
    page.fill("[name=code]", "rest")
    page.fill("[name=name_zh]", "其余用电")
    page.fill("[name=formula]", "[main] *")
    page.get_by_role("button", name="在公式中插入 照明").click()
    page.locator("form:has([name=formula]) button[type=submit]").click()
    page.get_by_text("column 8: 用量乘用量不是用量").wait_for()
    page.fill("[name=formula]", "[main] - [lighting]")
    page.locator("form:has([name=formula]) button[type=submit]").click()
    page.get_by_role("status").filter(has_text="其余用电 已建立").wait_for()
    page.locator("[data-node=rest]").wait_for()
    assert page.locator("[data-node=rest] td").nth(1).inner_text() == "虚拟表"
    assert page.get_by_text("[main] - [lighting]").count() == 1


def test_the_tree_fits_a_phone(phone: Visit) -> None:
    page = phone.page
    page.goto(f"/buildings/{hall_id(page.request)}/meters")
    page.locator("[data-node=main]").wait_for()
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
    open_hall(page)
    page.get_by_role("img", name="未计量").locator("canvas").wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    phone.expect_calm()


def test_a_meter_of_energy_fed_in_is_entered_as_a_check_meter(office: Visit) -> None:
    page = office.page
    page.goto(f"/buildings/{hall_id(page.request)}/meters")
    page.get_by_role("button", name="新建表计").click()
    page.fill("[name=code]", "fed-in")
    page.fill("[name=name_zh]", "屋顶光伏上网")
    page.locator("[name=register]").select_option("active_energy_export_kwh")
    page.get_by_text("不是用量的计度器只能是考核表").wait_for()
    page.get_by_role("button", name="录入表计").click()
    row = page.locator("[data-node=fed-in]")
    row.wait_for()
    assert row.locator("td").nth(1).inner_text() == "考核表"
    office.expect_calm()


def test_the_form_asks_behind_which_meter_a_plant_stands(office: Visit) -> None:
    page = office.page
    page.goto(f"/buildings/{hall_id(page.request)}/meters")
    page.get_by_role("button", name="新建表计").click()
    roles = page.locator("[name=role] option")
    assert "光伏发电表" in roles.all_inner_texts()
    assert "上网电量表（经上级表）" not in roles.all_inner_texts()
    page.locator("[name=register]").select_option("active_energy_export_kwh")
    assert roles.all_inner_texts() == ["考核表", "上网电量表（经上级表）", "光伏发电表"]
    above = page.locator("[name=parent] option")
    assert "无（最上级）" in above.all_inner_texts()
    page.locator("[name=role]").select_option("fed_in")
    page.get_by_text("储能没有位置").wait_for()
    assert "无（最上级）" not in above.all_inner_texts()
    office.expect_calm()
