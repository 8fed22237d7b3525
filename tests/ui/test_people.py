"""People and the audit log in the console, each by the administrator who is there for it."""

import pytest
from playwright.sync_api import Page, expect

from store.people.person import add_person, grant
from tests.conftest import connected
from tests.password import PASSWORD, PASSWORD_HASH
from tests.ui.conftest import Console, Visit

pytestmark = pytest.mark.browser

CHOSEN = "Kept-by-its-owner-7"


@pytest.fixture(autouse=True)
def _administrators(console: Console) -> None:
    with connected(console.database) as conn:
        row = conn.execute(
            "SELECT code FROM organisation o WHERE NOT EXISTS"
            " (SELECT FROM organisation_position p WHERE p.organisation_id = o.organisation_id)"
        ).fetchone()
        assert row is not None
        for login in ("security_administrator", "audit_administrator"):
            add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            grant(conn, login=login, role=login, organisation=row[0])


def enter(page: Page, login: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")


def test_a_person_is_added_given_a_role_and_chooses_a_password(visit: Visit) -> None:
    page = visit.page
    enter(page, "security_administrator")
    page.wait_for_url("**/people")
    page.get_by_role("button", name="添加人员").click()
    form = page.get_by_role("form", name="添加人员")
    form.locator("[name=login]").fill("lin")
    form.locator("[name=name]").fill("林")
    form.get_by_role("button", name="添加人员").click()
    password = page.locator(".given code").inner_text()
    person = page.locator("[data-person=lin]")
    person.get_by_role("button", name="授予角色").click()
    scope = person.get_by_role("form", name="授予角色")
    scope.locator("[name=place]").select_option("hall")
    scope.get_by_role("button", name="授予角色").click()
    expect(person).to_contain_text("值班员")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in")
    enter(page, "lin", password)
    page.wait_for_url("**/password")
    for name, text in (("current", password), ("new", CHOSEN), ("again", CHOSEN)):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="设定").click()
    page.wait_for_url("**/alerts")
    visit.expect_calm()


def test_the_log_tells_who_signed_in_and_its_chain_is_checked(
    visit: Visit, console: Console
) -> None:
    page = visit.page
    enter(page, "security_administrator")
    page.wait_for_url("**/people")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in")
    enter(page, "audit_administrator")
    page.wait_for_url("**/audit")
    expect(page.locator("[data-act=sign_out]")).to_contain_text("security_administrator")
    page.get_by_role("button", name="校验摘要链").click()
    expect(page.locator("[data-chain=holds]")).to_be_visible()
    with connected(console.database) as conn, conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE audit SET object = 'other' WHERE action = 'sign_out'")
    page.get_by_role("button", name="校验摘要链").click()
    expect(page.locator("[data-chain=broken]")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    visit.expect_calm()


def test_a_key_of_a_machine_is_made_told_once_and_withdrawn(visit: Visit) -> None:
    page = visit.page
    enter(page, "security_administrator")
    page.wait_for_url("**/people")
    page.get_by_role("button", name="生成密钥").click()
    form = page.get_by_role("form", name="生成密钥")
    form.locator("[name=name]").fill("楼宇自控")
    form.locator("[name=place]").select_option("hall")
    form.locator("[name=may][value=entries]").check()
    form.get_by_role("button", name="生成密钥").click()
    secret = page.locator(".given code").inner_text()
    key = page.locator(f"[data-key={secret[:11]}]")
    expect(key).to_contain_text("填报、账单与表格")
    key.get_by_role("button", name="撤销").click()
    key.get_by_role("button", name="确定撤销").click()
    expect(key).to_have_count(0)
    visit.expect_calm()
