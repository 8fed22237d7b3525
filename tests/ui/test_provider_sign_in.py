"""Signing in by an OpenID provider in a real browser, under the strict policy of the page."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from civicwatt.loopback import HOST, free_port
from tests.conftest import new_database
from tests.openid_provider import CLIENT_ID, SECRET, OpenIdProvider, new_key, openid_provider
from tests.password import PASSWORD
from tests.ui.conftest import Console, Planted, answering, visiting
from tests.ui.planted import LOGIN

pytestmark = pytest.mark.browser


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    """One at which the operator of the district is signed in."""
    with openid_provider(new_key("first")) as provider:
        provider.subject, provider.login = secrets.token_hex(8), LOGIN
        yield provider


@pytest.fixture
def console(
    database_server: str, district: Planted, provider: OpenIdProvider, tmp_path: Path
) -> Iterator[Console]:
    """The real server with the provider."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    url = f"http://{HOST}:{(port := free_port())}"
    settings = {
        "public_url": url, "oidc_issuer": provider.url, "oidc_client_id": CLIENT_ID,
        "oidc_client_secret_file": secret, "oidc_name": "District",
    }  # fmt: skip
    with (
        new_database(database_server, district.name) as database,
        answering(database, port, **settings),
    ):
        yield Console(url, database, district.now)


def test_an_operator_links_the_provider_once_and_then_needs_no_password(
    browser: Browser, console: Console, provider: OpenIdProvider
) -> None:
    with visiting(browser, console, 390) as visit:
        page = visit.page
        page.goto("/sign-in?next=/devices")
        page.get_by_role("link", name="通过District登录").click()
        expect(page.get_by_text("账号尚未关联")).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="关联并登录").click()
        page.wait_for_url("**/devices")
    with visiting(browser, console, 1440) as visit:
        page = visit.page
        page.goto("/devices")
        page.wait_for_url("**/sign-in?next=/devices")
        visit.expect_calm()
        page.get_by_role("link", name="通过District登录").click()
        page.wait_for_url("**/devices")
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        provider.silent = True
        page.context.clear_cookies()
        page.goto("/sign-in?fault=identity_unknown")
        expect(page.get_by_role("alert")).to_contain_text("安全管理员")
