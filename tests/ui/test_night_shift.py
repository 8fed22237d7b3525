"""Three o'clock, one person: a leak, a vehicle at level 3, a gateway down; then the morning."""

import io
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from analytics.jobs.delivery import run_round
from analytics.settings import DeliverySettings
from store.become import Role
from tests.conftest import connected
from tests.receiver import Receiver, receiver
from tests.ui.conftest import SECRET_KEY, Console, Visit, visiting
from tests.ui.planted import LOGIN, READER

pytestmark = pytest.mark.browser

PHONE = "0431-12345"


def alert(console: Console, rule: str, priority: str, month_cny: str | None) -> None:
    """An alert that interrupts the desk, as the evaluator writes it."""
    with psycopg.connect(console.database) as conn:
        desk = "(SELECT organisation_id FROM organisation WHERE kind = 'institution')"
        row = conn.execute(
            "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at, "
            f"opened_at, month_cny) SELECT %s, organisation_id, {desk}, %s, 'open', now(), now(), "
            "%s FROM organisation WHERE code = 'hall' RETURNING alert_id, desk_id",
            [rule, priority, month_cny],
        ).fetchone()
        assert row is not None
        conn.execute(
            "INSERT INTO alert_interruption (alert_id, desk_id, kind, alerts) "
            "VALUES (%s, %s, 'alert', 1)",
            row,
        )


def deliver(console: Console) -> None:
    """One round of `civicwatt deliver`."""
    settings = DeliverySettings(
        database_url=console.database,
        secret_key=SECRET_KEY,
        public_url=console.url,
        delivery_networks="127.0.0.0/8",
    )
    with connected(console.database, Role.WORK) as conn:
        run_round(conn, settings, clock=lambda: datetime.now(UTC))


def plant_night(console: Console) -> None:
    alert(console, "gateway_silent", "high", None)
    alert(console, "night_flow", "urgent", "1440")
    alert(console, "vehicle_alarm", "urgent", None)


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(made, "PNG")
    return made.getvalue()


def set_up_desk(page: Page, sink: Receiver) -> None:
    """Telephone, roster and a channel of whoever is on duty, entered by hand."""
    page.goto("/duty")
    setting = page.get_by_role("region", name="时段与逐级上报")
    setting.get_by_label("电话").fill(PHONE)
    setting.get_by_role("button", name="保存").click()
    expect(setting.get_by_role("status")).to_have_text("已保存")

    page.get_by_role("button", name="排班次").click()
    shift = page.get_by_role("form", name="排班次")
    shift.get_by_label("人员").select_option(label=READER)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    shift.get_by_label("日期").fill(yesterday.date().isoformat())
    shift.get_by_label("开始").fill("00:00")
    shift.get_by_label("时长").fill("96")
    shift.get_by_role("button", name="保存").click()
    expect(page.locator("[data-shift='1']")).to_contain_text(READER)

    page.get_by_role("button", name="添加通道").click()
    channel = page.get_by_role("form", name="添加通道")
    channel.get_by_label("类型").select_option("webhook")
    channel.get_by_label("名称").fill("夜班手机")
    channel.get_by_label("机器人或接口地址").fill(f"{sink.url}/token-7f3a")
    channel.get_by_label("归属").select_option(label=READER)
    channel.get_by_role("button", name="保存").click()
    made = page.locator("[data-channel=webhook]")
    expect(made).to_contain_text("127.0.0.1 …7f3a")
    expect(page.locator("body")).not_to_contain_text("token-7f3a")


