"""Devices: connected step by step, accepted by an administrator, and looked after."""

import io
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.conftest import connected
from tests.ui.conftest import BROKER, Console, Visit, sign_in
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


def _fill_in(page: Page, code: str, profile: str = "native") -> None:
    """The first two steps, by what they are called."""
    page.goto("/devices")
    page.get_by_role("link", name="添加设备").click()
    page.get_by_role("combobox", name="类型").select_option(label="电表")
    page.get_by_role("combobox", name="协议").select_option(profile)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("设备编号").fill(code)
    page.get_by_label("中文名称").fill("地下室电表")
    page.get_by_label("所属机构或建筑").select_option(
        label="市机关事务管理局 › 政务服务中心 › 附楼"
    )
    page.get_by_role("button", name="创建设备").click()


def test_a_device_is_connected_step_by_step_up_to_its_first_message(
    office: Visit, console: Console
) -> None:
    page = office.page
    _fill_in(page, "cellar-1")
    setting = {
        name: page.locator(f"[data-setting={name}]").inner_text()
        for name in ("broker", "username", "password", "topic0", "example")
    }
    assert (setting["broker"], setting["username"]) == (BROKER, "cellar-1")
    assert len(setting["password"]) >= 16
    assert setting["topic0"] == "cw/v1/cellar-1/up"
    assert json.loads(setting["example"])["values"]["active_power_kw"] == 41.2
    page.get_by_role("button", name="已录入").click()
    expect(page.get_by_text("正在等待首条报文")).to_be_visible()
    now = datetime.now(UTC)
    receive(console.database, [power("cellar-1", now, 12.5)], now)
    arrived = page.locator("[data-first-message]")
    expect(arrived).to_contain_text("首条报文已到达", timeout=10_000)
    expect(arrived.locator("[data-quantity=active_power_kw]")).to_contain_text("12.5 kW")
    expect(arrived).to_contain_text("无异常标记")
    page.get_by_role("button", name="对应测点").click()
    expect(page.locator("[data-purpose]")).to_contain_text("未对应表计，不计入用量")
    expect(page.locator("[data-unread]")).to_contain_text("每个字段都有用处")
    page.get_by_role("link", name="完成接入").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("地下室电表")
    expect(page.locator("[data-quantity=active_power_kw]")).to_contain_text("12.5 kW")
    office.expect_calm()


@pytest.mark.parametrize(
    ("code", "profile", "topic"),
    [
        ("cellar-2", "native", "cw/v1/cellar-2/up"),
        ("cellar-3", "tasmota", "tele/cellar-3/SENSOR"),
    ],
)
def test_a_first_message_that_cannot_be_read_is_told_while_one_waits(
    office: Visit, console: Console, code: str, profile: str, topic: str
) -> None:
    page = office.page
    _fill_in(page, code, profile)
    page.get_by_role("button", name="已录入").click()
    with connected(console.database) as conn:
        conn.execute(
            "INSERT INTO quarantine (received_at, collector, topic, payload, size_bytes, "
            "device_id, reason_code, reason, samples) "
            "SELECT now(), 'c', %s, 'x', 1, device_id, 'not_json', 'not JSON', 1 "
            "FROM device WHERE code = %s",
            [topic, code],
        )
    expect(page.get_by_role("alert")).to_contain_text("不是 JSON", timeout=10_000)
    page.get_by_role("link", name="在隔离区查看").click()
    expect(page.get_by_role("row", name=topic)).to_be_visible()
    office.expect_calm()


def test_a_code_that_cannot_be_a_topic_is_refused_while_it_is_typed(office: Visit) -> None:
    page = office.page
    page.goto("/devices/new")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("设备编号").fill("a/b")
    expect(page.get_by_role("alert")).to_contain_text("只能用字母、数字")
    expect(page.get_by_role("button", name="创建设备")).to_be_disabled()
    office.expect_calm()


def test_a_code_that_is_taken_is_told_and_nothing_typed_is_lost(office: Visit) -> None:
    _fill_in(office.page, "main")
    expect(office.page.get_by_role("alert")).to_contain_text("设备 'main' 已经存在")
    expect(office.page.get_by_label("中文名称")).to_have_value("地下室电表")


