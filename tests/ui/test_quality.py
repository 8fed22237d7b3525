"""What is wrong with the data is shown, and what could not be read is replayed or given up."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from psycopg import Connection

from domain.registry import DeviceKind, Medium
from tests.conftest import connected
from tests.ui.conftest import Console, Visit, sign_in
from tests.ui.planted import READER, hang, message, power, receive, register

pytestmark = pytest.mark.browser

FRAME = bytes.fromhex("68 11 00 ff 16")


@pytest.fixture
def collector(console: Console) -> Iterator[Connection]:
    """What a collector and a worker write with."""
    with connected(console.database) as conn:
        yield conn


def set_aside(collector: Connection, topic: str, payload: bytes, reason: str) -> None:
    collector.execute(
        "INSERT INTO quarantine (received_at, collector, topic, payload, size_bytes, "
        "reason_code, reason, samples) VALUES (%s, 'c', %s, %s, %s, %s, 'as planted', 1)",
        [datetime.now(UTC), topic, payload, len(payload), reason],
    )


def test_the_sum_of_the_collector_is_shown_and_comes_out(office: Visit) -> None:
    page = office.page
    page.goto("/data-quality")
    expect(page.locator("[data-fate=received]")).to_be_visible()
    figures = {
        cell.get_attribute("data-fate"): int(cell.inner_text().replace(",", ""))
        for cell in page.locator("[data-fate]").all()
    }
    received = figures.pop("received")
    assert received == sum(figures.values()) > 0
    expect(page.get_by_text("两边相等")).to_be_visible()
    office.expect_calm()


def test_an_unreadable_message_is_shown_with_its_reason(office: Visit) -> None:
    office.page.goto("/data-quality")
    row = office.page.get_by_role("row", name="cw/v1/main/up")
    expect(row).to_contain_text("不是 JSON")
    expect(row).to_contain_text('{"ts": 1, "values"')
    office.expect_calm()


def test_what_was_not_kept_is_told_with_its_number(office: Visit, collector: Connection) -> None:
    collector.execute(
        "INSERT INTO quarantine_count VALUES (date_trunc('hour', now()), 0, 'shelly', 'bad_shape', "
        "17345, 17345, 5000, 5000, 90000, now())"
    )
    office.page.goto("/data-quality")
    note = office.page.locator("[data-left-out]")
    expect(note).to_contain_text("12,345")
    expect(note).to_contain_text("shelly")
    collector.execute("UPDATE quarantine_count SET messages = kept, samples = kept_samples")
    office.expect_calm()


def test_a_message_is_looked_into_and_replayed_also_if_it_is_too_old(
    office: Visit, collector: Connection
) -> None:
    page = office.page
    set_aside(collector, "plant/1/up", b'{"ts":1,"values":{"active_power_kw":2}}', "too_old")
    page.goto("/data-quality?topic=plant/1/")
    page.get_by_role("row", name="plant/1/up").click()
    expect(page.locator("[data-payload]")).to_contain_text('"active_power_kw": 2')
    page.get_by_label("包括早于接收时窗的样本").last.check()
    page.get_by_role("button", name="重放", exact=True).click()
    expect(page.get_by_text("重放中")).to_be_visible()
    asked = "topic = 'plant/1/up' AND replay_asked_at IS NOT NULL"
    found = collector.execute(f"SELECT replay_any_age FROM quarantine WHERE {asked}").fetchall()
    assert found == [(True,)]
    # what the collector does when it has read it
    collector.execute(
        f"UPDATE quarantine SET settled_at = now(), outcome = 'replayed' WHERE {asked}"
    )
    expect(page.get_by_text("没有报文符合筛选条件")).to_be_visible(timeout=10_000)
    page.get_by_role("radio", name="已处理").check()
    expect(page.locator("[data-outcome]")).to_contain_text("已重放入库")
    office.expect_calm()


def test_a_frame_is_shown_in_hex_and_discarded_only_after_a_second_word(
    office: Visit, collector: Connection
) -> None:
    page = office.page
    set_aside(collector, "plant/2/raw", FRAME, "bad_checksum")
    page.goto("/data-quality?topic=plant/2/")
    expect(page.get_by_role("row", name="plant/2/raw")).to_contain_text("校验和错误")
    page.keyboard.press("Enter")
    expect(page.locator("[data-payload]")).to_have_text("68 11 00 ff 16")
    page.get_by_role("button", name="放弃", exact=True).click()
    page.get_by_role("button", name="确认放弃").click()
    expect(page.get_by_text("没有报文符合筛选条件")).to_be_visible()
    office.expect_calm()


def test_all_messages_of_a_reason_are_replayed_at_once(
    office: Visit, collector: Connection
) -> None:
    page = office.page
    for number in range(3):
        set_aside(collector, f"plant/3/{number}", b"x", "not_cbor")
    page.goto("/data-quality")
    page.get_by_label("原因").select_option(value="not_cbor")
    page.get_by_role("button", name="全部重放").click()
    expect(page.get_by_text("已请求重放 3 条报文")).to_be_visible()
    office.expect_calm()


def test_a_day_without_figures_stands_out_and_is_found_by_keys(office: Visit) -> None:
    page = office.page
    page.goto("/data-quality")
    row = page.locator("[data-meter=main]")
    expect(row.locator("td.whole").first).to_be_visible()
    expect(row.locator("td.none").first).to_be_visible()  # before its history
    page.get_by_role("group", name="完整率矩阵").focus()
    for _ in range(29):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".looked")).to_contain_text("进线总表")
    expect(page.locator(".looked")).to_contain_text("没有数据")
    office.expect_calm()


def test_every_list_says_what_it_has_and_leads_to_the_device(
    office: Visit, collector: Connection
) -> None:
    page = office.page
    collector.execute(
        "INSERT INTO sequence_gap (device_id, boot, missing, noticed_at) "
        "SELECT device_id, '', int8range(40, 43), now() FROM device WHERE code = 'hvac'"
    )
    collector.execute(
        "INSERT INTO reading_suspect SELECT device_id, %s, 'active_power_kw', 'a jump' "
        "FROM device WHERE code = 'hvac'",
        [datetime.now(UTC) - timedelta(hours=1)],
    )
    collector.execute(
        "INSERT INTO device_clock SELECT device_id, 75, now() FROM device WHERE code = 'hvac'"
    )
    for name, says in (
        ("缺号", "40 – 42"),
        ("存疑", "a jump"),
        ("时钟", "+75 s"),
        ("迟到", "167"),
    ):
        page.goto("/data-quality")
        page.get_by_role("radio", name=name, exact=True).check()
        expect(page.get_by_role("row", name="hvac")).to_contain_text(says)
    page.get_by_role("link", name="hvac").click()
    expect(page.locator("[data-chip=clock]")).to_contain_text("+75 s")
    office.expect_calm()


def test_a_wild_reading_leads_to_its_correction_and_a_repeat_is_counted(
    office: Visit, console: Console
) -> None:
    page = office.page
    wild = console.now.replace(minute=30, second=0, microsecond=0) - timedelta(hours=50)
    again = power("main", console.now, 41.5)
    receive(console.database, [register("lighting", wild, 9e9), again, again], console.now)
    page.goto("/data-quality?list=implausible")
    spike = page.locator("[data-finding='lighting spike']")
    expect(spike).to_contain_text("→ 9,000,000,000 kWh")
    expect(spike).to_contain_text("突跳已剔除")
    spike.get_by_role("link", name="修正读数").click()
    chosen = page.get_by_role("combobox", name="读数").locator("option:checked")
    expect(chosen).to_contain_text("9,000,000,000 kWh")
    page.goto("/data-quality")
    page.get_by_role("radio", name="重复", exact=True).check()
    expect(page.get_by_role("row", name="main")).to_contain_text("2")
    page.get_by_role("radio", name="清零与翻转").check()
    expect(page.get_by_text("没有清零或翻转")).to_be_visible()
    office.expect_calm()


def test_what_a_device_contradicts_and_a_register_that_began_anew_are_listed(
    office: Visit, console: Console
) -> None:
    hang(console.database, "spare", DeviceKind.ELECTRICITY_METER, Medium.ELECTRICITY)
    last = console.now.replace(minute=0, second=0, microsecond=0)
    told = [*range(5000, 5040), *range(3, 43)]
    hours = [last - timedelta(hours=len(told) - n) for n in range(len(told))]
    spare = [
        (at, {"active_energy_import_kwh": float(kwh)}) for at, kwh in zip(hours, told, strict=True)
    ]
    other = register("hvac", last - timedelta(hours=30), 123456.5)
    receive(console.database, [message("spare", console.now, spare), other], console.now)
    page = office.page
    page.goto("/data-quality?list=conflicts")
    row = page.get_by_role("row", name="hvac")
    expect(row).to_contain_text(re.compile(r"\d ≠ 123456\.5 kWh|123456\.5 ≠ [\d.]+ kWh"))
    page.goto("/data-quality?list=restarts")
    fall = page.locator("[data-finding='spare fall']")
    expect(fall).to_contain_text("5,039")
    expect(fall).to_contain_text("→ 3")
    expect(fall.get_by_role("link", name="登记事件")).to_be_visible()
    office.expect_calm()


def test_a_list_longer_than_a_page_is_told_and_shown_to_its_end(
    office: Visit, collector: Connection
) -> None:
    page = office.page
    collector.execute(
        "INSERT INTO reading_conflict SELECT device_id, now() - n * interval '1 minute', "
        "'active_power_kw', v::text, now() FROM device, generate_series(1, 250) n, "
        "generate_series(1, 2) v WHERE code = 'lighting'"
    )
    page.goto("/data-quality?list=conflicts")
    rows = page.get_by_role("row", name="lighting")
    told = page.locator("[data-shown]").last
    more = page.get_by_role("button", name="再显示一些")
    for shown in (100, 200):
        expect(told).to_contain_text(f"已列出 {shown} 条，还有更多")
        assert rows.count() >= shown - 10
        more.focus()
        page.keyboard.press("Enter")
    expect(more).to_have_count(0)
    expect(told).to_contain_text(re.compile(r"共 2[5-9]\d 条"))
    assert rows.count() == 250
    office.expect_calm()


def test_a_person_who_administers_nothing_is_shown_no_quarantine(visit: Visit) -> None:
    sign_in(visit.page, READER)
    visit.page.goto("/data-quality")
    expect(
        visit.page.get_by_text("没有未补齐的缺号").or_(visit.page.get_by_text("缺失编号"))
    ).to_be_visible()
    expect(visit.page.get_by_text("隔离区")).to_have_count(0)
    visit.expect_calm()


def test_a_narrow_screen_shows_it_all_without_moving_sideways(phone: Visit) -> None:
    for name in ("quarantine", "gaps", "late", "repeats", "implausible", "suspects", "clocks"):
        phone.page.goto(f"/data-quality?list={name}")
        expect(phone.page.locator("[data-meter=main]")).to_be_visible()
        wide = phone.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert (name, wide) == (name, 0)
    phone.expect_calm()
