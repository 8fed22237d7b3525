"""Monthly entry in the console: typed on a phone with a photo, approved by somebody else."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from domain.local_day import local_day
from store.people.person import add_person, grant
from tests.conftest import connected
from tests.password import PASSWORD_HASH
from tests.ui.conftest import Console, Visit, sign_in, visiting
from tests.ui.planted import ZONE

pytestmark = pytest.mark.browser

CLERK, REVIEWER = "clerk", "reviewer"


@pytest.fixture
def people(console: Console) -> None:
    """A clerk of the institution, and somebody of the bureau."""
    with connected(console.database) as conn:
        for login, role, place in ((CLERK, "operator", "centre"), (REVIEWER, "bureau", "bureau")):
            add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            grant(conn, login=login, role=role, organisation=place)


@contextmanager
def signed_in(browser: Browser, console: Console, width: int, login: str) -> Iterator[Visit]:
    with visiting(browser, console, width) as visit:
        sign_in(visit.page, login)
        yield visit


def last_month(console: Console) -> date:
    return (local_day(console.now, ZONE).replace(day=1) - timedelta(days=1)).replace(day=1)


def photo() -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "grey").save(out, "PNG")
    return {"name": "dial.png", "mimeType": "image/png", "buffer": out.getvalue()}


def fits(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= 390"))


def open_form(page: Page, month: date, kind: str) -> None:
    page.goto(f"/entries?year={month.year}&month={month}&kind={kind}")
    expect(page.locator("form.entry")).to_be_visible()


@pytest.mark.usefixtures("people")
def test_an_amount_goes_from_a_phone_with_its_photo_to_approval_by_somebody_else(
    browser: Browser, console: Console
) -> None:
    month = last_month(console)
    with (
        signed_in(browser, console, 390, CLERK) as phone,
        signed_in(browser, console, 1440, REVIEWER) as desk,
    ):
        page, office = phone.page, desk.page
        # The bureau asks, and the clerk sees it without being told otherwise.
        office.goto(f"/entries/board?year={month.year}&month={month.month}")
        expect(office.locator("[data-board]")).to_contain_text("政务服务中心")
        office.get_by_role("button", name="催报该机构").click()
        expect(office.get_by_text("已催报 1 个机构")).to_be_visible()
        page.goto(f"/entries?year={month.year}")
        asked = page.get_by_role("status", name="催报")
        expect(asked).to_contain_text("reviewer 于")
        # Two readings, a photo, one press.
        asked.get_by_role("button", name="电（外购）").click()
        expect(page.locator("[name=amount]")).to_be_focused()
        page.get_by_role("radio", name="表盘读数").check()
        page.fill("[name=first]", "1,200.5")
        page.fill("[name=last]", "1310.5")
        page.fill("[name=ratio]", "40")
        expect(page.get_by_text("计得 4,400 kWh")).to_be_visible()
        page.locator("form.entry input[name=photo]").set_input_files([photo()])
        assert fits(page)
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_text("已提交，等待审核")).to_be_visible()
        expect(page.locator(".pictures img")).to_have_count(1)
        assert fits(page)
        # Somebody of the bureau looks at the photo, checks and approves.
        office.reload()
        item = office.locator("[data-review] > li").filter(has_text="4,400")
        item.get_by_role("button", name="照片与记录").click()
        expect(item.locator("img")).to_be_visible()
        office.wait_for_function(
            "() => document.querySelector('[data-review] img').naturalWidth > 0"
        )
        go_to(office, item)
        office.locator("body").press("c")
        expect(item).to_contain_text("已审核")
        go_to(office, item)
        office.locator("body").press("a")
        expect(item).to_have_count(0)
        page.reload()
        expect(page.locator("form.entry .state")).to_contain_text("已批准")
        phone.expect_calm()
        desk.expect_calm()


@pytest.mark.usefixtures("people")
def test_who_submitted_an_amount_cannot_approve_it(browser: Browser, console: Console) -> None:
    month = last_month(console)
    with signed_in(browser, console, 1440, REVIEWER) as desk:
        page = desk.page
        open_form(page, month, "water_m3")
        page.fill("[name=amount]", "412")
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_text("已提交，等待审核")).to_be_visible()
        page.goto(f"/entries/board?year={month.year}&month={month.month}")
        item = page.locator("[data-review] > li").filter(has_text="412")
        expect(item).to_contain_text("需由另一人审核和批准")
        expect(item.get_by_role("button", name="审核")).to_have_count(0)
        expect(item.get_by_role("button", name="退回")).to_have_count(1)
        desk.expect_calm()


def go_to(page: Page, item: Locator) -> None:
    """Go down the list by keys to an item."""
    expect(item).to_be_visible()
    for _ in range(page.locator("[data-review] > li").count()):
        if item.get_attribute("aria-current") != "true":
            page.locator("body").press("j")
    expect(item).to_have_attribute("aria-current", "true")


def hand_in(console: Console, year: int, months: range) -> list[int]:
    """Amounts of cooling that the clerk has submitted; ids of their entries."""
    with connected(console.database) as conn:
        found = conn.execute(
            "INSERT INTO manual_entry (organisation_id, kind, month) "
            "SELECT o.organisation_id, 'cooling_gj', make_date(%s, m, 1) "
            "FROM organisation o, unnest(%s::integer[]) m WHERE o.code = 'centre' "
            "RETURNING entry_id",
            [year, list(months)],
        ).fetchall()
        ids = [int(entry_id) for (entry_id,) in found]
        person = "(SELECT person_id FROM person WHERE login = 'clerk')"
        conn.execute(
            "INSERT INTO manual_entry_version (entry_id, version, amount, source, person_id) "
            f"SELECT e, 1, 7.25, 'bill', {person} FROM unnest(%s::bigint[]) e",
            [ids],
        )
        for revision, state in ((1, "draft"), (2, "submitted")):
            conn.execute(
                "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
                f"SELECT e, %s, 1, %s, {person} FROM unnest(%s::bigint[]) e",
                [revision, state, ids],
            )
        return ids


@pytest.mark.usefixtures("people")
def test_many_are_approved_at_once_and_what_moved_meanwhile_is_told(
    browser: Browser, console: Console
) -> None:
    ids = hand_in(console, 2021, range(1, 5))
    with signed_in(browser, console, 1440, REVIEWER) as desk:
        page = desk.page
        page.goto("/entries/board?year=2021&month=1")
        items = page.locator("[data-review] > li").filter(has_text="7.25")
        expect(items).to_have_count(4)
        boxes = items.get_by_role("checkbox")
        for n in range(4):
            boxes.nth(n).check()
        with connected(console.database) as conn:  # the clerk takes one back meanwhile
            conn.execute(
                "INSERT INTO manual_entry_version (entry_id, version, amount, source, person_id) "
                "SELECT %s, 3, 9, 'bill', person_id FROM person WHERE login = 'clerk'",
                [ids[0]],
            )
            conn.execute(
                "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
                "SELECT %s, 3, 3, 'draft', person_id FROM person WHERE login = 'clerk'",
                [ids[0]],
            )
        page.get_by_role("button", name="审核 4 条").click()
        expect(page.get_by_text("已审核 3 条")).to_be_visible()
        left = page.locator("[data-left]")
        expect(left).to_contain_text("1 条未变")
        expect(left).to_contain_text("您查看之后有人动过")
        expect(items).to_have_count(3)
        page.get_by_role("button", name="批准 3 条").click()
        expect(page.get_by_text("已批准 3 条")).to_be_visible()
        expect(items).to_have_count(0)
        desk.expect_calm()


@pytest.mark.usefixtures("people")
def test_a_bill_as_pdf_is_attached_and_offered_as_a_file(
    browser: Browser, console: Console
) -> None:
    month = last_month(console)
    with signed_in(browser, console, 390, CLERK) as phone:
        page = phone.page
        open_form(page, month, "natural_gas_m3")
        page.fill("[name=amount]", "33")
        bill: FilePayload = {
            "name": "bill.pdf",
            "mimeType": "application/pdf",
            "buffer": b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n",
        }
        page.locator("form.entry input[name=file]").set_input_files([bill])
        page.get_by_role("button", name="存草稿", exact=True).click()
        offered = page.get_by_role("link", name="上传的 PDF")
        expect(offered).to_be_visible()
        with page.expect_download() as saved:
            offered.click()
        assert saved.value.suggested_filename.endswith(".pdf")
        assert fits(page)
        phone.expect_calm()


@pytest.mark.usefixtures("people")
def test_the_board_fits_a_phone(browser: Browser, console: Console) -> None:
    with signed_in(browser, console, 390, REVIEWER) as phone:
        phone.page.goto("/entries/board")
        expect(phone.page.locator("[data-board]")).to_be_visible()
        assert fits(phone.page)
        phone.expect_calm()
