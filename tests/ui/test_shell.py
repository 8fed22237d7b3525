"""Signing in, languages, themes, keys, and what holds on every page."""

import re
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Console, Visit, hall_id, sign_in

pytestmark = pytest.mark.browser

PAGES = ("/devices", "/data-quality")
_ROUTER = Path(__file__).parents[2] / "ui" / "src" / "router.ts"
PATHS = re.findall(
    r"path: '(/[^']*)', .* component: .*title: '[\w.]+' }", _ROUTER.read_text("utf-8")
)
"""Of the pages that are not open to everybody."""


def test_a_stranger_is_led_to_the_sign_in_page_and_back_to_where_they_wanted_to_go(
    visit: Visit,
) -> None:
    page = visit.page
    page.goto("/devices?status=accepted")
    page.wait_for_url(lambda url: "/sign-in?next=/devices" in url)
    page.fill("[name=login]", "operator")
    page.fill("[name=password]", "correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/devices?status=accepted"))
    visit.expect_calm()


def test_a_wrong_password_is_told_and_nothing_is_shown(visit: Visit) -> None:
    page = visit.page
    page.goto("/sign-in")
    page.fill("[name=login]", "operator")
    page.fill("[name=password]", "wrong")
    page.click("button[type=submit]")
    assert "账号或密码不正确" in page.locator("[role=alert]").inner_text()
    assert page.locator(".rail").count() == 0


def test_an_address_of_another_host_is_not_followed_after_signing_in(visit: Visit) -> None:
    visit.page.goto("/sign-in?next=//example.org/")
    visit.page.fill("[name=login]", "operator")
    visit.page.fill("[name=password]", "correct horse battery")
    visit.page.click("button[type=submit]")
    visit.page.wait_for_url("**/alerts")
    visit.expect_calm()


def test_signing_out_ends_the_session_on_the_server(visit: Visit) -> None:
    sign_in(visit.page)
    visit.page.get_by_role("button", name="退出登录").click()
    visit.page.wait_for_url("**/sign-in")
    assert visit.page.request.get("/api/v1/buildings").status == 401


def test_the_policy_of_the_page_allows_its_own_host_only(visit: Visit) -> None:
    answer = visit.page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_the_rail_folds_its_groups_and_needs_no_scrolling(office: Visit) -> None:
    page = office.page
    page.goto("/tariffs")
    rail = page.get_by_role("navigation", name="主导航")
    rules = rail.get_by_role("button", name="规则")
    expect(rules).to_have_attribute("aria-expanded", "true")
    expect(rail.get_by_role("link", name="电价与价格")).to_have_attribute("aria-current", "page")
    expect(rail.get_by_role("link", name="告警台")).to_be_hidden()
    for group in ("运行", "台账", "平台"):
        rail.get_by_role("button", name=group).press("Enter")
        expect(rail.get_by_role("link").first).to_be_visible()
        beyond = rail.evaluate("(box) => box.scrollHeight - box.clientHeight")
        assert (group, beyond) == (group, 0)
    expect(rules).to_have_attribute("aria-expanded", "false")
    office.expect_calm()


def test_every_page_says_up_to_when_alerts_are_evaluated(office: Visit, console: Console) -> None:
    page = office.page
    page.goto("/alerts")
    expect(page.locator("[data-evaluated=never]")).to_contain_text("没有告警不等于一切正常")
    with psycopg.connect(console.database) as conn:
        parts = "unnest('{live,days}'::text[])"
        conn.execute(f"INSERT INTO alert_progress SELECT part, now(), now() FROM {parts} part")
    page.reload()
    told = page.locator("[data-evaluated=current]")
    assert len(PATHS) > 35
    for path in PATHS:
        known = re.sub(r":\w+(\([^)]*\))?\*?", "1", path)
        # As by the browser's own buttons: the program stays, the page is another.
        page.evaluate("path => history.pushState(null, '', path)", known)
        page.evaluate("() => dispatchEvent(new PopStateEvent('popstate'))")
        page.locator("main h1").first.wait_for()
        expect(told).to_have_count(1)
        expect(told).to_be_visible()


def test_every_page_is_calm_on_a_desktop(office: Visit) -> None:
    for path in PAGES:
        office.page.goto(path)
        office.page.wait_for_selector(".panel table")
    office.expect_calm()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_page_scrolls_sideways_on_a_phone(phone: Visit, language: str) -> None:
    page = phone.page
    page.add_init_script(f"localStorage.setItem('civicwatt.language', '{language}')")
    hall = f"/buildings/{hall_id(page.request)}"
    for path in (f"{hall}?period=month", f"{hall}?medium=water&parts=table", *PAGES):
        page.goto(path)
        page.wait_for_selector(".uplot, .panel table")
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390, path
    phone.expect_calm()


def test_on_a_phone_the_pages_of_another_group_are_two_taps_away(phone: Visit) -> None:
    page = phone.page
    page.goto("/devices")
    page.locator("[aria-current=page]", has_text="设备接入").wait_for()
    assert page.get_by_role("link", name="电价与价格").is_hidden()
    page.get_by_role("button", name="规则").tap()
    page.get_by_role("link", name="电价与价格").tap()
    page.wait_for_url("**/tariffs")
    assert page.get_by_role("button", name="规则").get_attribute("aria-pressed") == "true"


def test_the_language_is_switched_and_remembered(desk: Visit) -> None:
    page = desk.page
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_contain_text("Main hall")
    page.reload()
    page.get_by_role("link", name="Data quality").wait_for()  # visible
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_theme_is_switched_and_remembered(desk: Visit) -> None:
    page = desk.page
    ground = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="切换到深色").click()
    assert page.evaluate(ground) != light
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_paper_is_light_whatever_the_screen_is(desk: Visit) -> None:
    page = desk.page
    page.get_by_role("button", name="切换到深色").click()
    page.emulate_media(media="print")
    ground = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not page.locator(".rail").is_visible()


def test_keys_lead_from_page_to_page(desk: Visit) -> None:
    page = desk.page
    for letter, path in (("d", "/devices"), ("q", "/data-quality"), ("b", "/buildings/*")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{path}")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    desk.expect_calm()


def test_a_building_is_found_by_typing(desk: Visit) -> None:
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("附")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=该建筑还没有表计")
    assert page.locator("h1").inner_text().startswith("附楼")
    desk.expect_calm()


def test_a_building_that_does_not_exist_is_told(office: Visit) -> None:
    office.page.goto("/buildings/999999")
    office.page.wait_for_selector("text=建筑不存在，或不在您的权限范围内")
    office.expect_calm()


def test_a_page_that_does_not_exist_is_told(office: Visit) -> None:
    office.page.goto("/no-such-page")
    assert office.page.locator("h1").inner_text() == "没有这个页面"
    office.expect_calm()


def test_a_session_that_the_server_ended_leads_back_to_the_sign_in_page(desk: Visit) -> None:
    desk.page.context.clear_cookies()
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("d")
    desk.page.wait_for_url(lambda url: url.endswith("/sign-in?next=/devices"))


def test_the_view_is_a_link(desk: Visit) -> None:
    desk.page.get_by_role("radio", name="30 天").check()
    desk.page.get_by_role("radio", name="水", exact=True).check()
    desk.page.wait_for_url("**medium=water**")
    other = desk.page.context.new_page()
    other.goto(desk.page.url)
    other.wait_for_selector(".uplot")
    assert other.get_by_role("radio", name="30 天").is_checked()
    assert other.get_by_role("heading", name="用水流量").is_visible()
