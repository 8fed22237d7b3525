"""A month is closed, found changed, reversed and overridden on the screen as in the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import Connection

from tests.closable_school import START, compute, count, planted_template
from tests.conftest import connected
from tests.estate import NOW
from tests.ui.conftest import Console, Planted, Visit, console_on, sign_in, visiting

pytestmark = pytest.mark.browser

LAST_OF_JUNE = (31 + 30) * 24


@pytest.fixture(scope="module")
def closable(database_server: str, template: str) -> Iterator[Planted]:
    """A school of which May and June can be closed."""
    with planted_template(database_server, template) as name:
        yield Planted(name, datetime.now(UTC))


@pytest.fixture
def school(database_server: str, closable: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, closable) as console:
        yield console


@pytest.fixture
def conn(school: Console) -> Iterator[Connection]:
    """A superuser there."""
    with connected(school.database) as conn:
        yield conn


@contextmanager
def at_ledger(
    browser: Browser, school: Console, login: str, month: str, width: int = 1440
) -> Iterator[Visit]:
    """A window of a person at a month of the ledger."""
    with visiting(browser, school, width) as visit:
        sign_in(visit.page, login)
        visit.page.goto(f"/ledger?month={month}")
        expect(visit.page.locator(f"tr[data-month='{month}'][aria-selected=true]")).to_be_visible()
        yield visit


def row(page: Page, month: str) -> str:
    return page.locator(f"tr[data-month='{month}']").inner_text()


def test_a_month_is_closed_found_changed_and_reversed(
    browser: Browser, school: Console, conn: Connection
) -> None:
    with at_ledger(browser, school, "head", "2026-06") as visit:
        page = visit.page
        expect(page.locator("[data-free]")).to_have_text("没有阻碍，可以结账。")
        expect(page.locator("[data-total=electricity]")).to_contain_text("28,888.56 kWh")
        page.get_by_role("button", name="结账", exact=True).click()
        page.get_by_role("button", name="再按一次确认结账").click()
        expect(page.locator("[data-signed]")).to_contain_text("结账 校长")
        expect(page.locator("[data-total=cost]")).to_contain_text("21,835.78 元")
        expect(page.locator("[data-meter=main]")).to_contain_text("实测 / 实测 100%")
        expect(page.locator("[data-unmetered]").first).to_contain_text("448.56 kWh (1.6%)")
        expect(page.locator("[data-costs]")).to_contain_text("28888.56 kWh x 0.6543 CNY/kWh")
        expect(page.locator("[data-energy]")).to_contain_text("0.1229 kgce/kWh")
        expect(page.locator("[data-chain=holds]")).to_contain_text("链完整")
        assert "已结账" in row(page, "2026-06")
        conn.execute(
            "DELETE FROM electricity_reading WHERE ts >= %s",
            [START + timedelta(hours=LAST_OF_JUNE)],
        )
        for code, more in (("main", 100.0), ("light", 0.0), ("hvac", 0.0)):
            count(conn, code, [LAST_OF_JUNE], more=more)
        compute(conn, NOW + timedelta(hours=1))
        page.reload()
        expect(page.locator("[data-change=electricity]")).to_contain_text("+100 kWh")
        expect(page.locator("[data-change=cost]")).to_contain_text("+65.43 元")
        expect(page.locator("tr[data-month='2026-06'] [data-changed]")).to_be_visible()
        page.get_by_role("button", name="红冲…").click()
        page.get_by_label("理由").fill("迟到读数")
        page.get_by_role("button", name="确认红冲").click()
        expect(page.locator("tr[data-month='2026-06']")).to_contain_text("已红冲")
        expect(page.locator("[data-total=electricity]")).to_contain_text("28,988.56 kWh")
        page.keyboard.press("k")
        expect(page.locator("tr[data-month='2026-05']")).to_have_attribute("aria-selected", "true")
        visit.expect_calm()


def test_obstacles_lead_to_where_they_are_mended_and_two_persons_override_them(
    browser: Browser, school: Console, conn: Connection
) -> None:
    conn.execute("DELETE FROM headcount")
    with at_ledger(browser, school, "head", "2026-05") as visit:
        page = visit.page
        obstacle = page.locator("[data-obstacle=headcount_missing]")
        expect(obstacle).to_contain_text("用能人数不全")
        expect(obstacle).to_contain_text("31 d")
        expect(obstacle.get_by_role("link")).to_have_attribute("href", "/places")
        page.get_by_role("button", name="申请放行…").click()
        page.get_by_label("理由").fill("人数待核")
        page.get_by_role("button", name="提交申请").click()
        expect(page.locator("[data-override]")).to_contain_text("等待另一位管理员署名")
        visit.expect_calm()
    with at_ledger(browser, school, "bursar", "2026-05") as visit:
        page = visit.page
        expect(page.locator("[data-override]")).to_contain_text("校长")
        page.get_by_role("button", name="署名并结账").click()
        page.get_by_role("button", name="再按一次确认署名").click()
        expect(page.locator("[data-signed]")).to_contain_text("同意放行 会计")
        expect(page.locator("[data-overridden]")).to_contain_text("人数待核")
        assert "双人放行" in row(page, "2026-05")
        visit.expect_calm()


def test_a_phone_shows_a_month_without_scrolling_sideways(
    browser: Browser, school: Console
) -> None:
    with at_ledger(browser, school, "teacher", "2026-06", 390) as visit:
        page = visit.page
        expect(page.locator("[data-medium=electricity]")).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        expect(page.get_by_role("button", name="结账", exact=True)).to_have_count(0)
        visit.expect_calm()
