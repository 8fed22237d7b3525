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
        expect(page.locator("[data-total=cost]")).to_contain_text("21,835.78 ¥")
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
