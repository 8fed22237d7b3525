"""Metrology in the console: a certificate entered, its mismatch named, a correction previewed."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from domain.local_day import local_day
from tests.ui.conftest import Console, Visit
from tests.ui.planted import USUAL_KW, ZONE

pytestmark = pytest.mark.browser

HVAC_KWH = USUAL_KW * 0.3 * 24
"""What the meter counts on a usual day."""


def day(console: Console, ago: int) -> date:
    return local_day(console.now, ZONE) - timedelta(days=ago)


def open_meter(page: Page, code: str) -> None:
    page.goto(f"/metrology?meter={code}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("计量检定")


def enter_certificate(page: Page, console: Console, number: str, **plates: str) -> None:
    page.get_by_role("button", name="录入证书").click()
    form = page.get_by_role("form", name="录入证书")
    form.get_by_label("证书编号").fill(number)
    form.get_by_label("检定机构").fill("市计量院")
    form.get_by_label("准确度等级").fill("0.5S")
    form.get_by_label("检定日期", exact=True).fill(day(console, 12).isoformat())
    form.get_by_label("有效期至").fill(day(console, -20).isoformat())
    form.get_by_label("电流互感器").fill(plates.get("ct", ""))
    form.get_by_role("button", name="保存").click()
    expect(page.locator(f"[data-certificate='{number}']")).to_be_visible()


def test_a_certificate_its_findings_and_a_correction_with_preview_and_undo(
    office: Visit, console: Console
) -> None:
    page = office.page
    open_meter(page, "hvac")
    enter_certificate(page, console, "JD-881", ct="200/5")
    differs = page.locator("[data-finding=ratio_differs]")
    expect(differs).to_contain_text("证书 JD-881 为 40，正在执行的为 1")
    expect(page.locator("[data-meter=hvac]")).to_contain_text("倍率不符")
    expect(page.locator("[data-finding=ends_soon]")).to_contain_text("证书 JD-881 还有 21 天到期")

    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(picture, "PNG")
    page.set_input_files(
        "input[name=nameplate]",
        {"name": "plate.png", "mimeType": "image/png", "buffer": picture.getvalue()},
    )
    shown = page.get_by_role("img", name="铭牌照片")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64

    page.get_by_role("button", name="登记超差").click()
    form = page.get_by_role("form", name="登记超差")
    form.get_by_label("检定日期").fill(day(console, 2).isoformat())
    form.get_by_label("误差 %").first.fill("-4")
    form.get_by_label("允许误差").fill("0.5")
    form.get_by_label("检定报告").fill("检字第 7 号")
    form.get_by_role("button", name="保存").click()
    expect(page.locator("[data-finding=out_of_tolerance]")).to_contain_text("-4 %")
    page.get_by_role("button", name="查看退补方案").click()
    preview = page.locator("[data-proposal]")
    expect(preview).to_contain_text(f"已计 {5 * HVAC_KWH:,.0f} kWh")
    expect(preview).to_contain_text(f"+{5 * HVAC_KWH * (1 / 0.96 - 1):.2f} kWh")
    apply = page.get_by_role("button", name="确认", exact=True)
    expect(apply).to_be_disabled()
    page.get_by_label("原因及合同条款").fill("合同第 9.2 条")
    apply.click()
    expect(page.locator("[data-settled]")).to_contain_text("合同第 9.2 条")
    expect(page.locator("[data-finding=out_of_tolerance]")).to_have_count(0)

    page.get_by_role("link", name="设备页").click()
    made = page.locator("[data-correction]").first
    expect(made).to_contain_text("按表计误差 -4 % 退补".replace("-", "−"))
    made.get_by_role("button", name="撤销").click()
    made.get_by_label("撤销的原因").fill("报告是另一块表的")
    made.get_by_role("button", name="确认撤销").click()
    expect(made).to_contain_text("原因：报告是另一块表的")
    page.locator("[data-metrology]").click()
    expect(page.locator("[data-finding=out_of_tolerance]")).to_contain_text("尚未处理")
    page.get_by_role("button", name="查看退补方案").click()
    page.get_by_role("combobox", name="规则").select_option("none")
    expect(page.locator("[data-proposal]")).to_have_text("按此规则不退补。")
    page.get_by_label("原因及合同条款").fill("按合同不退补")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator("[data-settled]")).to_contain_text("不退补")
    office.expect_calm()


def test_a_broken_seal_is_noted_by_keyboard_on_a_phone(phone: Visit, console: Console) -> None:
    page = phone.page
    open_meter(page, "lighting")
    enter_certificate(page, console, "JD-882")
    page.get_by_role("button", name="登记封印").press("Enter")
    expect(page.get_by_label("封印编号")).to_be_focused()
    page.keyboard.type("F-77")
    page.get_by_label("日期", exact=True).fill(day(console, 11).isoformat())
    page.get_by_label("日期", exact=True).press("Enter")
    seal = page.locator("[data-seal='F-77']")
    expect(seal).to_contain_text("接线端")
    seal.get_by_role("button", name="登记情况").press("Enter")
    expect(page.get_by_role("combobox", name="情况")).to_be_focused()
    page.get_by_label("日期", exact=True).press("Enter")
    broken = page.locator("[data-finding=seal_broken]")
    expect(broken).to_contain_text("封印 F-77")
    seal.get_by_role("button", name="登记情况").click()
    page.get_by_label("备注").fill("消防检修")
    page.get_by_role("button", name="保存").click()
    expect(broken).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.expect_calm()


def test_bills_stand_beside_what_was_counted_and_a_growing_difference_is_named(
    office: Visit, console: Console
) -> None:
    page = office.page
    page.goto("/metrology")
    session = page.request.get("/api/v1/session").json()
    headers = {"X-CSRF-Token": session["csrf"]}
    usual = USUAL_KW * 0.5 * 24
    rows = ["meter,number,first_day,end_day,item,period,quantity,price,amount"]
    for n, part in enumerate((1.0, 1.01, 1.02, 1.04)):
        span = f"{day(console, 7 - n)},{day(console, 6 - n)}"
        rows.append(f"lighting,DL-{n},{span},energy,,{usual * part:.3f},1,{usual * part:.2f}")
    body = {"name": "lighting.csv", "text": "\n".join(rows)}
    assert page.request.post("/api/v1/bills", data=body, headers=headers).status == 201
    certificate = {
        "meter": "lighting", "number": "JD-883", "issuer": "市计量院", "accuracy_class": "1",
        "verified_on": "2019-01-01", "end_day": "2020-01-01",
    }  # fmt: skip
    made = page.request.post("/api/v1/certificates", data=certificate, headers=headers)
    assert made.status == 201, made.text()
    open_meter(page, "lighting")
    bills = page.get_by_role("region", name="与账单比对")
    expect(bills.locator("[data-finding=drift]")).to_contain_text("连续 4 期账单偏差逐期扩大")
    worst = bills.locator("[data-bill='DL-3']")
    expect(worst).to_contain_text("▲ +3.85")
    expect(worst).to_contain_text("待说明")
    worst.get_by_role("button", name="填写").click()
    bills.get_by_label("说明（必填）").fill("表前线损")
    bills.get_by_role("button", name="保存").click()
    expect(worst).to_contain_text("已说明")
    expect(worst).to_contain_text("表前线损")
    expect(page.locator("[data-finding=bill_differs]")).to_have_count(0)
    expect(page.locator("[data-cell=money]").first).to_contain_text("待核对")
    office.expect_calm()