def test_a_password_is_rotated_and_revoked_only_after_a_second_word(office: Visit) -> None:
    page = office.page
    page.goto("/devices")
    page.locator("[data-device=lighting]").get_by_role("link").click()
    page.get_by_role("button", name="签发密码").click()
    first = page.locator("[data-setting=password]").inner_text()
    page.get_by_role("button", name="更换密码").click()
    page.get_by_role("button", name="确认更换").click()
    expect(page.locator("[data-setting=password]")).not_to_have_text(first)
    page.get_by_role("button", name="吊销").click()
    page.get_by_role("button", name="确认吊销").click()
    expect(page.get_by_text("尚无有效凭证")).to_be_visible()
    expect(page.locator("[data-setting=password]")).to_have_count(0)
    office.expect_calm()


UI = Path(__file__).parents[2] / "ui"


def _read_code(picture: bytes) -> str:
    """What a telephone would read from a picture of a QR code."""
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    command = ["../ops/with_node.sh", "node", "checks/decode_qr.mjs", *map(str, image.size)]
    done = subprocess.run(command, cwd=UI, input=image.tobytes(), capture_output=True, check=True)
    return done.stdout.decode()


def test_labels_lead_to_their_devices_and_hold_no_secret(office: Visit, console: Console) -> None:
    page = office.page
    page.goto("/devices")
    page.locator("[data-device=lighting]").get_by_role("link").click()
    page.get_by_role("button", name="签发密码").click()
    password = page.locator("[data-setting=password]").inner_text()
    page.goto("/devices?status=accepted")
    page.get_by_role("link", name="打印标签").click()
    codes = page.locator("[data-qr]")
    expect(codes).to_have_count(4)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    device = next(
        each
        for each in page.request.get("/api/v1/devices").json()["items"]
        if each["code"] == "lighting"
    )
    label = page.locator("[data-label=lighting]")
    expect(label).to_contain_text("lighting表")
    said = _read_code(label.locator("[data-qr]").screenshot())
    assert said == f"{console.url}/devices/{device['id']}"
    assert password not in page.content()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1  # all on one sheet
    page.emulate_media(media="screen")
    page.goto(said)
    expect(page.get_by_role("heading", level=1)).to_contain_text("lighting表")
    office.expect_calm()


def test_newest_values_tick_on_the_devices_own_page(office: Visit, console: Console) -> None:
    page = office.page
    page.goto("/devices")
    page.locator("[data-device=water]").get_by_role("link").click()
    volume = page.locator("[data-quantity=volume_m3]")
    expect(volume).to_contain_text("m³")
    expect(volume).to_contain_text("累计")
    now = datetime.now(UTC)
    receive(console.database, [power("water", now, 3.25)], now)
    newest = page.locator("[data-quantity=active_power_kw]")
    expect(newest).to_contain_text("3.25 kW", timeout=5_000)
    office.expect_calm()


def test_a_device_out_of_reach_is_not_there(office: Visit) -> None:
    office.page.goto("/devices/999999")
    expect(office.page.get_by_role("alert")).to_contain_text("404")


def test_a_narrow_screen_holds_the_device_and_the_wizard(phone: Visit) -> None:
    page = phone.page
    page.goto("/devices/new")
    expect(page.get_by_role("combobox", name="类型")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
    _fill_in(page, "cellar-4", "zigbee2mqtt")
    expect(page.locator("[data-setting=password]")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
    page.goto("/devices")
    page.locator("[data-device=main]").get_by_role("link").click()
    expect(page.locator("[data-quantity=active_power_kw]")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
    phone.expect_calm()


def test_the_coordinate_system_of_a_vehicle_is_declared_after_a_second_word(
    office: Visit, console: Console
) -> None:
    _announce(console, "bus-1")
    with connected(console.database) as conn:
        row = conn.execute(
            "UPDATE device SET kind = 'vehicle' WHERE code = 'bus-1' RETURNING device_id"
        ).fetchone()
    assert row is not None
    page = office.page
    page.goto(f"/devices/{row[0]}")
    page.get_by_role("combobox", name="位置坐标系").select_option(label="GCJ-02")
    page.get_by_role("button", name="声明").click()
    page.get_by_role("button", name="确认声明").click()
    expect(page.get_by_role("button", name="声明")).to_have_count(0)
    answer = page.request.get(f"/api/v1/devices/{row[0]}/coordinates").json()
    assert answer == {"system": "gcj02"}
    office.expect_calm()
