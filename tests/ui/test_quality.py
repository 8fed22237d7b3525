"""What could not be read is shown, and the collector's sum comes out."""

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Visit

pytestmark = pytest.mark.browser


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
