"""The worked month in the browser: entered, drafted, checked, signed, disputed, taken home."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from api.paper import statement_pdf
from domain.errors import ConfigurationError
from domain.settlement_file import shipped_examples
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.estate import estate
from tests.password import PASSWORD_HASH
from tests.ui.conftest import Console, Planted, Visit, console_on, sign_in, visiting

pytestmark = pytest.mark.browser

OFFICE = shipped_examples()["office_july.toml"]
CLIENT = ("manager", "accountant")
PROVIDER = ("engineer", "director")
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[Planted]:
    """A school whose administrators are the client, and two people the client can name."""
    with new_database(database_server, template) as database:
        with connected(database) as conn:
            write_registry(conn, estate())
            for login in (*CLIENT, *PROVIDER):
                add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
                role = "institution_administrator" if login in CLIENT else "operator"
                place = "school" if login in CLIENT else "hospital"
                grant(conn, login=login, role=role, organisation=place)
        with as_template(database_server, database) as name:
            yield Planted(name, datetime.now(UTC))


@pytest.fixture
def office(database_server: str, two_sides: Planted) -> Iterator[Console]:
    """The real server in front of it."""
    with console_on(database_server, two_sides) as console:
        yield console


@contextmanager
def seat(
    browser: Browser, office: Console, login: str, path: str, width: int = 1440
) -> Iterator[Visit]:
    """A window of a person at a page; it must have been calm when it is left."""
    with visiting(browser, office, width) as visit:
        visit.page.set_default_timeout(WAIT_MS)
        sign_in(visit.page, login)
        visit.page.goto(path)
        yield visit
        visit.expect_calm()


def enter(page: Page, people: tuple[str, ...] = PROVIDER) -> str:
    """Enter the contract by the form and name the people of the provider; gives its address."""
    page.get_by_role("button", name="录入合同").click()
    page.locator("[name=organisation]").select_option("school")
    page.locator("[name=text]").fill(OFFICE)
    page.locator("[data-contract-form] button[type=submit]").click()
    page.wait_for_url("**/contracts/*", timeout=WAIT_MS)
    for login in people:
        page.get_by_role("button", name="指定办理人").click()
        page.locator("[name=member]").fill(login)
        page.locator("[data-people] button[type=submit]").click()
        expect(page.locator(f"[data-member='{login}']")).to_contain_text("节能服务公司")
    return page.url


def check_terms(page: Page) -> None:
    """Hold the terms against their document, as the second person."""
    page.locator("[data-judge=checked]").click()
    page.locator("[data-versions] [name=reason]").fill("与合同原件核对一致")
    page.locator("[data-versions] button[type=submit]").click()
    expect(page.locator("[data-version='1']")).to_have_attribute("data-state", "checked")


def draft(page: Page) -> str:
    """Make the draft of July from the file; gives the address of the statement."""
    page.get_by_role("button", name="出草稿").click()
    form = page.locator("[data-draft-form]")
    form.get_by_label("从文件取数").check()
    form.locator("[name=text]").fill(OFFICE)
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/statements/*", timeout=WAIT_MS)
    return page.url


def sign(page: Page) -> None:
    """Sign what is shown, having seen it."""
    page.locator("[data-act=sign]").click()
    digest = page.locator("[data-digest]").inner_text()
    assert digest == page.locator("[data-sha256]").inner_text()
    page.locator("[name=seen]").check()
    page.locator("[data-sign] button[type=submit]").click()


def text(content: bytes) -> str:
    """Text of a PDF, without the breaks that lines make."""
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_month_goes_from_the_file_to_a_dispute_and_home(
    browser: Browser, office: Console
) -> None:
    with seat(browser, office, "manager", "/contracts") as visit:
        expect(visit.page.get_by_text("还没有合同")).to_be_visible()
        address = enter(visit.page)
        expect(visit.page.get_by_text("先由另一人核对合同条款")).to_be_visible()
        terms = visit.page.locator("[data-terms]")
        expect(terms).to_contain_text("托管费为调整后基准费用的 95%")
        expect(terms.locator("[data-meter='main-e']")).to_contain_text("电费")
    with seat(browser, office, "accountant", address) as visit:
        check_terms(visit.page)
    with seat(browser, office, "engineer", address) as visit:
        statement = draft(visit.page)
        expect(visit.page.locator("[data-figure=payment]")).to_have_text("154,340.14 元")
        expect(visit.page.locator("[data-stage=draft]")).to_have_attribute("data-reached", "here")
        visit.page.goto(address)
        row = visit.page.locator("[data-period='2026-07'][data-line=electricity]")
        expect(row).to_contain_text("+25,681.6 kWh")
        expect(row).to_contain_text("0.7095")
        row.locator("[data-unfold]").click()
        expect(visit.page.locator("[data-waterfall] [data-fall=weather]")).to_contain_text(
            "+19,000"
        )
        visit.page.goto(statement)
        expect(visit.page.locator("[data-acts]")).to_contain_text("现在没有你要办的")
    with seat(browser, office, "director", statement) as visit:
        visit.page.locator("[data-act=check]").click()
        visit.page.locator("[data-acts] button[type=submit]").click()
        expect(visit.page.locator("[data-stage=checked]")).to_contain_text("director")
    with seat(browser, office, "manager", statement) as visit:
        sign(visit.page)
        expect(visit.page.locator("[data-stage=signed]")).to_contain_text("用能单位")
        expect(visit.page.locator("[data-stage=signed]")).to_have_attribute("data-reached", "ahead")
    with seat(browser, office, "engineer", statement) as visit:
        sign(visit.page)
        expect(visit.page.locator("[data-stage=signed]")).to_have_attribute("data-reached", "here")
    with seat(browser, office, "manager", statement) as visit:
        page = visit.page
        water = page.locator("[data-side=fee] [data-line=water]")
        water.get_by_role("button", name="争议").click()
        page.locator("[name=claimed]").fill("8000.00")
        page.locator("[name=deadline]").fill("2099-01-31")
        page.locator("[name=reason]").fill("水表倍率有误")
        page.locator("[data-dispute-form] button[type=submit]").click()
        expect(water.locator("[data-disputed]")).to_contain_text("争议 D")
        expect(page.locator("[data-frozen]")).to_contain_text("冻结 925.55 元")
        expect(page.locator("[data-outstanding]")).to_contain_text("尚欠 153,414.59 元")
        expect(page.locator("[data-stage=disputed]")).to_have_attribute("data-reached", "here")
        taken_home(page)


def taken_home(page: Page) -> None:
    """The files behind the buttons hold the figures."""
    link = page.locator("[data-download=xlsx]").get_attribute("href") or ""
    book = openpyxl.load_workbook(
        io.BytesIO(page.request.get(link, timeout=WAIT_MS).body()), data_only=True
    )
    rows = {row[:3] for row in book["结算单"].iter_rows(values_only=True)}
    assert ("托管费", "电费", 151845.43) in rows
    pdf = page.locator("[data-download=pdf]").get_attribute("href") or ""
    answer = page.request.get(pdf, timeout=WAIT_MS)
    try:
        statement_pdf._library()
    except ConfigurationError:
        assert answer.status == 503
        assert answer.json()["code"] == "pdf_without_pango"
        return
    chinese, english = (
        text(page.request.get(each, timeout=WAIT_MS).body())
        for each in (pdf, pdf.replace("zh-CN", "en"))
    )
    for word in ("154,340.14", "25,681.6", "-9,600", "8,000.00"):
        assert word in chinese
        assert word in english
    assert "有争议" in chinese
    assert "Disputed" in english


def test_whoever_is_no_party_sees_no_contract(browser: Browser, office: Console) -> None:
    with seat(browser, office, "manager", "/contracts") as visit:
        enter(visit.page, people=())
    with seat(browser, office, "director", "/contracts") as visit:
        expect(visit.page.get_by_text("你的权限范围内没有合同")).to_be_visible()
        expect(visit.page.get_by_role("button", name="录入合同")).to_have_count(0)
