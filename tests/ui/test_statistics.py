"""The year's tables: what they rest on is one click away, and what keeps them back stands there."""

import pytest
from playwright.sync_api import expect

from domain.credit_code import check_character
from domain.local_day import local_day
from tests.conftest import connected
from tests.ui.conftest import Console, Visit
from tests.ui.planted import ZONE

pytestmark = pytest.mark.browser

CODE = "12120000400000001"
SOURCE = "of the statistics test"


@pytest.fixture
def stated(console: Console) -> int:
    """What the institution stated of the last year, that year."""
    year = local_day(console.now, ZONE).year - 1
    with connected(console.database) as conn:
        conn.execute(
            "INSERT INTO statistics_record (organisation_id, year, credit_code, department, "
            "institution_class, nev_count, data_centre_area_m2, unused, source, person_id) "
            "SELECT organisation_id, %s, %s, '市机关事务管理局', 'state_organ', 2, 0, "
            "'{coal,heat}', %s, (SELECT min(person_id) FROM person) FROM organisation "
            "WHERE code = 'centre'",
            [year, CODE + check_character(CODE), SOURCE],
        )
    return year


def test_tables_tell_their_basis_and_what_keeps_them_back(office: Visit, stated: int) -> None:
    page = office.page
    page.goto(f"/statistics?year={stated}")
    row = page.locator("[data-institution=centre]")
    expect(row).to_contain_text(CODE)
    expect(row).to_contain_text("须改正")
    for note in page.locator("[data-bought]").all():
        expect(note).to_contain_text("“电”为外购电量")
    expect(page.locator("[data-bought]")).to_have_count(2)
    coal = page.locator("[data-item=coal]")
    expect(coal).to_contain_text("机构申报")
    coal.get_by_role("button").click()
    expect(page.locator(".opened")).to_contain_text(SOURCE)
    expect(page.locator("[data-item=electricity]")).to_contain_text("缺失")
    finding = page.locator("[data-finding='electricity missing']")
    expect(finding).to_contain_text("能源资源消费 › 电: 缺失")
    total = page.locator("[data-group=total]")
    expect(total.locator("[data-sum=electricity]")).to_contain_text("1 个不全")
    expect(total.locator("[data-sum=coal]")).to_contain_text("0")
    office.expect_calm()


def test_the_next_year_takes_over_who_it_is_and_neither_zeros_nor_their_proof(
    office: Visit, stated: int
) -> None:
    page = office.page
    page.goto(f"/statistics?year={stated + 1}")
    finding = page.locator("[data-finding='coal stated_before']")
    expect(finding).to_contain_text("煤炭: 只申报过以前年度，须重新申报")
    expect(page.locator("[name=credit_code]")).to_have_value(CODE + check_character(CODE))
    expect(page.locator("[name=source]")).to_have_value("")
    expect(page.locator("[name=data_centre_area_m2]")).to_have_value("")
    expect(page.get_by_role("checkbox", name="煤炭")).not_to_be_checked()
    office.expect_calm()


def test_a_phone_shows_the_tables_without_scrolling_sideways(phone: Visit, stated: int) -> None:
    page = phone.page
    page.goto(f"/statistics?year={stated}")
    expect(page.locator("[data-item=electricity]")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    phone.expect_calm()