def send_somebody(page: Page) -> None:
    """A work order about the gateway, from the order to the report."""
    gateway = page.locator("[data-rule=gateway_silent]")
    gateway.get_by_role("button", name="派工单").click()
    order = page.get_by_role("form", name="派工单")
    order.get_by_label("人员").select_option(label=LOGIN)
    order.get_by_label("任务").fill("到机房重启网关")
    order.get_by_role("button", name="派工单").click()
    expect(gateway).to_contain_text("处理中")
    page.goto("/work-orders")
    page.get_by_role("button", name="接单").click()
    page.set_input_files("input[type=file]", {"name": "g.png", "mimeType": "image/png",
                                              "buffer": photo()})  # fmt: skip
    expect(page.get_by_role("link", name="照片 1")).to_be_visible()
    page.get_by_label("结果或原因").fill("电源松动，已插紧")
    page.get_by_role("button", name="报告完成").click()
    expect(page.locator("[data-order=done]")).to_contain_text("电源松动")
    expect(page.get_by_role("button", name="确认关闭")).to_have_count(0)


def test_at_three_in_the_night_one_person_knows_what_to_do_first(
    office: Visit, console: Console, browser: Browser
) -> None:
    page = office.page
    with receiver() as sink:
        set_up_desk(page, sink)
        plant_night(console)
        deliver(console)
        told = [asked.body.decode() for asked in sink.requests]

    page.goto("/night")
    cards = page.locator("[data-rule]")
    expect(cards).to_have_count(3)
    leak = page.locator("[data-rule=night_flow]")
    expect(cards.first).to_contain_text("疑似漏水")
    expect(leak.locator("ol li")).to_have_count(3)
    expect(leak.locator("[data-waiting]")).to_contain_text("现在处理")
    expect(leak.locator("[data-waiting]")).to_contain_text("约损失")
    expect(leak.get_by_role("link", name=f"致电 {PHONE}")).to_have_attribute(
        "href", "tel:043112345"
    )
    expect(page.locator("[data-rule=vehicle_alarm]")).to_contain_text("停车")
    expect(page.locator("[data-rule=gateway_silent]")).to_contain_text("重要")
    expect(page.locator("[data-evaluated=never]")).to_have_count(1)

    # The leak by keyboard, the vehicle from the telephone.
    page.keyboard.press("a")
    expect(leak).to_contain_text("已确认")
    link = next(found for each in told if "vehicle_alarm" in each
                for found in re.findall(r"/acknowledge/[\w-]+", each))  # fmt: skip
    with visiting(browser, console, 390) as telephone:
        telephone.page.goto(link)
        expect(telephone.page.locator("[data-rule=vehicle_alarm]")).to_be_visible()
        width = telephone.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 390
        telephone.page.get_by_role("button", name="确认接手").click()
        expect(telephone.page.get_by_role("status")).to_contain_text("已确认")
        telephone.page.goto("/night")
        expect(telephone.page).to_have_url(re.compile("sign-in"))
        telephone.expect_calm()
    page.goto("/night")
    expect(page.locator("[data-rule=vehicle_alarm]")).to_contain_text("已确认")

    send_somebody(page)
    page.goto("/duty")
    sheet = page.locator("[data-hand-overs]")
    sheet.get_by_label("交班说明").fill("漏水支路已关阀")
    sheet.get_by_role("button", name="签字交班").click()
    given = page.locator("[data-hand-over=given]")
    expect(given).to_contain_text("疑似漏水")
    expect(given).to_contain_text("漏水支路已关阀")
    expect(given.get_by_role("button", name="签字接班")).to_be_disabled()
    office.expect_calm()


def test_a_channel_that_fails_is_seen_and_sent_again(office: Visit, console: Console) -> None:
    page = office.page
    with receiver(lambda _: (410, b"gone")) as sink:
        set_up_desk(page, sink)
        made = page.locator("[data-channel=webhook]")
        made.get_by_role("button", name="发测试消息").click()
        expect(page.get_by_text("测试消息已排队")).to_be_visible()
        deliver(console)
        dead = page.locator("[data-delivery=dead]")
        expect(dead).to_contain_text("410")
        sink.judge = lambda _: (200, b"{}")
        dead.get_by_role("button", name="重发").click()
        expect(page.locator("[data-delivery=waiting]")).to_have_count(1)
        deliver(console)
        expect(page.locator("[data-delivery=sent]")).to_have_count(1)
    assert len({asked.headers["Idempotency-Key"] for asked in sink.requests}) == 1
    office.expect_calm()
