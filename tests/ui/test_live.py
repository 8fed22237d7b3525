"""What arrives at the collector reaches the screen by itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from civicwatt.loopback import HOST, free_port
from tests.ui.conftest import Console, Visit, open_hall, serving, sign_in
from tests.ui.planted import power, receive

pytestmark = pytest.mark.browser


def test_a_reading_that_arrives_ticks_the_current_load(desk: Visit, console: Console) -> None:
    expect(desk.page.locator(".live")).to_contain_text("实时")
    now = datetime.now(UTC)
    receive(console.database, [power("main", now, 77.7)], now)
    expect(desk.page.locator("[data-figure=rate] .value")).to_contain_text("77.7", timeout=20_000)
    desk.expect_calm()


def test_a_second_window_hears_of_it_through_the_first(desk: Visit, console: Console) -> None:
    second = desk.page.context.new_page()
    streams: list[str] = []
    second.on("request", lambda asked: "/stream" in asked.url and streams.append(asked.url))
    second.goto(desk.page.url)
    expect(second.locator(".live")).to_contain_text("实时")
    now = datetime.now(UTC)
    receive(console.database, [power("main", now, 88.8)], now)
    expect(second.locator("[data-figure=rate] .value")).to_contain_text("88.8", timeout=20_000)
    assert streams == []


def test_a_lost_connection_is_told_and_a_new_one_brings_the_figures_up_to_date(
    browser: Browser, console: Console, tmp_path: Path
) -> None:
    port = free_port()
    page = browser.new_page(base_url=f"http://{HOST}:{port}", locale="zh-CN")
    with serving(console.database, port, tmp_path / "log"):
        sign_in(page)
        open_hall(page)
        expect(page.locator(".live")).to_contain_text("实时")
    expect(page.locator(".banner[role=status]")).to_contain_text("最后一次数据", timeout=20_000)
    expect(page.locator(".tile.stale").first).to_be_visible()
    now = datetime.now(UTC)
    receive(console.database, [power("main", now, 99.9)], now)
    with serving(console.database, port, tmp_path / "log"):
        rate = page.locator("[data-figure=rate] .value")
        expect(rate).to_contain_text("99.9", timeout=30_000)
        expect(page.locator(".banner[role=status]")).to_have_count(0)
        expect(page.locator(".tile.stale")).to_have_count(0)
        page.close()
