"""The water page finds the planted leak, leads to its evidence, and says what nobody meters."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.leaking_school import DRIP, END, FIRST, LEAK, UNMETERED_M3, planted_template
from tests.password import PASSWORD
from tests.ui.conftest import Console, Planted, console_on, sign_in, visiting

pytestmark = pytest.mark.browser

JULY = f"from={FIRST}&end={END}"


@pytest.fixture(scope="module")
def leaking(database_server: str, template: str) -> Iterator[Planted]:
    """A school whose toilets began to leak."""
    with planted_template(database_server, template) as name:
        yield Planted(name, datetime.now(UTC))


@pytest.fixture
def school(database_server: str, leaking: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, leaking) as console:
        yield console


@pytest.mark.parametrize("width", [1440, 390])
def test_the_leak_is_on_the_water_page_one_step_from_its_evidence(
    browser: Browser, school: Console, width: int
) -> None:
    with visiting(browser, school, width) as visit:
        page = visit.page
        sign_in(page, "teacher")
        page.keyboard.press("g")
        page.keyboard.press("w")
        expect(page).to_have_url(re.compile("/water"))
        page.goto(f"/water?{JULY}")
        main = page.locator("[data-water=w-main]")
        expect(main).to_contain_text(f"{DRIP + LEAK:.3f}")
        building = page.locator("[data-water=school-building]")
        expect(building).to_contain_text(f"{UNMETERED_M3:,.1f}")
        page.locator("[data-water=w-toilets] button").click()
        last = END - timedelta(days=1)
        expect(page.locator(f"[data-night='{last}'] title")).to_contain_text(f"{LEAK:.3f} m³/h")
        page.keyboard.press("k")
        expect(main).to_have_attribute("aria-selected", "true")
        expect(
            page.get_by_text("用能定额").or_(page.get_by_text("没有适用的用水定额"))
        ).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        leak = page.locator("[data-leak]").filter(has_text="卫生间水表").or_(
            page.locator("[data-leak]").filter(has_text="给水总表")
        )  # fmt: skip
        expect(leak.first).to_contain_text("紧急")
        number = leak.first.get_attribute("data-leak")
        leak.first.get_by_role("link", name="证据").click()
        expect(page).to_have_url(re.compile(f"/alerts.*alert={number}"))
        expect(page.locator(f"[data-alert='{number}']")).to_have_attribute("aria-selected", "true")
        expect(page.get_by_text("夜间最小流量高于所学水平")).to_be_visible()
        visit.expect_calm()


def test_a_place_without_water_meters_says_so_and_a_watcher_sees_no_place(
    browser: Browser, school: Console
) -> None:
    with visiting(browser, school, 1440) as visit:
        sign_in(visit.page, "doctor")
        visit.page.goto("/water")
        expect(visit.page.get_by_text("没有水表", exact=True)).to_be_visible()
        expect(visit.page.get_by_text("没有漏水嫌疑", exact=True)).to_be_visible()
        visit.expect_calm()
    with visiting(browser, school, 1440) as visit:
        page = visit.page
        page.goto("/sign-in")
        page.fill("[name=login]", "watcher")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/people")
        page.goto("/water")
        expect(page.get_by_text("看不到任何机构")).to_be_visible()
        visit.expect_calm()
