"""A monthly report is made on the screen, its versions stay, and its files are those of the API."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.closable_school import planted_template
from tests.ui.conftest import Console, Planted, console_on, sign_in, visiting

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize("width", [1440, 390])
def test_a_report_is_made_read_and_downloaded(
    browser: Browser, school: Console, width: int
) -> None:
    with visiting(browser, school, width) as visit:
        page = visit.page
        sign_in(page, "head")
        page.goto("/reports?month=2026-06")
        expect(page.get_by_text("还没有报表")).to_be_visible()
        page.get_by_role("button", name="生成报表").click()
        expect(page.locator("[data-total=electricity]")).to_contain_text("28,888.56 kWh")
        expect(page.locator("[data-total=cost]")).to_contain_text("21,835.78 元")
        expect(page.get_by_text("暂定：本月尚未结账")).to_be_visible()
        expect(page.locator("[data-report]")).to_have_count(1)
        page.get_by_role("button", name="生成报表").click()
        expect(page.get_by_role("button", name="生成报表")).to_be_enabled()
        expect(page.locator("[data-report]")).to_have_count(1)
        for ending, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            with page.expect_download() as waiting:
                page.locator(f"[data-download={ending}]").click()
            assert waiting.value.suggested_filename == f"school-2026-06-1.{ending}"
            assert waiting.value.path().read_bytes().startswith(start)
        visit.expect_calm()


@pytest.mark.parametrize("width", [1440, 390])
def test_water_of_a_month_and_the_paragraphs_of_a_year_are_read_as_on_paper(
    browser: Browser, school: Console, width: int
) -> None:
    with visiting(browser, school, width) as visit:
        page = visit.page
        sign_in(page, "head")
        page.goto("/reports?month=2026-06")
        page.locator("[name=kind]").select_option("water")
        page.get_by_role("button", name="生成报表").click()
        expect(page.locator("[data-paragraphs]")).to_contain_text("school用水 360 立方米")
        expect(page.locator("[data-table=建筑用水]")).to_contain_text("0.5")
        with page.expect_download() as waiting:
            page.locator("[data-download=xlsx]").click()
        assert waiting.value.suggested_filename == "school-water-2026-06-1.xlsx"
        page.locator("[name=kind]").select_option("annual_text")
        page.locator("[name=year]").select_option("2026")
        page.get_by_role("button", name="生成报表").click()
        expect(page.locator("[data-paragraphs]")).to_contain_text("2026 年，school使用电")
        expect(page.locator("[data-report]")).to_have_count(2)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.locator("[name=kind]").select_option("savings")
        page.get_by_role("button", name="生成报表").click()
        expect(page.get_by_text("没有模型覆盖")).to_be_visible()
        page.locator("[name=day]").fill("7")
        page.get_by_role("button", name="定期生成").click()
        expect(page.locator("[data-schedule]")).to_contain_text("尚未到期")
        page.get_by_role("button", name="停止").click()
        page.get_by_role("button", name="确定停止").click()
        expect(page.locator("[data-schedule]")).to_contain_text("已停止")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        visit.complaints[:] = [each for each in visit.complaints if "409" not in each]
        visit.expect_calm()
